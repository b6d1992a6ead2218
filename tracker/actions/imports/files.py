"""Files as rows of text: a CSV in any common encoding, or a sheet of an Excel workbook."""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from tracker.actions.imports.workbooks import MAX_COLUMNS, MAX_ROWS, sheet_rows, visible_sheets
from tracker.actions.text_encoding import ENCODINGS, SAMPLE, decodes, guess_encoding
from tracker.errors import unreadable_file
from tracker.records.fields import mask_forbidden

#: Of one file.
MAX_BYTES = 25 * 1024 * 1024

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
LINE_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}


@dataclass(frozen=True)
class SourceTable:
    """A header and rows of text, which are read anew each time: only a few are in memory at once."""

    content: bytes
    #: A codec and a delimiter, or the name of a sheet.
    encoding: str = ""
    delimiter: str = ""
    line_ends: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @cached_property
    def header(self) -> list[str]:
        """The names of the columns, from the first row that is not empty."""
        return self._numbered_header[1]

    @cached_property
    def _numbered_header(self) -> tuple[int, list[str]]:
        for number, cells in self._numbered_rows():
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                return number, [mask_forbidden(" ".join(cell.split())) for cell in cells]
        raise unreadable_file(_("The file is empty: its first row must name the columns."))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (number as in a spreadsheet, cells) of every row below the header that is not empty.

        A row has as many cells as in the file, but for empty ones beyond the header.
        """
        first, header = self._numbered_header
        count = 0
        for number, cells in self._numbered_rows():
            if number <= first or not any(cell.strip() for cell in cells):
                continue
            while len(cells) > len(header) and not cells[-1].strip():
                cells.pop()
            if (count := count + 1) > MAX_ROWS:
                raise unreadable_file(_("The file has more than %(most)s rows: cut it in two.", most=f"{MAX_ROWS:,}"))
            yield number, cells

    def _numbered_rows(self) -> Iterator[tuple[int, list[str]]]:
        rows = sheet_rows(self.content, self.sheet) if self.sheet else self._csv_rows()
        for number, cells in enumerate(rows, start=1):
            if len(cells) > MAX_COLUMNS:
                sizes = {"row": number, "n": f"{len(cells):,}", "most": MAX_COLUMNS}
                raise unreadable_file(
                    _("Row %(row)s has %(n)s columns; %(most)s are the most that can be read.", **sizes)
                )
            yield number, cells

    def _csv_rows(self) -> Iterator[list[str]]:
        reader = csv.reader(_decode(self.content, self.encoding), delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                yield cells
                line = reader.line_num + 1
        except csv.Error as error:
            message = _("The row that begins in line %(line)s cannot be read as CSV.", line=line)
            raise unreadable_file(f"{message} {_explain_csv_error(str(error))}") from error


def _explain_csv_error(error: str) -> str:
    """Return an error of the CSV reader in plain words, with the way out."""
    if error.startswith("field larger"):
        limit = f"{csv.field_size_limit():,}"
        return str(_("One of its cells has more than %(most)s characters: shorten it.", most=limit))
    if error.startswith("unexpected end"):
        return str(_("A quotation mark opens one of its cells and none closes it: close it, or write it twice."))
    return str(_("A quotation mark within a cell must be written twice (%(error)s).", error=error))


def _decode(content: bytes, encoding: str) -> io.TextIOWrapper:
    # Line ends are not translated, for cells can contain them.
    return io.TextIOWrapper(io.BytesIO(content), encoding, newline="")


def read_table(content: bytes, encoding: str = "", delimiter: str = "", sheet: str = "") -> SourceTable:
    """Return a file as a table, guessing settings left empty; raises Invalid, by "file", for what is no table."""
    if not content:
        raise unreadable_file(_("The file is empty: its first row must name the columns."))
    if len(content) > MAX_BYTES:
        sizes = {"n": f"{len(content) / 1024**2:.1f}", "most": MAX_BYTES // 1024**2}
        message = _("The file has %(n)s MB; %(most)s are the most that can be read at once: cut it in two.", **sizes)
        raise unreadable_file(message)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise unreadable_file(
            _("This is an old Excel file (.xls), or one with a password: save it as .xlsx without one, or as CSV.")
        )
    if content.startswith(b"PK"):
        names = visible_sheets(content)
        if sheet and sheet not in names:
            raise unreadable_file(
                _("There is no sheet “%(sheet)s”: %(names)s.", sheet=sheet[:60], names=", ".join(names))
            )
        chosen = sheet or next(iter(names))
        if cell := names[chosen]:
            error = _("Cell %(cell)s of the sheet “%(sheet)s” holds an error, such as #REF!.", cell=cell, sheet=chosen)
            raise unreadable_file(f"{error} {_('Put its formula right.')}")
        return SourceTable(content, sheet=chosen, sheets=tuple(names))
    encoding = _choose_encoding(content, encoding)
    sample = _decode(content[:SAMPLE], encoding)
    sample.reconfigure(errors="replace")
    text = sample.read()
    delimiter = delimiter or guess_delimiter(text)
    return SourceTable(content, encoding, delimiter, line_ends=_guess_line_ends(text))


def _choose_encoding(content: bytes, encoding: str) -> str:
    """Return the chosen codec, or else the likeliest; raises Invalid if the file does not decode in it."""
    if encoding and encoding not in ENCODINGS:
        name, known = mask_forbidden(encoding[:60]), ", ".join(ENCODINGS.values())
        raise unreadable_file(_("“%(name)s” is not one of: %(known)s.", name=name, known=known))
    codec = encoding or (None if content.startswith(b"%PDF") else guess_encoding(content))
    if codec is None:
        raise unreadable_file(_("This is neither a text nor an Excel workbook: give a .csv or .xlsx file."))
    if not decodes(content, codec):
        raise unreadable_file(_("The file is not %(encoding)s: choose another encoding.", encoding=ENCODINGS[codec]))
    return codec


def guess_delimiter(text: str) -> str:
    """Return the delimiter with which most rows have the same number of cells."""

    def rows_alike(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in itertools.islice(csv.reader(io.StringIO(text, ""), delimiter=delimiter), 50)]
        except csv.Error:
            return 0, 0
        width = max(set(widths), key=widths.count, default=1)
        return (widths.count(width) if width > 1 else 0), width

    return max(DELIMITERS, key=rows_alike)


def _guess_line_ends(text: str) -> str:
    return max(LINE_ENDS, key=lambda end: len(re.findall(f"(?<!\r){end}(?!\n)" if end != "\r\n" else end, text)))
