"""Word files: paragraphs and tables in their order."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from tracker.actions.text_extraction.refusal import unreadable_file
from tracker.records.fields import FORBIDDEN_CHARACTERS

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Bytes that a file may unpack to, and files it may hold.
MOST_UNPACKED = 100_000_000
MOST_FILES = 2_000
#: Bytes of one part in XML: as a tree it takes many times as much memory.
LARGEST_PART = 20_000_000
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_text(data: bytes) -> str:
    """Return the text of a file: a paragraph, or a row of a table with its cells parted by tabs, at a time."""
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        _refuse_unsafe(data)
        body = docx.Document(io.BytesIO(data)).element.body
    except (zipfile.BadZipFile, OpcError, LxmlError, KeyError, ValueError, AttributeError, EOFError, OSError) as error:
        raise unreadable_file(
            _("This Word file is broken: open it in Word, save it again, or paste its text.")
        ) from error
    return "\n\n".join(block for block in _blocks(body) if block.strip())


def _refuse_unsafe(data: bytes) -> None:
    """Refuse what is no Word file, and what would unpack to more than a document needs."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if "word/document.xml" not in {part.filename for part in parts}:
            raise unreadable_file(_("This is no Word file (.docx). Files that are read: PDF, .docx, HTML, plain text."))
        if len(parts) > MOST_FILES or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise unreadable_file(_("This Word file unpacks to more than any document needs: paste its text."))
        for part in parts:
            if part.flag_bits & 1:
                raise unreadable_file(_("This Word file has a password: save it without one."))
            if part.filename.endswith((".xml", ".rels")):
                if part.file_size > LARGEST_PART:
                    raise unreadable_file(_("This Word file unpacks to more than any document needs: paste its text."))
                # No more is read than the size that was declared, and a wrong one is found out at the end.
                with archive.open(part) as stream:
                    held = stream.read()
                if b"<!DOCTYPE" in held.replace(b"\0", b""):
                    raise unreadable_file(_("This Word file holds declarations no document needs: paste its text."))


def _blocks(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == f"{W}p":
            yield _words(child)
        elif child.tag == f"{W}tbl":
            for row in child.iter(f"{W}tr"):
                if next(row.iterancestors(f"{W}tbl")) is child:
                    yield "\t".join(" ".join(_blocks(cell)).strip() for cell in row.iterchildren(f"{W}tc"))
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _blocks(child)


def _words(paragraph: Any) -> str:
    """Return the words of a paragraph: also those inserted with a mark, but none that were moved away or deleted."""
    from docx.text.run import Run

    runs = paragraph.xpath(".//w:r[not(ancestor::w:txbxContent or ancestor::w:moveFrom)]")
    return FORBIDDEN_CHARACTERS.sub("", "".join(Run(run, paragraph).text for run in runs))
