"""A report as a Word file: what was laid out, and nothing of it run; templates that may not be are told why."""

import io
import re
import socket
import time
import zipfile
from datetime import UTC, datetime
from functools import partial

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm

from tests.exports.reports.words import LAID, TO, alt_texts, links, picture, repacked, styled, template
from tracker.errors import Invalid
from tracker.exports.reports.blocks import BulletList, Chart, Heading, Paragraph, ReportDocument, Span, Table
from tracker.exports.reports.docx.writer import check_template, write_docx

ISSUED = datetime(2024, 3, 5, 23, 30, tzinfo=UTC)
HOSTILE = (
    '{{ 7*7 }} {% for a in b %} {_{ }_} <w:p/> & \x00\x0b\ufdd0 ]]> &amp; { INCLUDETEXT "/etc/passwd" } \u202eabc 🙂'
)
LIBRE = "/officedocument/2006/relationships/metadata/core"
TOLD = HOSTILE.replace("\x00", "\ufffd").replace("\x0b", "\ufffd").replace("\ufdd0", "\ufffd")


@pytest.fixture(autouse=True)
def asked(shared_app):
    with shared_app.test_request_context():
        yield


def written(laid, template=None, png=picture):
    """Return the file of a report, and it opened again."""
    data = write_docx(laid, template, ISSUED, png, "Ana Example")
    return data, Document(io.BytesIO(data))


def refusal(data):
    with pytest.raises(Invalid) as refused:
        check_template(data)
    assert list(refused.value.errors) == ["template"]
    (message,) = refused.value.errors["template"]
    return message


def test_a_report_is_laid_out_in_order():
    data, document = written(LAID)
    assert [p.text for p in styled(document, "Title", "Subtitle")] == ["Status of two", "As of 1 March 2024"]
    assert [(p.style.name, p.text) for p in styled(document, "Heading 1", "Heading 2", "Heading 3")] == [
        ("Heading 1", "Summary"),
        ("Heading 2", "Mexico"),
        ("Heading 3", "Look into it"),
        ("Heading 1", "Where this report comes from"),
    ]
    assert [p.text for p in styled(document, "List Bullet")] == ["one", "two, here"]
    assert [p.text for p in styled(document, "Caption")] == ["By area", "Figures"]
    assert [p.text for p in styled(document, "Report Lede", "Body Text", "Report Note")] == [
        "Mexico moved one.",
        "c1 Done\tyesterday",
        "A note\non two lines",
    ]
    runs = {run.text: run.style.name for p in styled(document, "Body Text") for run in p.runs if run.text.strip()}
    assert runs == {"Done": "Report Status Good", "\tyesterday": "Report Soft"}
    assert "sha256" in document.tables[-1].rows[1].cells[0].text
    section = document.sections[0]
    assert section.footer.paragraphs[0].text.startswith("Issued then · 9a3f\t")
    assert {each.get(qn("w:instr")).strip() for each in section.footer._element.iter(qn("w:fldSimple"))} == {
        *("PAGE", "NUMPAGES")
    }
    assert b"fdd0" not in data


def test_a_table_tells_its_header_its_numbers_and_its_total():
    _data, document = written(LAID)
    table = document.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Area", "Done", "All"],
        ["Arms", "1", "12"],
        ["All", "1", "12"],
    ]
    assert [bool(row._tr.xpath("./w:trPr/w:tblHeader")) for row in table.rows] == [True, False, False]
    assert all(row._tr.xpath("./w:trPr/w:cantSplit") for row in table.rows)
    assert [cell.paragraphs[0].style.name for cell in table.rows[1].cells] == [
        *("Report Cell", "Report Number", "Report Number")
    ]
    (look,) = table._tbl.xpath("./w:tblPr/w:tblLook")
    assert [look.get(qn(f"w:{name}")) for name in ("val", "firstRow", "lastRow")] == ["06E0", "1", "1"]
    assert table.style.name == "Report Table"
    (look,) = document.tables[-1]._tbl.xpath("./w:tblPr/w:tblLook")
    assert look.get(qn("w:firstRow")) == "0"


