"""The blocks of a report in a Word file: their place, links, pictures, and widths of columns."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.shared import Cm, Emu, Pt
from docx.text.paragraph import Paragraph
from flask import current_app
from flask_babel import gettext as _

from tracker.exports.charts.svg import FACES
from tracker.exports.reports.blocks import Chart, Heading, Line, ReportDocument, Span, Table, belongs_to_heading
from tracker.exports.reports.docx.template import style_ids
from tracker.passage_text import normalise_line_ends
from tracker.records.fields import FORBIDDEN_CHARACTERS

SPAN_STYLES = {"strong": "strong", "soft": "report soft", "code": "report code"} | {
    status: f"report status {sort}" for status, (sort, *_hatching) in FACES.items()
}
PARAGRAPH_STYLES = {"": "body text", "lede": "report lede", "soft": "report note"}
#: An address that may be a link, and the longest for which Word opens the file.
LINK = re.compile(r"https?://[^/]|mailto:", re.IGNORECASE)
MAX_LINK = 2_000
#: The widths of lines accepted from a template, and the width used otherwise.
MIN_WIDTH, MAX_WIDTH, USUAL_WIDTH = Cm(4), Cm(100), Cm(16)
#: At this width, the words of a chart are as large as those of a table; a higher chart would not fit on a page.
MAX_CHART_WIDTH, MAX_CHART_HEIGHT = Pt(315), Pt(560)
#: The most rows of a table that is kept on one page.
MAX_ROWS_TOGETHER = 16
#: The greatest height of a turned header, in twips.
MAX_HEADER_HEIGHT = 2_000
#: English metric units of a twip, in which tables are measured: 20 of them are a point.
TWIP = 635
#: The width of a character of a table in a wide typeface, in twips, and the padding of a column, in characters.
CHARACTER, PADDING = 103, 3.2
#: The width in characters to which a column of words grows, and the least of any column.
MAX_CHARACTERS, MIN_CHARACTERS = 45, 2
#: The longest word, or short text such as a day, that is kept on one line.
MAX_UNBROKEN = 24
#: A table is at most this many times as wide as needed; if that exceeds this share of a line, it fills the line.
MAX_STRETCH, NEARLY_WHOLE = 1.4, 0.8
#: The most rows that are measured.
MAX_ROWS = 500


def clean_text(text: str) -> str:
    """Return a text with replacement characters for those that XML forbids, and LF as line ends."""
    return FORBIDDEN_CHARACTERS.sub("\ufffd", normalise_line_ends(text))


class SpanWriter:
    """Turns the lines of a report into spans of a document, and their links into relationships."""

    def __init__(self, document: Document) -> None:
        self.part, self.styles, self.links = document.part, style_ids(document), dict[str, str]()
        self.prefix = "rIdLink"
        # The template may be an earlier report.
        while any(key.startswith(self.prefix) for key in self.part.rels):
            self.prefix += "_"

    def spans(self, line: Line | Heading | str) -> Iterator[tuple[list[str], str, bool, str]]:
        """Yield of each span (pieces of its text, the id of its style, whether it is underlined, its link)."""
        if isinstance(line, Heading | str):
            # The style of the paragraph gives the look.
            line = [Span(line)] if isinstance(line, str) else [Span(line.text, line.to, "heading")]
        for span in line:
            is_link = bool(LINK.match(span.to)) and span.look != "heading"
            style = SPAN_STYLES.get(span.look) or ("hyperlink" if is_link else "")
            # Line ends and tabs are elements.
            pieces = [piece for piece in re.split("([\n\t])", clean_text(span.text)) if piece]
            yield pieces, self.styles.get(style, ""), is_link and style != "hyperlink", self.link_id(span.to)

    def link_id(self, to: str) -> str:
        """Return the id of the relationship of a link to the web or to mail; empty for any other."""
        address = quote(to, safe="%/:?#[]@!$&'()*+,;=~") if to else ""
        if not LINK.match(address) or len(address) > MAX_LINK:
            return ""
        if address not in self.links:
            # relate_to() would search all other relationships.
            self.links[address] = f"{self.prefix}{len(self.links)}"
            self.part.load_rel(RELATIONSHIP_TYPE.HYPERLINK, address, self.links[address], is_external=True)
        return self.links[address]


def write_body(document: Document, place: Paragraph, report: ReportDocument, png: Callable[[str], bytes]) -> None:
    """Write all blocks and then the stamp in place of a paragraph, of which only the end of a section stays."""
    width, writer = _line_width(place), SpanWriter(document)
    stamp = Table("", (), [([Span(label)], [Span(text)]) for label, text in report.stamp])
    body = parse_xml(
        current_app.jinja_env.get_template("reports/body.xml").render(
            blocks=[*report.blocks, Heading(_("Where this report comes from"), 1), stamp],
            styles=writer.styles,
            spans=writer.spans,
            paragraph_styles=PARAGRAPH_STYLES,
            max_rows_together=MAX_ROWS_TOGETHER,
            belongs_to_heading=belongs_to_heading,
            clean=clean_text,
            column_widths=lambda table: column_widths(table, width),
            header_height_of=lambda table: header_height(table, width),
        )
    )
    charts = [block for block in report.blocks if isinstance(block, Chart)]
    for drawing, chart in zip(body.iter(qn("w:drawing")), charts, strict=True):
        drawing.append(_picture(document, chart, png(chart.svg), min(width, MAX_CHART_WIDTH)))
    for element in list(body):
        place._p.addprevious(element)
    for child in place._p.xpath("./*[not(self::w:pPr)]"):
        place._p.remove(child)


def _line_width(place: Paragraph) -> int:
    """Return the width of the lines of a section, in English metric units."""
    sections = place._p.xpath("(./w:pPr/w:sectPr | ./following::w:sectPr)[1]")
    sizes = [size for page in sections for size in (page.page_width, page.left_margin, page.right_margin)]
    width = sizes[0] - sizes[1] - sizes[2] if sizes and None not in sizes else 0
    return width if MIN_WIDTH < width < MAX_WIDTH else USUAL_WIDTH


def _picture(document: Document, chart: Chart, png: bytes, width: int) -> CT_Inline:
    """Return a chart as an inline picture with its alternative text."""
    inline = document.part.new_pic_inline(io.BytesIO(png), width)
    if (height := inline.extent.cy) > MAX_CHART_HEIGHT:
        shape = inline.graphic.graphicData.pic.spPr
        shape.cx = inline.extent.cx = Emu(inline.extent.cx * MAX_CHART_HEIGHT // height)
        shape.cy = inline.extent.cy = MAX_CHART_HEIGHT
    inline.docPr.set("descr", clean_text(chart.alt))
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")
    return inline


def column_widths(table: Table, width: int) -> list[int]:
    """Return the widths in twips of the columns of a table in a line of `width` English metric units.

    Columns grow with their longest text, up to a limit, and a small table does not fill the whole width, so that its
    rows can be followed. Where room is short, long texts break into lines; numbers, short texts and words do not.
    """
    room, minimums = width / TWIP / CHARACTER, _min_characters(table, header_height(table, width) > 0)
    widths = [
        minimum if column in table.numbers else max(minimum, PADDING + min(max(map(len, texts)), MAX_CHARACTERS))
        for column, (minimum, texts) in enumerate(zip(minimums, _texts_of_columns(table), strict=True))
    ]
    stretched = sum(widths) * MAX_STRETCH
    total = room if stretched > room * NEARLY_WHOLE else stretched
    if total < sum(widths):
        share = max(0, total - sum(minimums)) / (sum(widths) - sum(minimums) or 1)
        widths = [low + share * (high - low) for low, high in zip(minimums, widths, strict=True)]
    return [int(column * total / sum(widths) * CHARACTER) for column in widths]


def header_height(table: Table, width: int) -> int:
    """Return the height in twips of a header whose words over numbers must be turned to fit; 0 if they fit."""
    minimums = _min_characters(table, upright=False)
    if not table.header or sum(minimums[column] for column in table.numbers) * CHARACTER <= width / TWIP * 0.8:
        return 0
    height = (max(len(table.header[column]) for column in table.numbers) + PADDING) * CHARACTER
    return min(int(height), MAX_HEADER_HEIGHT)


def _min_characters(table: Table, upright: bool) -> list[float]:
    """Return the characters that each column needs, the same for all columns of numbers unless headers are turned."""
    minimums = []
    for column, texts in enumerate(_texts_of_columns(table)):
        headers, cells = texts[: bool(table.header)], texts[bool(table.header) :]
        is_number = column in table.numbers
        pieces = [] if is_number and upright else _words(headers)
        pieces += cells if is_number or max(map(len, cells), default=0) <= MAX_UNBROKEN else _words(cells)
        minimums.append(PADDING + min(max(MIN_CHARACTERS, *map(len, pieces)), MAX_UNBROKEN))
    shared = 0 if upright else max((minimums[column] for column in table.numbers), default=0)
    return [max(low, shared) if column in table.numbers else low for column, low in enumerate(minimums)]


def _words(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in text.split()]


def _texts_of_columns(table: Table) -> list[tuple[str, ...]]:
    """Return the texts of each column, its header first."""
    rows = [["".join(span.text for span in line) for line in row] for row in table.rows[:MAX_ROWS]]
    return list(zip(*([table.header] if table.header else []), *rows, strict=True))
