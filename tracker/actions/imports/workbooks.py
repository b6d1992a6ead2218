"""Excel workbooks as rows of text. They are checked before they are opened, for a small file can hold a huge sheet."""

import datetime
import html
import io
import re
from collections.abc import Iterable, Iterator

from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tracker.errors import unreadable_file
from tracker.records.fields import format_typed_number
from tracker.zip_safety import CHUNK_BYTES, OversizedZip, UnsafeZip, member_chunks, open_zip

#: Of the unpacked file, and of one sheet.
MAX_BYTES = 150 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_CELLS = 5_000_000
#: Beside the header.
MAX_ROWS = 100_000
MAX_COLUMNS = 500
BOOK = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
#: The tag of a cell: its attributes, whether it is empty, and what ends it. A tag within others is matched only once.
CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^<>]*?)(/?)([<>]|\Z)")
PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
ERROR_TYPE = re.compile(rb"""\st\s*=\s*["']e["']""")
#: The tag of a sheet, or of a reference to a member.
LISTING = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s[^<>]*>")
ATTRIBUTE = re.compile(r"""\s([\w:]+)\s*=\s*(["'])(.*?)\2""", re.DOTALL)


class DateCell(str):
    """A date from a cell that the spreadsheet stores as a date."""


def visible_sheets(content: bytes) -> dict[str, str]:
    """Return {name of a visible sheet: a cell that holds an error, or ""}; raises Invalid for no safe workbook."""
    errors = _cells_with_errors(content)
    book = _open_book(content)
    kinds = SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible
    names = [sheet.name for sheet in book.sheets_metadata if (sheet.typ, sheet.visible) == kinds]
    if not names:
        raise unreadable_file(_("The workbook has no sheet to read."))
    members = _sheet_members(content) if errors else {}
    # If the member of a sheet is unknown, any error may be in it.
    first = next(iter(errors.values()), "")
    return {name: errors.get(members[name], "") if name in members else first for name in names}


def _sheet_members(content: bytes) -> dict[str, str]:
    """Return {name of a sheet: the member of the file with its cells}."""
    with open_zip(content, max_bytes=MAX_BYTES) as archive:
        known = set(archive.namelist())
        texts = [archive.read(name).decode("utf-8", "replace") for name in BOOK if name in known]
    tags = [
        {name.split(":")[-1].lower(): html.unescape(text) for name, _quote, text in ATTRIBUTE.findall(tag)}
        for tag in LISTING.findall("".join(texts))
    ]
    targets = {tag["id"]: tag["target"] for tag in tags if {"id", "target"} <= tag.keys()}
    sheets = {tag["name"]: targets.get(tag["id"], "") for tag in tags if {"id", "name"} <= tag.keys()}
    members = {name: target[1:] if target[:1] == "/" else f"xl/{target}" for name, target in sheets.items()}
    return {name: member for name, member in members.items() if member in known}


def sheet_rows(content: bytes, sheet: str) -> Iterator[list[str]]:
    """Yield all rows of a sheet, each cell as the text that a person would type."""
    for cells in _open_book(content).get_sheet_by_name(sheet).iter_rows():
        yield [_cell_text(cell) for cell in cells]


def _open_book(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        message = _("The workbook cannot be read (%(error)s): save it anew as .xlsx.", error=error)
        raise unreadable_file(message) from error


def _cell_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        # Excel shows no more digits.
        return format_typed_number(float(f"{value:.15g}"))
    if isinstance(value, datetime.datetime):
        return DateCell(value.date() if value.time() == datetime.time() else value)
    if isinstance(value, datetime.date):
        return DateCell(value)
    return str(value)


def _cells_with_errors(content: bytes) -> dict[str, str]:
    """Unpack a workbook in chunks; return {member: its first cell that holds an error}.

    Raises Invalid for a file that is too large, or no workbook.
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
    """Return the first cell of a member that holds an error, or ""; raises Invalid if the sheet is too large."""
    rows, columns, rest, error_cell = 0, 0, b"", ""
    for chunk in chunks:
        text = rest + chunk
        cut = text.rfind(b"<")
        # A tag longer than a chunk is not that of a cell.
        text, rest = (text[:cut], text[cut:]) if cut >= 0 and len(text) - cut < CHUNK_BYTES else (text, b"")
        for attributes, empty, end in CELL.findall(text):
            place = PLACE.search(attributes)
            if place is None or end != b">":
                raise unreadable_file(
                    _("The workbook is written in an unusual way: open it in a spreadsheet and save it anew.")
                )
            if not error_cell and ERROR_TYPE.search(attributes):
                # Such a cell is read as empty, which would empty its field.
                error_cell = (place[1] + place[2]).decode()
            if not empty:
                rows, columns = max(rows, int(place[2])), max(columns, _column_number(place[1]))
    if rows > MAX_ROWS + 1 or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        sizes = {"rows": f"{rows:,}", "columns": f"{columns:,}"}
        limits = {"most_rows": f"{MAX_ROWS:,}", "most_columns": MAX_COLUMNS, "cells": f"{MAX_CELLS:,}"}
        message = _(
            "A sheet has %(rows)s rows and %(columns)s columns; %(most_rows)s and %(most_columns)s are the most, "
            "and %(cells)s cells in all. Delete what lies far out, or cut it in two.",
            **sizes,
            **limits,
        )
        raise unreadable_file(message)
    return error_cell


def _column_number(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
