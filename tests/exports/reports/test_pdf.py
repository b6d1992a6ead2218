import ctypes
import datetime
import re

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from tracker.exports.charts.svg import COLOURS
from tracker.exports.reports import pdf
from tracker.exports.reports.blocks import BulletList, Chart, Heading, Paragraph, ReportDocument, Span, Table

ISSUED = datetime.datetime(2024, 3, 5, 9, 30, tzinfo=datetime.UTC)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 20"><text y="15">Bars</text></svg>'
ADDRESS = "https://tracker.example/commitments/harbour-1"


def laid(*blocks, title="Harbours: where things stand", stamp=(("Issued", "5 March 2024"),), **rest):
    return ReportDocument(
        title, "As of 1 March 2024", rest.get("language", "en"), blocks, stamp, "Harbours · 5 March 2024"
    )


def table(count=2, **rest):
    rows = [[[Span(f"Harbour {n}")], [Span(f"{n}")]] for n in range(count - 1)]
    return Table("Ships by harbour", ("Harbour", "Ships"), [*rows, [[Span("All")], [Span("9,999")]]], (1,), **rest)


REPORT = laid(
    Paragraph([Span("Moved: "), Span("3 of 7", look="strong")], "lede"),
    Heading("Summary", 1),
    Paragraph([Span("Read "), Span("the commitment", ADDRESS), Span(" now", look="soft")]),
    table(120, total=True),
    Chart(SVG, "Ships over time", "Ships rose from 2 to 6."),
    Heading("By area", 1),
    Heading("Trade", 2),
    Heading("Open a second harbour", 3, ADDRESS),
    Paragraph([Span("Done", look="done"), Span(" since May, "), Span("harbour-1", look="code")], "soft"),
    Heading("By party", 1),
    BulletList([[Span("First item")], [Span("Second item")]]),
)


@pytest.fixture
def write(shared_app):
    """Return what writes a report and opens it again."""
    opened = []

    def written(report, issued_at=ISSUED):
        with shared_app.test_request_context():
            opened.append(pypdfium2.PdfDocument(pdf.write_pdf(report, issued_at)))
        return opened[-1]

    yield written
    for each in opened:
        each.close()


def texts(read):
    return [page.get_textpage().get_text_range() for page in read]


def squeezed(read):
    """Return all texts without blanks and foot lines; a hyphen where a line ends is read as another mark."""
    whole = "".join("".join(texts(read)).replace("\ufffe", "-").split())
    return re.sub(r"Harbours·5March2024\d+/\d+", "", whole)


