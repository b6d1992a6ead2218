"""Issuing a report: what it printed is kept byte by byte, and told beside what the records say now."""

import datetime
import hashlib
import json
import zlib

import pytest
from sqlalchemy import select

from tests import make
from tracker.actions import reports
from tracker.actions.reports import draft_report, issue_report
from tracker.actions.save import remove_record, save
from tracker.actions.updates import void_update
from tracker.database import session, writing
from tracker.dates import today
from tracker.errors import Conflict, Invalid
from tracker.exports.reports import diff_text
from tracker.models import Change, ReportPart
from tracker.queries import integrity, listing
from tracker.queries.reports import diff, stored
from tracker.queries.reports import parameters as asking
from tracker.queries.reports.data import report_data
from tracker.records import CATALOGUE
from tracker.vocabulary import Chapter

JS, NR = "mx-us-2023-07-24", "mx-us-2023-05-30"
C1 = f"{JS}.c1"


@pytest.fixture
def issued(app):
    """A report on the seeds and a few updates, within a transaction that writes."""
    with app.app_context(), writing():
        make.update(commitment=C1, party="mx", status="done", effective_on="2024-01-10", reason="Ñandú “x”\n\u2028é")
        make.commitment_link(commitment=f"{JS}.c2", to=f"{NR}.c1")
        make.claim(meeting=JS, value="0.00005", unit="g")
        yield make.report(cover_note="Two\n\nparagraphs", scope="area=fentanyl&area=arms&area=migration")


def whole_of(file):
    file.seek(0)
    return file.read()


def whole(run):
    return b"".join(stored.stored_content(run))


def again(run):
    """Return the data of a report as the records give it now, for what was asked for then."""
    then = stored.stored_data(run).head["report"]
    return report_data(asking.report_parameters(asking.form_for_report(then), then["address"]))


def change(kind, record, **values):
    save(make.account(), record, CATALOGUE[kind].form.from_plain(values, record))


def log_more():
    logged = make.update(commitment=C1, party="mx", status="stalled", effective_on="2024-01-11")
    make.update([], commitment=f"{JS}.c2", party="us", status="uncheckable", effective_on="2023-12-01")
    void_update(make.account(), logged, "A mistake.")
    make.check(commitment=f"{JS}.c3")
    made = make.commitment(area="arms", made_on="2024-01-01").code
    make.update(commitment=made, party=make.commitment_party(commitment=made, party="mx").party.code)
    make.claim(meeting=JS)
    make.commitment_link(commitment=C1, to=made)


def test_what_is_kept_is_what_was_printed(issued):
    content = whole(issued)
    assert issued.sha256 == hashlib.sha256(content).hexdigest()
    held, told = json.loads(content), stored.stored_data(issued)
    assert held["head"] == told.head
    assert {name: held[name] for name in told.head["rows"]} == {
        name: list(told.rows(name)) for name in told.head["rows"]
    }
    assert {name: len(held[name]) for name in told.head["rows"]} == told.head["rows"]
    assert (issued.commitments, told.head["rows"]["updates"]) == (8, 1)
    (update,) = told.rows("updates")
    assert update["reason"] == "Ñandú “x”\n\u2028é"
    assert "".join(stored.serialize(told)).encode() == content
    # Codes name the records, and what analysts tell one another stays here.
    assert not [
        name
        for rows in held.values()
        if isinstance(rows, list)
        for row in rows
        for name in row
        if name in ("id", "note")
    ]


def test_what_was_asked_for_is_told(issued):
    assert issued.code == "r1"
    assert (issued.scope, issued.cover_note) == ("area=fentanyl&area=arms&area=migration", "Two\n\nparagraphs")
    assert issued.sentence.startswith("Policy area: ")
    assert (issued.since_meeting.code, issued.since) == (JS, datetime.date(2023, 7, 24))
    assert issued.known_by <= issued.recorded_at
    assert issued.chapters == list(Chapter)
    last = session.scalars(select(Change).order_by(Change.seq.desc()).offset(1)).first()
    assert (issued.head_seq, issued.head_hash) == (last.seq, last.hash)
    assert issued.recorded_by is make.account()
    assert make.report().code == "r2"


