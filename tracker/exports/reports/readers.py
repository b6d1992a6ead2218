"""What stands where in the file of a report, told by programs that had no part in writing it."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

from tracker.zip_safety import member_chunks, open_zip

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: A packed file that unpacks to more bytes than this, and to so many times its own size, is no report.
MAX_BYTES, MAX_RATIO = 100_000_000, 100
FORMULA = re.compile(rb"<f[ >/]")
#: What some programs write a link as: its address, and the place there.
LINK = re.compile(r'HYPERLINK "([^"]*)"(?:\s+\\l "([^"]*)")?')
#: The most characters of a cell of a CSV.
LONGEST = 10_000_000


@dataclass(frozen=True)
class FileRow:
    """What stands beside one another: a row of a table, a record, or a line of text alone."""

    place: str
    #: (what the cell is called; nothing for a line of text, its text)
    cells: Sequence[tuple[str, str]]
    #: Whether its cells are told apart by their names alone, wherever they stand in it.
    named: bool = False

    @property
    def text(self) -> str:
        return " · ".join(text for _name, text in self.cells if text)


def _lines(place: str, texts: Iterable[str]) -> Iterator[FileRow]:
    for number, text in enumerate(texts, start=1):
        yield FileRow(f"{place} {number}", [("", text)])


def _table(place: str, rows: Iterable[Sequence[Any]]) -> Iterator[FileRow]:
    """Yield the rows of a table, each called by its first cell, its cells by the first of their columns."""
    header: list[str] = []
    for number, row in enumerate(rows, start=1):
        texts = [str(value) for value in row]
        if not texts:
            continue
        header = header or texts
        names = [*header, *map(str, range(len(header) + 1, len(texts) + 1))]
        yield FileRow(f"{place}row {number} ({texts[0]})", list(zip(names, texts, strict=False)))


def _csv(content: bytes) -> Iterator[FileRow]:
    csv.field_size_limit(LONGEST)
    yield from _table("", csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline="")))


def _json(content: bytes) -> Iterator[FileRow]:
    """Yield the head, and the records."""
    for name, part in json.loads(content, object_pairs_hook=_once).items():
        if not isinstance(part, list):
            yield FileRow(name, list(flatten_json(part)), named=True)
            continue
        for number, each in enumerate(part, start=1):
            code = each.get("code") if isinstance(each, dict) else ""
            yield FileRow(f"{name} {number} ({code})", list(flatten_json(each)), named=True)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, in which programs do not agree on what a name means that is there twice."""
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError
    return found


def flatten_json(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield (place, JSON) of all that stands in objects and lists within one another, of an empty one itself."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from flatten_json(each, f"{place}.{key}" if place else str(key))
    if not inner:
        yield place, json.dumps(value, ensure_ascii=False)


def _open_zip(content: bytes) -> ZipFile:
    return open_zip(content, max_bytes=max(MAX_BYTES, MAX_RATIO * len(content)))


def _xlsx(content: bytes) -> Iterator[FileRow]:
    from python_calamine import CalamineWorkbook

    # Each member is read to its end first, as calamine believes no declared size.
    with _open_zip(content) as archive:
        formulas = {
            member.filename: len(FORMULA.findall(b"".join(member_chunks(archive, member))))
            for member in archive.infolist()
        }
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        yield from _table(f"sheet {name}, ", book.get_sheet_by_name(name).to_python())
    # What a formula comes to is read above; what it will come to in a spreadsheet may be anything.
    for name, count in formulas.items():
        if name.startswith("xl/worksheets/") and count:
            yield FileRow(f"formulas of {name}", [("", str(count))])


def _docx(content: bytes) -> Iterator[FileRow]:
    from docx import Document
    from lxml import etree

    _open_zip(content).close()
    document = Document(io.BytesIO(content))
    rels = document.part.rels
    yield from _words(document.element.body, {key: rel.target_ref for key, rel in rels.items() if rel.is_external})
    # What stands at the head and foot of the pages, and in notes and comments.
    for each in sorted({rel.target_part for rel in rels.values() if not rel.is_external}, key=lambda p: p.partname):
        if each.content_type.endswith("+xml"):
            tree = etree.fromstring(each.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            yield from (FileRow(each.partname, row.cells) for row in _words(tree, {}) if row.text)


def _words(tree: Any, links: dict[str, str]) -> Iterator[FileRow]:
    """Yield paragraphs and rows of tables wherever they stand, with the addresses that links lead to.

    Words that somebody struck out are left out, those that somebody put in are there, as they are read.
    """

    def text(element: Any) -> str:
        found, fields = [], 0
        for each in element.iter(*(f"{W}{name}" for name in ("t", "hyperlink", "br", "tab", "fldChar", "instrText"))):
            if each.tag == f"{W}hyperlink":
                found += [f"<{address}> " for key, address in links.items() if key in each.attrib.values()]
            elif each.tag == f"{W}instrText":
                found += [f"<{'#'.join(filter(None, led))}> " for led in LINK.findall(each.text or "")]
            elif each.tag == f"{W}fldChar":
                fields += {"begin": 1, "end": -1}.get(each.get(f"{W}fldCharType"), 0)
            elif each.tag == f"{W}t":
                within = fields or next(each.iterancestors(f"{W}fldSimple"), None) is not None
                # Numbers of pages are counted anew wherever a file is opened.
                found.append("" if within and (each.text or "").isdigit() else each.text or "")
            else:
                found.append(" ")
        return "".join(found)

    paragraphs = tables = 0
    for each in tree.iter(f"{W}p", f"{W}tbl"):
        if next(each.iterancestors(f"{W}tbl", f"{W}p"), None) is not None:
            continue
        if each.tag == f"{W}tbl":
            tables += 1
            rows = ([text(cell) for cell in row.iter(f"{W}tc")] for row in each.iter(f"{W}tr"))
            yield from _table(f"table {tables}, ", rows)
        else:
            paragraphs += 1
            yield FileRow(f"paragraph {paragraphs}", [("", text(each))])


def _pdf(content: bytes) -> Iterator[FileRow]:
    import pypdfium2

    with pypdfium2.PdfDocument(content) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    for number, text in enumerate(pages, start=1):
        yield from _lines(f"page {number}, line", text.splitlines())


def _markdown(content: bytes) -> Iterator[FileRow]:
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        cells = line.strip("| ").split(" | ") if line.startswith("|") else [line]
        yield FileRow(f"line {number}", [("", cell) for cell in cells])


#: {ending of a file: what tells its rows}; for a file that is broken they raise anything.
READERS: dict[str, Callable[[bytes], Iterator[FileRow]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
    "md": _markdown,
}
