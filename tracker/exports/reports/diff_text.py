"""The differences between a report and what it would say now, in the words of the report."""

from collections.abc import Iterator, Mapping
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
from tracker.queries.reports.diff import COUNTED, REPEATED, Difference, differences_from_now
from tracker.queries.reports.stored import Head, Json, stored_data
from tracker.records import CATALOGUE
from tracker.records.base import Column
from tracker.records.codebook import referenced_kind
from tracker.vocabulary import Chapter, CommitmentLinkKind, DeadlineState, OverallStatus, Term

#: {name in the figures: (label, list of its words)} where no record has a column of that name.
FIGURES: Mapping[str, tuple[Any, type[Term] | None]] = {
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
#: The kinds whose columns label all other values.
LABELLING = ("commitments", "updates", "checks", "meetings")
#: (label, text then, text now)
Line = tuple[str, str, str]


@dataclass(frozen=True)
class DescribedDifference:
    """A difference as people read it; an empty text stands for no value."""

    #: The title of a record, or the heading of the part of the report.
    where: str
    what: str
    was: str
    now: str
    #: The name of the kind of a record, and its code; empty for figures.
    kind: str = ""
    code: str = ""
    #: Whether the record was removed.
    gone: bool = False

    def __str__(self) -> str:
        where = f"{CATALOGUE[self.kind].singular} {self.code}" if self.kind else self.where
        return f"{where} · {self.what}" if self.what else where


def described_differences(run: ReportRun) -> Iterator[DescribedDifference]:
    """Yield the differences of a report from now; raises Invalid if its scope names a record that was removed."""
    report = stored_data(run).head["report"]
    for difference in differences_from_now(run):
        if difference.kind:
            yield _describe_record(difference)
        else:
            yield from _describe_figure(difference, _heading(difference.place, report))


def _describe_record(difference: Difference) -> DescribedDifference:
    kind, code, column = CATALOGUE[difference.kind], difference.place, None
    if difference.column:
        column = kind.columns.get(difference.column)
        what = str(column.label) if column else difference.column
        was, now = _text(difference.was, column), _text(difference.now, column)
        if was == now:
            # Two records have the same name: show their codes.
            was, now = _text(difference.was), _text(difference.now)
    else:
        what = _("The whole record")
        was, now = (_("not there") if value is None else _("there") for value in (difference.was, difference.now))
    title = difference.about.get(kind.title_column) or code
    gone = not difference.column and difference.now is None
    return DescribedDifference(title, what, was, now, difference.kind, code, gone)


def _describe_figure(difference: Difference, heading: str) -> Iterator[DescribedDifference]:
    """Yield the differences of a figure; an item of a list or a day is one difference."""
    was, now, about, name = difference.was, difference.now, difference.about, difference.place.rpartition(".")[2]
    titles = (about.get("title"), about.get("name"), about.get("again", {}).get("title"))
    what = " – ".join(filter(None, titles))
    if about and (was is None or now is None):
        was, now = (_("not listed") if item is None else _("listed") for item in (was, now))
        yield DescribedDifference(heading, what, was, now)
        return
    if isinstance(was, list):
        # Describe the first of the days that differ.
        days, was, now = len(was), was[0] or {}, now[0] or {}
        what, name = format_day((was or now)["day"]), "statuses"
        if days > 1:
            what = _("%(day)s, the first of %(n)s days that differ", day=what, n=days)
        was, now = was.get("statuses"), now.get("statuses")
    elif not what and name in ("since_meeting", "next_meeting"):
        what = _label(name)
    lines = list(_lines(name, was, now))
    if isinstance(difference.was, list) or (what and len(lines) > 1):
        was, now = ("; ".join(f"{line[0]}: {line[n] or _('nothing')}" for line in lines) for n in (1, 2))
        yield DescribedDifference(heading, what, was, now)
    else:
        for label, before, after in lines:
            yield DescribedDifference(heading, " – ".join(filter(None, (what, label))), before, after)


def _lines(name: str, was: Json, now: Json) -> Iterator[Line]:
    """Yield the differences within a value."""
    before, after = (value if isinstance(value, dict) else {} for value in (was, now))
    if name in COUNTED:
        for word in COUNTED[name]:
            counts = before.get(word.value, 0), after.get(word.value, 0)
            if counts[0] != counts[1]:
                yield str(word.label), _text(counts[0]), _text(counts[1])
    elif name == "score":
        yield _label(name), "{} ({})".format(*format_score(before)), "{} ({})".format(*format_score(after))
    elif before or after:
        for inner in {**before, **after}:
            if inner not in REPEATED and before.get(inner) != after.get(inner):
                yield from _lines(inner, before.get(inner), after.get(inner))
    else:
        column, words = _column(name), FIGURES[name][1] if name in FIGURES else None
        yield _label(name), _text(was, column, words), _text(now, column, words)


def _heading(place: str, report: Head) -> str:
    """Return the heading of a part of the head in the report."""
    part, _dot, rest = place.partition(".")
    name = rest.partition(".")[0]
    if part == "brief":
        titles = {key: title for _heading, parts in change_sections(report) for key, title, _lay_out in parts}
        return titles.get(name, name)
    if part == "report":
        return str(CATALOGUE["reports"].singular)
    if part == "summary":
        # The rest of a caption explains it.
        return str(CAPTIONS.get(name, Chapter.SUMMARY.label)).partition(";")[0]
    return term_label(Chapter, part)


def _label(name: str) -> str:
    column = _column(name)
    if name in FIGURES:
        return str(FIGURES[name][0])
    return str(column.label) if column else name.replace("_", " ").capitalize()


def _column(name: str) -> Column | None:
    return next((CATALOGUE[kind].columns[name] for kind in LABELLING if name in CATALOGUE[kind].columns), None)


def _text(value: Json, column: Column | None = None, words: type[Term] | None = None) -> str:
    """Return a plain value as people read it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(_text(item, column) for item in value)
    if isinstance(value, dict):
        return str(value.get("title") or value.get("text"))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return format_decimal(value, "#,##0.##########")
    if words := words or (column.field.vocabulary if column else None):
        return next((str(word.label) for word in words if word.value == value), value)
    if column and (kind := CATALOGUE.get(referenced_kind(column))):
        return str(session.scalar(select(kind.model).where(kind.model.code == value)) or value)
    form = column.json_type if column else ""
    return format_day(value) if form == "date" else format_moment(value) if form == "datetime" else value