@pytest.mark.parametrize(("columns", "upright"), [(3, 0), (12, 12)])
def test_words_over_many_numbers_stand_upright_and_the_table_fits_the_lines(columns, upright):
    header = ["Area", *["Uncheckable"] * columns]
    table = Table("T", header, [[[Span("Arms")]] * (columns + 1)], range(1, columns + 1))
    _data, document = written(ReportDocument("T", "S", "en", [table], [("a", "b")], ""))
    drawn = document.tables[0]
    assert len(drawn._tbl.xpath(".//w:textDirection")) == upright
    wide = sum(int(each) for each in drawn._tbl.xpath("./w:tblGrid/w:gridCol/@w:w"))
    assert 4_000 < wide <= Cm(16.2).twips + 1


def columns(header, rows, numbers=()):
    """Return how many characters of a wide typeface each column of a table has room for."""
    table = Table("T", header, [[[Span(text)] for text in row] for row in rows], numbers)
    _data, document = written(ReportDocument("T", "S", "en", [table], [("a", "b")], ""))
    drawn = document.tables[0]
    beside = 220
    return [(int(wide) - beside) // 100 for wide in drawn._tbl.xpath("./w:tblGrid/w:gridCol/@w:w")]


@pytest.mark.parametrize("day", ["December 1, 2023", "30 de septiembre de 2023"])
def test_long_texts_find_room_on_another_line_and_words_days_and_numbers_do_not(day):
    header = ["Lead party", "Status", "Since", "Confidence", "Says of itself"]
    rooms = columns(header, [["Mexico", "Stalled", day, "High", "Done " + "as one ministry says " * 9], ["–"] * 5])
    assert all(room >= size for room, size in zip(rooms, [6, 7, len(day), 10, 12], strict=True))
    rooms = columns(["Area", *["Uncheckable"] * 7, "Score", "Of"], [["Arms"] * 8 + ["56.2%", "2 of 4"]], range(1, 10))
    assert rooms[-2] >= 5
    assert rooms[-1] >= 6


@pytest.mark.parametrize("names", [["x" * 300] * 3, ["word " * 90] * 30, ["", ""], ["x" * 300, *"abcdef"]])
def test_no_words_make_a_table_wider_than_its_lines(names):
    for numbers in ((), range(1, len(names))):
        rooms = columns(names, [names], numbers)
        assert sum(rooms) * 100 + 220 * len(rooms) < Cm(16.3).twips


@pytest.mark.parametrize("own", [None, template("{{ report }}"), template("{{ report }}", lacking=True)])
def test_what_names_or_opens_something_stays_on_its_page(own):
    record = [Heading("Record", 3), Paragraph([Span("its facts")], "soft"), Paragraph([Span("its text")])]
    _data, document = written(ReportDocument("T", "S", "en", [*LAID.blocks, *record], LAID.stamp, ""), own)
    kept = [p.text for p in document.paragraphs if p._p.xpath("./w:pPr/w:keepNext")]
    assert kept == [
        *("Summary", "By area", "Figures", "Mexico", "Look into it"),
        *("Record", "its facts", "Where this report comes from"),
    ]


def test_links_lead_where_they_should_and_only_to_the_web():
    to = "https://example.org/é a?b=1&c=<2>\"'"
    line = [Span("a", to), Span("b", "javascript:alert(1)"), Span("c", "file:///etc/passwd"), Span("d", "\\\\evil\\x")]
    line += [Span("e", to), Span("f", "https:///x"), Span("g", "https://example.org/" + "a" * 3000)]
    _data, document = written(ReportDocument("T", "S", "en", [Heading("H", 3, to), Paragraph(line)], [], ""))
    assert links(document) == [
        (text, "https://example.org/%C3%A9%20a?b=1&c=%3C2%3E%22'") for text in ("H", "a", "e")
    ]  # fmt: skip
    assert styled(document, "Body Text")[0].text == "abcdefg"


def test_a_chart_is_a_picture_told_in_words():
    _data, document = written(LAID)
    assert alt_texts(document) == ['One of "two" & <all>']
    assert document.inline_shapes[0].width <= document.sections[0].page_width - 2 * Cm(2.4)


def test_a_high_chart_is_drawn_smaller_and_not_off_the_page():
    _data, document = written(LAID, png=partial(picture, height=40))
    (shape,), (section,) = document.inline_shapes, document.sections
    assert shape.height < section.page_height - section.top_margin - section.bottom_margin
    assert shape.height == pytest.approx(20 * shape.width, rel=0.01)


def test_the_properties_are_those_of_the_report():
    _data, document = written(LAID)
    properties = document.core_properties
    assert (properties.title, properties.subject, properties.language) == ("Status of two", "As of 1 March 2024", "es")
    assert properties.created.replace(tzinfo=UTC) == ISSUED.replace(microsecond=0)
    assert properties.comments == "Issued then · 9a3f"
    assert document.styles.element.xpath("./w:docDefaults//w:lang/@w:val") == ["es"]
    assert properties.author == properties.last_modified_by == "Ana Example"


def test_the_same_report_is_the_same_bytes(monkeypatch):
    data, _document = written(LAID)
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    assert written(LAID)[0] == data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert {part.date_time[0] for part in packed.infolist()} == {1980}


def test_whatever_is_recorded_stays_words():
    line = [Span(HOSTILE, look=look) for look in ("", "strong", "soft", "code", "done")]
    blocks = [
        *(Heading(HOSTILE, 1), Paragraph(line), BulletList([line]), Table(HOSTILE, [HOSTILE], [[line]])),
        *(Chart("<svg/>", HOSTILE, HOSTILE), Paragraph([Span("a" * 10_000)])),
    ]
    for own in (None, template("{{ title }}", "{{ report }}", "{{ foot }}", "{{ subtitle }}")):
        data, document = written(ReportDocument(HOSTILE, HOSTILE, "en", blocks, [(HOSTILE, HOSTILE)], HOSTILE), own)
        texts = [p.text for p in document.paragraphs]
        assert texts.count(TOLD) == (5 if own is None else 6)
        assert texts.count(TOLD * 5) == 2
        assert "a" * 10_000 in texts
        assert alt_texts(document) == [TOLD]
        assert document.tables[-1].rows[0].cells[1].text == TOLD
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            fields = re.findall(r"instr[^>]*INCLUDE", packed.read("word/document.xml").decode())
        assert fields == []
        check_template(template("{{ report }}"))


def test_a_template_of_ones_own_keeps_its_face_and_gets_the_styles_it_lacks():
    own = template(
        "Ministry of Things, {{ issued_on }}", "{{ti¦tle}}: {{ subtitle }}", "{{ ¦report }}", "Ends", lacking=True
    )
    check_template(own)
    _data, document = written(LAID, own)
    texts = [p.text for p in document.paragraphs]
    assert texts[:3] == [
        "Ministry of Things, 5 de marzo de 2024",
        "Status of two: As of 1 March 2024",
        "Mexico moved one.",
    ]
    assert texts[-1] == "Ends"
    names = {style.name for style in document.styles}
    assert {"Heading 1", "Heading 3", "List Bullet", "Report Table", "Report Status Good"} <= names
    bullet = styled(document, "List Bullet")[0]
    (number,) = bullet.style.element.xpath("./w:pPr/w:numPr/w:numId/@w:val")
    numbering = document.part.numbering_part.element
    (abstract,) = numbering.xpath(f"./w:num[@w:numId='{number}']/w:abstractNumId/@w:val")
    (bullets,) = numbering.xpath(f"./w:abstractNum[@w:abstractNumId='{abstract}']/w:lvl/w:numFmt/@w:val")
    assert bullets == "bullet"
    # What was written can be a template again.
    document.paragraphs[0].text = "{{ report }}"
    again = io.BytesIO()
    document.save(again)
    assert written(LAID, again.getvalue())[1].paragraphs[0].text == "Mexico moved one."


def test_the_links_of_a_report_that_is_a_template_lead_where_they_did():
    to = "https://example.org/other"
    _data, document = written(ReportDocument("T", "S", "en", [Paragraph([Span("a", to)])], [("a", "b")], ""))
    document.paragraphs[0].insert_paragraph_before("{{ report }}")
    out = io.BytesIO()
    document.save(out)
    _data, document = written(LAID, out.getvalue())
    assert links(document) == [("Look into it", TO), ("c1", TO), ("here", TO), ("a", to)]


def test_a_template_saved_by_libreoffice_keeps_one_set_of_properties():
    libre = repacked(template("{{ report }}"), "_rels/.rels", "/package/2006/relationships/metadata/core", LIBRE)
    data, document = written(LAID, libre)
    assert document.core_properties.title == "Status of two"
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.namelist().count("docProps/core.xml") == 1


def test_names_there_are_none_of_are_told_with_those_there_are():
    told = refusal(template("{{ tittle }}", "{{ report }}", footer="{{ page }}"))
    assert "{{ page }}, {{ tittle }}" in told
    assert all(f"{{{{ {name} }}}}" in told for name in ("title", "subtitle", "foot", "issued_on", "report"))


@pytest.mark.parametrize(
    "code",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{{ title.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ title|upper }}",
        "{{ title() }}",
        "{{ title[0] }}",
        "{{ [title] }}",
        "{{ {title} }}",
        "{{ 7*7 }}",
        "{{ title + title }}",
        "{% include 'base.html' %}",
        "{% import 'base.html' as b %}",
        "{% set title = 1 %}",
        "{% macro m() %}{{ m() }}{% endmacro %}",
        "{% if title %}x{% endif %}",
        "{% for x in %}",
        "{{ title",
        "{% raw %}",
        "{{ }}",
        "{{ " + "(" * 5000 + " }}",
    ],
)
def test_code_in_a_template_is_refused_by_name(code):
    began = time.process_time()
    told = refusal(template("First", code, "{{ report }}"))
    assert time.process_time() - began < 10
    if len(code) < 60:
        assert f"near “{code}" in told
    assert "{{ title }}" in told


