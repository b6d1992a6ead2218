"""The figures of a report as tables of plain numbers."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from tracker.exports.reports.blocks import format_day, term_label, words_of
from tracker.exports.reports.document import CAPTIONS, change_sections
from tracker.queries.reports.stored import Head, ReportData
from tracker.vocabulary import DeadlineState, FollowUp, OverallStatus

Value = str | float | None
#: (title, header, rows); the first cell of each row says what the row is about.
SummaryTable = tuple[str, Sequence[str], Sequence[Sequence[Value]]]


def summary_tables(data: ReportData) -> Iterator[SummaryTable]:
    summary, report, brief = data.head["summary"], data.head["report"], data.head["brief"]
    commitments = _("Commitments")
    figures = [
        (commitments, summary["commitments"]),
        (_("Meetings"), data.head["rows"]["meetings"]),
        (_("Reported by one side only"), summary["one_sided"]),
        (_("Score, from 0 to 100"), summary["score"]["percentage"]),
        (_("Statuses of leads that are scored"), summary["score"]["scored"]),
        (_("Statuses of leads that are not scored"), summary["score"]["unscored"]),
    ]
    yield _("Over all"), (_("Figure"), _("Number")), figures
    for name, about, words in (
        ("statuses", _("Status"), OverallStatus),
        ("deadlines", _("Deadline"), DeadlineState),
        ("follow_up", _("Reason"), FollowUp),
    ):
        rows = [(term_label(words, word), number) for word, number in summary[name].items()]
        yield str(CAPTIONS[name]), (about, commitments), rows
    for chapter, parts in change_sections(report):
        counts = [(title, brief[name]["count"]) for name, title, _lay_out in parts if name in brief]
        yield chapter, (_("What"), _("Number")), counts
    yield _by_status(str(CAPTIONS["areas"]), _("Policy area"), data.head["areas"], {})
    moved = {"moved": _("Status changed since %(day)s"), "led_before": _("Led on %(day)s")} if report["since"] else {}
    moved = {name: label % {"day": format_day(report["since"])} for name, label in moved.items()}
    yield _by_status(str(CAPTIONS["parties"]), _("Lead party"), data.head["parties"], moved)


def _by_status(title: str, about: str, groups: Sequence[Head], more: dict[str, str]) -> SummaryTable:
    """Return counts by status, with the score; `more` are {name: label} of other numbers."""
    words = words_of(OverallStatus, (group["statuses"] for group in groups))
    score = {"percentage": _("Score"), "scored": _("Scored"), "unscored": _("Not scored")}
    labels = (term_label(OverallStatus, word) for word in words)
    header = [about, _("Commitments"), *labels, *score.values(), *more.values()]
    rows = [
        [
            group["name"],
            group["commitments"],
            *(group["statuses"].get(word, 0) for word in words),
            *(group["score"][name] for name in score),
            *(group[name] for name in more),
        ]
        for group in groups
    ]
    return title, header, rows
