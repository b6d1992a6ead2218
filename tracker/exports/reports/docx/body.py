"""The blocks of a report as paragraphs, tables and pictures of a Word file, which look as named styles say."""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import assert_never
from urllib.parse import quote

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsmap, qn
from docx.shared import Cm, Emu, Pt
from docx.text.paragraph import Paragraph as Place
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
from tracker.exports.reports.docx.column_widths import CHARACTER, PADDING, column_widths, is_crowded
from tracker.exports.reports.docx.styles import style_ids
from tracker.passage_text import normalise_line_ends
from tracker.records.fields import FORBIDDEN_CHARACTERS

SPANS = {"strong": "Strong", "soft": "Report Soft", "code": "Report Code"} | {
    status: f"Report Status {sort.title()}" for status, (sort, *_hatching) in FACES.items()
}
PARAGRAPHS = {"": "Body Text", "lede": "Report Lede", "soft": "Report Note"}
#: What may be a link, and how long one may be for Word to open the file.
LINK = re.compile(r"https?://[^/]|mailto:", re.IGNORECASE)
MAX_LINK = 2_000
#: Widths of lines that are taken from a template, and the width where it has none of these.
MIN_WIDTH, MAX_WIDTH, USUAL_WIDTH = Cm(4), Cm(100), Cm(16)
#: So wide, words of a chart are as large as those of a table; higher, it would leave a page.
MAX_CHART_WIDTH, MAX_CHART_HEIGHT = Pt(315), Pt(560)
#: Rows of a table that is kept on one page.
MAX_ROWS_TOGETHER = 16
#: Twips of words that stand upright.
MAX_HEADER_HEIGHT = 2_000
W = {"w": nsmap["w"]}


def clean(text: str) -> str:
    """Return a text with a replacement character for what XML cannot hold, its line ends as LF."""
    return FORBIDDEN_CHARACTERS.sub("\ufffd", normalise_line_ends(text))


