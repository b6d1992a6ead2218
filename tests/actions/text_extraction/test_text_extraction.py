"""The text read out of files, and the files that are refused."""

import io
import time
import zipfile

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.actions.text_extraction import files
from tracker.actions import text_extraction
from tracker.actions.text_extraction import docx, extract_text, html, pdf
from tracker.errors import Invalid

SAID = "Límites: “más” 😀\n\nacordó"
PAGE = (
    "<p>Ministers met and agreed on a great many things of note.</p>"
    "<p>They will build a bridge by May, it was said.</p>"
)


@pytest.fixture(autouse=True)
def in_a_request(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"], ids=lambda encoding: encoding
)
def test_plain_text_is_read_in_its_encoding(encoding):
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    assert extract_text((mark + SAID).encode(encoding), "a.txt") == (SAID, "text/plain")


def test_plain_text_of_windows_is_read():
    assert extract_text("“Más” – acordó €5\r\nb".encode("cp1252"), "a") == ("“Más” – acordó €5\nb", "text/plain")


@pytest.mark.parametrize("encoding", ["mac_roman", "utf-16-le", "utf-16-be"])
def test_plain_text_without_a_mark_is_read(encoding):
    assert extract_text("“Más” – acordó el señor".encode(encoding), "a")[0] == "“Más” – acordó el señor"


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("cp1251", "Президенты двух стран подписали совместное заявление о сотрудничестве."),  # noqa: RUF001
        ("cp1253", "Οι υπουργοί συναντήθηκαν στην πρωτεύουσα και συμφώνησαν να συνεργαστούν."),  # noqa: RUF001
        ("gb18030", "两国总统在首都会晤，就移民与边境安全合作达成一致，下次会议将于五月举行。"),  # noqa: RUF001
    ],
)
def test_plain_text_of_other_scripts_is_read(encoding, sentence):
    assert extract_text(sentence.encode(encoding), "a.txt")[0] == sentence


def test_a_page_is_read_without_what_stands_around_it():
    around = "<!-- x --><!DOCTYPE html><html><head><script>bad()</script></head><body><nav><a href='/'>Home</a></nav>"
    page = f"{around}<article>{PAGE}</article></body></html>"
    text, media_type = extract_text(page.encode(), "no-name")
    assert media_type == "text/html"
    assert text == (
        "Ministers met and agreed on a great many things of note.\n\nThey will build a bridge by May, it was said."
    )


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (PAGE.encode(), "a.html", "text/html"),
        (b"<p>Short.</p>", "A.HTM", "text/html"),
        (b"No tags at all, a < b", "a.html", "text/plain"),
        (PAGE.encode(), "a.txt", "text/plain"),
        (b"<html><p>Short.", "a.pdf", "text/html"),
    ],
)
def test_the_sort_of_a_text_is_told_by_what_it_holds(data, name, media_type):
    text, result = extract_text(data, name)
    assert result == media_type
    assert text.strip()


def test_a_word_file_gives_its_paragraphs_and_tables_in_order():
    text, media_type = extract_text(files.word_file(), "a.pdf")
    assert media_type == docx.MEDIA_TYPE
    assert text.split("\n\n") == [*files.PARAGRAPHS, "a\tb", "c\td", "After the table."]


def test_inserted_words_are_read_and_deleted_ones_are_not():
    def change(document):
        for kind, content in (
            ("ins", "<w:t>added</w:t>"),
            ("del", "<w:delText>gone</w:delText>"),
            ("moveFrom", "<w:t>away</w:t>"),
        ):
            run = f'<w:{kind} {nsdecls("w")} w:id="1" w:author="x"><w:r>{content}</w:r></w:{kind}>'
            document.paragraphs[0]._p.append(parse_xml(run))
        control = (
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>In a control</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        )
        document.element.body.insert(0, parse_xml(control))

    assert extract_text(files.word_file(change), "a")[0].split("\n\n")[:2] == ["In a control", "Joint wordsadded"]


def test_a_cell_that_says_it_is_endlessly_wide_is_read_once():
    def change(document):
        cell = document.tables[0].cell(0, 0)._tc
        cell.get_or_add_tcPr().append(parse_xml(f'<w:gridSpan {nsdecls("w")} w:val="2147483647"/>'))

    assert "a\tb" in extract_text(files.word_file(change), "a")[0]


LINES = [
    (50, 700, "The ministers met in the capital and agreed on many things, one of them inter-"),
    (50, 686, "national, the others not. All of it shall be done before the end of next May,"),
    (50, 672, "and told in full."),
    (50, 644, "A second paragraph stands a line lower than it would stand if it went on."),
    (50, 630, "It ends here."),
]


