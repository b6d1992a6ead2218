"""The figures of a report as tables of plain numbers."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from tracker.exports.reports.blocks import format_day, term_label
from tracker.exports.reports.document import CAPTIONS, change_sections
from tracker.queries.reports.stored import ReportData
from tracker.vocabulary import DeadlineState, FollowUp, OverallStatus

Value = str | float | None
#: (title, header, rows); the first cell of each row says what the row is about.
SummaryTable = tuple[str, Sequence[str], Sequence[Sequence[Value]]]


def summary_tables(data: ReportData) -> Iterator[SummaryTable]:
    told, report, brief = data.head["summary"], data.head["report"], data.head["brief"]
    commitments = _("Commitments")
    figures = [
        (commitments, told["commitments"]),
        (_("Meetings"), data.head["rows"]["meetings"]),
        (_("Reported by one side only"), told["one_sided"]),
        (_("Score, from 0 to 100"), told["score"]["percentage"]),
        (_("Statuses of leads that are scored"), told["score"]["scored"]),
        (_("Statuses of leads that are not scored"), told["score"]["unscored"]),
    ]
    yield _("Over all"), (_("Figure"), _("Number")), figures
    for name, about, words in (
        ("statuses", _("Status"), OverallStatus),
        ("deadlines", _("Deadline"), DeadlineState),
        ("follow_up", _("Reason"), FollowUp),
    ):
        rows = [(term_label(words, word), number) for word, number in told[name].items()]
        yield str(CAPTIONS[name]), (about, commitments), rows
    for chapter, parts in change_sections(report):
        counts = [(title, brief[name]["count"]) for name, title, _tell in parts if name in brief]
        yield chapter, (_("What"), _("Number")), counts
    yield _by_status(str(CAPTIONS["areas"]), _("Policy area"), data.head["areas"], {})
    moved = {"moved": _("Status changed since %(day)s"), "led_before": _("Led on %(day)s")} if report["since"] else {}
    moved = {name: called % {"day": format_day(report["since"])} for name, called in moved.items()}
    yield _by_status(str(CAPTIONS["parties"]), _("Lead party"), data.head["parties"], moved)


def _by_status(title: str, about: str, counted: Sequence[dict[str, Any]], more: dict[str, str]) -> SummaryTable:
    """Return counts by status, with the score; `more` are {name: label} of other numbers."""
    words = [word for word in OverallStatus if any(word.value in each["statuses"] for each in counted)]
    scored = {"percentage": _("Score"), "scored": _("Scored"), "unscored": _("Not scored")}
    header = [about, _("Commitments"), *(str(word.label) for word in words), *scored.values(), *more.values()]
    rows = [
        [
            each["name"],
            each["commitments"],
            *(each["statuses"].get(word.value, 0) for word in words),
            *(each["score"][name] for name in scored),
            *(each[name] for name in more),
        ]
        for each in counted
    ]
    return title, header, rows