class BodyWriter:
    """Writes a report in place of a paragraph of a document."""

    def __init__(self, document: Document, place: Place, png: Callable[[str], bytes]) -> None:
        self.part, self.place, self.png = document.part, place._p, png
        self.styles = style_ids(document)
        self.links: dict[str, str] = {}
        sections = self.place.xpath("(./w:pPr/w:sectPr | ./following::w:sectPr)[1]")
        sizes = [size for page in sections for size in (page.page_width, page.left_margin, page.right_margin)]
        width = sizes[0] - sizes[1] - sizes[2] if sizes and None not in sizes else 0
        self.width = width if MIN_WIDTH < width < MAX_WIDTH else USUAL_WIDTH

    def write(self, report: ReportDocument) -> None:
        """Write all blocks and then the stamp before the place; keep of the place only what ends a section."""
        stamp = Table("", (), [([Span(label)], [Span(text)]) for label, text in report.stamp])
        blocks = [*report.blocks, Heading(_("Where this report comes from"), 1), stamp]
        for above, block in zip([None, *blocks], blocks, strict=False):
            for element in self.elements(block, belongs_to_heading(above, block)):
                self.place.addprevious(element)
        for child in self.place.xpath("./*[not(self::w:pPr)]"):
            self.place.remove(child)

    def elements(self, block: Block, keep_next: bool) -> Iterator[etree._Element]:
        """Yield the elements of a block; headings, captions and what has `keep_next` stay on the page of what follows.

        Each says so itself, for the styles of a template may not.
        """
        match block:
            case Heading():
                run = self.run(Span(block.text))
                yield self.paragraph(f"Heading {min(block.level, 3)}", [self.linked(block.to, run)], keep_next=True)
            case Paragraph():
                yield self.paragraph(PARAGRAPHS[block.look], self.runs(block.line), keep_next)
            case BulletList():
                for line in block.lines:
                    yield self.paragraph("List Bullet", self.runs(line))
            case Chart():
                yield self.paragraph("Caption", [self.run(Span(block.caption))], keep_next=True)
                yield self.paragraph("Report Chart", [new_element("r", new_element("drawing", self.picture(block)))])
            case Table():
                if block.caption:
                    yield self.paragraph("Caption", [self.run(Span(block.caption))], keep_next=True)
                yield self.table(block)
                # A gap before words or a table that follow.
                yield self.paragraph("Report Gap", [])
            case _:
                assert_never(block)

    def paragraph(self, style: str, runs: Iterable[etree._Element], keep_next: bool = False) -> etree._Element:
        keep = [new_element("keepNext")] if keep_next else []
        properties = new_element("pPr", new_element("pStyle", val=self.styles[style.lower()]), *keep)
        return new_element("p", properties, *runs)

    def runs(self, line: Line) -> list[etree._Element]:
        return [self.linked(span.to, self.run(span)) for span in line]

    def run(self, span: Span) -> etree._Element:
        """Return a text as a run, in which line ends and tabs are elements."""
        run, is_link = new_element("r"), LINK.match(span.to)
        style = SPANS.get(span.look) or ("Hyperlink" if is_link else "")
        if style:
            underline = [new_element("u", val="single")] if is_link and style != "Hyperlink" else []
            run.append(new_element("rPr", new_element("rStyle", val=self.styles[style.lower()]), *underline))
        for piece in re.split("([\n\t])", clean(span.text)):
            if piece in ("\n", "\t"):
                run.append(new_element("br" if piece == "\n" else "tab"))
            elif piece:
                run.append(text := new_element("t"))
                text.text = piece
                text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        return run

    def linked(self, to: str, run: etree._Element) -> etree._Element:
        """Return a run as a link to an address, if it is one of the web or of mail; else the run alone."""
        address = quote(to, safe="%/:?#[]@!$&'()*+,;=~")
        if not LINK.match(address) or len(address) > MAX_LINK:
            return run
        if address not in self.links:
            # relate_to() would look through all others for the same.
            self.links[address] = f"rIdLink{len(self.links)}"
            self.part.load_rel(RELATIONSHIP_TYPE.HYPERLINK, address, self.links[address], is_external=True)
        link = new_element("hyperlink", run, history=1)
        link.set(qn("r:id"), self.links[address])
        return link

    def picture(self, chart: Chart) -> etree._Element:
        """Return a chart as a picture in the line, described in words for those who do not see it."""
        inline = self.part.new_pic_inline(io.BytesIO(self.png(chart.svg)), min(self.width, MAX_CHART_WIDTH))
        if (height := inline.extent.cy) > MAX_CHART_HEIGHT:
            shape = inline.graphic.graphicData.pic.spPr
            shape.cx = inline.extent.cx = Emu(inline.extent.cx * MAX_CHART_HEIGHT // height)
            shape.cy = inline.extent.cy = MAX_CHART_HEIGHT
        inline.docPr.set("descr", clean(chart.alt))
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")
        return inline

    def table(self, block: Table) -> etree._Element:
        """Return a table: its header stands on every page, no row is cut by the end of one, nor is a short table."""
        header = bool(block.header)
        look = {"firstRow": header, "lastRow": block.total, "firstColumn": True, "noHBand": True, "noVBand": True}
        # Older programs read the same from bits.
        bits = f"{0x0680 | 0x0020 * header | 0x0040 * block.total:04X}"
        widths = column_widths(block, self.width)
        properties = new_element(
            "tblPr",
            new_element("tblStyle", val=self.styles["report table"]),
            new_element("tblW", w=sum(widths), type="dxa"),
            new_element("tblLayout", type="fixed"),
            new_element("tblLook", val=bits, **{name: int(flag) for name, flag in look.items()}),
            *([new_element("tblCaption", val=clean(block.caption))] if block.caption else []),
        )
        table = new_element("tbl", properties, new_element("tblGrid", *(new_element("gridCol", w=w) for w in widths)))
        if header:
            table.append(self.header(block, widths))
        for number, row in enumerate(block.rows, 1):
            cells = self.cells(block, row, widths, keep_next=number < len(block.rows) <= MAX_ROWS_TOGETHER)
            table.append(new_element("tr", new_element("trPr", new_element("cantSplit")), *cells))
        return table

    def header(self, block: Table, widths: Sequence[int]) -> etree._Element:
        properties = [new_element("cantSplit")]
        cells = self.cells(block, [[Span(name)] for name in block.header], widths, keep_next=True)
        if is_crowded(block, self.width):
            height = int((max(len(block.header[number]) for number in block.numbers) + PADDING) * CHARACTER)
            properties.append(new_element("trHeight", val=min(height, MAX_HEADER_HEIGHT), hRule="atLeast"))
            for number in block.numbers:
                cell_properties, paragraph = cells[number]
                cell_properties.append(new_element("textDirection", val="btLr"))
                paragraph[0][0].set(qn("w:val"), self.styles["report cell"])
        return new_element("tr", new_element("trPr", *properties, new_element("tblHeader")), *cells)

    def cells(
        self, block: Table, cells: Sequence[Line], widths: Sequence[int], keep_next: bool
    ) -> list[etree._Element]:
        """Return the cells of a row, which stays on the page of the next if it has `keep_next`."""
        elements = []
        for number, (line, width) in enumerate(zip(cells, widths, strict=True)):
            style = "Report Number" if number in block.numbers else "Report Cell"
            properties = new_element("tcPr", new_element("tcW", w=width, type="dxa"))
            elements.append(new_element("tc", properties, self.paragraph(style, self.runs(line), keep_next)))
        return elements


def new_element(name: str, *children: etree._Element, **attributes: str | int) -> etree._Element:
    """Return an element of a Word document with its attributes and children."""
    namespaced = {f"{{{W['w']}}}{key}": str(value) for key, value in attributes.items()}
    element = etree.Element(f"{{{W['w']}}}{name}", namespaced, W)
    element.extend(children)
    return element
