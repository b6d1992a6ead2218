"""A Word file of a report: a template filled in, the blocks drawn, its properties told, packed alike each time."""

import base64
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_date
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tracker.dates import zone
from tracker.errors import Invalid
from tracker.exports.reports.blocks import Block, BulletList, Chart, Heading, Paragraph, ReportDocument, Span, Table
from tracker.exports.reports.docx.body import Body, clean
from tracker.exports.reports.docx.placeholders import fill_placeholders
from tracker.exports.reports.docx.styles import copy_missing_styles
from tracker.exports.reports.docx.template_safety import check_template_safety, not_a_word_file
from tracker.paths import folder

#: The longest property of a file.
LONGEST = 255
#: A picture of one dot.
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")


def build_docx(
    laid: ReportDocument, template: bytes | None, issued_at: datetime, png: Callable[[str], bytes], author: str
) -> bytes:
    """Return a report as a Word file; see `tracker.exports.reports.docx.write`."""
    own = (folder("templates") / "reports" / "report.docx").read_bytes()
    texts = {"title": laid.title, "subtitle": laid.subtitle, "foot": laid.foot}
    texts = {name: " ".join(clean(text).split()) for name, text in texts.items()}
    issued_on = {"issued_on": format_date(issued_at.astimezone(zone()), "long", locale=laid.language)}
    document, place = fill_placeholders(template or own, texts | issued_on)
    if template is not None:
        copy_missing_styles(fill_placeholders(own, texts | issued_on)[0], document)
    _speak(document, laid.language)
    Body(document, place, png).draw(laid)
    properties = _properties(document)
    properties.title, properties.subject, properties.comments = (text[:LONGEST] for text in texts.values())
    properties.author = properties.last_modified_by = " ".join(clean(author).split())[:LONGEST]
    properties.language, properties.revision = laid.language, 1
    properties.created = properties.modified = issued_at.astimezone(UTC).replace(tzinfo=None)
    return _packed(document)


def check_template(template: bytes) -> None:
    """Lay a report of one block of each sort into a template; raises Invalid where that does not work."""
    check_template_safety(template)
    line = [Span("x", "https://example.org")]
    blocks: list[Block] = [
        Heading("x", 1),
        Paragraph(line),
        BulletList([line]),
        Chart("", "x", "x"),
        Table("x", ["x"], [[line]]),
    ]
    try:
        build_docx(ReportDocument("x", "x", "en", blocks, [], "x"), template, datetime.now(UTC), lambda _svg: DOT, "x")
    except Invalid:
        raise
    except Exception as error:  # Of a file that is broken on purpose, anything can be raised.
        raise not_a_word_file() from error


def _properties(document: Any) -> Any:
    """Return the properties of a document; LibreOffice has them under a name of its own, which makes room for these."""
    relations = document.part.package.rels
    for key, relation in list(relations.items()):
        if relation.reltype.endswith("/core-properties") and relation.reltype != RELATIONSHIP_TYPE.CORE_PROPERTIES:
            relations.pop(key)
    return document.core_properties


def _speak(document: Any, language: str) -> None:
    """Say which language the words are in, for those who check their spelling or read them out."""
    for run in document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr"):
        for told in run.findall(qn("w:lang")):
            told.set(qn("w:val"), language)
            break
        else:
            run.append(OxmlElement("w:lang", {qn("w:val"): language}))


def _packed(document: Any) -> bytes:
    """Return a document as the same bytes whenever it is packed."""
    saved, out = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(out, "w") as packed:
        for name in dict.fromkeys(parts.namelist()):
            packed.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
