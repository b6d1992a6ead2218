"""The placeholders of a template: found wherever somebody put them, and filled in; a template holds no other code."""

import io
import re
from collections.abc import Iterable, Mapping

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE
from docx.opc.part import PartFactory, XmlPart
from docx.oxml.text.paragraph import CT_P
from docx.text.paragraph import Paragraph
from flask_babel import gettext as _
from lxml import etree

from tracker.errors import Invalid
from tracker.exports.reports.docx.template_safety import W, template_error

#: The texts that a template may ask for, beside the report.
NAMES = ("title", "subtitle", "foot", "issued_on")
REPORT = "report"
#: Bytes of the XML that is looked through, and placeholders in it: more than any template needs.
MAX_XML_BYTES, MAX_PLACEHOLDERS = 500_000, 100
PLACEHOLDER = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
CODE = re.compile(r"\{[{%#]")
#: What a part holds beside the texts of its paragraphs.
NO_TEXT = etree.XPath(".//@* | .//text()[not(parent::w:t)]", namespaces={"w": W.strip("{}")})
#: The parts that are looked through, and those of them that python-docx reads as XML only when it is asked to.
NOTES = (CONTENT_TYPE.WML_FOOTNOTES, CONTENT_TYPE.WML_ENDNOTES)
PARTS = (CONTENT_TYPE.WML_DOCUMENT_MAIN, CONTENT_TYPE.WML_HEADER, CONTENT_TYPE.WML_FOOTER, *NOTES)
PartFactory.part_type_for.update(dict.fromkeys(NOTES, XmlPart))


def fill_placeholders(template: bytes, texts: Mapping[str, str]) -> tuple[Document, Paragraph]:
    """Return a template with its placeholders filled in, and its paragraph that the report goes in place of.

    `texts` has a text for each of NAMES. Raises Invalid for a template that asks for something else, holds code, or
    has no place for the report.
    """
    document = docx.Document(io.BytesIO(template))
    parts = [part for part in document.part.package.iter_parts() if part.content_type in PARTS]
    words = "".join(text for part in parts for text in part.element.itertext())
    if sum(len(part.blob) for part in parts) > MAX_XML_BYTES or len(CODE.findall(words)) > MAX_PLACEHOLDERS:
        raise template_error(_("The template is too long: a page or two, and what every page has, are enough."))
    unknown, places = set[str](), list[CT_P]()
    for part in parts:
        _check_where_no_text_stands(part.element)
        for paragraph in part.element.iter(f"{W}p"):
            names = _fill_paragraph(paragraph, texts)
            unknown |= names - {*NAMES, REPORT}
            places += [paragraph] if REPORT in names else []
    if unknown:
        raise template_error(
            _(
                "The template asks for %(unknown)s, which no report has. What there is: %(names)s.",
                unknown=_in_braces(sorted(unknown)),
                names=_in_braces((*NAMES, REPORT)),
            )
        )
    body = document.element.body
    if len(places) != 1 or places[0].getparent() is not body or not PLACEHOLDER.fullmatch(_words(places[0]).strip()):
        raise template_error(
            _(
                "Write %(report)s once in the template, in a paragraph of its own that is in no table, box, header or "
                "footer: there the report goes.",
                report=_in_braces([REPORT]),
            )
        )
    return document, Paragraph(places[0], document._body)


def _fill_paragraph(paragraph: CT_P, texts: Mapping[str, str]) -> set[str]:
    """Put texts in place of placeholders, also of those that Word has cut in pieces; return the names asked for."""
    elements = [text for text in paragraph.iter(f"{W}t") if next(text.iterancestors(f"{W}p")) is paragraph]
    words = "".join(element.text or "" for element in elements)
    matches = list(PLACEHOLDER.finditer(words))
    spans = {match.start(): match for match in matches}
    for code in CODE.finditer(words):
        if code.start() not in spans:
            raise _no_placeholder(words[max(0, code.start() - 10) :][:80].strip())
    for match in reversed(matches):
        text, offset = texts.get(match[1], match[0]), 0
        for element in elements:
            piece = element.text or ""
            start, end = (min(max(place - offset, 0), len(piece)) for place in match.span())
            offset += len(piece)
            if start < end:
                element.text, text = piece[:start] + text + piece[end:], ""
                element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return {match[1] for match in matches}


def _check_where_no_text_stands(tree: etree._Element) -> None:
    for text in filter(CODE.search, NO_TEXT(tree)):
        raise template_error(
            _(
                "The template holds “%(held)s” where no text can stand: write it as plain text in a paragraph, and "
                "nothing but the name between the braces.",
                held=text[:80],
            )
        )


def _words(paragraph: CT_P) -> str:
    return "".join(text.text or "" for text in paragraph.iter(f"{W}t"))


def _in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{ {name} }}}}" for name in names)


def _no_placeholder(code: str) -> Invalid:
    return template_error(
        _(
            "The template holds something other than placeholders, near “%(held)s”. A placeholder is a name between "
            "double braces, such as %(title)s; there is no other code in a template.",
            held=code,
            title=_in_braces(["title"]),
        )
    )
