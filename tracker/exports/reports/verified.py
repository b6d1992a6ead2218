"""Whether the file of a report is what was issued: drawn again from the kept data, and compared place by place."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tracker.database import session
from tracker.errors import Invalid
from tracker.exports.reports.formats import FORMATS
from tracker.models import ReportRun

#: A place in a file, in words, and what stands there.
Cell = tuple[str, str]


@dataclass(frozen=True)
class Tampered:
    """One place where a file holds something else than was issued; nothing where one of the two ends earlier."""

    place: str
    issued: str | None
    found: str | None


def report_of(path: Path, code: str = "") -> ReportRun:
    """Return the report a file is of: that with a code, else the one whose checksum it or its about file holds.

    Raises Invalid if there is none.
    """
    beside = path.with_name(f"{path.name}.about.json")
    if code:
        found = session.scalar(select(ReportRun).where(ReportRun.code == code))
        told = f"No report here has the code “{code}”."
    else:
        sums = set(re.findall(r"\b[0-9a-f]{64}\b", " ".join(text for _place, text in _cells(path))))
        if beside.exists():
            sums |= set(re.findall(r"\b[0-9a-f]{64}\b", beside.read_text(encoding="utf-8")))
        sums.add(_sha256(path))
        found = session.scalar(select(ReportRun).where(ReportRun.sha256.in_(sums)).limit(1))
        told = (
            f"No report here has the checksum that {path.name} or {beside.name} holds: "
            "it was issued elsewhere, or its stamp was changed. Name its report with --report CODE."
        )
    if found is None:
        raise Invalid({"file": [told]})
    return found


def tampered(run: ReportRun, path: Path) -> Iterator[Tampered]:
    """Yield each place where a file differs from what its report would give in the same format."""
    suffix = path.suffix.lower().lstrip(".")
    issued = READERS[suffix](b"".join(FORMATS[suffix].write(run)))
    for there, here in zip_longest(issued, _cells(path)):
        if there != here:
            place = (there or here or ("", ""))[0]
            yield Tampered(place, there and there[1], here and here[1])


def _cells(path: Path) -> Iterator[Cell]:
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in READERS:
        known = ", ".join(f".{each}" for each in READERS)
        raise Invalid({"file": [f"{path.name} is no file of a report: it ends in none of {known}."]})
    try:
        yield from READERS[suffix](path.read_bytes())
    except Invalid:
        raise
    # Whatever the readers of others raise for a file that is broken.
    except Exception as error:
        raise Invalid({"file": [f"{path.name} cannot be read as {suffix}: {error}"]}) from error


def _csv(content: bytes) -> Iterator[Cell]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""))
    yield from _rows("", rows)


def _rows(sheet: str, rows: Any) -> Iterator[Cell]:
    """Yield each cell, called by the first cell of its row and the first of its column."""
    header: list[str] = []
    for number, row in enumerate(rows, start=1):
        header = header or [str(value) for value in row]
        for place, value in enumerate(row):
            column = header[place] if place < len(header) else str(place + 1)
            yield f"{sheet}row {number} ({row[0]}), {column}", str(value)


def _json(content: bytes) -> Iterator[Cell]:
    def flat(value: Any, place: str) -> Iterator[Cell]:
        if isinstance(value, dict):
            for key, each in value.items():
                yield from flat(each, f"{place}.{key}" if place else key)
        elif isinstance(value, list):
            for number, each in enumerate(value):
                name = each.get("code", number) if isinstance(each, dict) else number
                yield from flat(each, f"{place}[{name}]")
        else:
            yield place, json.dumps(value, ensure_ascii=False)

    try:
        whole = json.loads(content)
    except ValueError as error:
        raise Invalid({"file": [f"This is not JSON any more: {error}."]}) from error
    yield from flat(whole, "")


def _lines(content: bytes) -> Iterator[Cell]:
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        yield f"line {number}", line


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _xlsx(content: bytes) -> Iterator[Cell]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        yield from _rows(f"sheet {name}, ", book.get_sheet_by_name(name).to_python())


def _docx(content: bytes) -> Iterator[Cell]:
    from docx import Document
    from docx.table import Table

    tables, paragraphs = 0, 0
    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Table):
            tables += 1
            yield from _rows(f"table {tables}, ", ([cell.text for cell in row.cells] for row in block.rows))
        else:
            paragraphs += 1
            yield f"paragraph {paragraphs}", block.text


def _pdf(content: bytes) -> Iterator[Cell]:
    import pypdfium2

    with pypdfium2.PdfDocument(content) as document:
        for number, page in enumerate(document, start=1):
            for place, line in enumerate(page.get_textpage().get_text_bounded().splitlines(), start=1):
                yield f"page {number}, line {place}", line


READERS: dict[str, Callable[[bytes], Iterator[Cell]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
    "md": _lines,
}
