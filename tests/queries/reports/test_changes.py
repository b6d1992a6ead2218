"""The brief of a report says what plain Python works out of all that was logged, for any two days and any moment."""

import random
from collections import Counter
from functools import cache

import pytest
from sqlalchemy import select

from tests import make, past
from tests.conftest import Place, migrated_app
from tests.queries.reports.oracle import Told
from tracker.database import session, writing
from tracker.dates import end_of_day, today
from tracker.models import CheckLog, Commitment, Party, ProgressUpdate
from tracker.models.follow_up import DUE_SOON_DAYS
from tracker.queries.reports.data import report_data
from tracker.queries.reports.parameters import check_scope
from tracker.vocabulary import CommitmentLinkKind

#: (since, as of, known by), each as a number of a day, or nothing for by now.
ASKED = [(100, 300, None), (100, 300, 350), (250, 420, 420), (0, 590, None), (300, 320, 280)]
#: How many more times it is asked, of days and moments on which something happened.
TURNS = 8


@pytest.fixture(scope="module")
def world(where):
    """A made-up past with links, searches in vain, and a meeting that is planned."""
    place = Place("brief", where)
    place.make()
    app, chance = migrated_app(place, where), random.Random(11)
    with app.app_context(), writing():
        past.plant(chance, commitments=30)
        made = session.scalars(select(Commitment)).all()
        for number, kind in enumerate([*CommitmentLinkKind] * 2):
            one, other = made[number], made[-1 - number]
            make.commitment_link(commitment=one.code, to=other.code, kind=kind.value)
        for number in sorted(chance.randrange(past.LENGTH) for _ in range(150)):
            search(chance.choice(made), number, chance)
        first = min(made, key=lambda each: each.recorded_at)
        first.meeting = make.meeting(series="Talks", starts_on=first.made_on.isoformat())
        make.meeting(title="Next", series="Talks", starts_on=past.day(480).isoformat(), status="planned")
    with app.app_context():
        yield
    app.extensions["tracker.engine"].dispose()


def search(commitment, number, chance):
    """Store a check as one that was logged on a past day; one in three makes an earlier one void."""
    own = session.scalars(select(CheckLog).where(CheckLog.commitment == commitment)).all()
    undone = {each.voids for each in own}
    free = [each for each in own if each.voids is None and each not in undone]
    logged = {"code": f"{commitment.code}.k{len(own) + 1}", "commitment": commitment, "recorded_by": make.account()}
    said = {"checked_on": past.day(number - chance.randrange(60)), "where_searched": f"Search {number}"}
    if free and chance.random() < 0.4:
        said = {"checked_on": free[0].checked_on, "voids": free[0], "reason": "A mistake."}
    session.add(CheckLog(**logged, **said, recorded_at=past.moment(number)))
    session.flush()


@cache
def told(since, on, known_by):
    return asked_for(past.day(since), past.day(on), known_by and past.moment(known_by))


def asked_for(since, on, known_by):
    days = {"since": since.isoformat(), "as_of": on.isoformat()}
    asked = make.asked_for(**days, known_by=known_by and known_by.isoformat())
    return asked, report_data(check_scope(asked)).head


def turning_point(turn):
    """Return (since, as of, known by) on which something just happened, or is just about to."""
    chance = random.Random(turn)
    updates, checks = session.scalars(select(ProgressUpdate)).all(), session.scalars(select(CheckLog)).all()
    made = session.scalars(select(Commitment)).all()
    days = [each.effective_on for each in updates] + [each.checked_on for each in checks] * 2
    days = [each for each in days if each >= past.day(60)]
    since, on = sorted(chance.sample(days, 2))
    if turn % 2:
        on = chance.choice([each.due_on for each in made if each.due_on and each.due_on > since])
    undoing = [each.recorded_at for each in (*updates, *checks) if (each.reason or "").startswith("A mistake")]
    undoing += [each.recorded_at for each in updates if each.corrects]
    known_by = chance.choice([each for each in undoing if each.date() > since] or [None])
    return since, on, known_by if turn % 4 else None


@pytest.mark.parametrize(("since", "on", "known_by"), ASKED)
def test_the_brief_is_what_plain_python_works_out(world, since, on, known_by):
    assert_worked_out(past.day(since), past.day(on), *told(since, on, known_by))


@pytest.mark.parametrize("turn", range(TURNS))
def test_the_brief_turns_on_the_day_and_the_moment(world, turn):
    since, on, known_by = turning_point(turn)
    assert_worked_out(since, on, *asked_for(since, on, known_by))


