"""A Word template: its permitted content, its placeholders, and the styles it lacks.

It may hold words, formatting, pictures and named placeholders; nothing that runs, or reads other files.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.part import PartFactory, XmlPart
from docx.oxml.ns import qn
from docx.oxml.text.paragraph import CT_P
from docx.text.paragraph import Paragraph
from flask_babel import gettext as _
from lxml import etree

from tracker import zip_safety
from tracker.errors import Invalid

MAX_BYTES = 10_000_000
#: The most bytes unpacked, bytes of XML among them, which take many times more as a tree, and members.
MAX_UNPACKED_BYTES, MAX_XML_BYTES, MAX_MEMBERS = 50_000_000, 5_000_000, 1_000
TEMPLATE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: The types of relationships that the parts of a template may have: the last words of their addresses.
RELATIONSHIPS = re.compile(
    "officeDocument|(core|extended|custom)-properties|thumbnail|styles|stylesWithEffects|settings|webSettings|font|"
    "fontTable|theme|themeOverride|numbering|header|footer|footnotes|endnotes|image|hyperlink|people|customXml|"
    "customXmlProps|glossaryDocument|hdphoto|classificationlabels|intelligence|comments(Extended|Ids|Extensible)?|"
    "diagram(Data|Layout|QuickStyle|Colors|Drawing)"
)
#: Fields about the file itself; others read files and databases, or start programs.
FIELD = re.compile(
    r"\s*(?:(?:PAGE|NUMPAGES|SECTION|SECTIONPAGES|PAGEREF|REF|NOTEREF|STYLEREF|SEQ|TOC|TC|SYMBOL|DATE|TIME|CREATEDATE|"
    r"SAVEDATE|PRINTDATE|EDITTIME|TITLE|SUBJECT|AUTHOR|LASTSAVEDBY|KEYWORDS|COMMENTS|DOCPROPERTY|FILENAME|NUMWORDS|REVNUM)\b"
    r'|HYPERLINK\s+(?:\\l\b|"(?:https?:|mailto:|#)))',
    re.IGNORECASE,
)
LINK = re.compile(r"https?://|mailto:|#", re.IGNORECASE)
OUTSIDE = re.compile(r"\s*(?:\w[\w+.-]+:|[\\/]{2})")
#: The placeholders of a template beside that of the report.
NAMES = ("title", "subtitle", "foot", "issued_on")
REPORT = "report"
#: The most bytes of XML that are searched, and the most placeholders in it: more than any template needs.
MAX_TEXT_BYTES, MAX_PLACEHOLDERS = 500_000, 100
PLACEHOLDER = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
CODE = re.compile(r"\{[{%#]")
#: All text and attributes of a part outside the texts of its paragraphs.
NO_TEXT = etree.XPath(".//@* | .//text()[not(parent::w:t)]", namespaces={"w": W.strip("{}")})
#: The parts that are searched, and those of them that python-docx does not parse as XML by default.
NOTES = (CONTENT_TYPE.WML_FOOTNOTES, CONTENT_TYPE.WML_ENDNOTES)
PARTS = (CONTENT_TYPE.WML_DOCUMENT_MAIN, CONTENT_TYPE.WML_HEADER, CONTENT_TYPE.WML_FOOTER, *NOTES)
PartFactory.part_type_for.update(dict.fromkeys(NOTES, XmlPart))
#: Every style that a report uses. Word keeps the names of its own in small letters.
STYLES = (
    *("heading 1", "heading 2", "heading 3", "Body Text", "List Bullet", "caption", "Strong", "Hyperlink"),
    *(f"Report {name}" for name in ("Lede", "Note", "Gap", "Cell", "Number", "Chart", "Table", "Soft", "Code")),
    *(f"Report Status {sort}" for sort in ("Plain", "Accent", "Good", "Warn", "Bad")),
)


def template_error(message: str) -> Invalid:
    return Invalid({"template": [message]})


def not_a_word_file() -> Invalid:
    return template_error(
        _("The template is no Word file (.docx) that can be read: open it in Word or LibreOffice, save it as .docx.")
    )


def check_template_safety(template: bytes) -> None:
    """Raise Invalid for a file that is not a Word file, is too large, or holds what no template needs."""
    if len(template) > MAX_BYTES:
        raise template_error(
            _("The template has more than %(most)s MB: make its pictures smaller.", most=MAX_BYTES // 1_000_000)
        )
    try:
        archive = zip_safety.open_zip(
            template, max_bytes=MAX_UNPACKED_BYTES, max_members=MAX_MEMBERS, max_xml_bytes=MAX_XML_BYTES
        )
        for name, content in zip_safety.xml_members(archive):
            tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
            if name == "[Content_Types].xml":
                _check_content_types(tree)
            elif name.lower().endswith(".rels"):
                _check_relationships(tree)
            else:
                _check_part(tree)
    except zip_safety.OversizedZip as error:
        raise template_error(_("The template unpacks to more than any template needs.")) from error
    except zip_safety.DoctypeInZip as error:
        raise template_error(_("The template holds declarations no Word file needs.")) from error
    except (zip_safety.UnsafeZip, etree.LxmlError) as error:
        raise not_a_word_file() from error


def _check_content_types(tree: etree._Element) -> None:
    for entry in tree.iter("{*}Default", "{*}Override"):
        content_type, name = entry.get("ContentType", ""), entry.get("PartName", entry.get("Extension", ""))
        if "macro" in content_type.lower() or "vba" in content_type.lower():
            raise template_error(_("The template holds macros: save it as a Word document without them (.docx)."))
        if content_type == TEMPLATE_TYPE:
            raise template_error(_("The template is saved as .dotx: save it as a Word document (.docx)."))
        # XML under another name would be read as a part without being checked here.
        if content_type.lower().endswith("+xml") and not name.lower().endswith(("xml", "rels", "svg")):
            raise not_a_word_file()


def _check_relationships(tree: etree._Element) -> None:
    for relationship in tree.iter("{*}Relationship"):
        sort, target = relationship.get("Type", "").rsplit("/", 1)[-1], relationship.get("Target", "")
        external = relationship.get("TargetMode", "Internal") != "Internal"
        # A linked picture, such as a logo, stays a link, and is never fetched.
        if external and sort != "image" and not (sort == "hyperlink" and LINK.match(target)):
            raise template_error(
                _(
                    "The template leads to something outside of it, %(target)s (%(sort)s): take that out, or put it "
                    "into the file itself.",
                    target=target[:100],
                    sort=sort,
                )
            )
        if not RELATIONSHIPS.fullmatch(sort):
            raise _foreign_content(sort)


def _check_part(tree: etree._Element) -> None:
    for element in tree.iter("{*}mailMerge", "{*}webVideoPr"):
        raise _foreign_content(etree.QName(element).localname)
    # Word does not open a file with a table that lacks its grid of columns.
    if any(table.find(f"{W}tblGrid") is None for table in tree.iter(f"{W}tbl")):
        raise not_a_word_file()
    # Old drawings (VML) can name a file or an address in their attributes.
    for address in tree.xpath("//@*[local-name()='src' or local-name()='href' or local-name()='althref']"):
        if OUTSIDE.match(address):
            raise template_error(
                _("The template leads to something outside of it, %(target)s.", target=str(address)[:100])
            )
    for instruction in _field_instructions(tree):
        if not FIELD.match(instruction):
            raise template_error(
                _(
                    "The template holds the field “%(field)s”, which may read or run something else: take it out.",
                    field=" ".join(instruction.split())[:100],
                )
            )


def _foreign_content(sort: str) -> Invalid:
    return template_error(
        _("The template holds something that is neither words nor pictures (%(sort)s): take it out.", sort=sort)
    )


def _field_instructions(tree: etree._Element) -> Iterator[str]:
    """Yield the instruction of each field, empty if another field computes it."""
    # The pieces of the instruction of each open field; None after its end.
    fields: list[list[str] | None] = []
    for element in tree.iter(f"{W}fldSimple", f"{W}fldChar", f"{W}instrText", f"{W}delInstrText"):
        pieces = fields[-1] if fields else None
        if element.tag == f"{W}fldSimple":
            yield element.get(f"{W}instr", "")
        elif element.tag != f"{W}fldChar":
            if pieces is not None:
                pieces.append(element.text or "")
        elif element.get(f"{W}fldCharType") == "begin":
            if pieces is not None:
                yield ""
            fields.append([])
        elif fields:
            if pieces is not None:
                yield "".join(pieces)
            fields[-1] = None
            if element.get(f"{W}fldCharType") == "end":
                fields.pop()


def fill_placeholders(template: bytes, texts: Mapping[str, str]) -> tuple[Document, Paragraph]:
    """Return a template with its placeholders filled in, and the paragraph that the report replaces.

    `texts` has a text for each of NAMES. Raises Invalid for a template with other placeholders or code, or without a
    place for the report.
    """
    document = docx.Document(io.BytesIO(template))
    parts = [part for part in document.part.package.iter_parts() if part.content_type in PARTS]
    words = "".join(text for part in parts for text in part.element.itertext())
    if sum(len(part.blob) for part in parts) > MAX_TEXT_BYTES or len(CODE.findall(words)) > MAX_PLACEHOLDERS:
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
    words = "".join(text.text or "" for place in places for text in place.iter(f"{W}t"))
    in_body = [place for place in places if place.getparent() is document.element.body]
    if len(places) != 1 or not in_body or not PLACEHOLDER.fullmatch(words.strip()):
        raise template_error(
            _(
                "Write %(report)s once in the template, in a paragraph of its own that is in no table, box, header or "
                "footer: there the report goes.",
                report=_in_braces([REPORT]),
            )
        )
    return document, Paragraph(places[0], document._body)


def _fill_paragraph(paragraph: CT_P, texts: Mapping[str, str]) -> set[str]:
    """Replace placeholders by texts, also those that Word has split; return the names of the placeholders."""
    elements = [text for text in paragraph.iter(f"{W}t") if next(text.iterancestors(f"{W}p")) is paragraph]
    words = "".join(element.text or "" for element in elements)
    matches = list(PLACEHOLDER.finditer(words))
    spans = {match.start(): match for match in matches}
    for code in CODE.finditer(words):
        if code.start() not in spans:
            message = _(
                "The template holds something other than placeholders, near “%(held)s”. A placeholder is a name "
                "between double braces, such as %(title)s; there is no other code in a template.",
                held=words[max(0, code.start() - 10) :][:80].strip(),
                title=_in_braces(["title"]),
            )
            raise template_error(message)
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


def _in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{ {name} }}}}" for name in names)


def style_ids(document: Document) -> dict[str, str]:
    """Return {name of a style in small letters: its id in the file}."""
    return {name.lower(): style.get(qn("w:styleId")) for name, style in _styles_by_name(document).items()}


def _styles_by_name(document: Document) -> dict[str, Any]:
    styles = document.styles.element.findall(qn("w:style"))
    return {style.find(qn("w:name")).get(qn("w:val")): style for style in styles}


def copy_missing_styles(source: Document, target: Document) -> None:
    """Copy into a template the styles it lacks."""
    ids, styles = style_ids(target), _styles_by_name(source)
    names = {style.get(qn("w:styleId")): name.lower() for name, style in styles.items()}
    for name in STYLES:
        if name.lower() in ids:
            continue
        style = deepcopy(styles[name])
        # The id in the source may be that of another style in the target.
        ids[name.lower()] = f"Report{style.get(qn('w:styleId'))}"
        style.set(qn("w:styleId"), ids[name.lower()])
        for reference in style.xpath("w:basedOn | w:next | w:link"):
            referenced = names[reference.get(qn("w:val"))]
            if referenced in ids:
                reference.set(qn("w:val"), ids[referenced])
            else:
                style.remove(reference)
        for number in style.iter(qn("w:numId")):
            number.set(qn("w:val"), _copy_numbering(source, target, ids[name.lower()]))
        target.styles.element.append(style)


def _copy_numbering(source: Document, target: Document, style_id: str) -> str:
    """Copy the bullets of our lists for a style; return their number in the target."""
    bullets = deepcopy(source.part.numbering_part.element.find(qn("w:abstractNum")))
    try:
        numbering: Any = target.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
    except KeyError:
        numbering = source.part.numbering_part
        target.part.relate_to(numbering, RELATIONSHIP_TYPE.NUMBERING)
    definitions = numbering.element.findall(qn("w:abstractNum"))
    number = 1 + max((int(definition.get(qn("w:abstractNumId"))) for definition in definitions), default=0)
    bullets.set(qn("w:abstractNumId"), str(number))
    for reference in bullets.iter(qn("w:pStyle")):
        reference.set(qn("w:val"), style_id)
    # Definitions stand before the numbers that use them.
    if before := numbering.element.xpath("w:abstractNum | w:num"):
        before[0].addprevious(bullets)
    else:
        numbering.element.append(bullets)
    return str(numbering.element.add_num(number).numId)
