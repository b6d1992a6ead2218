"""Excel workbooks as rows of text, looked at before they are opened: a small file can hold a huge sheet."""

import datetime
import html
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from tracker.errors import unreadable_file
from tracker.records.fields import format_typed_number
from tracker.zip_safety import CHUNK_BYTES, OversizedZip, UnsafeZip, member_chunks, open_zip

#: Limits of what is in the file once it is unpacked, and of one sheet.
MAX_BYTES = 150 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_CELLS = 5_000_000
MAX_ROWS = 100_001
MAX_COLUMNS = 500
BOOK = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
#: The beginning of a cell, with its attributes, whether it is empty, and what ends it: a mark within a mark is looked
#: at once, not again for each that it is in.
CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^<>]*?)(/?)([<>]|\Z)")
PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
ERROR_TYPE = re.compile(rb"""\st\s*=\s*["']e["']""")
#: A sheet as the workbook lists it, and where the parts of the workbook lie.
LISTED = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s[^<>]*>")
ATTRIBUTE = re.compile(r"""\s([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class DayCell(str):
    """The day in a cell that the spreadsheet itself holds as a date."""


def visible_sheets(content: bytes) -> dict[str, str]:
    """Return {name of a visible sheet: a cell of it that holds an error, or nothing}.

    Raises Invalid for what is no workbook, or a dangerous one.
    """
    errors = _cells_with_errors(content)
    import python_calamine as calamine

    book = _opened(content)
    kinds = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
    names = [sheet.name for sheet in book.sheets_metadata if (sheet.typ, sheet.visible) == kinds]
    if not names:
        raise unreadable_file(_("The workbook has no sheet to read."))
    parts = _sheet_members(content) if errors else {}
    # Of a sheet whose part is not known, all that is wrong anywhere may be its own.
    return {name: errors.get(parts[name], "") if name in parts else next(iter(errors.values()), "") for name in names}


def _sheet_members(content: bytes) -> dict[str, str]:
    """Return {name of a sheet: the member of the file that holds its cells}."""
    with open_zip(content, max_bytes=MAX_BYTES) as archive:
        known = set(archive.namelist())
        listed = [archive.read(name).decode("utf-8", "replace") for name in BOOK if name in known]
    marks = [
        {name.split(":")[-1].lower(): html.unescape(one or other) for name, one, other in ATTRIBUTE.findall(mark)}
        for mark in LISTED.findall("".join(listed))
    ]
    places = {mark["id"]: mark["target"] for mark in marks if {"id", "target"} <= mark.keys()}
    found = {mark["name"]: places.get(mark["id"], "") for mark in marks if {"id", "name"} <= mark.keys()}
    members = {name: place[1:] if place[:1] == "/" else f"xl/{place}" for name, place in found.items()}
    return {name: member for name, member in members.items() if member in known}


def sheet_rows(content: bytes, sheet: str) -> Iterator[list[str]]:
    """Yield the rows of a sheet from its first one, each cell as the text that a person would type."""
    for cells in _opened(content).get_sheet_by_name(sheet).iter_rows():
        yield [_text(cell) for cell in cells]


def _opened(content: bytes) -> Any:
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except calamine.CalamineError as error:
        raise unreadable_file(
            _("The workbook cannot be read (%(error)s): save it anew as .xlsx.", error=error)
        ) from error


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        # Excel itself shows no more digits.
        return format_typed_number(float(f"{value:.15g}"))
    if isinstance(value, datetime.datetime):
        return DayCell(value.date() if value.time() == datetime.time() else value)
    if isinstance(value, datetime.date):
        return DayCell(value)
    return str(value)


def _cells_with_errors(content: bytes) -> dict[str, str]:
    """Unpack a workbook chunk by chunk; return {member: its first cell that holds an error}.

    Raises Invalid for what is too large, or no workbook.
    """
    errors: dict[str, str] = {}
    try:
        with open_zip(content, max_bytes=MAX_BYTES, max_members=MAX_MEMBERS) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "mimetype"}:
                raise unreadable_file(_("This is no Excel workbook (.xlsx): save it as one, or as CSV."))
            for member in archive.infolist():
                if cell := _check_cells(member_chunks(archive, member)):
                    errors[member.filename] = cell
    except OversizedZip as error:
        message = _("The workbook unpacks to more than %(most)s MB, so it is not opened.", most=MAX_BYTES // 1024**2)
        raise unreadable_file(message) from error
    except UnsafeZip as error:
        raise unreadable_file(_("The workbook is damaged, or has a password: save it anew as .xlsx.")) from error
    return errors


def _check_cells(chunks: Iterable[bytes]) -> str:
    """Return the first cell of a member that holds an error, or ""; raises Invalid for a sheet that is too large."""
    rows, columns, rest, error_cell = 0, 0, b"", ""
    for chunk in chunks:
        text = rest + chunk
        cut = text.rfind(b"<")
        # A mark that is longer than a chunk is none of a cell's.
        text, rest = (text[:cut], text[cut:]) if cut >= 0 and len(text) - cut < CHUNK_BYTES else (text, b"")
        for attributes, empty, end in CELL.findall(text):
            place = PLACE.search(attributes)
            if place is None or end != b">":
                raise unreadable_file(
                    _("The workbook is written in an unusual way: open it in a spreadsheet and save it anew.")
                )
            if not error_cell and ERROR_TYPE.search(attributes):
                # Nothing is read of such a cell: it would empty its field.
                error_cell = (place[1] + place[2]).decode()
            if not empty:
                rows, columns = max(rows, int(place[2])), max(columns, _column_number(place[1]))
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise unreadable_file(
            _(
                "A sheet has %(rows)s rows and %(columns)s columns; %(most_rows)s and %(most_columns)s are the most, "
                "and %(cells)s cells in all. Delete what lies far out, or cut it in two.",
                rows=f"{rows:,}",
                columns=f"{columns:,}",
                most_rows=f"{MAX_ROWS - 1:,}",
                most_columns=MAX_COLUMNS,
                cells=f"{MAX_CELLS:,}",
            )
        )
    return error_cell


def _column_number(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