@pytest.mark.parametrize("code", ["{{p title }}", "{{r title }}", "{%p if x %}", "{{tc title}}", "{%tr for x in y %}"])
def test_code_that_would_take_its_paragraph_along_is_refused(code):
    told = refusal(template("First", code, "{{ report }}", table=code))
    assert "{{ title }}" in told


@pytest.mark.parametrize(
    "paragraphs",
    [["x"], ["{{ report }}", "{{ report }}"], ["The {{ report }}"], [""]],
    ids=["none", "two", "words", ""],
)
def test_the_report_has_one_place(paragraphs):
    assert "Write {{ report }} once" in refusal(template(*paragraphs))


def test_the_place_of_the_report_is_in_no_table_header_or_footer():
    assert "Write {{ report }} once" in refusal(template(table="{{ report }}"))
    assert "Write {{ report }} once" in refusal(template("{{ report }}", footer="{{ report }}"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no Word file"),
        (b"%PDF-1.7 ...", "no Word file"),
        (b"PK\x03\x04rest", "no Word file"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "no Word file"),
        (bytes(10_000_001), "more than 10 MB"),
    ],
    ids=["empty", "pdf", "cut", "old", "large"],
)
def test_what_is_no_word_file_is_refused(data, said):
    assert said in refusal(data)


