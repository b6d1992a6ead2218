"""The blocks of a report as paragraphs, tables and pictures of a Word file, all told how to look by named styles."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, assert_never
from urllib.parse import quote

from docx import oxml
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt
from docx.text import paragraph
from flask_babel import gettext as _
from lxml import etree

from tracker.exports.charts.svg import FACES
from tracker.exports.reports.blocks import (
    Block,
    BulletList,
    Chart,
    Heading,
    Line,
    Paragraph,
    ReportDocument,
    Span,
    Table,
    belongs_to_heading,
)
from tracker.exports.reports.docx import styles
from tracker.exports.reports.docx.column_widths import CHARACTER, PADDING, column_widths, is_crowded
from tracker.passage_text import normalise_line_ends
from tracker.records.fields import FORBIDDEN_CHARACTERS

SPANS = {"strong": "Strong", "soft": "Report Soft", "code": "Report Code"} | {
    status: f"Report Status {sort.title()}" for status, (sort, *_hatching) in FACES.items()
}
PARAGRAPHS = {"": "Body Text", "lede": "Report Lede", "soft": "Report Note"}
#: What may be a link, and how long one may be for Word to open the file.
LINK = re.compile(r"https?://[^/]|mailto:", re.IGNORECASE)
LONGEST_LINK = 2_000
#: The widths that lines may have, and theirs where a template tells none that can be.
NARROWEST, WIDEST, PAGE = Cm(4), Cm(100), Cm(16)
#: So wide, words of a chart are as large as those of a table; higher, it would leave a page.
WIDEST_CHART, HIGHEST_CHART = Pt(315), Pt(560)
#: Rows of a table that is kept on one page.
SHORT = 16
#: Twips of words that stand upright.
TALLEST = 2_000
W = {"w": oxml.ns.nsmap["w"]}


def clean(text: str) -> str:
    """Return a text with a sign in place of what XML cannot hold, its line ends as LF."""
    return FORBIDDEN_CHARACTERS.sub("\ufffd", normalise_line_ends(text))


class Body:
    """A report being drawn in place of a paragraph of a document."""

    def __init__(self, document: Document, place: paragraph.Paragraph, png: Callable[[str], bytes]) -> None:
        self.part, self.place, self.png = document.part, place._p, png
        self.styles = styles.style_ids(document)
        self.links: dict[str, str] = {}
        (section,) = self.place.xpath("(./w:pPr/w:sectPr | ./following::w:sectPr)[1]") or [None]
        page = [] if section is None else [section.page_width, section.left_margin, section.right_margin]
        wide = page[0] - page[1] - page[2] if page and None not in page else 0
        self.width = wide if NARROWEST < wide < WIDEST else PAGE

    def draw(self, laid: ReportDocument) -> None:
        """Draw all blocks, then where the report comes from, before the place; leave of the place what ends a file."""
        stamp = Table("", (), [([Span(label)], [Span(text)]) for label, text in laid.stamp])
        above: Block | None = None
        for block in (*laid.blocks, Heading(_("Where this report comes from"), 1), stamp):
            for made in self.drawn(block, belongs_to_heading(above, block)):
                self.place.addprevious(made)
            above = block
        for held in self.place.xpath("./*[not(self::w:pPr)]"):
            self.place.remove(held)

    def drawn(self, block: Block, kept: bool = False) -> Iterator[Any]:
        """Yield the elements of a block; a heading, a caption, and what is kept stay on the page of what follows.

        That is told of each, for the styles of a template may not.
        """
        match block:
            case Heading():
                run = self.run(Span(block.text))
                yield self.paragraph(f"Heading {min(block.level, 3)}", [self.linked(block.to, run)], kept=True)
            case Paragraph():
                yield self.paragraph(PARAGRAPHS[block.look], self.runs(block.line), kept)
            case BulletList():
                for line in block.lines:
                    yield self.paragraph("List Bullet", self.runs(line))
            case Chart():
                yield self.paragraph("Caption", [self.run(Span(block.caption))], kept=True)
                yield self.paragraph("Report Chart", [element("r", element("drawing", self.picture(block)))])
            case Table():
                if block.caption:
                    yield self.paragraph("Caption", [self.run(Span(block.caption))], kept=True)
                yield self.table(block)
                # Parts it from a table that follows, and from words that do.
                yield self.paragraph("Report Gap", [])
            case _:
                assert_never(block)

    def paragraph(self, style: str, runs: Sequence[Any], kept: bool = False) -> Any:
        keep = [element("keepNext")] if kept else []
        return element("p", element("pPr", element("pStyle", val=self.styles[style.lower()]), *keep), *runs)

    def runs(self, line: Line) -> list[Any]:
        return [self.linked(span.to, self.run(span)) for span in line]

    def run(self, span: Span) -> Any:
        """Return a text as a run, in which line ends and tabs are elements."""
        made = element("r")
        linked = LINK.match(span.to)
        style = SPANS.get(span.look) or ("Hyperlink" if linked else "")
        if style:
            made.append(element("rPr", element("rStyle", val=self.styles[style.lower()])))
            if linked and style != "Hyperlink":
                made[0].append(element("u", val="single"))
        for piece in re.split("([\n\t])", clean(span.text)):
            if piece in ("\n", "\t"):
                made.append(element("br" if piece == "\n" else "tab"))
            elif piece:
                text = element("t")
                text.text = piece
                text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                made.append(text)
        return made

    def linked(self, to: str, run: Any) -> Any:
        """Return a run that leads to an address, if it is one of the web or of mail; else the run alone."""
        address = quote(to, safe="%/:?#[]@!$&'()*+,;=~")
        if not LINK.match(address) or len(address) > LONGEST_LINK:
            return run
        if address not in self.links:
            # relate_to() would look through all others for the same.
            self.links[address] = f"rIdLink{len(self.links)}"
            self.part.load_rel(RELATIONSHIP_TYPE.HYPERLINK, address, self.links[address], is_external=True)
        made = element("hyperlink", run, history=1)
        made.set(qn("r:id"), self.links[address])
        return made

    def picture(self, chart: Chart) -> Any:
        """Return a chart as a picture within the line, told in words for who does not see it."""
        made = self.part.new_pic_inline(io.BytesIO(self.png(chart.svg)), min(self.width, WIDEST_CHART))
        if made.extent.cy > HIGHEST_CHART:
            made.extent.cx, made.extent.cy = Emu(made.extent.cx * HIGHEST_CHART // made.extent.cy), HIGHEST_CHART
            drawn = made.graphic.graphicData.pic.spPr
            drawn.cx, drawn.cy = made.extent.cx, made.extent.cy
        made.docPr.set("descr", clean(chart.alt))
        for side in ("distT", "distB", "distL", "distR"):
            made.set(side, "0")
        return made

    def table(self, block: Table) -> Any:
        """Return a table: its header stands on every page, no row is cut by the end of one, nor is a short table."""
        header = bool(block.header)
        look = {"firstRow": header, "lastRow": block.total, "firstColumn": True, "noHBand": True, "noVBand": True}
        # Older programs read the same from bits.
        value = f"{0x0680 | 0x0020 * header | 0x0040 * block.total:04X}"
        wide = column_widths(block, self.width)
        about = element(
            "tblPr",
            element("tblStyle", val=self.styles["report table"]),
            element("tblW", w=sum(wide), type="dxa"),
            element("tblLayout", type="fixed"),
            element("tblLook", val=value, **{name: int(told) for name, told in look.items()}),
            *([element("tblCaption", val=clean(block.caption))] if block.caption else []),
        )
        made = element("tbl", about, element("tblGrid", *(element("gridCol", w=w) for w in wide)))
        if header:
            made.append(self.header(block, wide))
        for number, row in enumerate(block.rows, 1):
            kept = number < len(block.rows) <= SHORT
            made.append(element("tr", element("trPr", element("cantSplit")), *self.cells(block, row, wide, kept)))
        return made

    def header(self, block: Table, wide: Sequence[int]) -> Any:
        about = element("trPr", element("cantSplit"))
        cells = self.cells(block, [[Span(name)] for name in block.header], wide, True)
        if is_crowded(block, self.width):
            high = int((max(len(block.header[number]) for number in block.numbers) + PADDING) * CHARACTER)
            about.append(element("trHeight", val=min(high, TALLEST), hRule="atLeast"))
            for number in block.numbers:
                cells[number][0].append(element("textDirection", val="btLr"))
                cells[number][1][0][0].set(qn("w:val"), self.styles["report cell"])
        about.append(element("tblHeader"))
        return element("tr", about, *cells)

    def cells(self, block: Table, cells: Sequence[Line], wide: Sequence[int], kept: bool) -> list[Any]:
        """Return the cells of a row; one that is kept stays on the page of the next."""
        made = []
        for number, (line, width) in enumerate(zip(cells, wide, strict=True)):
            style = "Report Number" if number in block.numbers else "Report Cell"
            words = self.paragraph(style, self.runs(line), kept)
            made.append(element("tc", element("tcPr", element("tcW", w=width, type="dxa")), words))
        return made


def element(name: str, *children: Any, **values: str | int) -> Any:
    """Return an element of a Word document with its attributes and children."""
    made = etree.Element(f"{{{W['w']}}}{name}", {f"{{{W['w']}}}{key}": str(value) for key, value in values.items()}, W)
    made.extend(children)
    return made
