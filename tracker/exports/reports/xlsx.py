"""A report as a workbook: its figures, its records with real dates and numbers, and what the words mean."""

import datetime
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.dates import use_zone
from tracker.errors import TooLarge
from tracker.exports.reports import summary_tables
from tracker.exports.reports.document import report_stamp
from tracker.models import ReportRun
from tracker.queries.reports import stored
from tracker.queries.reports.data import ReportData
from tracker.records import CATALOGUE

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The kinds that have a sheet.
SHEETS = ("commitments", "commitment-parties", "updates", "evidence", "claims", "participations")
#: The kinds whose records are told by their names; the others by their codes, which their own sheets hold.
NAMED = ("parties", "participants", "areas", "frameworks", "indicators", "documents", "meetings")
#: The first day that all programs read alike in a workbook, and how wide a column is at most.
FIRST_DAY, WIDEST = datetime.date(1900, 3, 1), 60
#: The most rows of a sheet, and characters of a cell: programs drop what is beyond.
MOST_ROWS, MOST_CHARACTERS = 1_048_576, 32_767
#: How many bytes are sent at once.
STRETCH = 1 << 20

Cell = Callable[[int, int, Any], int]


def write_xlsx(run: ReportRun) -> Iterator[bytes]:
    """Yield the workbook; what it holds in memory does not grow with the report.

    Raises TooLarge for more records than a sheet has rows.
    """
    from xlsxwriter import Workbook

    data = stored.stored_data(run)
    if any(data.head["rows"][name] >= MOST_ROWS for name in SHEETS):
        most = format_decimal(MOST_ROWS - 1)
        raise TooLarge(_("A sheet holds at most %(most)s records: take this report as CSV or JSON.", most=most))
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(file, options | {"strings_to_numbers": False}) as book:
            book.set_properties({"title": run.title, "author": str(run.recorded_by), "created": run.recorded_at})
            with use_zone(data.head["report"]["timezone"]):
                told = report_stamp(data, run)
            _Sheets(book, data).write(told)
        file.seek(0)
        while stretch := file.read(STRETCH):
            yield stretch


class _Sheets:
    """The sheets of one workbook, written one after the other."""

    def __init__(self, book: Any, data: ReportData) -> None:
        self.book, self.data = book, data
        wrapped = {"text_wrap": True, "valign": "top"}
        self.heading = book.add_format({"bold": True, "bg_color": "#e2eeed", "bottom": 1} | wrapped)
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": "#0f5c63"})
        self.text = book.add_format(wrapped)
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top", "align": "left"})
        self.names = {name: {row["code"]: _called(row) for row in data.rows(name)} for name in NAMED}

    def write(self, told: Sequence[tuple[str, str]]) -> None:
        self.summary(told)
        for name in SHEETS:
            self.records(name)
        self.codebook()

    def summary(self, told: Sequence[tuple[str, str]]) -> None:
        sheet = self.book.add_worksheet(_("Summary"))
        sheet.set_column(0, 0, 34, self.text)
        sheet.set_column(1, 1, 44, self.text)
        sheet.set_column(2, 14, 16)
        sheet.write_string(0, 0, self.data.head["report"]["title"], self.title)
        row = 2
        for called, text in told:
            sheet.write_string(row, 0, called)
            sheet.write_string(row, 1, text)
            row += 1
        for title, header, rows in summary_tables.summary_tables(self.data):
            sheet.write_string(row + 1, 0, title, self.title)
            for place, each in enumerate(header):
                sheet.write_string(row + 2, place, each, self.heading)
            row += 3
            for cells in rows:
                for place, value in enumerate(cells):
                    if isinstance(value, str):
                        sheet.write_string(row, place, value)
                    elif value is not None:
                        sheet.write_number(row, place, value)
                row += 1

    def records(self, name: str) -> None:
        columns = self.data.head["columns"][name]
        called = _("Participants") if name == "participations" else str(CATALOGUE[name].plural)
        sheet = self._sheet(called, [column["label"] for column in columns])
        cells = [(place, column["name"], self._cell(sheet, column)) for place, column in enumerate(columns)]
        widths, number = [len(column["label"]) + 3 for column in columns], 0
        for number, row in enumerate(self.data.rows(name), start=1):
            for place, each, cell in cells:
                value = row[each]
                if value is not None and value != []:
                    width = cell(number, place, value)
                    if width > widths[place]:
                        widths[place] = width
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(width + 1, WIDEST))
        sheet.autofilter(0, 0, number, len(columns) - 1)

    def codebook(self) -> None:
        sheet = self._sheet(_("Codebook"), [_("List"), _("Word"), _("Label"), _("Definition")])
        for place, width in enumerate((22, 22, 28, WIDEST)):
            sheet.set_column(place, place, width)
        number = 0
        for name, words in self.data.head["codebook"].items():
            for word, told in words.items():
                number += 1
                for place, text in enumerate((name, word, told["label"], told["definition"])):
                    sheet.write_string(number, place, text, self.text)
        sheet.autofilter(0, 0, number, 3)

    def _sheet(self, called: str, header: Sequence[str]) -> Any:
        sheet = self.book.add_worksheet(called[:31])
        sheet.freeze_panes(1, 1)
        for place, each in enumerate(header):
            sheet.write_string(0, place, each, self.heading)
        return sheet

    def _cell(self, sheet: Any, column: dict[str, str]) -> Cell:
        """Return what writes a value of a column, and returns how wide it is."""
        sort = column["type"]
        if sort in ("integer", "number"):
            return self._number(sheet)
        if sort in ("date", "datetime"):
            return self._day(sheet) if sort == "date" else self._moment(sheet)
        called: Mapping[Any, str] = self.names.get(column.get("records", ""), {})
        if sort == "boolean":
            called = {True: _("Yes"), False: _("No")}
        elif words := column.get("words"):
            called = {word: told["label"] for word, told in self.data.head["codebook"][words].items()}
        if sort == "list":
            return self._text(sheet, lambda codes: "; ".join([called.get(code, code) for code in codes]))
        return self._text(sheet, (lambda value: called.get(value, value)) if called else None)

    def _text(self, sheet: Any, tell: Callable[[Any], str] | None) -> Cell:
        put, look = sheet.write_string, self.text

        def write(row: int, place: int, value: Any) -> int:
            text = tell(value) if tell else value
            width = len(text)
            if width > MOST_CHARACTERS:
                text = f"{text[: MOST_CHARACTERS - 1]}…"
            put(row, place, text, look)
            return width

        return write

    def _number(self, sheet: Any) -> Cell:
        def write(row: int, place: int, value: float) -> int:
            sheet.write_number(row, place, value, self.text)
            return 12

        return write

    def _day(self, sheet: Any) -> Cell:
        def write(row: int, place: int, value: str) -> int:
            on = datetime.date.fromisoformat(value)
            if on < FIRST_DAY:
                sheet.write_string(row, place, value)
            else:
                sheet.write_datetime(row, place, on, self.day)
            return 10

        return write

    def _moment(self, sheet: Any) -> Cell:
        def write(row: int, place: int, value: str) -> int:
            at = datetime.datetime.fromisoformat(value).astimezone(datetime.UTC)
            sheet.write_datetime(row, place, at.replace(tzinfo=None), self.moment)
            return 19

        return write


def _called(row: dict[str, Any]) -> str:
    title = row.get("title") or row["name"]
    return f"[{title}]" if row.get("title_supplied") else title
