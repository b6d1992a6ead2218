"""The styles a report is drawn in: those of the template by their names, ours where it has none of a name."""

from copy import deepcopy
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

#: Every style that a report uses. Word keeps the names of its own in small letters.
NAMES = (
    *(
        "heading 1",
        "heading 2",
        "heading 3",
        "Body Text",
        "List Bullet",
        "caption",
        "Strong",
        "Hyperlink",
        "Report Lede",
    ),
    *(
        "Report Note",
        "Report Gap",
        "Report Cell",
        "Report Number",
        "Report Chart",
        "Report Table",
        "Report Soft",
        "Report Code",
    ),
    *(f"Report Status {sort}" for sort in ("Plain", "Accent", "Good", "Warn", "Bad")),
)


def style_ids(document: Document) -> dict[str, str]:
    """Return {name of a style in small letters: what it is called in the file}."""
    return {name.lower(): style.get(qn("w:styleId")) for name, style in _named(document).items()}


def _named(document: Document) -> dict[str, Any]:
    return {each.find(qn("w:name")).get(qn("w:val")): each for each in document.styles.element.findall(qn("w:style"))}


def copy_missing_styles(ours: Document, theirs: Document) -> None:
    """Give a template the styles it lacks, from our own."""
    known, named = style_ids(theirs), _named(ours)
    names = {each.get(qn("w:styleId")): name.lower() for name, each in named.items()}
    for name in NAMES:
        if name.lower() in known:
            continue
        style = deepcopy(named[name])
        # Its id is of another file, where the same may stand for something else.
        known[name.lower()] = f"Report{style.get(qn('w:styleId'))}"
        style.set(qn("w:styleId"), known[name.lower()])
        for told in style.xpath("w:basedOn | w:next | w:link"):
            leans = names[told.get(qn("w:val"))]
            if leans in known:
                told.set(qn("w:val"), known[leans])
            else:
                style.remove(told)
        for number in style.iter(qn("w:numId")):
            number.set(qn("w:val"), _numbering(ours, theirs, known[name.lower()]))
        theirs.styles.element.append(style)


def _numbering(ours: Document, theirs: Document, style: str) -> str:
    """Copy the bullets of our lists for a style; return their number in the other file."""
    own = ours.part.numbering_part
    try:
        numbering: Any = theirs.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
    except KeyError:
        theirs.part.relate_to(own, RELATIONSHIP_TYPE.NUMBERING)
        numbering = own
    bullets = deepcopy(own.element.find(qn("w:abstractNum")))
    before = numbering.element.xpath("w:abstractNum | w:num")
    taken = [int(each.get(qn("w:abstractNumId"))) for each in numbering.element.findall(qn("w:abstractNum"))]
    bullets.set(qn("w:abstractNumId"), str(max(taken, default=0) + 1))
    for told in bullets.iter(qn("w:pStyle")):
        told.set(qn("w:val"), style)
    if before:
        before[0].addprevious(bullets)
    else:
        numbering.element.append(bullets)
    return str(numbering.element.add_num(max(taken, default=0) + 1).numId)
