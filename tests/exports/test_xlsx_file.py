"""Lists as workbooks: the cells of the CSV as real numbers and days, and nothing of them a formula."""

import csv
import datetime
import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from tests import filled
from tracker.actions.imports.cell_parsers import without_formula_guard
from tracker.database import writing
from tracker.exports import xlsx_file
from tracker.exports.xlsx_file import date_cell, workbook_chunks
from tracker.records import CATALOGUE

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "'x",
    "{=1}",
    "http://a.example",
    "007",
    "1e5",
    "TRUE",
    "2024-03-01",
    "_x0041_",
    "a\nb",
    " x ",
)


def rows_of(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    (name,) = book.sheet_names
    return book.get_sheet_by_name(name).to_python()


def cell_of(text, sort):
    """Return what a workbook holds of a cell of a CSV, by the type of its column."""
    if not text:
        return ""
    match sort:
        case "boolean":
            return {"true": True, "false": False}[text]
        case "integer" | "number":
            return float(text)
        case "date":
            return datetime.date.fromisoformat(text)
        case "datetime":
            return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).replace(tzinfo=None)
    return without_formula_guard(text)


def same(cell, expected):
    if isinstance(expected, datetime.datetime):
        return abs(cell - expected) < datetime.timedelta(milliseconds=1)
    return type(cell) is type(expected) and cell == expected


@pytest.mark.parametrize("asked", ["", "as_of=2024-03-01&sort=-code&columns=status&columns=made_on&"])
def test_the_workbook_of_a_list_holds_the_rows_of_its_csv(app, client, asked):
    with app.app_context(), writing():
        filled.plant()
    for kind in CATALOGUE.values() if not asked else [CATALOGUE["commitments"]]:
        text = client.get(f"/{kind.name}/?{asked}format=csv").text.removeprefix("\ufeff")
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        response = client.get(f"/{kind.name}/?{asked}format=xlsx")
        assert response.headers["Content-Type"] == xlsx_file.MEDIA_TYPE
        assert response.headers["Content-Disposition"] == f'attachment; filename="{kind.name}.xlsx"'
        first, *others = rows_of(response.data)
        assert first == header
        types = [kind.columns[name].json_type if name in kind.columns else "string" for name in header]
        assert rows or kind.name == "reports"
        for row, other in zip(rows, others, strict=True):
            for sort, text, cell in zip(types, row, other, strict=True):
                assert same(cell, cell_of(text, sort)), (kind.name, sort, text, cell)


def test_a_text_is_never_a_formula_a_link_or_a_number(app):
    with app.test_request_context():
        content = b"".join(
            workbook_chunks(
                lambda writer: writer.add_table("=1", [("=2", None)], [[text] for text in HOSTILE]),
                "=3",
                "=4",
                datetime.datetime(2024, 1, 1),
            )
        )
    assert rows_of(content) == [["=2"], *([text] for text in HOSTILE)]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        assert not re.search("<f[ >]|hyperlink", sheet)
        assert 'Target="http' not in "".join(packed.read(name).decode() for name in packed.namelist())


def test_days_before_the_calendar_of_spreadsheets_are_text_and_long_texts_are_cut(app):
    assert date_cell("1900-02-28") == "1900-02-28"
    assert date_cell("1900-03-01") == datetime.date(1900, 3, 1)
    with app.test_request_context():
        rows = [["1848-02-02", "x" * 40_000, ["a", "b"], None, []]]
        columns = [("day", date_cell), ("text", None), ("list", "; ".join), ("none", None), ("empty", "; ".join)]
        content = b"".join(
            workbook_chunks(lambda writer: writer.add_table("T", columns, rows), "", "", datetime.datetime(2024, 1, 1))
        )
    _header, row = rows_of(content)
    assert row[0] == "1848-02-02"
    assert (len(row[1]), row[1][-2:]) == (32_767, "x…")
    assert row[2:] == ["a; b", "", ""]


def test_a_list_that_no_sheet_holds_is_refused_in_words(client, monkeypatch):
    monkeypatch.setattr(xlsx_file, "MAX_ROWS", 10)
    assert len(rows_of(client.get("/commitments/?format=xlsx").data)) == 10
    monkeypatch.setattr(xlsx_file, "MAX_ROWS", 9)
    response = client.get("/commitments/?format=xlsx")
    assert response.status_code == 413
    assert "A sheet holds at most 8 records" in response.text


def test_the_page_of_a_list_offers_its_workbook(client):
    page = client.get("/commitments/?area=migration").text
    assert re.search(r'<a href="/commitments/\?area=migration&amp;format=xlsx" download>Excel</a>', page)
