"""Readers of the files of reports, by libraries that had no part in writing them."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from tracker.queries.reports.stored import Json
from tracker.zip_safety import member_chunks, open_zip

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: A zip file that unpacks to more bytes than this, and to more than this many times its size, is no report.
MAX_BYTES, MAX_RATIO = 100_000_000, 100
FORMULA = re.compile(rb"<f[ >/]")
#: A link as some programs write it: its address, and the place there.
LINK = re.compile(r'HYPERLINK "([^"]*)"(?:\s+\\l "([^"]*)")?')
#: The most characters of a cell of a CSV.
LONGEST = 10_000_000


@dataclass(frozen=True)
class FileRow:
    """A row of a table, a record, or a single line of text."""

    place: str
    #: (name, text) of each cell; the name is empty for a line of text.
    cells: Sequence[tuple[str, str]]
    #: Whether cells are matched by their names alone, whatever their order.
    named: bool = False

    @property
    def text(self) -> str:
        return " · ".join(text for _name, text in self.cells if text)


def _table(place: str, rows: Iterable[Sequence[Any]]) -> Iterator[FileRow]:
    """Yield the rows of a table, each named by its first cell, and its cells by the header."""
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
    """Yield the head and the records."""
    for name, part in json.loads(content, object_pairs_hook=_once).items():
        if not isinstance(part, list):
            yield FileRow(name, list(flatten_json(part)), named=True)
            continue
        for number, row in enumerate(part, start=1):
            code = row.get("code") if isinstance(row, dict) else ""
            yield FileRow(f"{name} {number} ({code})", list(flatten_json(row)), named=True)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raises ValueError for a name that occurs twice, which programs read differently."""
    if len(value := dict(pairs)) < len(pairs):
        raise ValueError
    return value


def flatten_json(value: Json, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield (place, JSON) of each value in nested objects and lists; an empty one is itself a value."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from flatten_json(part, f"{place}.{key}" if place else str(key))
    if not inner:
        yield place, json.dumps(value, ensure_ascii=False)


def _open_zip(content: bytes) -> ZipFile:
    return open_zip(content, max_bytes=max(MAX_BYTES, MAX_RATIO * len(content)))


def _xlsx(content: bytes) -> Iterator[FileRow]:
    from python_calamine import CalamineWorkbook

    # Each member is read whole first: calamine does not check the size that a member declares.
    with _open_zip(content) as archive:
        formulas = {
            member.filename: len(FORMULA.findall(b"".join(member_chunks(archive, member))))
            for member in archive.infolist()
        }
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        yield from _table(f"sheet {name}, ", book.get_sheet_by_name(name).to_python())
    # The stored result of a formula is read above; a spreadsheet may compute anything else.
    for name, count in formulas.items():
        if name.startswith("xl/worksheets/") and count:
            yield FileRow(f"formulas of {name}", [("", str(count))])


def _docx(content: bytes) -> Iterator[FileRow]:
    from docx import Document
    from lxml import etree

    _open_zip(content).close()
    document = Document(io.BytesIO(content))
    rels = document.part.rels
    yield from _word_rows(document.element.body, {key: rel.target_ref for key, rel in rels.items() if rel.is_external})
    # Headers, footers, notes and comments.
    for part in sorted({rel.target_part for rel in rels.values() if not rel.is_external}, key=lambda p: p.partname):
        if part.content_type.endswith("+xml"):
            tree = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            yield from (FileRow(part.partname, row.cells) for row in _word_rows(tree, {}) if row.text)


def _word_rows(tree: "_Element", links: dict[str, str]) -> Iterator[FileRow]:
    """Yield the paragraphs and the rows of tables, wherever they stand."""
    paragraphs = tables = 0
    for block in tree.iter(f"{W}p", f"{W}tbl"):
        if next(block.iterancestors(f"{W}tbl", f"{W}p"), None) is not None:
            continue
        if block.tag == f"{W}tbl":
            tables += 1
            rows = ([_word_text(cell, links) for cell in row.iter(f"{W}tc")] for row in block.iter(f"{W}tr"))
            yield from _table(f"table {tables}, ", rows)
        else:
            paragraphs += 1
            yield FileRow(f"paragraph {paragraphs}", [("", _word_text(block, links))])


def _word_text(block: "_Element", links: dict[str, str]) -> str:
    """Return the words of a paragraph or cell, with the addresses of links.

    Tracked deletions are left out, and tracked insertions included.
    """
    texts, fields = list[str](), 0
    for element in block.iter(*(f"{W}{name}" for name in ("t", "hyperlink", "br", "tab", "fldChar", "instrText"))):
        text = element.text or ""
        if element.tag == f"{W}hyperlink":
            texts += [f"<{address}> " for key, address in links.items() if key in element.attrib.values()]
        elif element.tag == f"{W}instrText":
            texts += [f"<{'#'.join(filter(None, link))}> " for link in LINK.findall(text)]
        elif element.tag == f"{W}fldChar":
            fields += {"begin": 1, "end": -1}.get(element.get(f"{W}fldCharType") or "", 0)
        elif element.tag == f"{W}t":
            within = fields or next(element.iterancestors(f"{W}fldSimple"), None) is not None
            # Page numbers are computed anew whenever a file is opened.
            texts.append("" if within and text.isdigit() else text)
        else:
            texts.append(" ")
    return "".join(texts)


def _pdf(content: bytes) -> Iterator[FileRow]:
    import pypdfium2

    with pypdfium2.PdfDocument(content) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    for number, text in enumerate(pages, start=1):
        for line_number, line in enumerate(text.splitlines(), start=1):
            yield FileRow(f"page {number}, line {line_number}", [("", line)])


def _markdown(content: bytes) -> Iterator[FileRow]:
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        cells = line.strip("| ").split(" | ") if line.startswith("|") else [line]
        yield FileRow(f"line {number}", [("", cell) for cell in cells])


#: {suffix of a file: the reader of its rows}; readers may raise anything for a broken file.
READERS: dict[str, Callable[[bytes], Iterator[FileRow]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
    "md": _markdown,
}