def assert_worked_out(since, on, asked, head):
    brief, ids = head["brief"], {party.code: party.id for party in session.scalars(select(Party))}
    wanted = Told(since, on, asked.known_by)

    def listed(part, *names):
        items = [tuple(ids[item[n]] if n == "party" else item.get(n) for n in names) for item in brief[part]["items"]]
        assert brief[part]["count"] == len(items) == len(set(items))
        made_on = [item["made_on"] for item in brief[part]["items"]]
        assert part in ("overdue", "due", "silent") or made_on == sorted(made_on)
        if "commitments" in brief[part]:
            assert brief[part]["commitments"] == len({item["commitment"] for item in brief[part]["items"]})
        return set(items)

    assert listed("new", "commitment") == {(code,) for code in wanted.new()}
    assert listed("moved", "commitment", "party", "before", "after", "update") == set(wanted.moved())
    assert listed("overdue", "commitment") == {(code,) for code in wanted.overdue()}
    ahead = asked.next_meeting.starts_on if asked.next_meeting else on + DUE_SOON_DAYS
    assert listed("due", "commitment") == {(code,) for code in wanted.due(ahead)}
    assert listed("contradicted", "commitment", "party", "status", "update") == set(wanted.contradicted())
    assert listed("differs", "commitment", "party", "status", "claimed_status") == set(wanted.differs())
    assert listed("silent", "commitment", "where_searched") == set(wanted.silent())
    if asked.known_by > end_of_day(since):
        names = ("commitment", "party", "before", "after", "update", "effective_on")
        assert listed("learnt", *names) == set(wanted.learnt())
        assert brief["learnt"]["recorded_later"] == wanted.recorded_later()
    else:
        assert "learnt" not in brief
    again = {(i["commitment"], i["kind"], i["again"]["commitment"]) for i in brief["again"]["items"]}
    assert again == set(wanted.again())
    # What was searched for comes first, then the oldest.
    order = [("checked_on" not in item, item["made_on"]) for item in brief["silent"]["items"]]
    assert order == sorted(order)
    assert brief["silent"]["checked"] == sum(where is not None for _code, where in wanted.silent())
    parties = {
        ids[each["party"]]: tuple(each[n] for n in ("commitments", "moved", "led_before")) for each in head["parties"]
    }
    assert parties == wanted.parties()


def test_every_part_of_the_brief_says_something_somewhere(world):
    said = Counter()
    for asked in ASKED:
        said.update({part: found["count"] for part, found in told(*asked)[1]["brief"].items()})
    assert (
        min(said[part] for part in ("moved", "learnt", "new", "overdue", "due", "again", "contradicted", "differs")) > 0
    )
    assert 0 < sum(told(*asked)[1]["brief"]["silent"]["checked"] for asked in ASKED) < said["silent"]


def test_the_figures_add_up_to_the_commitments_there_are(world):
    for since, on, known_by in ASKED[:3]:
        asked, head = told(since, on, known_by)
        there = past.there(past.day(on), asked.known_by)
        number = len(there)
        assert head["rows"]["commitments"] == head["summary"]["commitments"] == number
        assert head["summary"]["statuses"] == dict(Counter(past.overall(leads) for leads in there.values()))
        assert sum(head["summary"]["deadlines"].values()) == sum(head["summary"]["kinds"].values()) == number
        assert sum(area["commitments"] for area in head["areas"]) == number
        assert head["summary"]["trend"][-1] == {
            "day": past.day(on).isoformat(),
            "statuses": head["summary"]["statuses"],
        }


def test_the_next_meeting_is_one_that_was_known_and_lies_ahead(world):
    assert told(100, 300, None)[0].next_meeting.title == "Next"
    assert told(100, 479, None)[0].next_meeting.title == "Next"
    assert told(100, 480, None)[0].next_meeting is None
    assert told(100, 300, 350)[0].next_meeting is None


def test_only_leads_are_told_to_have_moved(app):
    with app.app_context(), writing():
        commitment = make.commitment(made_on="2024-01-01").code
        for role in ("lead", "support"):
            make.commitment_party(commitment=commitment, party="mx" if role == "lead" else "us", role=role)
        make.update(commitment=commitment, party="mx", effective_on="2024-03-01")
        head = report_data(make.asked_for(since="2024-02-01", scope="made_from=2024-01-01")).head
    assert [(each["party"], each["moved"], each["led_before"]) for each in head["parties"]] == [("mx", 1, 1)]
    assert [item["party"] for item in head["brief"]["moved"]["items"]] == ["mx"]


def test_nothing_is_told_as_news_where_no_meeting_was_held(empty_app):
    with empty_app.app_context(), writing():
        make.commitment(made_on="2024-01-01")
        asked = make.asked_for()
        assert (asked.since, asked.since_meeting) == (None, None)
        assert not {"new", "moved", "silent"} & report_data(asked).head["brief"].keys()
        assert asked.as_of.on == today()


def test_each_part_turns_on_its_day(app):
    with app.app_context(), writing():
        area = make.area(code="one").code
        deadline = {"deadline_kind": "explicit", "due_on": "2024-05-01"}
        code = make.commitment(area=area, made_on="2024-01-31", **deadline).code
        make.update(commitment=code, effective_on="2024-02-10")
        make.check(commitment=code, checked_on="2024-02-20")

        def parts(since, as_of):
            """Return the parts that name it, and whether somebody searched in vain."""
            found = report_data(make.asked_for(scope="area=one", since=since, as_of=as_of)).head["brief"]
            return {part for part, told in found.items() if told["count"]}, found["silent"]["checked"]

        assert parts("2024-01-30", "2024-02-09") == ({"new"}, 0)
        assert parts("2024-01-31", "2024-02-09") == ({"silent"}, 0)
        assert parts("2024-01-31", "2024-02-10") == ({"moved"}, 0)
        assert parts("2024-02-09", "2024-02-19") == ({"moved"}, 0)
        assert parts("2024-02-10", "2024-02-19") == ({"silent"}, 0)
        assert parts("2024-02-10", "2024-02-20") == ({"silent"}, 1)
        assert parts("2024-02-20", "2024-03-31") == ({"silent"}, 0)
        assert parts("2024-02-20", "2024-04-01") == ({"silent", "due"}, 0)
        assert parts("2024-02-20", "2024-05-01") == ({"silent", "due"}, 0)
        assert parts("2024-02-20", "2024-05-02") == ({"silent", "overdue"}, 0)
