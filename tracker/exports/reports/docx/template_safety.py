"""What a Word file may hold to be a template: words, looks and pictures; nothing that runs, or reaches outside."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from lxml import etree

from tracker.errors import Invalid

MOST_BYTES = 10_000_000
#: Bytes that a file may unpack to, of them in XML, which as a tree takes many times more, and files it may hold.
MOST_UNPACKED = 50_000_000
MOST_XML = 5_000_000
MOST_FILES = 1_000
TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: What a part of a file may be to another: the last word of the addresses that stand for it.
RELATIONS = re.compile(
    "officeDocument|(core|extended|custom)-properties|thumbnail|styles|stylesWithEffects|settings|webSettings|font|"
    "fontTable|theme|themeOverride|numbering|header|footer|footnotes|endnotes|image|hyperlink|people|customXml|"
    "customXmlProps|glossaryDocument|hdphoto|classificationlabels|intelligence|comments(Extended|Ids|Extensible)?|diagram(Data|Layout|QuickStyle|Colors|Drawing)"
)
#: Fields that tell of the file itself; others read files and databases, or start programs.
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


def check_template_safety(template: bytes) -> None:
    """Raise Invalid for a file that is no Word file, is too large, or holds what no template needs."""
    if len(template) > MOST_BYTES:
        raise template_error(
            _("The template has more than %(most)s MB: make its pictures smaller.", most=MOST_BYTES // 1_000_000)
        )
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as packed:
            _look_at(packed)
    except Invalid:
        raise
    except Exception as error:  # Of a file that is broken on purpose, anything can be raised.
        raise not_a_word_file() from error


def not_a_word_file() -> Invalid:
    return template_error(
        _("The template is no Word file (.docx) that can be read: open it in Word or LibreOffice, save it as .docx.")
    )


def _look_at(packed: zipfile.ZipFile) -> None:
    members = packed.infolist()
    written = [member for member in members if member.filename.lower().endswith((".xml", ".rels"))]
    sizes = [sum(member.file_size for member in some) for some in (members, written)]
    if len(members) > MOST_FILES or sizes[0] > MOST_UNPACKED or sizes[1] > MOST_XML:
        raise template_error(_("The template unpacks to more than any template needs."))
    for member in written:
        # No more is read than the size that was declared, and a wrong one is found out at the end.
        tree = etree.fromstring(packed.read(member), etree.XMLParser(resolve_entities=False, no_network=True))
        if tree.getroottree().docinfo.doctype:
            raise template_error(_("The template holds declarations no Word file needs."))
        if member.filename == "[Content_Types].xml":
            _look_at_types({each.get("ContentType", "") for each in tree.iter("{*}Default", "{*}Override")})
        elif member.filename.lower().endswith(".rels"):
            _look_at_relations(tree)
        else:
            _look_at_part(tree)


def _look_at_types(types: set[str]) -> None:
    if any("macro" in each.lower() or "vba" in each.lower() for each in types):
        raise template_error(_("The template holds macros: save it as a Word document without them (.docx)."))
    if TEMPLATE in types:
        raise template_error(_("The template is saved as .dotx: save it as a Word document (.docx)."))


def _look_at_relations(tree: Any) -> None:
    for each in tree.iter("{*}Relationship"):
        sort, target = each.get("Type", "").rsplit("/", 1)[-1], each.get("Target", "")
        inside = each.get("TargetMode", "Internal") == "Internal"
        if sort == "hyperlink" and (inside or LINK.match(target)):
            continue
        if not inside:
            raise template_error(
                _(
                    "The template leads to something outside of it, %(target)s (%(sort)s): take that out, or put it "
                    "into the file itself.",
                    target=target[:100],
                    sort=sort,
                )
            )
        if not RELATIONS.fullmatch(sort):
            raise template_error(
                _("The template holds something that is neither words nor pictures (%(sort)s): take it out.", sort=sort)
            )


def _look_at_part(tree: Any) -> None:
    for each in tree.iter("{*}mailMerge", "{*}webVideoPr"):
        sort = etree.QName(each).localname
        raise template_error(
            _("The template holds something that is neither words nor pictures (%(sort)s): take it out.", sort=sort)
        )
    # Old drawings (VML) can name a file or an address right where they stand.
    for outside in tree.xpath("//@*[local-name()='src' or local-name()='href' or local-name()='althref']"):
        if OUTSIDE.match(outside):
            raise template_error(
                _("The template leads to something outside of it, %(target)s.", target=str(outside)[:100])
            )
    for instruction in _fields(tree):
        if not FIELD.match(instruction):
            raise template_error(
                _(
                    "The template holds the field “%(field)s”, which may read or run something else: take it out.",
                    field=" ".join(instruction.split())[:100],
                )
            )


def _fields(tree: Any) -> Iterator[str]:
    """Yield what each field is told to do; nothing, for one that another tells what to do."""
    open_: list[list[str] | None] = []
    for each in tree.iter(f"{W}fldSimple", f"{W}fldChar", f"{W}instrText", f"{W}delInstrText"):
        if each.tag == f"{W}fldSimple":
            yield each.get(f"{W}instr", "")
        elif each.tag != f"{W}fldChar":
            if open_ and open_[-1] is not None:
                open_[-1].append(each.text or "")
        elif each.get(f"{W}fldCharType") == "begin":
            if open_ and open_[-1] is not None:
                yield ""
            open_.append([])
        elif open_:
            told = open_[-1]
            if told is not None:
                yield "".join(told)
            open_[-1] = None
            if each.get(f"{W}fldCharType") == "end":
                open_.pop()
