"""Any usual CSV and any workbook is read as it was written; what is neither is refused in words."""

import datetime
import io
import itertools
import time
import zipfile

import pytest
import xlsxwriter

from tests.actions.imports.conftest import sheet, workbook
from tracker.actions.imports import files, workbooks
from tracker.actions.text_encoding import ENCODINGS as NAMES
from tracker.errors import Invalid

ROWS = [
    ["code", "Título", "note"],
    ["a", "Ñandú “y” más; 1,5\tkm", "dos\nlíneas"],
    ["b", "¿Qué? – à l’été", ""],
    ["c", "'quoted' \"twice\"", "x"],
]
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "cp1252": "cp1252",
    "mac_roman": "mac_roman",
}


def rows(table):
    return [table.header, *(cells for _number, cells in table.rows())]


@pytest.fixture(autouse=True)
def context(shared_app):
    with shared_app.app_context():
        yield


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"), list(itertools.product(ENCODINGS, [",", ";", "\t"], ["\n", "\r\n", "\r"]))
)
def test_a_csv_is_read_as_it_was_written(encoding, delimiter, end):
    # A cell's own line end is told from the file's where they differ.
    table = files.read_table(sheet(*ROWS, delimiter=delimiter, end=end, encoding=encoding))
    assert (table.encoding, table.delimiter, table.line_ends) == (ENCODINGS[encoding], delimiter, end)
    assert rows(table) == ROWS


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize("word", ["Ñandú", "Nuño", "Zoë", "façade", "São Tomé", "Größe", "él", "“no”"])
def test_one_word_tells_windows_from_the_mac(encoding, word):
    table = files.read_table(sheet(["code", "name"], ["a", word], encoding=encoding))
    assert rows(table)[1] == ["a", word]


def test_what_is_said_of_a_file_is_believed():
    content = sheet(["code;x", "name"], ["a;1", "é"], encoding="cp1252")
    assert files.read_table(content, "mac_roman", ",").header == ["code;x", "name"]
    assert rows(files.read_table(content, "mac_roman", ","))[1] == ["a;1", "È"]
    for encoding in ("utf-8-sig", "utf-16"):
        with pytest.raises(Invalid, match=f"The file is not {NAMES[encoding]}: choose another encoding"):
            files.read_table(content, encoding)


def test_rows_are_numbered_as_a_spreadsheet_does_and_empty_ones_are_passed_over():
    table = files.read_table(b"\r\n,,\r\ncode,name,,\r\na,A\r\n,,,\r\n\r\nb,B,,\r\n")
    assert table.header == ["code", "name"]
    assert list(table.rows()) == [(4, ["a", "A"]), (7, ["b", "B"])]


def test_a_workbook_gives_what_a_person_would_type():
    content = workbook(
        ["text", "whole", "number", "date", "moment", "yes"],
        ["  kept \n", 12, 0.1 + 0.2, datetime.date(2023, 7, 24), datetime.datetime(2023, 7, 24, 12, 30), True],
        ["é", 1e15, -1.5e-5, datetime.date(1985, 1, 1), "", False],
        more=["Other"],
    )
    table = files.read_table(content)
    assert (table.sheet, table.sheets) == ("Data", ("Data", "Other"))
    assert rows(table)[1:] == [
        ["  kept \n", "12", "0.3", "2023-07-24", "2023-07-24 12:30:00", "true"],
        ["é", "1000000000000000", "-0.000015", "1985-01-01", "", "false"],
    ]
    assert isinstance(rows(table)[1][3], workbooks.DateCell)
    assert files.read_table(content, sheet="Other").header == ["code", "name"]
    with pytest.raises(Invalid, match="There is no sheet “Third”: Data, Other"):
        files.read_table(content, sheet="Third")


