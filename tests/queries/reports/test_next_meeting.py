"""The next meeting of a report is the first one ahead that belongs with those in its scope."""

import datetime
import random

import pytest

from tests import make
from tracker.database import session, writing
from tracker.models import Commitment, Meeting, MeetingLink, Participation
from tracker.queries.reports.data import report_data

LATER = {"starts_on": "2024-06-01", "status": "planned"}
#: {what a meeting ahead is: (its fields, who has seats there, whether it is the next one)}
AHEAD = {
    "of the series": ({"series": "Dialogue"}, (), True),
    "of the series, and was held since": ({"series": "Dialogue", "status": "held"}, (), True),
    "of the series, but cancelled": ({"series": "Dialogue", "status": "cancelled"}, (), False),
    "of the series, on the day itself": ({"series": "Dialogue", "starts_on": "2024-05-01"}, (), False),
    "of the series, on some day": ({"series": "Dialogue", "starts_on": None, "date_precision": "unknown"}, (), False),
    "of another series": ({"series": "Forum"}, (), False),
    "of no series": ({}, (), False),
    "of two sides that met": ({}, ("mx", "us"), True),
    "of their ministries": ({}, ("mx-agency", "us-ministry"), True),
    "of one of the sides": ({}, ("mx", "mx-ministry"), False),
    "of two sides that met others": ({}, ("us", "gt"), False),
}


@pytest.fixture
def met(app):
    """Mexico met the United States and Guatemala, each at a meeting of its own with a commitment in the scope."""
    with app.app_context(), writing():
        make.party(code="gt")
        for country in ("mx", "us"):
            make.party(code=f"{country}-ministry", parent=country, kind="government_body")
        make.party(code="mx-agency", parent="mx-ministry", kind="government_body")
        area = make.area(code="talks").code
        for code, parties in (("first", ("mx-ministry", "us")), ("second", ("mx", "gt"))):
            make.meeting(code=code, series="Dialogue" if code == "first" else None, starts_on="2024-03-01")
            make.commitment(meeting=code, area=area, made_on="2024-03-01")
            for party in parties:
                make.participation(meeting=code, party=party)
        # Another, outside the scope.
        make.commitment(meeting=make.meeting(code="other", series="Forum", starts_on="2024-03-01").code)
        yield


def ahead(**fields):
    return make.asked_for(**{"scope": "area=talks", "as_of": "2024-05-01"} | fields).next_meeting


@pytest.mark.parametrize("case", AHEAD)
def test_the_next_meeting_belongs_with_one_in_scope(met, case):
    fields, parties, belongs = AHEAD[case]
    made = make.meeting(**LATER | fields)
    for party in parties:
        make.participation(meeting=made.code, party=party)
    assert ahead() is (made if belongs else None)


def test_who_is_only_named_at_a_meeting_has_no_seat_there(met):
    made = make.meeting(**LATER)
    for party, attendance in (("mx", "attended"), ("us", "mentioned_only")):
        make.participation(meeting=made.code, party=party, attendance=attendance)
    assert ahead() is None


@pytest.mark.parametrize("way", [("meeting", "to"), ("to", "meeting")])
def test_a_link_either_way_makes_a_meeting_the_next_one(met, way):
    made = make.meeting(**LATER)
    make.meeting_link(**dict(zip(way, ("other", made.code), strict=True)))
    assert ahead() is None
    before = datetime.datetime.now(datetime.UTC).isoformat()
    make.meeting_link(**dict(zip(way, ("first", made.code), strict=True)))
    assert ahead() is made
    assert ahead(known_by=before) is None


def test_the_next_meeting_is_the_first_of_those_that_were_known(met):
    make.meeting(**LATER | {"series": "Dialogue", "starts_on": "2024-07-01"})
    sooner = make.meeting(**LATER)
    # Who would sit there was told only later.
    known_by = datetime.datetime.now(datetime.UTC).isoformat()
    for party in ("mx", "us"):
        make.participation(meeting=sooner.code, party=party)
    assert ahead() is sooner
    assert ahead(known_by=known_by).starts_on.isoformat() == "2024-07-01"
    told = report_data(make.asked_for(scope="area=talks", as_of="2024-05-01")).head["report"]["next_meeting"]
    assert told["url"].endswith(f"/meetings/{sooner.code}")


def test_the_next_meeting_is_what_plain_python_finds(met):
    chance, sides = random.Random(5), {"mx": "mx", "us": "us", "gt": "gt", "mx-agency": "mx", "us-ministry": "us"}
    for number in range(25):
        fields = {"starts_on": f"2024-0{chance.randrange(1, 10)}-{number + 1:02}", "series": chance.choice("AB") * 2}
        fields |= {"status": chance.choice(["held", "planned", "cancelled"])}
        made = make.meeting(**fields | ({"series": None} if chance.random() < 0.8 else {})).code
        make.commitment(meeting=made, area=make.area(code=f"area-{number}").code, made_on="2024-01-01")
        for party in chance.sample(sorted(sides), chance.choice([0, 0, 1, 2, 3])):
            make.participation(meeting=made, party=party)
        if number % 4 == 3:
            make.meeting_link(meeting=made, to=chance.choice(["first", "second", "other"]))
    meetings, links, found = session.query(Meeting).all(), session.query(MeetingLink).all(), []
    seats = {each: set() for each in meetings}
    for seat in session.query(Participation):
        seats[seat.meeting].add(sides.get(seat.party.code, seat.party.code.partition("-")[0]))

    def belong(one, other):
        return (
            (one.series and one.series == other.series)
            or {one, other} in [{link.meeting, link.to} for link in links]
            or len(seats[one] & seats[other]) > 1
        )

    for number in range(25):
        on, scope = datetime.date(2024, chance.randrange(1, 10), 15), [f"area-{number}", "talks"][: 1 + number % 2]
        within = [c.meeting for c in session.query(Commitment) if c.area.code in scope and c.made_on <= on]
        later = [m for m in meetings if m.starts_on and m.starts_on > on and m.status.value != "cancelled"]
        later = [m for m in later if any(belong(m, each) for each in within)]
        wanted = min(later, key=lambda m: (m.starts_on, m.id), default=None)
        asked = ahead(scope="&".join(f"area={code}" for code in scope), as_of=on.isoformat())
        assert asked is wanted
        found.append(wanted)
    assert None in found
    assert len(set(found)) > 5
