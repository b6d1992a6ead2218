"""What is laid out of a brief: its chapters, their parts, and lines that a reader can count."""

import datetime

import pytest

from tests import make, past
from tracker.database import session, writing
from tracker.exports.reports import document
from tracker.exports.reports.blocks import BulletList, Heading
from tracker.models import ProgressUpdate
from tracker.queries import listing
from tracker.queries.reports.data import report_data
from tracker.records import CATALOGUE
from tracker.vocabulary import DatePrecision, Status

ASKED = {"scope": "area=talks", "since": "2024-03-01", "as_of": "2024-05-01"}


@pytest.fixture
def led(app):
    """Return a function that makes a commitment of January, recorded on a day, and its leads."""
    with app.app_context(), writing():
        area = make.area(code="talks").code

        def made(code, recorded=(2024, 1, 20), parties=("mx", "us"), **fields):
            commitment = make.commitment(code=code, title=code, area=area, **{"made_on": "2024-01-10"} | fields)
            commitment.recorded_at = datetime.datetime(*recorded, 12, tzinfo=datetime.UTC)
            return [make.commitment_party(commitment=code, party=party) for party in parties]

        yield made


def log(lead, recorded, effective, status, corrects=None):
    at = datetime.datetime.fromisoformat(f"{recorded}T12:00:00+00:00")
    at += datetime.timedelta(seconds=session.query(ProgressUpdate).count())
    return past.store(lead, at, status, datetime.date.fromisoformat(effective), corrects)


def laid(**fields):
    """Return what is laid out, a line each: headings begin with their level, what is in a list with a bullet."""
    found = []
    for block in document.changes_chapters(report_data(make.asked_for(**ASKED | fields))):
        if isinstance(block, Heading):
            found.append("#" * block.level + " " + block.text)
        else:
            lines = [("• ", line) for line in block.lines] if isinstance(block, BulletList) else [("", block.line)]
            found += [start + "".join(span.text for span in line) for start, line in lines]
    return found


def under(heading, lines):
    """Return what follows a heading, up to the next one."""
    rest = lines[lines.index(heading) + 1 :]
    return rest[: next((n for n, line in enumerate(rest) if line.startswith("#")), len(rest))]


def test_what_changed_since_comes_before_what_wants_attention(led):
    (mx, _us) = led("one", deadline_kind="explicit", due_on="2024-04-01")
    log(mx, "2024-04-02", "2024-03-10", Status.STALLED)
    led("two")
    led("three", made_on="2024-03-05")
    make.commitment_link(commitment="two", to="one")
    make.commitment_link(commitment="three", to="one")
    assert [line for line in laid() if line.startswith("#")] == [
        "# Since March 1, 2024",
        "## Status changes (1)",
        "## New commitments (1)",
        "## Promised again (1)",
        "## Without news (1)",
        "# What wants attention",
        "## Overdue (1)",
        "## Contradicted (1)",
    ]
    assert laid()[-1] == "None: Due within 30 days; Claimed otherwise than found."
    assert "None: Learnt since, true before." in laid()


def test_without_a_day_only_what_wants_attention_is_told(led):
    led("one")
    led("two")
    make.commitment_link(commitment="two", to="one")
    lines = laid(since="")
    assert [line for line in lines if line.startswith("#")] == ["# What wants attention", "## Promised again (1)"]
    assert "Learnt" not in "".join(lines)


def test_what_was_true_before_is_told_once_it_is_recorded(led):
    (mx, us), (alone,) = led("one"), led("two", parties=["mx"])
    wrong = log(alone, "2024-02-20", "2024-02-01", Status.PARTLY_DONE)
    assert "## Without news (2)" in laid()
    for lead in (mx, us):
        log(lead, "2024-03-02", "2024-02-10", Status.STALLED)
    log(alone, "2024-03-20", "2024-02-01", None, corrects=wrong)
    lines = laid()
    stalled = "Not assessed → Stalled since February 10, 2024, recorded on March 2, 2024. Made up. Evidence: A page"
    assert under("## Learnt since, true before (3 statuses of 2 commitments)", lines) == [
        "These stood otherwise on March 1, 2024 than was known here by the end of that day.",
        f"• one: Mexico {stalled}; A page (contradicts) · United States {stalled}",
        "• two: Mexico Partly done → Not assessed, by a correction recorded on March 20, 2024. Made up.",
        "None: Status changes; New commitments; Promised again; Without news.",
    ]
    # By then nothing was recorded since.
    assert "Learnt" not in "".join(laid(known_by="2024-03-01"))


def test_of_what_was_recorded_later_nothing_is_told_as_learnt(led):
    (mx,) = led("one", recorded=(2024, 3, 2), parties=["mx"])
    log(mx, "2024-03-02", "2024-02-10", Status.STALLED)
    lines = laid()
    assert "1 commitment made by then was recorded here only later: of it, nothing is told as learnt since." in lines
    assert "None: Status changes; Learnt since, true before; New commitments; Promised again." in lines
    assert under("## Without news (1)", lines)[1] == "• one, not searched for"


def test_a_commitment_is_one_line_whatever_changed_of_it(led):
    (mx, us), (other, _us) = led("one"), led("two")
    for lead, status in ((mx, Status.DONE), (us, Status.STALLED), (other, Status.DONE)):
        log(lead, "2024-04-01", "2024-03-20", status)
    lines = under("## Status changes (3 statuses of 2 commitments)", laid())
    assert [line.partition(":")[0] for line in lines] == ["• one", "• two", "None"]
    assert lines[0].count(" → ") == 2


def test_those_nobody_searched_for_are_named_up_to_some(led, monkeypatch):
    monkeypatch.setattr(document, "MAX_UNSEARCHED", 2)
    for number in range(6):
        led(f"c{number}", parties=["mx"])
    for number in (3, 5):
        make.check(commitment=f"c{number}", checked_on="2024-04-01", where_searched="Everywhere.")
    first, *named, more, _none = under("## Without news (6)", laid())
    assert first.endswith("Searched for in vain: 2; not searched for: 4.")
    assert [line.partition(",")[0] for line in named] == ["• c3", "• c5", "• c0", "• c1"]
    assert more == "And 2 more, which are counted and not named here."


def test_the_next_meeting_is_named(led):
    make.meeting(code="first", series="Dialogue", starts_on="2024-01-10")
    led("one", meeting="first", deadline_kind="explicit", due_on="2024-06-01")
    ahead = make.meeting(code="next", title="Second dialogue", series="Dialogue", starts_on="2024-06-01")
    lines = laid()
    assert under("## Due before the next meeting, on June 1, 2024 (1)", lines)[0] == "Second dialogue"
    ahead.date_precision = DatePrecision.MONTH
    assert "## Due before the next meeting, in June 2024 (1)" in laid()
    listing.get_record(CATALOGUE["commitments"], "one").due_on = datetime.date(2024, 7, 1)
    *_before, none = document.changes_chapters(report_data(make.asked_for(**ASKED)))
    assert [span.to for span in none.line if "next meeting" in span.text] == ["https://tracker.example/meetings/next"]