def test_issued_again_after_more_was_logged_it_is_the_same(issued):
    before = whole(issued)
    log_more()
    session.expire_all()
    assert whole(issued) == before
    with draft_report(again(issued)) as written:
        assert zlib.decompress(whole_of(written.file)) == before
    assert list(diff.differences_from_now(issued)) == []


def test_it_is_not_the_same_without_the_two_dates(issued):
    log_more()
    assert make.report(scope=issued.scope).sha256 != issued.sha256
    now = make.asked_for(scope=issued.scope, title=issued.title, cover_note=issued.cover_note)
    assert {d.place for d in diff.differences_between(stored.stored_data(issued), report_data(now))} >= {
        f"{C1}.u2",
        "areas",
        "brief.moved.items",
        "summary.statuses",
    }


def test_what_was_edited_since_is_named(issued):
    before = whole(issued)
    third = listing.get_record(CATALOGUE["commitments"], f"{JS}.c3")
    change("commitments", third, title="Another title", deadline_kind="explicit", due_on="2024-02-01")
    found = {(d.kind, d.place, d.column): (d.was, d.now) for d in diff.differences_from_now(issued)}
    own = {key[2]: found.pop(key) for key in list(found) if key[:2] == ("commitments", f"{JS}.c3")}
    first = next(row for row in json.loads(before)["commitments"] if row["code"] == f"{JS}.c3")
    assert own == {
        "title": (first["title"], "Another title"),
        "deadline_kind": (first["deadline_kind"], "explicit"),
        "due_on": (None, "2024-02-01"),
        "deadline_state": ("no_date", "overdue"),
    }
    # Beside it only figures: what is overdue now was not. What they repeat of the record is not told again.
    assert {key[:2] for key in found} == {
        ("", "summary.deadlines"),
        ("", "summary.follow_up"),
        ("", "summary.ahead"),
        ("", "brief.overdue.items"),
    }
    was, now = found["", "brief.overdue.items", ""]
    assert (was, now["commitment"]) == (None, f"{JS}.c3")
    assert whole(issued) == before


def test_what_differs_is_told_in_the_words_of_the_report(issued):
    for number in (1, 2):
        made = make.commitment(code=f"t{number}", title=f"Due {number}", area="arms", made_on="2023-08-01")
        change("commitments", made, deadline_kind="explicit", due_on=f"2024-01-0{number}")
    run = make.report(scope="kind=new_commitment&area=arms&area=fentanyl", as_of="2024-03-01")
    change("commitments", listing.get_record(CATALOGUE["commitments"], "t1"), due_on="2024-03-10")
    change("areas", listing.get_record(CATALOGUE["areas"], "arms"), name="Arms, too")
    told = [(f"{each}", each.was, each.now) for each in diff_text.described_differences(run)]
    scopes = (f"Policy area: {area} or Fentanyl; Kind: New commitment" for area in ("Arms trafficking", "Arms, too"))
    assert told == [
        ("Policy area arms · Name", "Arms trafficking", "Arms, too"),
        ("Commitment t1 · Due on", "January 1, 2024", "March 10, 2024"),
        ("Commitment t1 · Deadline state", "Overdue", "Due soon"),
        ("Report · Scope", *scopes),
        ("Commitments by deadline · Overdue", "2", "1"),
        ("Commitments by deadline · Due soon", "0", "1"),
        ("What wants follow-up · Overdue", "2", "1"),
        ("What wants follow-up · Due soon", "0", "1"),
        ("Overdue · Due 1", "listed", "not listed"),
        ("Due within 30 days · Due 1", "not listed", "listed"),
    ]


def test_what_came_and_went_is_named(issued):
    lead = next(stored.stored_data(issued).rows("commitment-parties"))["code"]
    remove_record(make.account(), listing.get_record(CATALOGUE["commitment-parties"], lead))
    new = make.commitment_party(commitment=C1, party=make.party(name="New").code)
    found = {(d.kind, d.place): (d.was, d.now) for d in diff.differences_from_now(issued)}
    # Figures come after what they are made of.
    assert list(found)[-1][0] == ""
    assert [kind for kind, _place in found] == sorted((kind for kind, _place in found), key="".__eq__)
    assert found["commitment-parties", lead] == (lead, None)
    assert found["commitment-parties", new.code] == (None, new.code)
    assert found["parties", new.party.code] == (None, new.party.code)