def test_rows_of_a_workbook_keep_their_numbers():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.write_row(2, 0, ["code", "name"])
    page.write_row(5, 0, ["a", "A"])
    book.close()
    assert list(files.read_table(out.getvalue()).rows()) == [(6, ["a", "A"])]


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def with_cell(cell):
    """Return a workbook whose sheet is changed to hold a cell as it is written here."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["code", "name"], ["a", 7]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'<c r="B2"><v>7</v></c>', cell)
                assert cell in content
            new.writestr(name, content)
    return out.getvalue()


def far_out(row, column):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.write(0, 0, "code")
    page.write(row, column, "x")
    book.close()
    return out.getvalue()


UNUSUAL = "written in an unusual way"
TOO_MANY = "5,000,000 cells in all"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"\r\n,,,\r\n", "The file is empty"),
        (b"%PDF-1.7\n1 0 obj\n", "neither a text nor an Excel workbook"),
        (bytes(range(256)) * 20, "neither a text nor an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "neither a text nor an Excel workbook"),
        (b"\xff\xfea", "The file is not UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "an old Excel file (.xls), or one with a password"),
        (b"PK\x03\x04 and nothing", "damaged, or has a password"),
        (workbook(["code"])[:-200], "damaged, or has a password"),
        (zipped(word__document_xml=b"<w/>"), "This is no Excel workbook"),
        (zipped(xl__workbook_xml=b"<w/>", mimetype=b"x"), "This is no Excel workbook"),
        (zipped(xl__workbook_xml=b"<w/>"), "The workbook cannot be read"),
        (zipped(xl__workbook_xml=b"<w/>", bomb=bytes(200_000_000)), "unpacks to more than 150 MB"),
        (far_out(1_048_575, 16_383), TOO_MANY),
        (far_out(1_048_575, 0), TOO_MANY),
        (far_out(1, 600), TOO_MANY),
        (far_out(99_000, 400), TOO_MANY),
        (with_cell(b'<c r="XFD1048576"><v>7</v></c>'), TOO_MANY),
        (with_cell(b"<c r='XFD1048576'><v>7</v></c>"), TOO_MANY),
        (with_cell(b'<x:c xmlns:x="y" r="XFD1048576"><v>7</v></x:c>'), TOO_MANY),
        (with_cell(b"<c><v>7</v></c>"), UNUSUAL),
        (with_cell(b'<c s=">" r="XFD1048576"><v>7</v></c>'), UNUSUAL),
        (with_cell(b'<c r="B2" t="e"><v>#REF!</v></c>'), "Cell B2 of the sheet “Data” holds an error, such as #REF!"),
        (b"a," * 1_000_000 + b"\n", "Row 1 has 1,000,001 columns; 500 are the most"),
        (b"a,b\n" + b"1," * 600 + b"\n", "Row 2 has 601 columns"),
        (b'a,b\n1,"' + b"x" * 200_000 + b'"\n', "line 2 cannot be read as CSV. One of its cells has more than"),
        (b'a,b\n1,"never closed\n3,4\n', "The row that begins in line 2 cannot be read as CSV. A quotation mark opens"),
        (b'a,b\n1,2\n1,"so "called" it"\n', "begins in line 3 cannot be read as CSV. A quotation mark within a cell"),
        (b"x" * (files.MAX_BYTES + 1), "The file has 25.0 MB; 25 are the most"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_in_words(content, message):
    with pytest.raises(Invalid) as refused:
        rows(files.read_table(content))
    assert list(refused.value.errors) == ["file"]
    assert message in str(refused.value)


def test_marks_within_marks_are_refused_at_once():
    for cells in (b"<c " * 30_000, b'<c s="<" r="XFD1048576"><v>7</v></c>'):
        begun = time.perf_counter()
        with pytest.raises(Invalid, match=UNUSUAL):
            files.read_table(with_cell(cells))
        assert time.perf_counter() - begun < 5


def test_an_error_is_wrong_in_the_sheet_that_is_read_alone():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("A & “B”").write_row(0, 0, ["name"])
        book.add_worksheet("Sums").write_formula("C3", "=1/0", None, "#DIV/0!")
    assert files.read_table(out.getvalue()).header == ["name"]
    with pytest.raises(Invalid, match="Cell C3 of the sheet “Sums” holds an error"):
        files.read_table(out.getvalue(), sheet="Sums")


def test_too_many_rows_are_refused():
    content = b"a,b\n" + b"1,2\n" * (files.MAX_ROWS + 1)
    with pytest.raises(Invalid, match="more than 100,000 rows: cut it in two"):
        rows(files.read_table(content))


def test_a_declared_size_is_not_believed():
    packed = bytearray(zipped(xl__workbook_xml=b"<w/>", bomb=bytes(200_000_000)))
    # The size as the list of members tells it, which a file can lie about.
    at = packed.rfind((200_000_000).to_bytes(4, "little"))
    packed[at : at + 4] = (1_000).to_bytes(4, "little")
    with pytest.raises(Invalid, match=r"damaged|unpacks to more"):
        files.read_table(bytes(packed))
