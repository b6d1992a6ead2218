"""What differs between a report and what it would say now, in the words of the report itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from tracker.database import session
from tracker.exports.reports.blocks import format_day, format_moment, format_score, term_label
from tracker.exports.reports.document import CAPTIONS, change_sections
from tracker.models import ReportRun
from tracker.queries.reports import diff, stored
from tracker.queries.reports.diff import REPEATED, Difference
from tracker.records import CATALOGUE
from tracker.records.base import Column
from tracker.records.codebook import referenced_kind
from tracker.vocabulary import Chapter, CommitmentKind, CommitmentLinkKind, DeadlineState, FollowUp, OverallStatus

#: {name in the figures: the list of words that are counted in it}
COUNTED: Mapping[str, Any] = {
    "deadlines": DeadlineState,
    "follow_up": FollowUp,
    "kinds": CommitmentKind,
    "statuses": OverallStatus,
}
#: {name in the figures: (label, words of its values)}, of what no record has in a column of that name.
FIGURES: Mapping[str, tuple[Any, Any]] = {
    "after": (_l("Status now"), OverallStatus),
    "again": (_l("Promised before"), None),
    "before": (_l("Status before"), OverallStatus),
    "checked": (_l("Searched for in vain"), None),
    "commitments": (_l("Commitments"), None),
    "count": (_l("In all"), None),
    "kind": (_l("Kind"), CommitmentLinkKind),
    "led_before": (_l("Commitments it led then"), None),
    "moved": (_l("Of these, status changed on"), None),
    "next_meeting": (_l("Next meeting"), None),
    "recorded_later": (_l("Commitments recorded here only later"), None),
    "score": (_l("Score"), None),
    "sentence": (_l("Scope"), None),
    "since_meeting": (_l("News since the meeting"), None),
    "state": (_l("Deadline"), DeadlineState),
}
#: What of a report tells of a meeting.
MEETINGS = ("since_meeting", "next_meeting")
#: (label, what was said, what is said now)
Line = tuple[str, str, str]
#: The kinds whose columns call the values of all else.
CALLING = ("commitments", "updates", "checks", "meetings")


@dataclass(frozen=True)
class DescribedDifference:
    """A difference as people read it; nothing stands for nothing."""

    #: What a record is called, or the heading of the part of the report.
    where: str
    what: str
    was: str
    now: str
    #: Of a record: the name of its kind, and its code.
    kind: str = ""
    code: str = ""
    #: Whether the record is no more.
    gone: bool = False

    def __str__(self) -> str:
        called = f"{CATALOGUE[self.kind].singular} {self.code}" if self.kind else self.where
        return f"{called} · {self.what}" if self.what else called


def described_differences(run: ReportRun) -> Iterator[DescribedDifference]:
    """Yield what differs now from what a report said; raises Invalid where its scope names what was removed."""
    report = stored.stored_data(run).head["report"]
    for each in diff.differences_from_now(run):
        if each.kind:
            yield _of_record(each)
        else:
            yield from _of_figure(each, _heading(each.place, report))


def _of_record(each: Difference) -> DescribedDifference:
    kind, code = CATALOGUE[each.kind], each.place
    column, called = kind.columns.get(each.column), each.about.get(kind.title_column) or code
    if not each.column:
        was, now = (_("not there") if record is None else _("there") for record in (each.was, each.now))
        return DescribedDifference(called, _("The whole record"), was, now, each.kind, code, gone=each.now is None)
    what = str(column.label) if column else each.column
    was, now = _said(each.was, column), _said(each.now, column)
    if was == now:
        # Two records of one name: their codes tell them apart.
        was, now = _said(each.was), _said(each.now)
    return DescribedDifference(called, what, was, now, each.kind, code)


def _of_figure(each: Difference, heading: str) -> Iterator[DescribedDifference]:
    """Tell of a figure; what differs in an item of a list is told together."""
    if isinstance(each.was, list):
        yield _over_time(each, heading)
        return
    about = [each.about.get("title"), each.about.get("name"), each.about.get("again", {}).get("title")]
    called = " – ".join(filter(None, about))
    if each.about and (each.was is None or each.now is None):
        was, now = (_("not listed") if item is None else _("listed") for item in (each.was, each.now))
        yield DescribedDifference(heading, called, was, now)
        return
    name = each.place.rpartition(".")[2]
    lines = list(_lines(name, each.was, each.now))
    called = called or (_label(name) if name in MEETINGS else "")
    if called and len(lines) > 1:
        yield DescribedDifference(heading, called, *_together(lines))
    else:
        yield from (
            DescribedDifference(heading, " – ".join(filter(None, (called, name))), was, now) for name, was, now in lines
        )


def _over_time(each: Difference, heading: str) -> DescribedDifference:
    """Tell of the first of the days on which figures differ, and of how many."""
    was, now = each.was[0] or {}, each.now[0] or {}
    on = format_day((was or now)["day"])
    what = on if len(each.was) == 1 else _("%(day)s, the first of %(n)s days that differ", day=on, n=len(each.was))
    return DescribedDifference(
        heading, what, *_together(list(_lines("statuses", was.get("statuses"), now.get("statuses"))))
    )


def _together(lines: Sequence[Line]) -> tuple[str, str]:
    nothing = _("nothing")
    was = "; ".join(f"{name}: {said or nothing}" for name, said, _now in lines)
    return was, "; ".join(f"{name}: {said or nothing}" for name, _was, said in lines)


def _lines(name: str, was: Any, now: Any) -> Iterator[Line]:
    """Yield (label, what was said, what is said now) of what differs in a value."""
    before, after = (value if isinstance(value, dict) else {} for value in (was, now))
    both = {**before, **after}
    if name in COUNTED:
        for word in COUNTED[name]:
            counts = before.get(word.value, 0), after.get(word.value, 0)
            if counts[0] != counts[1]:
                yield str(word.label), _said(counts[0]), _said(counts[1])
    elif name == "score":
        yield _label(name), _scored(was), _scored(now)
    elif both:
        for each in both:
            if each not in REPEATED and before.get(each) != after.get(each):
                yield from _lines(each, before.get(each), after.get(each))
    else:
        column, words = _column(name), FIGURES[name][1] if name in FIGURES else None
        yield _label(name), _said(was, column, words), _said(now, column, words)


def _scored(scored: dict[str, Any]) -> str:
    percentage, of = format_score(scored)
    return f"{percentage} ({of})"


def _heading(place: str, report: dict[str, Any]) -> str:
    """Return what a report puts over a part of its head."""
    part, _dot, rest = place.partition(".")
    name = rest.partition(".")[0]
    if part == "brief":
        return next(
            (title for _of, parts in change_sections(report) for key, title, _tell in parts if key == name),
            name,
        )
    if part == "report":
        return str(CATALOGUE["reports"].singular)
    if part == "summary":
        # What follows in a caption explains it.
        return str(CAPTIONS.get(name, Chapter.SUMMARY.label)).partition(";")[0]
    return term_label(Chapter, part)


def _label(name: str) -> str:
    column = _column(name)
    if name in FIGURES:
        return str(FIGURES[name][0])
    return str(column.label) if column else name.replace("_", " ").capitalize()


def _column(name: str) -> Column | None:
    return next((CATALOGUE[kind].columns[name] for kind in CALLING if name in CATALOGUE[kind].columns), None)


def _said(value: Any, column: Column | None = None, words: Any = None) -> str:
    """Return a plain value as people read it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(_said(each, column) for each in value)
    if isinstance(value, dict):
        return str(value.get("title") or value.get("text"))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return format_decimal(value, "#,##0.##########")
    if words := words or (column and column.field.vocabulary):
        return next((str(word.label) for word in words if word.value == value), value)
    if column and (kind := CATALOGUE.get(referenced_kind(column))):
        found = session.scalar(select(kind.model).where(kind.model.code == value))
        return str(found or value)
    sort = column.json_type if column else ""
    return format_day(value) if sort == "date" else format_moment(value) if sort == "datetime" else str(value)
