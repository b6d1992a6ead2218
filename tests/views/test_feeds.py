"""What programs subscribe to, read by programs of others: feeds of status changes, and calendars."""

import datetime
import xml.etree.ElementTree as ET

import feedparser
import icalendar
import pytest
from sqlalchemy import text

from tests import make
from tests.client import elements, parsed
from tests.views.test_updates import counted
from tracker.database import session, writing
from tracker.exports.calendar_file import recurrence_rule
from tracker.models import Change
from tracker.views.feeds import MAX_CHANGES

C1 = "mx-us-2023-07-24.c1"
ATOM = "{http://www.w3.org/2005/Atom}"
#: Each would end or begin something in one of the two.
HOSTILE = "</title>]]>&amp;<script>a()</script>\"'; ,\\n\\,\\;: BEGIN:VEVENT 平和 😀"


def feed(client, query=""):
    """Return a feed as feedparser reads it, which must be well-formed and hold what an Atom feed must."""
    response = client.get(f"/commitments/feed.atom{query}")
    assert (response.status_code, response.content_type) == (200, "application/atom+xml; charset=utf-8")
    found = feedparser.parse(response.data)
    assert not found.bozo, found.bozo_exception
    root = ET.fromstring(response.data)
    for element in (root, *root.findall(f"{ATOM}entry")):
        assert [len(element.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated", "author")] == [1] * 4
        assert all(e.text.strip() for name in ("id", "title") for e in element.findall(f"{ATOM}{name}"))
    ids = [e.text for e in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("urn:uuid:") for name in ids)
    return found


def calendar(client, query=""):
    """Return {UID without the tracker's own ending: event} of a calendar, whose lines must be as they must."""
    response = client.get(f"/calendar.ics{query}")
    assert (response.status_code, response.content_type) == (200, "text/calendar; charset=utf-8"), response.text
    assert response.data.endswith(b"END:VCALENDAR\r\n")
    lines = response.data.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line or len(line) > 75 for line in lines)
    found = icalendar.Calendar.from_ical(response.data)
    assert not found.errors
    assert found.subcomponents == found.events
    assert all(not event.errors for event in found.events)
    return {str(event["UID"]).partition("@")[0]: event for event in found.events}


def test_a_feed_tells_what_moved_why_and_on_what_evidence(app, client):
    with app.app_context(), writing():
        passage = make.passage(document="joint-statement-2023-07-24", paragraph=2, sentence=1).code
        pieces = [make.piece(passage=passage, relation="contradicts"), make.piece(title="A page & more")]
        make.update(commitment=C1, party="mx", status="in_progress")
        claims = {"claimed_status": "done", "claimed_by": "A ministry", "on_behalf_of": "The embassy"}
        make.update(pieces, commitment=C1, party="mx", status="stalled", reason="One.\n\nTwo <b>.", **claims)
    found = feed(client, "?area=fentanyl")
    assert found.feed.title == "Tracker: Status changes (Policy area: Fentanyl)"
    assert {(link.rel, link.href) for link in found.feed.links} == {
        ("self", "http://localhost/commitments/feed.atom?area=fentanyl"),
        ("alternate", "http://localhost/commitments/?area=fentanyl"),
    }
    title = client.get(f"/commitments/{C1}?format=json").json["title"]
    last, first = found.entries
    assert first.title == f"Mexico, Not assessed → In progress: {title}"
    assert last.title == f"Mexico, In progress → Stalled: {title}"
    assert last.link == f"http://localhost/commitments/{C1}#{C1}.u2"
    assert (last.author, last.contributors[0].name, first.author) == ("The embassy", "Local account", "Local account")
    assert last.updated == found.feed.updated == client.get(f"/updates/{C1}.u2?format=json").json["recorded_at"]
    said = last.content[0].value
    for words in ("<p>One.</p>", "<p>Two &lt;b&gt;.</p>", "Mexico says of itself: Done (A ministry)", "March 1, 2024"):
        assert words in said
    document = client.get("/documents/joint-statement-2023-07-24?format=json").json["title"]
    assert f'href="http://localhost/documents/joint-statement-2023-07-24#{passage}">{document}, p2 s1</a>' in said
    assert 'href="https://example.org/a">A page &amp; more</a> (read on March 2, 2024)' in said
    assert feed(client, "?area=migration").entries == []


def test_what_one_side_alone_reports_is_marked(app, client):
    with app.app_context(), writing():
        make.update(commitment="mx-us-2023-05-30.c1", party="us")
        make.update(commitment=C1, party="us")
        make.milestone(commitment="mx-us-2023-05-30.c1", due_on="2030-01-01")
    marked = ["Reported by one side only" in entry.content[0].value for entry in feed(client).entries]
    assert marked == [False, True]
    assert "Reported by one side only" in calendar(client)["milestone.mx-us-2023-05-30.c1.m1"]["DESCRIPTION"]


def test_a_feed_holds_only_what_stands_and_the_latest_of_it(app, client):
    with app.app_context(), writing():
        for number in range(MAX_CHANGES + 3):
            last = make.update(commitment=C1, party="us", reason=f"Reason {number}.", status="uncheckable")
        make.update(commitment=C1, party="us", corrects=last.code, reason="Wrong.", status="stalled")
        make.update([], commitment="mx-us-2023-07-24.c2", party="mx", status="uncheckable")
        voided = make.update(commitment="mx-us-2023-07-24.c3", party="mx").code
        fields = {"status": None, "confidence": None, "reason": "Never was."}
        make.update([], commitment="mx-us-2023-07-24.c3", party="mx", corrects=voided, **fields)
    found = feed(client)
    assert len(found.entries) == MAX_CHANGES
    void, second, corrected = found.entries[:3]
    # Who was told of it is told that it was taken back.
    assert void.title.startswith("Mexico, taken back: In progress: ")
    assert "should not have been logged" in void.content[0].value
    assert "Never was." in void.content[0].value
    assert [entry.link.partition("#")[2] for entry in (second, corrected)] == ["mx-us-2023-07-24.c2.u1", f"{C1}.u54"]
    assert "Uncheckable → Stalled" in corrected.title
    assert "a correction" in corrected.content[0].value
    assert f"{C1}.u53" not in client.get("/commitments/feed.atom").text
    assert len(feed(client, "?meeting=mx-us-2023-07-24&area=migration").entries) == 1
    # What was undone is news of the feed as a whole.
    with app.app_context():
        undone = session.scalar(text("SELECT MAX(recorded_at) FROM progress_update"))
    assert found.feed.updated_parsed[:6] == datetime.datetime.fromisoformat(str(undone)).timetuple()[:6]


def test_a_feed_can_be_asked_for_as_of_a_past_day(app, client):
    with app.app_context(), writing():
        make.update(commitment=C1, party="us", effective_on="2024-01-01")
        make.update(commitment=C1, party="us", effective_on="2024-03-01", status="done")
    (entry,) = feed(client, "?as_of=2024-02-01").entries
    assert entry.link == f"http://localhost/commitments/{C1}?as_of=2024-02-01#{C1}.u1"
    assert feed(client, "?known_by=2020-01-01").entries == []
    first = client.get(f"/updates/{C1}.u1?format=json").json["recorded_at"]
    found = feed(client, f"?known_by={first}")
    assert [found.feed.updated, *(entry.updated for entry in found.entries)] == [first, first]


def test_an_empty_feed_is_one_and_says_the_same_again(client, empty_app):
    for each in (client, empty_app.test_client()):
        found = feed(each)
        assert found.entries == []
        assert feed(each).feed.updated == found.feed.updated
    assert found.feed.updated == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("path", ["/commitments/feed.atom", "/calendar.ics"])
def test_what_has_not_changed_is_not_sent_again(app, client, path):
    first = client.get(path)
    answer = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (answer.status_code, answer.data) == (304, b"")
    with app.app_context(), writing():
        make.update(commitment=C1, party="us")
        make.milestone(commitment=C1, due_on="2030-01-01")
    answer = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("path", ["/commitments/feed.atom", "/calendar.ics"])
@pytest.mark.parametrize("query", ["nothing=1", "area=nowhere", "as_of=9999-01-01", "sort=title", "q=a%00"])
def test_what_is_not_known_is_refused_as_in_the_list(client, path, query):
    answer = client.get(f"{path}?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json["errors"]


@pytest.mark.parametrize("path", ["/commitments/feed.atom", "/calendar.ics"])
def test_names_do_not_depend_on_the_host(client, path, app):
    with app.app_context(), writing():
        make.update(commitment=C1, party="us")
    here, there = (client.get(path, base_url=base) for base in ("http://localhost/", "http://127.0.0.1:8123/"))
    assert here.text != there.text
    # Only the addresses differ.
    assert here.text.replace("\r\n ", "").replace("http://localhost", "") == there.text.replace("\r\n ", "").replace(
        "http://127.0.0.1:8123", ""
    )


def test_the_list_leads_to_both_with_its_filters(client):
    page, _errors = parsed(client.get("/commitments/?area=arms&sort=title&area=migration&columns=title").text)
    query = "?area=arms&area=migration"
    addresses = [a.get("href") for a in elements(page, "a", "link")]
    assert addresses.count(f"/commitments/feed.atom{query}") == 2
    assert f"/calendar.ics{query}" in addresses
    assert "feed.atom" not in client.get("/meetings/").text


def test_hostile_words_stay_words(app, client):
    with app.app_context(), writing():
        named = {"title": HOSTILE, "area": make.area(name=HOSTILE).code}
        due = {"deadline_kind": "explicit", "due_on": "2030-01-01", "deadline_words": HOSTILE}
        commitment = make.commitment(**named, **due).code
        party = make.commitment_party(commitment=commitment, party=make.party(name=HOSTILE).code).party
        piece = make.piece(title=HOSTILE, web_address="https://example.org/?a=b&c='d'")
        make.update([piece], commitment=commitment, party=party.code, reason=HOSTILE, on_behalf_of=HOSTILE)
        make.meeting(title=HOSTILE, venue=HOSTILE, place_basis="stated", date_note=HOSTILE)
    root = ET.fromstring(client.get("/commitments/feed.atom").data)
    (entry,) = root.findall(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").text == f"{HOSTILE}, Not assessed → In progress: {HOSTILE}"
    assert entry.find(f"{ATOM}author/{ATOM}name").text == HOSTILE
    assert "".join(entry.find(f"{ATOM}content").itertext()).count(HOSTILE) == 3
    assert {e.tag.rpartition("}")[2] for e in entry.find(f"{ATOM}content").iter()} == {
        "content", "div", "p", "strong", "ul", "li", "a",
    }  # fmt: skip
    events = calendar(client)
    assert len(events) == 4
    due = events[f"commitment.{commitment}"]
    assert due["SUMMARY"] == f"{HOSTILE}: {HOSTILE} (due)"
    assert due.categories == [HOSTILE]
    assert f"{HOSTILE}: In progress\nAs printed: “{HOSTILE}”" in due["DESCRIPTION"]


def test_what_xml_cannot_hold_breaks_no_feed(app, client):
    with app.app_context(), writing():
        make.update(commitment=C1, party="us")
    with app.extensions["tracker.engine"].execution_options(write=True).begin() as connection:
        connection.execute(
            text("UPDATE commitment SET title = :title, due_on = '2030-01-01', deadline_kind = 'explicit'"),
            {"title": "a\x01\x0bb￾"},
        )
    assert feed(client).entries[0].title.endswith(": a��b�")
    assert calendar(client)[f"commitment.{C1}"]["SUMMARY"].startswith("Mexico, United States: a")


def test_a_calendar_tells_of_deadlines_and_milestones(app, client):
    with app.app_context(), writing():
        made = {"code": "talks.c1", "title": "Dig wells", "area": "arms", "deadline_words": "by spring"}
        make.commitment(**made, deadline_kind="explicit", due_on="2024-05-01")
        for party in ("mx", "us"):
            make.commitment_party(commitment="talks.c1", party=party)
        make.milestone(commitment="talks.c1", title="The first", due_on="2024-04-01")
        make.milestone(commitment="talks.c1", title="Undated")
        make.update(commitment="talks.c1", party="us", status="stalled")
    events = calendar(client, "?area=arms&meeting=mx-us-2023-05-30&party=mx&retired=no")
    assert events.keys() == set()
    events = calendar(client, "?area=arms")
    assert events.keys() == {
        "commitment.talks.c1",
        "milestone.talks.c1.m1",
        "meeting.mx-us-2023-07-24",
        "meeting.mx-us-2023-05-30",
    }
    due, step = events["commitment.talks.c1"], events["milestone.talks.c1.m1"]
    assert (due["SUMMARY"], due.start) == ("Mexico, United States: Dig wells (due)", datetime.date(2024, 5, 1))
    address = "http://localhost/commitments/talks.c1"
    assert due["DESCRIPTION"] == (f"Mexico: Not assessed\nUnited States: Stalled\nAs printed: “by spring”\n{address}")
    assert (due["URL"], due["TRANSP"], due.categories) == (address, "TRANSPARENT", ["Arms trafficking"])
    assert "RRULE" not in due
    assert (step["SUMMARY"], step["URL"]) == (
        "Mexico, United States: The first (milestone)",
        f"{address}#talks.c1.m1",
    )
    assert "A milestone of “Dig wells”" in step["DESCRIPTION"]
    then = calendar(client, "?area=arms&as_of=2024-02-15")["commitment.talks.c1"]
    assert "United States: Not assessed" in then["DESCRIPTION"]


def test_an_event_changes_with_its_record_alone(app, client):
    with app.app_context(), writing():
        make.commitment(code="talks.c1", deadline_kind="explicit", due_on="2024-05-01")
        make.commitment_party(commitment="talks.c1", party="mx")

    def event():
        return calendar(client)["commitment.talks.c1"]

    def last_change():
        with app.app_context():
            return session.query(Change.at).order_by(Change.seq.desc()).first()[0].replace(microsecond=0)

    first, at = event(), last_change()
    assert first["LAST-MODIFIED"].dt == first["DTSTAMP"].dt == at
    assert client.get("/calendar.ics").data == client.get("/calendar.ics").data
    client.send("/commitments/talks.c1/edit", {"title": "Another", "commitment-parties-0-remove": "yes"})
    assert event()["SEQUENCE"] > first["SEQUENCE"]
    assert event()["SUMMARY"] == "Another (due)"


def test_a_calendar_tells_of_meetings_as_far_as_they_are_known(app, client):
    with app.app_context(), writing():
        where = {"venue": "A hall", "country": "mx", "place_basis": "stated"}
        make.meeting(code="long", starts_on="2030-01-30", ends_on="2030-02-01", status="planned", **where)
        make.meeting(code="off", starts_on="2030-01-30", status="cancelled")
        make.meeting(code="last", starts_on="9999-12-30", ends_on="9999-12-31", status="planned")
        make.meeting(code="month", starts_on="2030-01-01", date_precision="month")
    events = calendar(client)
    assert events.keys() == {
        f"meeting.{name}" for name in ("long", "off", "last", "mx-us-2023-07-24", "mx-us-2023-05-30")
    }
    long = events["meeting.long"]
    assert (long.start, long.end) == (datetime.date(2030, 1, 30), datetime.date(2030, 2, 2))
    assert (long["STATUS"], long["LOCATION"], long["DESCRIPTION"].partition("\n")[0]) == (
        "TENTATIVE",
        "A hall, Mexico",
        "Planned",
    )
    assert (events["meeting.off"]["STATUS"], events["meeting.mx-us-2023-07-24"]["STATUS"]) == ("CANCELLED", "CONFIRMED")
    held = events["meeting.mx-us-2023-07-24"]
    assert held["SUMMARY"].startswith("Mexico, United States: US delegation")
    assert "The date is inferred. Printed: “July 24”, without a year." in held["DESCRIPTION"]
    assert events["meeting.last"].end == datetime.date.max
    assert calendar(client, "?primary_area=migration").keys() == {"meeting.mx-us-2023-07-24"}
    assert calendar(client, "?as_of=2023-08-01").keys() == events.keys()
    assert calendar(client, "?known_by=2023-08-01").keys() == set()


@pytest.mark.parametrize(
    ("day", "every", "following"),
    [
        ("2024-01-31", 1, ["2024-02-29", "2024-03-31", "2024-04-30"]),
        ("2023-08-30", 6, ["2024-02-29", "2024-08-30", "2025-02-28"]),
        ("2024-02-29", 12, ["2025-02-28", "2026-02-28", "2027-02-28"]),
        ("2024-05-15", 3, ["2024-08-15", "2024-11-15", "2025-02-15"]),
    ],
)
def test_what_recurs_skips_no_month(day, every, following):
    rrule = pytest.importorskip("dateutil.rrule")
    first = datetime.date.fromisoformat(day)
    rule = icalendar.vRecur(recurrence_rule(first, every)).to_ical().decode()
    days = rrule.rrulestr(rule, dtstart=datetime.datetime.combine(first, datetime.time()))[:4]
    assert [str(each.date()) for each in days] == [day, *following]


def test_what_is_over_does_not_recur(app, client):
    with app.app_context(), writing():
        for code in ("talks.c1", "talks.c2"):
            make.commitment(code=code, deadline_kind="recurring", every_months=6, due_on="2024-08-31")
            make.commitment_party(commitment=code, party="mx")
        make.update(commitment="talks.c2", party="mx", status="withdrawn")
    events = calendar(client)
    assert events["commitment.talks.c1"]["RRULE"]["INTERVAL"] == [6]
    assert "RRULE" not in events["commitment.talks.c2"]
    assert "Mexico: Withdrawn" in events["commitment.talks.c2"]["DESCRIPTION"]


@pytest.mark.parametrize("path", ["/commitments/feed.atom", "/calendar.ics"])
def test_many_cost_as_many_queries_as_one(app, client, path):
    def grow(number):
        with app.app_context(), writing():
            for _ in range(number):
                made = make.commitment(deadline_kind="explicit", due_on="2030-01-01", meeting=make.meeting().code).code
                make.participation(
                    meeting=session.query(Change.code).filter_by(kind="meeting").order_by(Change.seq.desc()).first()[0]
                )
                make.milestone(commitment=made, due_on="2030-01-01")
                make.update([make.piece(passage=make.passage().code)], commitment=made)
        with counted(app) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    assert grow(1) == grow(5) < 40


def test_a_calendar_of_too_many_days_is_refused(app, client, monkeypatch):
    monkeypatch.setattr("tracker.views.feeds.MAX_DATES", 1)
    answer = client.get("/calendar.ics", headers={"Accept": "application/json"})
    assert (answer.status_code, "more than 1 dates" in answer.json["errors"]["filters"][0]) == (422, True)
    assert len(calendar(client, "?meeting=mx-us-2023-05-30")) == 1