def relation(sort, target, mode=' TargetMode="External"'):
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{sort}"
    return f'<Relationship Id="rIdX" Type="{kind}" Target="{target}"{mode}/></Relationships>'


def field(*pieces):
    inner = "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in pieces)
    return f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{inner}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'


NESTED = field('</w:instrText></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TITLE</w:instrText>'
               '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:instrText>PAGE')  # fmt: skip
DOCUMENT = "openxmlformats-officedocument.wordprocessingml.document.main"
STYLES = "word/styles.xml"
RELS, BODY, TYPES = "word/_rels/document.xml.rels", "word/document.xml", "[Content_Types].xml"
VML = "urn:schemas-microsoft-com:vml"


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        (RELS, "</Relationships>", relation("frame", "https://evil.example/x"), "https://evil.example/x (frame)"),
        (RELS, "</Relationships>", relation("oleObject", "https://evil.example"), "https://evil.example (oleObject)"),
        (RELS, "</Relationships>", relation("attachedTemplate", "file:///x.dotm"), "file:///x.dotm (attachedTemplate)"),
        (RELS, "</Relationships>", relation("hyperlink", "file:///x"), "file:///x (hyperlink)"),
        (RELS, "</Relationships>", relation("oleObject", "embeddings/o.bin", ""), "oleObject"),
        (RELS, "</Relationships>", relation("aFChunk", "x.html", ""), "aFChunk"),
        (RELS, "</Relationships>", relation("vbaProject", "vbaProject.bin", ""), "vbaProject"),
        (RELS, "</Relationships>", relation("control", "activeX.xml", ""), "control"),
        (TYPES, "wordprocessingml.document.main+xml", "wordprocessingml.template.main+xml", "saved as .dotx"),
        (TYPES, DOCUMENT, "ms-word.document.macroEnabled.main", "holds macros"),
        (TYPES, "wordprocessingml.document.main+xml", "spreadsheetml.sheet.main+xml", "no Word file"),
        (TYPES, "</Types>", '<Override PartName="/x.bin" ContentType="a/b+xml"/></Types>', "no Word file"),
        (BODY, "</w:body>", field("DDE", "AUTO c:\\\\x") + "</w:body>", "the field “DDEAUTO c:"),
        (BODY, "</w:body>", field(' INCLUDETEXT "/etc/passwd"') + "</w:body>", "the field “INCLUDETEXT"),
        (BODY, "</w:body>", field(' HYPERLINK "file:///x"') + "</w:body>", "the field “HYPERLINK"),
        (BODY, "</w:body>", NESTED + "</w:body>", "the field “”"),
        (BODY, "</w:body>", '<w:p><w:fldSimple w:instr="LINK x"/></w:p></w:body>', "the field “LINK x”"),
        (BODY, "</w:body>", f'<w:p><v:fill xmlns:v="{VML}" src="//evil/x"/></w:p></w:body>', "//evil/x"),
        (STYLES, "<w:name ", "<w:alias ", "no Word file"),
        (BODY, "<w:document ", '<!DOCTYPE a [<!ENTITY b "c">]><w:document ', "declarations"),
        (BODY, "</w:body>", "</w:bodies>", "no Word file"),
        (BODY, "</w:body>", "<w:tbl><w:tr/></w:tbl></w:body>", "no Word file"),
        (BODY, "</w:body>", "<w:p/>" * 90_000 + "</w:body>", "too long"),
        (BODY, "</w:body>", "<w:p/>" * 900_000 + "</w:body>", "unpacks to more"),
        ("word/settings.xml", "</w:settings>", "<w:mailMerge/></w:settings>", "mailMerge"),
    ],
    ids=lambda value: value if len(value) < 30 and not value.startswith("<") else "",
)  # fmt: skip
def test_what_would_run_or_reach_outside_is_refused(part, old, new, said):
    good = template("{{ report }}")
    check_template(good)
    assert said in refusal(repacked(good, part, old, new))