def test_who_leads_no_more_is_still_told_of(issued):
    row = make.commitment_party(commitment=C1, party=make.party(code="zz", name="Zed").code)
    made = make.update(commitment=C1, party="zz")
    remove_record(make.account(), row)
    told = stored.stored_data(make.report())
    assert made.code in [update["code"] for update in told.rows("updates")]
    assert "Zed" in [party["name"] for party in told.rows("parties")]


def test_who_was_named_a_lead_later_stands_in_the_table_as_in_the_figures(issued):
    known_by = datetime.datetime.now(datetime.UTC).isoformat()
    make.commitment_party(commitment=C1, party=make.party(code="zz", name="Zed").code)
    told = report_data(make.asked_for(known_by=known_by))
    assert "zz" in [party["party"] for party in told.head["parties"]]
    assert "zz" in [row["party"] for row in told.rows("commitment-parties")]


def test_claims_about_something_else_are_left_out(app):
    with app.app_context(), writing():
        meeting, other = make.meeting().code, make.meeting().code
        one, further, third = (make.area().code for _area in range(3))
        own = make.commitment(meeting=meeting, area=one, areas=[further]).code
        apart = make.commitment(meeting=meeting, area=third).code
        wanted = [
            make.claim(meeting=meeting).code,
            make.claim(meeting=meeting, area=one).code,
            make.claim(meeting=meeting, area=further, commitment=apart).code,
            make.claim(commitment=own).code,
            make.claim(meeting=other, area=third, commitment=own).code,
        ]
        make.claim(meeting=meeting, area=third)
        make.claim(meeting=meeting, commitment=apart)
        make.claim(meeting=other, area=one)
        told = report_data(make.asked_for(scope=f"area={one}"))
        assert [row["code"] for row in told.rows("claims")] == wanted
        assert told.head["rows"]["claims"] == len(wanted)


def test_a_meeting_that_a_report_tells_news_since_is_not_removed(issued):
    made = make.meeting(starts_on="2023-08-01")
    make.report(since_meeting=made.code)
    with pytest.raises(Conflict):
        remove_record(make.account(), made)


def test_a_report_that_is_kept_in_several_parts_is_read_as_one(issued, monkeypatch):
    before = whole(issued)
    monkeypatch.setattr(reports, "PART_BYTES", 100)
    with draft_report(again(issued)) as written:
        run = issue_report(make.account(), written)
    parts = session.scalars(select(ReportPart).where(ReportPart.report_id == run.id).order_by(ReportPart.number)).all()
    assert [part.number for part in parts] == list(range(len(parts)))
    assert len(parts) > 20
    assert zlib.decompress(b"".join(part.content for part in parts)) == before == whole(run)
    assert stored.stored_data(run).head == stored.stored_data(issued).head
    assert run.sha256 == issued.sha256


def test_nobody_issues_a_report_without_an_account(issued):
    before = session.info["account"]
    with draft_report(again(issued)) as written, pytest.raises(RuntimeError, match="account"):
        issue_report(None, written)
    session.rollback()
    session.info["account"] = before


def test_the_check_finds_nothing_wrong_with_a_report(issued):
    assert integrity.integrity_problems() == []
    change("meetings", issued.since_meeting, starts_on=None, date_precision="unknown")
    assert integrity.integrity_problems() == []


# What a report is asked for


@pytest.fixture
def meetings(app):
    """Meetings around the one of the seeds in July 2023, each with a commitment."""
    with app.app_context(), writing():
        for code, fields in {
            "later": {"starts_on": "2024-05-01", "ends_on": "2024-05-03"},
            "cancelled": {"starts_on": "2024-06-01", "status": "cancelled"},
            "elsewhere": {"starts_on": "2024-04-01"},
            "no-day": {"starts_on": None, "date_precision": "unknown"},
        }.items():
            make.meeting(code=code, **fields)
            make.commitment(meeting=code, area="fentanyl" if code == "elsewhere" else "arms", made_on="2023-08-01")
        yield


