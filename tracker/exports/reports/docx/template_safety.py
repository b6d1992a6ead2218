"""What a Word file may hold to be a template: words, looks and pictures; nothing that runs, or reads other files."""

import re
from collections.abc import Iterator

from flask_babel import gettext as _
from lxml import etree

from tracker import zip_safety
from tracker.errors import Invalid

MAX_BYTES = 10_000_000
#: Bytes that the file may unpack to, bytes of XML among them, which take many times more as a tree, and members.
MAX_UNPACKED_BYTES, MAX_XML_BYTES, MAX_MEMBERS = 50_000_000, 5_000_000, 1_000
TEMPLATE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: The relationships that the parts of a template may have: the last words of the addresses that name them.
RELATIONSHIPS = re.compile(
    "officeDocument|(core|extended|custom)-properties|thumbnail|styles|stylesWithEffects|settings|webSettings|font|"
    "fontTable|theme|themeOverride|numbering|header|footer|footnotes|endnotes|image|hyperlink|people|customXml|"
    "customXmlProps|glossaryDocument|hdphoto|classificationlabels|intelligence|comments(Extended|Ids|Extensible)?|"
    "diagram(Data|Layout|QuickStyle|Colors|Drawing)"
)
#: Fields that show something of the file itself; others read files and databases, or start programs.
FIELD = re.compile(
    r"\s*(?:(?:PAGE|NUMPAGES|SECTION|SECTIONPAGES|PAGEREF|REF|NOTEREF|STYLEREF|SEQ|TOC|TC|SYMBOL|DATE|TIME|CREATEDATE|"
    r"SAVEDATE|PRINTDATE|EDITTIME|TITLE|SUBJECT|AUTHOR|LASTSAVEDBY|KEYWORDS|COMMENTS|DOCPROPERTY|FILENAME|NUMWORDS|REVNUM)\b"
    r'|HYPERLINK\s+(?:\\l\b|"(?:https?:|mailto:|#)))',
    re.IGNORECASE,
)
LINK = re.compile(r"https?://|mailto:|#", re.IGNORECASE)
OUTSIDE = re.compile(r"\s*(?:\w[\w+.-]+:|[\\/]{2})")


def template_error(message: str) -> Invalid:
    return Invalid({"template": [message]})


def not_a_word_file() -> Invalid:
    return template_error(
        _("The template is no Word file (.docx) that can be read: open it in Word or LibreOffice, save it as .docx.")
    )


def check_template_safety(template: bytes) -> None:
    """Raise Invalid for a file that is no Word file, is too large, or holds what no template needs."""
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
        # XML under another name would be read as a part, and not be looked at here.
        if content_type.lower().endswith("+xml") and not name.lower().endswith(("xml", "rels", "svg")):
            raise not_a_word_file()


def _check_relationships(tree: etree._Element) -> None:
    for relationship in tree.iter("{*}Relationship"):
        sort, target = relationship.get("Type", "").rsplit("/", 1)[-1], relationship.get("Target", "")
        external = relationship.get("TargetMode", "Internal") != "Internal"
        # A linked picture, such as a logo, stays a link: nothing here ever fetches it.
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
    # Word opens no file with a table that says nothing of its columns.
    if any(table.find(f"{W}tblGrid") is None for table in tree.iter(f"{W}tbl")):
        raise not_a_word_file()
    # Old drawings (VML) can name a file or an address right where they stand.
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
    """Yield the instruction of each field; an empty one for a field whose instruction another field makes."""
    # The pieces of the instruction of each open field; None where it has ended, or been answered as empty.
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
