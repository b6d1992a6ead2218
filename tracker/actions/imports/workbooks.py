"""Excel workbooks as rows of text, looked at before they are opened: a small file can hold a huge sheet."""

import datetime
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from tracker.errors import Invalid
from tracker.records.fields import format_typed_number

#: Limits of what is in the file once it is unpacked, and of one sheet.
MOST_UNPACKED = 150 * 1024 * 1024
MOST_MEMBERS = 2_000
MOST_CELLS = 5_000_000
MOST_ROWS = 100_001
MOST_COLUMNS = 500
PIECE = 1024 * 1024
BOOK = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
#: The beginning of a cell, with its attributes, whether it is empty, and what ends it: a mark within a mark is looked
#: at once, not again for each that it is in.
CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^<>]*?)(/?)([<>]|\Z)")
PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
FAULTY = re.compile(rb"""\st\s*=\s*["']e["']""")
#: A sheet as the workbook lists it, and where the parts of the workbook lie.
LISTED = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s[^<>]*>")
ATTRIBUTE = re.compile(r"""\s([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class DayCell(str):
    """The day in a cell that the spreadsheet itself holds as a date."""


def workbook_error(message: str) -> Invalid:
    return Invalid({"file": [message]})


def visible_sheets(content: bytes) -> dict[str, str]:
    """Return {name of a visible sheet: a cell of it that holds an error, or nothing}.

    Raises Invalid for what is no workbook, or a dangerous one.
    """
    faulty = _look_inside(content)
    import python_calamine as calamine

    book = _opened(content)
    kinds = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
    names = [sheet.name for sheet in book.sheets_metadata if (sheet.typ, sheet.visible) == kinds]
    if not names:
        raise workbook_error(_("The workbook has no sheet to read."))
    parts = _parts(content) if faulty else {}
    # Of a sheet whose part is not known, all that is wrong anywhere may be its own.
    return {name: faulty.get(parts[name], "") if name in parts else next(iter(faulty.values()), "") for name in names}


def _parts(content: bytes) -> dict[str, str]:
    """Return {name of a sheet: the member of the file that holds its cells}."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        known = set(packed.namelist())
        listed = [packed.read(name).decode("utf-8", "replace") for name in BOOK if name in known]
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
        raise workbook_error(
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


def _look_inside(content: bytes) -> dict[str, str]:
    """Unpack a workbook piece by piece and throw it away, counting; raises Invalid for what is too much.

    Returns {member: its first cell that holds an error}.
    """
    faulty: dict[str, str] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "mimetype"}:
                raise workbook_error(_("This is no Excel workbook (.xlsx): save it as one, or as CSV."))
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
                raise _too_much()
            left = MOST_UNPACKED
            for member in members:
                with packed.open(member) as file:
                    left, cell = _count(file, left)
                if cell:
                    faulty[member.filename] = cell
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise workbook_error(_("The workbook is damaged, or has a password: save it anew as .xlsx.")) from error
    return faulty


def _count(file: Any, left: int) -> tuple[int, str]:
    """Read a member to its end; return how many more bytes the others may have, and a cell that holds an error."""
    rows, columns, rest, faulty = 0, 0, b"", ""
    while piece := file.read(PIECE):
        if (left := left - len(piece)) < 0:
            raise _too_much()
        piece = rest + piece
        cut = piece.rfind(b"<")
        # A mark that is longer than a piece is none of a cell's.
        piece, rest = (piece[:cut], piece[cut:]) if cut >= 0 and len(piece) - cut < PIECE else (piece, b"")
        for attributes, empty, end in CELL.findall(piece):
            place = PLACE.search(attributes)
            if place is None or end != b">":
                raise workbook_error(
                    _("The workbook is written in an unusual way: open it in a spreadsheet and save it anew.")
                )
            if not faulty and FAULTY.search(attributes):
                # Nothing is read of such a cell: it would empty its field.
                faulty = (place[1] + place[2]).decode()
            if not empty:
                rows, columns = max(rows, int(place[2])), max(columns, _number(place[1]))
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise workbook_error(
            _(
                "A sheet has %(rows)s rows and %(columns)s columns; %(most_rows)s and %(most_columns)s are the most, "
                "and %(cells)s cells in all. Delete what lies far out, or cut it in two.",
                rows=f"{rows:,}",
                columns=f"{columns:,}",
                most_rows=f"{MOST_ROWS - 1:,}",
                most_columns=MOST_COLUMNS,
                cells=f"{MOST_CELLS:,}",
            )
        )
    return left, faulty


def _too_much() -> Invalid:
    return workbook_error(
        _("The workbook unpacks to more than %(most)s MB, so it is not opened.", most=MOST_UNPACKED // 1024**2)
    )


def _number(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