LOGO = (
    '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:extent cx="9" cy="9"/><wp:docPr id="1" name="Logo"/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill>'
    '<a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="rIdX"/>'
    "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
)


@pytest.mark.parametrize("scheme", ["http://127.0.0.1:{port}/logo.png", "file://///127.0.0.1/share/logo.png"])
def test_a_linked_logo_stays_a_link_and_is_never_fetched(scheme):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = scheme.format(port=server.getsockname()[1])
        own = repacked(template("{{ report }}"), RELS, "</Relationships>", relation("image", address))
        own = repacked(own, BODY, "<w:p>", LOGO + "<w:p>")
        check_template(own)
        _data, document = written(LAID, own)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    (link,) = document.element.body.xpath(".//a:blip/@r:link")
    relationship = document.part.rels[link]
    assert (relationship.is_external, relationship.target_ref) == (True, address)
    assert "Mexico moved one." in [p.text for p in document.paragraphs]


BOX = (
    f'<w:p><w:r><w:pict><v:shape xmlns:v="{VML}"><v:textbox><w:txbxContent><w:p><w:r><w:t>{{{{ti</w:t></w:r>'
    "<w:r><w:t>tle }}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict><w:t>Beside {{ foot }}</w:t>"
    "</w:r></w:p>"
)
CONTROL = "<w:sdt><w:sdtContent><w:p><w:r><w:t>{{ subtitle }}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
CELL = (
    "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:sdt><w:sdtContent><w:tc><w:p><w:r><w:t>"
    "{{ issued_on }}</w:t></w:r></w:p></w:tc></w:sdtContent></w:sdt></w:tr></w:tbl>"
)


