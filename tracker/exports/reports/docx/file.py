"""A Word file of a report: a template filled in, the blocks drawn, its properties told, packed alike each time."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_date
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tracker.exports.reports.blocks import Laid
from tracker.exports.reports.docx.body import Body, clean
from tracker.exports.reports.docx.filling import fill
from tracker.exports.reports.docx.looks import lend
from tracker.exports.reports.docx.package import look_inside
from tracker.paths import folder

#: The longest property of a file.
LONGEST = 255


def written(laid: Laid, template: bytes | None, issued_at: datetime, png: Callable[[str], bytes], author: str) -> bytes:
    """Return a report as a Word file; see `tracker.exports.reports.docx.write`."""
    own = (folder("templates") / "reports" / "report.docx").read_bytes()
    if template is not None:
        look_inside(template)
    title, subtitle, foot = (" ".join(clean(text).split()) for text in (laid.title, laid.subtitle, laid.foot))
    issued_on = format_date(issued_at, "long", locale=laid.language)
    texts = {"title": title, "subtitle": subtitle, "foot": foot, "issued_on": issued_on}
    document, place = fill(template or own, texts)
    if template is not None:
        lend(fill(own, texts)[0], document)
    _speak(document, laid.language)
    Body(document, place, png).draw(laid)
    properties = document.core_properties
    properties.title, properties.subject, properties.comments = (text[:LONGEST] for text in (title, subtitle, foot))
    properties.author = properties.last_modified_by = " ".join(clean(author).split())[:LONGEST]
    properties.language = laid.language
    properties.created = properties.modified = issued_at.astimezone(UTC).replace(tzinfo=None)
    properties.revision = 1
    return _packed(document)


def _speak(document: Any, language: str) -> None:
    """Say which language the words are in, for those who check their spelling or read them out."""
    defaults = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")
    for run in defaults:
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
        for part in parts.infolist():
            packed.writestr(zipfile.ZipInfo(part.filename), parts.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()
