"""A report as a workbook: its figures, its records with real dates and numbers, and the meaning of its words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from tracker.dates import use_zone
from tracker.exports.reports.blocks import format_day, term_label, words_of
from tracker.exports.reports.document import CAPTIONS, change_sections, report_stamp
from tracker.exports.xlsx_file import TO_CELL, ToCell, WorkbookWriter, check_sheet_size, workbook_chunks
from tracker.models import ReportRun
from tracker.queries.reports.stored import Head, ReportData, stored_data
from tracker.records import CATALOGUE
from tracker.vocabulary import DeadlineState, FollowUp, OverallStatus

#: The kinds that have a sheet.
SHEETS = ("commitments", "commitment-parties", "updates", "evidence", "claims", "participations")
#: The kinds whose records are named in cells; records of the others stand by their codes, which their sheets hold.
NAMED = ("parties", "participants", "areas", "frameworks", "indicators", "documents", "meetings")
#: (title, header, rows); the first cell of each row says what the row is about.
SummaryTable = tuple[str, Sequence[str], Sequence[Sequence[str | float | None]]]


def write_xlsx(run: ReportRun) -> Iterator[bytes]:
    """Yield the workbook, in constant memory; raises TooLarge for more records than a sheet has rows."""
    data = stored_data(run)
    check_sheet_size(max(data.head["rows"][name] for name in SHEETS))

    def write(writer: WorkbookWriter) -> None:
        _write_summary(writer, data, run)
        _write_records(writer, data)
        header = (_("List"), _("Word"), _("Label"), _("Definition"))
        rows = (
            (name, word, term["label"], term["definition"])
            for name, words in data.head["codebook"].items()
            for word, term in words.items()
        )
        writer.add_table(_("Codebook"), [(label, None) for label in header], rows)

    return workbook_chunks(write, run.title, str(run.recorded_by), run.recorded_at)


def _write_summary(writer: WorkbookWriter, data: ReportData, run: ReportRun) -> None:
    sheet = writer.book.add_worksheet(_("Summary"))
    for first, last, width in ((0, 0, 34), (1, 1, 44), (2, 14, 16)):
        sheet.set_column(first, last, width)
    sheet.write_string(0, 0, data.head["report"]["title"], writer.title_format)
    with use_zone(data.head["report"]["timezone"]):
        row, _widths = writer.write_rows(sheet, 2, [None, None], report_stamp(data, run))
    for title, header, rows in _summary_tables(data):
        sheet.write_string(row + 2, 0, title, writer.title_format)
        writer.write_header(sheet, row + 3, header)
        row, _widths = writer.write_rows(sheet, row + 4, [None] * len(header), rows)


def _summary_tables(data: ReportData) -> Iterator[SummaryTable]:
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


def _write_records(writer: WorkbookWriter, data: ReportData) -> None:
    names = {kind: {row["code"]: _title(row) for row in data.rows(kind)} for kind in NAMED}
    for kind in SHEETS:
        columns = data.head["columns"][kind]
        table = [(column["label"], _to_cell(column, data, names)) for column in columns]
        rows = ([row[column["name"]] for column in columns] for row in data.rows(kind))
        title = _("Participants") if kind == "participations" else str(CATALOGUE[kind].plural)
        writer.add_table(title, table, rows)


def _to_cell(column: Mapping[str, str], data: ReportData, names: Mapping[str, Mapping[str, str]]) -> ToCell:
    """Return the function that turns values of a column into cells, with names of records and labels of words."""
    texts: Mapping[Any, str] = names.get(column.get("records", ""), {})
    if column["type"] == "boolean":
        texts = {True: _("Yes"), False: _("No")}
    elif words := column.get("words"):
        texts = {word: term["label"] for word, term in data.head["codebook"][words].items()}
    if column["type"] == "list":
        return lambda codes: "; ".join([texts.get(code, code) for code in codes])
    return (lambda value: texts.get(value, value)) if texts else TO_CELL.get(column["type"])


def _title(row: dict[str, Any]) -> str:
    title: str = row.get("title") or row["name"]
    return f"[{title}]" if row.get("title_supplied") else title