def answer(function, *given):
    """Return what the reader answers as UTF-16, or nothing."""
    size = function(*given, None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(*given, buffer, size)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le")


def scope(element):
    value = ctypes.c_ulong()
    buffer = ctypes.create_string_buffer(40)
    for n in range(pdfium.FPDF_StructElement_GetAttributeCount(element)):
        attribute = pdfium.FPDF_StructElement_GetAttributeAtIndex(element, n)
        if found := pdfium.FPDF_StructElement_Attr_GetValue(attribute, b"Scope"):
            pdfium.FPDF_StructElement_Attr_GetStringValue(found, buffer, 40, value)
            return buffer.raw[: value.value - 2].decode("utf-16-le")
    return ""


def tags(read):
    """Return (type, alternative text, scope) of the elements of the structure, page by page."""
    found = []

    def walk(element):
        kind = answer(pdfium.FPDF_StructElement_GetType, element)
        found.append((kind, answer(pdfium.FPDF_StructElement_GetAltText, element), scope(element)))
        for n in range(pdfium.FPDF_StructElement_CountChildren(element)):
            if child := pdfium.FPDF_StructElement_GetChildAtIndex(element, n):
                walk(child)

    for page in read:
        tree = pdfium.FPDF_StructTree_GetForPage(page)
        for n in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            walk(pdfium.FPDF_StructTree_GetChildAtIndex(tree, n))
        pdfium.FPDF_StructTree_Close(tree)
    return found


def links(read):
    """Return all addresses that links lead to, out of the report."""
    found = set()
    for page in read:
        at, link = ctypes.c_int(0), pdfium.FPDF_LINK()
        while pdfium.FPDFLink_Enumerate(page, at, link):
            action = pdfium.FPDFLink_GetAction(link)
            buffer = ctypes.create_string_buffer(4000)
            if action and pdfium.FPDFAction_GetURIPath(read, action, buffer, 4000):
                found.add(buffer.value.decode())
    return found


def test_all_that_is_laid_out_stands_on_numbered_pages(write):
    read = write(REPORT)
    pages = texts(read)
    assert len(pages) == 5
    for n, page in enumerate(pages, 1):
        assert page.splitlines()[-1] == f"Harbours · 5 March 2024 {n} / 5"
    first = re.sub(r"( \.)+", "", pages[0]).splitlines()
    assert first == [
        *("Harbours: where things stand", "As of 1 March 2024", "Moved: 3 of 7", "Contents"),
        *("Summary 2", "By area 5", "Trade 5", "By party 5", "Where this report comes from 5"),
        first[-1],
    ]
    for page in pages[1:4]:
        assert page.count("Harbour Ships") == 1
    assert "All 9,999" in pages[3]
    assert pages[4].splitlines()[2:-1] == [
        *("By area", "Trade", "Open a second harbour", "Done since May, harbour-1", "By party"),
        *("• First item", "• Second item", "Where this report comes from", "Issued 5 March 2024"),
    ]
    assert pages[4].splitlines()[:2] == ["Ships over time", "Bars"]
    assert links(read) == {ADDRESS}
    assert [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in read.get_toc()] == [
        *((0, "Summary", 1), (0, "By area", 4), (1, "Trade", 4), (2, "Open a second harbour", 4)),
        *((0, "By party", 4), (0, "Where this report comes from", 4)),
    ]


def test_the_file_says_what_it_is(write):
    read = write(laid(stamp=[("Rows", "7"), ("sha256", "ab12"), ("Kept at", ADDRESS)], language="es"))
    told = read.get_metadata_dict()
    assert (told["Title"], told["Subject"]) == (
        "Harbours: where things stand",
        f"Rows: 7; sha256: ab12; Kept at: {ADDRESS}",
    )
    assert links(read) == {ADDRESS}
    assert told["CreationDate"] == told["ModDate"] == "D:20240305093000Z"
    assert answer(pdfium.FPDFCatalog_GetLanguage, read) == "es"
    assert read[0].get_size() == pytest.approx((595, 842), abs=1)


def test_screen_readers_find_headings_tables_lists_and_what_a_chart_shows(write):
    read = write(REPORT)
    assert pdfium.FPDFCatalog_IsTagged(read)
    found = tags(read)
    kinds = [kind for kind, *_rest in found]
    assert {"H1", "H2", "H3", "P", "TOC", "L", "LI", "Link", "Table", "THead", "TR", "TD"} <= set(kinds)
    assert {scope for kind, _alt, scope in found if kind == "TH"} == {"Column"}
    assert [alt for kind, alt, _scope in found if kind == "Figure"] == ["Ships rose from 2 to 6."]
    assert kinds.count("TR") >= 121


def test_the_same_report_gives_the_same_bytes(shared_app):
    with shared_app.test_request_context():
        once = pdf.write_pdf(REPORT, ISSUED)
        assert once == pdf.write_pdf(REPORT, ISSUED.astimezone(datetime.timezone(datetime.timedelta(hours=-6))))
        assert once != pdf.write_pdf(REPORT, ISSUED + datetime.timedelta(seconds=1))
    assert b"<pdfuaid:part>1<" in once


def test_a_status_stands_in_words_on_its_ground(write):
    read = write(laid(Paragraph([Span("Reversed", look="reversed")])))
    assert "Reversed" in texts(read)[0]
    picture = bytes(read[0].render(rev_byteorder=True).buffer)
    assert bytes.fromhex(COLOURS["bad"][0][1:]) * 3 in picture


HOSTILE = [
    '#read("/etc/passwd") #include "report.typ" #image("x.png")',
    '#import "@preview/cetz:0.3.0": * #eval("1 + 1") #panic()',
    r"$x^2$ \u{41} \# `raw` @label <label> *bold* _em_ ~ -- ... 'q' " + '"q"',
    "= Heading // gone /* gone */",
    "</text></svg><script>alert(1)</script> {{ 7 * 7 }}",
    "fi ffi — “é” Привет Ελλάδα ◔ ∅",
    "W" * 300,
    "word " * 2000,
    "https://x.example/" + "a/" * 1500,
]


def everywhere(text):
    """Return a report that holds a text in all its places."""
    line = [Span(text, look=look) for look in ("", "strong", "soft", "code")]
    return laid(
        Heading(text, 1, text),
        Paragraph([*line, Span(text, "javascript:alert(1)"), Span("x", text)], "lede"),
        BulletList([line, []]),
        Table(text, (text[:60], "Count"), [[line, [Span(text)]], [[], []]], (1,), True),
        Chart(SVG, text, text),
        title=text,
        stamp=[(text, text)],
    )


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_texts_are_drawn_as_they_are_and_nothing_in_them_runs(write, text):
    read = write(everywhere(text))
    whole = squeezed(read)
    assert whole.count("".join(text.split())) >= 12
    assert "root:" not in whole
    assert not links(read)


#: So many signs of Arabic that no typeface has make typst itself fail, where a line of them ends.
ARABIC = " ".join(map(chr, range(0x870, 0x8A3)))


@pytest.mark.parametrize("text", ["", " ", "\n", "\0\x1b[31m\x85", "\ud800", "a\u2028b\u2029c\u200b\u00ad", ARABIC])
def test_no_text_is_too_odd_to_be_drawn(write, text):
    assert "Bars" in squeezed(write(everywhere(text)))


def test_what_no_typeface_has_is_shown_as_a_box_and_named(write):
    read = write(everywhere("a\u0378 \u202eb \ue000 شكرا \ufeff"))
    assert "a□□b□" in squeezed(read)
    assert "U+0378,U+202E,U+E000,U+FEFF" in squeezed(read)
    assert "شكر" in squeezed(read)


def test_boxes_are_told_on_the_first_page_and_the_file_is_called_by_its_whole_title(write, shared_app):
    chinese = laid(Heading("One", 1), Heading("Two", 1), Heading("Three", 1), title="墨西哥")
    first, *_rest = texts(read := write(chinese))
    assert first.startswith("□□□\r\nAs of 1 March 2024\r\nSome characters are shown as □")
    assert read.get_metadata_dict()["Title"] == "墨西哥"
    with shared_app.test_request_context():
        assert b"<pdfuaid:part>1<" in pdf.write_pdf(chinese, ISSUED)
    assert "Some characters" not in "".join(texts(write(REPORT)))


def test_marks_that_no_letter_bears_do_not_stop_a_report(write):
    read = write(everywhere("Z\u0337\u0322\u035d\u0489"))
    assert pdfium.FPDFCatalog_IsTagged(read)


def test_levels_of_headings_that_would_skip_one_are_drawn_up(write):
    read = write(laid(Heading("Record", 3), Heading("Chapter", 1), Heading("Another record", 3)))
    levels = [(mark.level, mark.get_title()) for mark in read.get_toc()]
    assert levels[:3] == [(0, "Record"), (0, "Chapter"), (1, "Another record")]
    assert "Contents" not in texts(read)[0]


def test_no_hyphen_of_a_code_is_written_twice_where_its_line_breaks(write):
    codes = [Span(f"x{'x' * (n % 7)}-harbour-act ", look="code") for n in range(60)]
    addresses = [Span(f"{'x' * (n % 7)}/harbour-act-of-the-harbour-board ") for n in range(60)]
    read = write(laid(Paragraph([*codes, *addresses]), language="es"))
    assert "--" not in squeezed(read)
    assert texts(read)[0].count("\ufffe") > 4


def test_columns_of_numbers_too_many_for_a_line_keep_their_names(write):
    names = [f"Assessed in a way of kind {n}" for n in range(1, 15)]
    rows = [[[Span(f"Area {k}")], *([Span("12,345")] for _name in names)] for k in range(3)]
    read = write(laid(Table("All", ("Area", *names), rows, tuple(range(1, 15)))))
    assert all("".join(name.split()) in squeezed(read) for name in names)
    assert squeezed(read).count("12,345") == 42
    assert {scope for kind, _alt, scope in tags(read) if kind == "TH"} == {"Column"}


def test_short_rows_stay_whole_and_long_ones_go_on_over_the_page(write):
    rows = [
        [[Span("Short")], [Span(f"Row {n} begins. " + "It says a little. " * 40 + f"Row {n} ends.")]] for n in range(20)
    ]
    rows.append([[Span("Long")], [Span("One more word. " * 700)]])
    pages = texts(write(laid(Table("", ("What", "Said"), rows))))
    for page in pages:
        assert re.findall(r"Row\s+(\d+)\s+begins", page) == re.findall(r"Row\s+(\d+)\s+ends", page)
    assert sum("One more" in page for page in pages) > 1


@pytest.mark.parametrize("day", ["December 31, 2023", "30 de septiembre de 2023"])
def test_long_texts_find_room_on_another_line_and_words_days_and_numbers_do_not(write, day):
    leads = [Span("Done", look="done"), Span(" as one ministry says in a letter " * 4, look="soft")]
    row = [[Span("United States")], [Span("Stalled", look="stalled")], [Span(day)], [Span("Medium")], leads]
    counts = [[Span("Arms")], *([Span("1")] for _n in range(9)), [Span("56.2%")], [Span("2 of 4")]]
    header = ("Lead party", "Status", "Since", "Confidence", "Says of itself")
    narrow = Table("", ("Area", *["Not assessed"] * 9, "Score", "Scored"), [counts], range(1, 12))
    told = texts(write(laid(Table("", header, [row]), narrow)))[0].splitlines()
    assert "Lead party Status Since Confidence Says of itself" in told
    assert any(f"United States Stalled {day} Medium Done" in line for line in told)
    assert "Arms 1 1 1 1 1 1 1 1 1 56.2% 2 of 4" in told


def test_a_heading_and_facts_stay_on_the_page_of_what_follows(write):
    blocks = []
    for n in range(60):
        facts, text = Paragraph([Span(f"Facts {n}.")], "soft"), Paragraph([Span(f"Text {n}. " + "More. " * 7 * n)])
        blocks += [Heading(f"Record {n}", 3), facts, text]
    for page in texts(write(laid(*blocks))):
        begun = [re.findall(rf"{part} (\d+)", page) for part in ("Record", "Facts", "Text")]
        assert begun[0] == begun[1] == begun[2]