@pytest.mark.parametrize(
    ("fields", "since", "meeting"),
    [
        ({"as_of": "2024-06-15"}, "2024-05-03", "later"),
        ({"as_of": "2024-05-04"}, "2024-05-03", "later"),
        # It has begun, and goes on: the news is of the day itself.
        ({"as_of": "2024-05-02"}, "2024-05-02", "later"),
        # On its first day it is not a meeting before that day.
        ({"as_of": "2024-05-01"}, "2024-04-01", "elsewhere"),
        ({"as_of": "2024-05-01", "scope": "area=arms"}, "2023-07-24", JS),
        ({"as_of": "2023-06-01"}, "2023-05-30", NR),
        ({"as_of": "2024-06-15", "since_meeting": NR}, "2023-05-30", NR),
        ({"as_of": "2024-06-15", "since_meeting": "later"}, "2024-05-03", "later"),
        ({"as_of": "2024-06-15", "since": "2024-01-01"}, "2024-01-01", None),
        ({"as_of": "2024-06-15", "since": "2024-06-15"}, "2024-06-15", None),
    ],
)
def test_since_when_news_is_told(meetings, fields, since, meeting):
    asked = make.asked_for(**fields)
    assert asked.since.isoformat() == since
    assert (asked.since_meeting and asked.since_meeting.code) == meeting


def test_nothing_is_known_of_what_comes_after_now(app):
    with app.app_context(), writing():
        before = datetime.datetime.now(datetime.UTC)
        asked = make.asked_for(known_by=today().isoformat())
        assert before <= asked.known_by <= datetime.datetime.now(datetime.UTC)
        made = make.commitment(made_on="2024-01-01").code
        assert made not in [row["code"] for row in report_data(asked).rows("commitments")]


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"since": "2024-06-02", "as_of": "2024-06-01"}, "since", "comes after the one the report is as of"),
        ({"as_of": "2999-01-01"}, "as_of", "has not come yet"),
        ({"known_by": "2999-01-01"}, "known_by", "has not come yet"),
        ({"since": "2024-01-01", "since_meeting": JS}, "since_meeting", "A day is given in “News since” too"),
        ({"since_meeting": "no-day"}, "since_meeting", "is not known"),
        ({"since_meeting": "later", "as_of": "2024-04-30"}, "since_meeting", "is later than the day"),
        ({"title": ""}, "title", "Fill this in."),
        ({"title": "x" * 10_000}, "title", "Shorten"),
        ({"cover_note": "x" * 5_001}, "cover_note", "Shorten"),
        ({"chapters": ["poetry"]}, "chapters", "“poetry”"),
        ({"since_meeting": "nowhere"}, "since_meeting", "“nowhere”"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_its_field(meetings, fields, field, said):
    with pytest.raises(Invalid) as refusal:
        make.asked_for(**fields)
    assert list(refusal.value.errors) == [field]
    assert said in " ".join(map(str, refusal.value.errors[field]))


@pytest.mark.parametrize("scope", ["kind=intention&area=border-infrastructure", "made_from=2999-01-01", "q=xyzzy"])
def test_an_empty_scope_is_refused(app, scope):
    with app.app_context(), writing():
        with pytest.raises(Invalid, match="No commitment matches this scope"):
            asking.check_scope(make.asked_for(scope=scope))
        assert asking.check_scope(make.asked_for(scope="kind=intention"))


def test_a_scope_that_is_not_known_any_more_is_named(issued):
    area = make.area(code="soon-gone")
    made = make.commitment(area="soon-gone", made_on="2024-01-01")
    run = make.report(scope="area=soon-gone")
    change("commitments", made, area="arms")
    remove_record(make.account(), area)
    with pytest.raises(Invalid, match="soon-gone"):
        list(diff.differences_from_now(run))
    assert json.loads(whole(run))["head"]["report"]["scope"] == "area=soon-gone"