def test_placeholders_are_found_wherever_they_stand():
    own = template("{{ report }}", "{{ ¦ti¦tle¦ }}, {{foot}} and {{ title }}", footer="{{ foot }}")
    own = repacked(own, BODY, "<w:sectPr", BOX + CONTROL + CELL + "<w:sectPr")
    check_template(own)
    _data, document = written(LAID, own)
    texts = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))]
    assert texts[-5:] == [
        "Status of two, Issued then · 9a3f and Status of two",
        "Status of twoBeside Issued then · 9a3f",
        "Status of two",
        "As of 1 March 2024",
        "5 de marzo de 2024",
    ]
    assert document.sections[0].footer.paragraphs[0].text == "Issued then · 9a3f"


NOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def test_placeholders_are_found_in_footnotes():
    own = repacked(template("{{ report }}"), RELS, "</Relationships>", relation("footnotes", "footnotes.xml", ""))
    types = f'<Override PartName="/word/footnotes.xml" ContentType="{NOTES_TYPE}"/></Types>'
    out = io.BytesIO(repacked(own, TYPES, "</Types>", types))
    note = '<w:footnote w:id="1"><w:p><w:r><w:t>See {{ title }}</w:t></w:r></w:p></w:footnote>'
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("word/footnotes.xml", f'<w:footnotes xmlns:w="{qn("w:p")[1:-2]}">{note}</w:footnotes>')
    data, _document = written(LAID, out.getvalue())
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert "See Status of two" in packed.read("word/footnotes.xml").decode()


@pytest.mark.parametrize("part", ["{{ title }}", "{% x %}"])
def test_a_placeholder_that_is_no_text_is_refused(part):
    good = template("{{ report }}")
    for xml in (f"<w:p><w:r><w:instrText>PAGE {part}</w:instrText></w:r></w:p>", f'<w:p w:rsidR="{part}"/>'):
        assert "where no text can stand" in refusal(repacked(good, BODY, "<w:sectPr", xml + "<w:sectPr"))


def test_a_file_that_unpacks_to_too_much_is_not_unpacked():
    out = io.BytesIO(template("{{ report }}"))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/media/image1.png", bytes(60_000_000))
    assert "unpacks to more" in refusal(out.getvalue())


def test_a_template_that_takes_long_to_look_through_is_refused_at_once():
    began = time.process_time()
    assert "too long" in refusal(template("{{" * 100_000, "{{ report }}"))
    for piece in ("<w:p ", "{{p ", "{%", "{#"):
        refusal(
            repacked(template("x"), BODY, ">x<", f">{'&lt;w:p ' * 40_000}{(piece.replace('<', '&lt;') + ' ') * 90}<")
        )
    assert time.process_time() - began < 20
