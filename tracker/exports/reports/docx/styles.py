"""The styles of a report in Word: those of the template by their names, ours where it has none of a name."""

from copy import deepcopy
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

#: Every style that a report uses. Word keeps the names of its own in small letters.
NAMES = (
    *("heading 1", "heading 2", "heading 3", "Body Text", "List Bullet", "caption", "Strong", "Hyperlink"),
    *(f"Report {name}" for name in ("Lede", "Note", "Gap", "Cell", "Number", "Chart", "Table", "Soft", "Code")),
    *(f"Report Status {sort}" for sort in ("Plain", "Accent", "Good", "Warn", "Bad")),
)


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
    for name in NAMES:
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
