"""The text of Word files: paragraphs and tables in their order."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from flask_babel import gettext as _

from tracker.errors import unreadable_file
from tracker.records.fields import FORBIDDEN_CHARACTERS
from tracker.zip_safety import DoctypeInZip, EncryptedZip, OversizedZip, UnsafeZip, open_zip, xml_members

if TYPE_CHECKING:
    from docx.oxml.text.paragraph import CT_P
    from docx.oxml.xmlchemy import BaseOxmlElement

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Of the unpacked file; a tree of XML takes many times as much memory.
MAX_BYTES = 100_000_000
MAX_MEMBERS = 2_000
MAX_XML_BYTES = 25_000_000
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_text(data: bytes) -> str:
    """Return the text of a file: its paragraphs, and the rows of its tables with tabs between the cells."""
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        _check_archive(data)
        body = docx.Document(io.BytesIO(data)).element.body
    except OversizedZip as error:
        message = _("This Word file unpacks to more than any document needs: paste its text.")
        raise unreadable_file(message) from error
    except EncryptedZip as error:
        raise unreadable_file(_("This Word file has a password: save it without one.")) from error
    except DoctypeInZip as error:
        message = _("This Word file holds declarations no document needs: paste its text.")
        raise unreadable_file(message) from error
    except (UnsafeZip, BadZipFile, OpcError, LxmlError, KeyError, ValueError, AttributeError, OSError) as error:
        message = _("This Word file is broken: open it in Word, save it again, or paste its text.")
        raise unreadable_file(message) from error
    return "\n\n".join(block for block in _blocks(body) if block.strip())


def _check_archive(data: bytes) -> None:
    """Refuse a file that is not Word's, or would unpack to more than a document needs."""
    with open_zip(data, max_bytes=MAX_BYTES, max_members=MAX_MEMBERS, max_xml_bytes=MAX_XML_BYTES) as archive:
        if "word/document.xml" not in archive.namelist():
            raise unreadable_file(_("This is no Word file (.docx). Files that are read: PDF, .docx, HTML, plain text."))
        for _member in xml_members(archive):
            pass


def _blocks(element: "BaseOxmlElement") -> Iterator[str]:
    for child in element:
        if child.tag == f"{W}p":
            yield _paragraph_text(child)
        elif child.tag == f"{W}tbl":
            for row in child.iter(f"{W}tr"):
                if next(row.iterancestors(f"{W}tbl")) is child:
                    yield "\t".join(" ".join(_blocks(cell)).strip() for cell in row.iterchildren(f"{W}tc"))
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _blocks(child)


def _paragraph_text(paragraph: "CT_P") -> str:
    """Return the text of a paragraph with tracked insertions, but without tracked deletions and moves."""
    from docx.text.run import Run

    runs = paragraph.xpath(".//w:r[not(ancestor::w:txbxContent or ancestor::w:moveFrom)]")
    return FORBIDDEN_CHARACTERS.sub("", "".join(Run(run, paragraph).text for run in runs))
