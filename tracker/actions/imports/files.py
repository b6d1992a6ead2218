"""A file somebody gives us as rows of text: CSV in any usual encoding, or a sheet of an Excel workbook."""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from tracker.actions.imports import workbooks
from tracker.errors import Invalid
from tracker.records.fields import FORBIDDEN_CHARACTERS

#: Limits of one file; a larger one can be cut in two.
MOST_BYTES = 25 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 500

#: {codec: how people call it}
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
LINE_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
#: What stands in texts of Western languages beside ASCII: the wrong encoding gives other signs.
USUAL = frozenset("áéíóúüñÁÉÍÓÚÜÑ¿¡àèìòùâêîôûäëïöçãõÀÈÂÊÇÄÖßåæøœ“”‘’«»–—…°ºª€§·")
#: How much of a file is looked at for a guess.
SAMPLE = 256 * 1024


def file_error(message: str) -> Invalid:
    return Invalid({"file": [message]})


@dataclass(frozen=True)
class SourceTable:
    """A header and rows of text, read anew each time: no more than a few rows are held at once."""

    content: bytes
    #: How it is read: a codec and a delimiter, or the name of a sheet.
    encoding: str = ""
    delimiter: str = ""
    line_ends: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @cached_property
    def header(self) -> list[str]:
        """Return the names of the columns, which stand in the first row that holds anything."""
        return self._header[1]

    @cached_property
    def _header(self) -> tuple[int, list[str]]:
        for number, cells in self._all():
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                return number, [FORBIDDEN_CHARACTERS.sub("�", " ".join(cell.split())) for cell in cells]
        raise file_error(_("The file is empty: its first row must name the columns."))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (number as a spreadsheet shows it, cells) of every row below the header that holds anything.

        A row has as many cells as the file gives it; empty ones beyond the header are dropped.
        """
        first, header = self._header
        found = 0
        for number, cells in self._all():
            if number <= first or not any(cell.strip() for cell in cells):
                continue
            while len(cells) > len(header) and not cells[-1].strip():
                cells.pop()
            if (found := found + 1) > MOST_ROWS:
                raise file_error(_("The file has more than %(most)s rows: cut it in two.", most=f"{MOST_ROWS:,}"))
            yield number, cells

    def _all(self) -> Iterator[tuple[int, list[str]]]:
        rows = workbooks.sheet_rows(self.content, self.sheet) if self.sheet else self._lines()
        for number, cells in enumerate(rows, start=1):
            if len(cells) > MOST_COLUMNS:
                raise file_error(
                    _(
                        "Row %(row)s has %(n)s columns; %(most)s are the most that can be read.",
                        row=number,
                        n=f"{len(cells):,}",
                        most=MOST_COLUMNS,
                    )
                )
            yield number, cells

    def _lines(self) -> Iterator[list[str]]:
        reader = csv.reader(_text(self.content, self.encoding), delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                yield cells
                line = reader.line_num + 1
        except csv.Error as error:
            said = _("The row that begins in line %(line)s cannot be read as CSV.", line=line)
            raise file_error(f"{said} {_why(str(error))}") from error


def _why(error: str) -> str:
    """Return in words what the reader of CSV found wrong, and the way out."""
    if error.startswith("field larger"):
        return _("One of its cells has more than %(most)s characters: shorten it.", most=f"{csv.field_size_limit():,}")
    if error.startswith("unexpected end"):
        return _("A quotation mark opens one of its cells and none closes it: close it, or write it twice.")
    return _("A quotation mark within a cell must be written twice (%(error)s).", error=error)


def _text(content: bytes, encoding: str) -> io.TextIOWrapper:
    # Without translation of line ends: those within a cell are the cell's.
    return io.TextIOWrapper(io.BytesIO(content), encoding, newline="")


def read_table(content: bytes, encoding: str = "", delimiter: str = "", sheet: str = "") -> SourceTable:
    """Return a file as a table, guessing what is not said; raises Invalid, by "file", for what is none."""
    if not content:
        raise file_error(_("The file is empty: its first row must name the columns."))
    if len(content) > MOST_BYTES:
        raise file_error(
            _(
                "The file has %(n)s MB; %(most)s are the most that can be read at once: cut it in two.",
                n=f"{len(content) / 1024**2:.1f}",
                most=MOST_BYTES // 1024**2,
            )
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise file_error(
            _("This is an old Excel file (.xls), or one with a password: save it as .xlsx without one, or as CSV.")
        )
    if content.startswith(b"PK"):
        names = workbooks.visible_sheets(content)
        if sheet and sheet not in names:
            raise file_error(_("There is no sheet “%(sheet)s”: %(names)s.", sheet=sheet[:60], names=", ".join(names)))
        chosen = sheet or next(iter(names))
        if cell := names[chosen]:
            said = _("Cell %(cell)s of the sheet “%(sheet)s” holds an error, such as #REF!.", cell=cell, sheet=chosen)
            raise file_error(f"{said} {_('Put its formula right.')}")
        return SourceTable(content, sheet=chosen, sheets=tuple(names))
    encoding = _decodable(content, encoding) if encoding else guess_encoding(content)
    sample = _text(content[:SAMPLE], encoding)
    sample.reconfigure(errors="replace")
    text = sample.read()
    delimiter = delimiter or guess_delimiter(text)
    return SourceTable(content, encoding, delimiter, line_ends=_line_ends(text))


def _decodable(content: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        known = ", ".join(ENCODINGS.values())
        raise file_error(
            _("“%(name)s” is not one of: %(known)s.", name=FORBIDDEN_CHARACTERS.sub("�", encoding[:60]), known=known)
        )
    if _fails(content, encoding):
        raise file_error(_("The file is not %(encoding)s: choose another encoding.", encoding=ENCODINGS[encoding]))
    return encoding


def _fails(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), SAMPLE):
            decoder.decode(content[start : start + SAMPLE], final=start + SAMPLE >= len(content))
    except UnicodeError:
        # Not only bytes that are no text: a UTF-16 whose order of bytes is not marked is none either.
        return True
    return False


def guess_encoding(content: bytes) -> str:
    """Return the codec of a text; raises Invalid if the bytes look like none."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodable(content, "utf-16")
    sample = content[:SAMPLE]
    zeros = [sample[parity::2].count(0) / (len(sample) // 2 or 1) for parity in (0, 1)]
    # Of two bytes that make a Western letter in UTF-16, one is zero.
    if max(zeros) > 0.4 and min(zeros) < 0.1:
        return _decodable(content, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1f]", sample))
    if controls > len(sample) / 100 + 3 or content.startswith(b"%PDF"):
        raise file_error(_("This is neither a text nor an Excel workbook: give a .csv or .xlsx file."))
    if not _fails(content, "utf-8-sig"):
        return "utf-8-sig"
    return max((each for each in ("cp1252", "mac_roman") if not _fails(content, each)), key=lambda e: _usual(sample, e))


def _usual(sample: bytes, encoding: str) -> int:
    """Return how much of a text is what one expects in it, less what is not, if it is read in this encoding."""
    text = sample.decode(encoding, "replace")
    # A quotation mark opens before a word, and a dash or another mark stands between words.
    strange = len(re.findall("(?<=[a-z])(?:[“‘]|[–”…](?=[a-z]))", text))
    return sum(1 if sign in USUAL else -1 for sign in text if sign > "\x7f") - 2 * strange


def guess_delimiter(text: str) -> str:
    """Return what most likely parts the cells: that by which most rows have the same number of them."""

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in itertools.islice(csv.reader(io.StringIO(text, ""), delimiter=delimiter), 50)]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0), usual

    return max(DELIMITERS, key=fit)


def _line_ends(text: str) -> str:
    return max(LINE_ENDS, key=lambda end: len(re.findall(f"(?<!\r){end}(?!\n)" if end != "\r\n" else end, text)))
