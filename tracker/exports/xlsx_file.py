"""Tables as sheets of an Excel workbook: real numbers and dates, and text that is never a formula."""

import datetime
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.errors import TooLarge

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The first day that all programs read alike in a workbook, and the greatest width of a column in characters.
FIRST_DAY, MAX_WIDTH = datetime.date(1900, 3, 1), 60
#: The most rows of a sheet, and characters of a cell: programs drop the rest.
MAX_ROWS, MAX_CHARACTERS = 1_048_576, 32_767
CHUNK_BYTES = 1 << 20
#: The width in characters of a cell that holds no text.
WIDTHS = {bool: 8, int: 12, float: 12, datetime.date: 10, datetime.datetime: 19}

Cell = str | bool | int | float | datetime.date | datetime.datetime
#: Turns a plain value into a cell; None if it already is one.
ToCell = Callable[[Any], Cell] | None


def check_sheet_size(records: int) -> None:
    """Raise TooLarge for more records than a sheet has rows below its header."""
    if records >= MAX_ROWS:
        most = format_decimal(MAX_ROWS - 1)
        raise TooLarge(_("A sheet holds at most %(most)s records: choose CSV or JSON.", most=most))


def date_cell(value: str) -> Cell:
    day = datetime.date.fromisoformat(value)
    return day if day >= FIRST_DAY else value


def moment_cell(value: str) -> Cell:
    """Return a moment as a workbook holds it, without its time zone: in UTC."""
    return datetime.datetime.fromisoformat(value).astimezone(datetime.UTC).replace(tzinfo=None)


#: {type of plain values: the function that turns them into cells}; values of other types are cells.
TO_CELL: dict[str, ToCell] = {"date": date_cell, "datetime": moment_cell, "list": "; ".join}


class WorkbookWriter:
    """Writes sheets one after the other in constant memory."""

    def __init__(self, book: "Workbook") -> None:
        self.book = book
        wrapped = {"text_wrap": True, "valign": "top"}
        self.title_format = book.add_format({"bold": True, "font_size": 14, "font_color": "#0f5c63"})
        self.header_format = book.add_format({"bold": True, "bg_color": "#e2eeed", "bottom": 1} | wrapped)
        text = book.add_format(wrapped)
        day, moment = (
            book.add_format({"num_format": pattern, "valign": "top", "align": "left"})
            for pattern in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
        )
        self.formats = {str: text, bool: text, int: text, float: text, datetime.date: day, datetime.datetime: moment}

    def add_table(self, title: str, columns: Sequence[tuple[str, ToCell]], rows: Iterable[Sequence[Any]]) -> None:
        """Add a sheet of rows of plain values under a header; a column is (label, function)."""
        sheet = self.book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 1)
        self.write_header(sheet, 0, [label for label, _to_cell in columns])
        last, widths = self.write_rows(sheet, 1, [to_cell for _label, to_cell in columns], rows)
        for place, (label, _to_cell) in enumerate(columns):
            sheet.set_column(place, place, min(max(len(label) + 3, widths[place]) + 1, MAX_WIDTH))
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def write_header(self, sheet: "Worksheet", number: int, labels: Iterable[str]) -> None:
        for place, label in enumerate(labels):
            sheet.write_string(number, place, label, self.header_format)

    def write_rows(
        self, sheet: "Worksheet", first: int, to_cells: Sequence[ToCell], rows: Iterable[Sequence[Any]]
    ) -> tuple[int, list[int]]:
        """Write rows from the row `first` on; return the number of the last, and the width of each column."""
        number, widths, formats = first - 1, [0] * len(to_cells), self.formats
        # A text that begins like a formula is still written as text.
        write = {bool: sheet.write_boolean, int: sheet.write_number, float: sheet.write_number}
        write |= dict.fromkeys((datetime.date, datetime.datetime), sheet.write_datetime)
        for number, row in enumerate(rows, start=first):
            for place, (value, to_cell) in enumerate(zip(row, to_cells, strict=True)):
                if value is None or value == []:
                    continue
                cell = to_cell(value) if to_cell else value
                if isinstance(cell, str):
                    width = len(cell)
                    if width > MAX_CHARACTERS:
                        cell = f"{cell[: MAX_CHARACTERS - 1]}…"
                    sheet.write_string(number, place, cell, formats[str])
                else:
                    width = WIDTHS[type(cell)]
                    write[type(cell)](number, place, cell, formats[type(cell)])
                if width > widths[place]:
                    widths[place] = width
        return number, widths


def workbook_chunks(
    write: Callable[[WorkbookWriter], None], title: str, author: str, created: datetime.datetime
) -> Iterator[bytes]:
    """Yield the workbook that `write` fills: the same bytes for the same sheets and properties."""
    from xlsxwriter import Workbook

    with tempfile.TemporaryFile() as file:
        with Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
            book.set_properties({"title": title, "author": author, "created": created})
            write(WorkbookWriter(book))
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
