"""A report as a Word file: a template filled in, the blocks added, the properties set, packed reproducibly."""

import base64
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import docx
from babel.dates import format_date
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.coreprops import CoreProperties
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tracker.dates import zone
from tracker.errors import Invalid
from tracker.exports.reports.blocks import BulletList, Chart, Heading, Paragraph, ReportDocument, Span, Table
from tracker.exports.reports.docx.body import clean_text, write_body
from tracker.exports.reports.docx.template import (
    check_template_safety,
    copy_missing_styles,
    fill_placeholders,
    not_a_word_file,
)
from tracker.paths import folder

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: The most characters of a property.
MAX_PROPERTY = 255
#: A picture of one pixel.
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
#: A report with a block of each sort.
SAMPLE = ReportDocument(
    "x",
    "x",
    "en",
    [
        Heading("x", 1),
        Paragraph([Span("x", "https://example.org")]),
        BulletList([[Span("x")]]),
        Chart("", "x", "x"),
        Table("x", ["x"], [[[Span("x")]]]),
    ],
    [],
    "x",
)


def write_docx(
    report: ReportDocument, template: bytes | None, issued_at: datetime, png: Callable[[str], bytes], author: str = ""
) -> bytes:
    """Return a report as a Word file: the same bytes for the same report, template and moment.

    `png` turns an SVG into a picture; `author` issued the report. Raises Invalid for an unusable template.
    """
    if template is not None:
        check_template(template)
    return _build(report, template, issued_at, png, author)


def check_template(template: bytes) -> None:
    """Put a sample report into a template; raises Invalid if that fails."""
    check_template_safety(template)
    try:
        _build(SAMPLE, template, datetime.now(UTC), lambda _svg: DOT, "")
    except Invalid:
        raise
    except Exception as error:  # A file broken on purpose can raise anything.
        raise not_a_word_file() from error


def _build(
    report: ReportDocument, template: bytes | None, issued_at: datetime, png: Callable[[str], bytes], author: str
) -> bytes:
    ours = (folder("templates") / "reports" / "report.docx").read_bytes()
    texts = {"title": report.title, "subtitle": report.subtitle, "foot": report.foot}
    texts = {name: " ".join(clean_text(text).split()) for name, text in texts.items()}
    issued_on = {"issued_on": format_date(issued_at.astimezone(zone()), "long", locale=report.language)}
    document, place = fill_placeholders(template or ours, texts | issued_on)
    if template is not None:
        copy_missing_styles(docx.Document(io.BytesIO(ours)), document)
    _set_language(document, report.language)
    write_body(document, place, report, png)
    properties = _core_properties(document)
    properties.title, properties.subject, properties.comments = (text[:MAX_PROPERTY] for text in texts.values())
    properties.author = properties.last_modified_by = " ".join(clean_text(author).split())[:MAX_PROPERTY]
    properties.language, properties.revision = report.language, 1
    properties.created = properties.modified = issued_at.astimezone(UTC).replace(tzinfo=None)
    return _packed(document)


def _set_language(document: Document, language: str) -> None:
    """Set the language of the text, for spell checkers and screen readers."""
    for run in document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr"):
        language_element = run.find(qn("w:lang"))
        if language_element is None:
            run.append(language_element := OxmlElement("w:lang"))
        language_element.set(qn("w:val"), language)


def _core_properties(document: Document) -> CoreProperties:
    """Return the properties of a document, without those that LibreOffice writes under another name."""
    relations = document.part.package.rels
    for key, relation in list(relations.items()):
        if relation.reltype.endswith("/core-properties") and relation.reltype != RELATIONSHIP_TYPE.CORE_PROPERTIES:
            relations.pop(key)
    properties: CoreProperties = document.core_properties
    return properties


def _packed(document: Document) -> bytes:
    """Return a document packed as the same bytes each time."""
    saved, out = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(out, "w") as packed:
        for name in dict.fromkeys(parts.namelist()):
            packed.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
