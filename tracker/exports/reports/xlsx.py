"""A report as a workbook: its figures, its records with real dates and numbers, and what the words mean."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from tracker.dates import use_zone
from tracker.exports.reports.document import report_stamp
from tracker.exports.reports.summary_tables import summary_tables
from tracker.exports.xlsx_file import TO_CELL, ToCell, WorkbookWriter, check_sheet_size, workbook_chunks
from tracker.models import ReportRun
from tracker.queries.reports.stored import ReportData, stored_data
from tracker.records import CATALOGUE

#: The kinds that have a sheet.
SHEETS = ("commitments", "commitment-parties", "updates", "evidence", "claims", "participations")
#: The kinds whose records stand in cells by their names; the others by their codes, which their own sheets hold.
NAMED = ("parties", "participants", "areas", "frameworks", "indicators", "documents", "meetings")


def write_xlsx(run: ReportRun) -> Iterator[bytes]:
    """Yield the workbook; what it holds in memory does not grow with the report.

    Raises TooLarge for more records than a sheet has rows.
    """
    data = stored_data(run)
    check_sheet_size(max(data.head["rows"][name] for name in SHEETS))

    def write(writer: WorkbookWriter) -> None:
        _write_summary(writer, data, run)
        _write_records(writer, data)
        codebook = data.head["codebook"].items()
        rows = (
            (name, word, term["label"], term["definition"]) for name, words in codebook for word, term in words.items()
        )
        header = (_("List"), _("Word"), _("Label"), _("Definition"))
        writer.add_table(_("Codebook"), [(label, None) for label in header], rows)

    return workbook_chunks(write, run.title, str(run.recorded_by), run.recorded_at)


def _write_summary(writer: WorkbookWriter, data: ReportData, run: ReportRun) -> None:
    sheet = writer.book.add_worksheet(_("Summary"))
    for first, last, width in ((0, 0, 34), (1, 1, 44), (2, 14, 16)):
        sheet.set_column(first, last, width)
    sheet.write_string(0, 0, data.head["report"]["title"], writer.title_format)
    with use_zone(data.head["report"]["timezone"]):
        row, _widths = writer.write_rows(sheet, 2, [None, None], report_stamp(data, run))
    for title, header, rows in summary_tables(data):
        sheet.write_string(row + 2, 0, title, writer.title_format)
        writer.write_header(sheet, row + 3, header)
        row, _widths = writer.write_rows(sheet, row + 4, [None] * len(header), rows)


def _write_records(writer: WorkbookWriter, data: ReportData) -> None:
    names = {kind: {row["code"]: _title(row) for row in data.rows(kind)} for kind in NAMED}
    for kind in SHEETS:
        columns = data.head["columns"][kind]
        table = [(column["label"], _to_cell(column, data, names)) for column in columns]
        rows = ([row[column["name"]] for column in columns] for row in data.rows(kind))
        title = _("Participants") if kind == "participations" else str(CATALOGUE[kind].plural)
        writer.add_table(title, table, rows)


def _to_cell(column: Mapping[str, str], data: ReportData, names: Mapping[str, Mapping[str, str]]) -> ToCell:
    """Return what makes cells of the values of a column: people read names of records, and labels of words."""
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