def test_the_lines_of_a_pdf_are_joined_into_paragraphs():
    text, media_type = extract_text(files.pdf_file(LINES), "a.txt")
    assert media_type == "application/pdf"
    assert text.split("\n\n") == [
        "The ministers met in the capital and agreed on many things, one of them international, the others not. "
        "All of it shall be done before the end of next May, and told in full.",
        "A second paragraph stands a line lower than it would stand if it went on. It ends here.",
    ]


def test_a_sentence_that_the_end_of_a_page_cuts_goes_on():
    text = extract_text(
        files.pdf_file([(50, 700, "and so the words go on"), (50, 686, "from page to page, and on")], pages=3), "a"
    )[0]
    assert "\n\n" not in text
    assert text.count("go on from page to page") == 3


def nested(_content):
    return b"<a>" * 100_000


def declaring(content):
    return content.replace(b"<w:document", b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document', 1)


def declaring_in_utf16(content):
    text = declaring(content).decode().partition("?>")[2]
    return ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")


def no_word_file():
    return files.rezipped(files.word_file()).replace(b"word/document.xml", b"word/documint.xml")


REFUSED = {
    "nothing": (lambda: b"", "is empty"),
    "blanks": (lambda: b" \n\t\n", "no text"),
    "a NUL": (lambda: b"words\0words", "not a text"),
    "noise": (lambda: bytes(range(256)) * 10, "not a text"),
    "half a letter in UTF-16": (lambda: b"\xff\xfea\0b", "not a text"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 100, "picture"),
    "a photograph": (lambda: b"\xff\xd8\xff\xe0" + b"x" * 100, "picture"),
    "an old Word file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, r"\.doc"),
    "rich text": (lambda: b"{\\rtf1 words}", "Rich Text"),
    "a file too large": (lambda: b"a" * (text_extraction.MAX_BYTES + 1), "25 megabytes"),
    "another zip": (no_word_file, "no Word file"),
    "a zip cut short": (lambda: files.word_file()[:5000], "broken"),
    "a zip that is none": (lambda: b"PK\x03\x04" + b"x" * 500, "broken"),
    "a zip bomb": (files.bomb, "unpacks to more"),
    "a zip that lies": (lambda: files.lying(files.word_file()), "broken"),
    "a large part": (
        lambda: files.rezipped(files.word_file(), document=lambda h: h + b" " * docx.MAX_XML_BYTES),
        "unpacks",
    ),
    "a part that is no XML": (lambda: files.rezipped(files.word_file(), document=lambda _h: b"<w"), "broken"),
    "parts without end": (lambda: files.rezipped(files.word_file(), document=nested), "broken"),
    "an entity": (lambda: files.rezipped(files.word_file(), document=declaring), "declarations"),
    "an entity in UTF-16": (lambda: files.rezipped(files.word_file(), document=declaring_in_utf16), "declarations"),
    "a Word file with a password": (files.locked_word_file, "password|broken"),
    "a Word file without words": (lambda: files.word_file(lambda d: d.element.body.clear_content()), "no text"),
    "a PDF without text": (files.empty_pdf, "no text layer"),
    "a PDF cut short": (lambda: files.pdf_file(LINES)[:100], "broken"),
    "a PDF that is none": (lambda: b"%PDF-1.7\n" + b"x" * 500, "broken"),
    "a PDF with a password": (files.locked_pdf, "password"),
    "a page without words": (lambda: b"<!DOCTYPE html><html><body><img src=x></body></html>", "no text"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_refused_with_the_way_out(what):
    make, message = REFUSED[what]
    with pytest.raises(Invalid, match=message) as refusal:
        extract_text(make(), "a.txt")
    assert list(refusal.value.errors) == ["file"]


def test_a_tag_that_never_ends_is_read_at_once():
    begun = time.perf_counter()
    assert not html.is_html("<" + "a" * 5_000_000, "x.html")
    assert time.perf_counter() - begun < 5


def test_a_page_too_long_is_refused():
    with pytest.raises(Invalid, match="5,000,000"):
        extract_text(b"<html>" + b"a" * html.MAX_CHARACTERS, "a.html")


def test_a_pdf_of_too_much_text_or_too_many_pages_is_refused(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 100)
    with pytest.raises(Invalid, match="too much text"):
        extract_text(files.pdf_file(LINES), "a")
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(Invalid, match="more than 2 pages"):
        extract_text(files.pdf_file(LINES[:1], pages=3), "a")


def test_deep_tags_do_no_harm():
    with pytest.raises(Invalid, match=r"no text|broken"):
        extract_text(b"<html>" + b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000, "a")


def test_the_files_made_for_the_tests_are_sound():
    assert zipfile.ZipFile(io.BytesIO(files.rezipped(files.word_file()))).testzip() is None
