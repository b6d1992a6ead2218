"""CSV holds what the page holds, whole and in its order, and no spreadsheet runs any of it; JSON is of one shape."""

import csv
import gc
import io
import re
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import make
from tests.client import elements, parsed
from tracker.database import snapshot, writing
from tracker.exports import csv_file as written_as
from tracker.exports.csv_file import csv_cell, csv_lines
from tracker.queries import export_rows, listing
from tracker.records import CATALOGUE

JS = "mx-us-2023-07-24"
#: What a spreadsheet takes for the beginning of something to run, and the apostrophe that holds it.
RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


def sheet(client, path):
    """Return the header and rows of a CSV file, each row as {column: cell}."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    header, *rows = csv.reader(io.StringIO(response.text.removeprefix("\ufeff"), newline=""))
    assert all(len(row) == len(header) for row in rows)
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def items(client, path):
    """Return the items of all pages of a list in JSON."""
    found = []
    while path:
        body = client.get(path).json
        found += body["items"]
        path = body["next"]
    return found


def codes_on_page(client, path):
    document, _errors = parsed(client.get(path).text)
    return [e.text for e in elements(document, "span") if e.get("class") == "code"]


def test_the_seeded_commitments_are_nine_rows_below_a_header(client):
    response = client.get("/commitments/?format=csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="commitments.csv"'
    assert response.data.startswith(b"\xef\xbb\xbfcode,title,")
    assert response.data.count(b"\xef\xbb\xbf") == 1
    assert response.data.endswith(b"\r\n")
    header, rows = sheet(client, "/commitments/?format=csv")
    assert header == [*CATALOGUE["commitments"].columns, "url"]
    assert len(rows) == 9


def test_days_are_iso_and_lists_are_joined_by_semicolons(app, client):
    with app.app_context(), writing():
        make.commitment(
            code="c",
            areas=["arms", "fentanyl"],
            frameworks=["los-angeles-declaration", "bicentennial-framework"],
            made_on="2 February 2024",
            deadline_kind="explicit",
            due_on="December 31, 2024",
        )
    _header, rows = sheet(client, "/commitments/?format=csv")
    by_code = {row["code"]: row for row in rows}
    made, seeded = by_code["c"], by_code[f"{JS}.c1"]
    assert (made["made_on"], made["due_on"]) == ("2024-02-02", "2024-12-31")
    assert made["areas"] == "arms; fentanyl"
    assert made["frameworks"] == "bicentennial-framework; los-angeles-declaration"
    assert (seeded["made_on"], seeded["due_on"], seeded["areas"]) == ("2023-07-24", "", "")
    assert (seeded["leads"], seeded["frameworks"]) == ("mx; us", "bicentennial-framework")
    assert (seeded["kind"], seeded["area"], seeded["one_sided"]) == ("reaffirmation", "fentanyl", "false")
    assert by_code["mx-us-2023-05-30.c1"]["one_sided"] == "true"


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_the_last_column_is_an_address_that_leads_somewhere(client, kind):
    header, rows = sheet(client, f"/{kind.name}/?format=csv")
    assert header[0] == "code"
    assert header[-1] == "url"
    assert len(set(header)) == len(header)
    for row in rows[:3]:
        assert row["url"] == f"http://localhost/{kind.name}/{row['code']}"
        response = client.get(row["url"], follow_redirects=True)
        assert response.status_code == 200
        assert row["code"] in response.text


def test_addresses_are_those_by_which_one_came(client):
    response = client.get("/areas/?format=csv", base_url="http://127.0.0.1:8123")
    assert "http://127.0.0.1:8123/areas/arms\r\n" in response.text


@pytest.mark.parametrize("start", RISKY)
def test_text_that_a_spreadsheet_would_run_is_held_by_an_apostrophe(start):
    assert csv_cell(f"{start}1+1") == f"'{start}1+1"
    assert csv_cell([f"{start}1", "x"]) == f"'{start}1; x"
    assert csv_cell(f"1{start}") == f"1{start}"
    # A column of one type is written another way than a mixed one.
    for column in ([f"{start}1"], [[f"{start}1", "x"]], [f"{start}1", 1], [[f"{start}1"], "x"], [None, f"{start}1"]):
        _header, *rows = csv.reader(io.StringIO("".join(csv_lines("c", [[value] for value in column], "")), newline=""))
        assert [row[0] for row in rows] == [csv_cell(value) for value in column]


@pytest.mark.parametrize(
    ("value", "written"), [(-5, "-5"), (-2.5, "-2.5"), (0, "0"), (True, "true"), (False, "false"), (None, ""), ([], "")]
)
def test_what_is_no_text_is_never_held(value, written):
    assert csv_cell(value) == written


@settings(deadline=None)
@given(TEXTS)
def test_taking_one_apostrophe_away_gives_the_original(text):
    written = csv_cell(text)
    assert not written.startswith(RISKY[:-1])
    assert written.removeprefix("'") == text


@settings(deadline=None)
@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(number):
    assert type(number)(csv_cell(number)) == number


@pytest.mark.long
@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_any_text_comes_back_from_the_file(pairs):
    written = "".join(csv_lines("01", pairs))
    assert written.startswith("\ufeff0,1\r\n")
    _header, *rows = csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert [tuple(each.removeprefix("'") for each in row) for row in rows] == pairs


def test_what_a_spreadsheet_would_run_is_held_in_the_file(app, client):
    formula = '=HYPERLINK("http://example.org","x")'
    with app.app_context(), writing():
        make.claim(code="c1", text=formula, attributed_to="@somebody", value=-5, unit="+1", note="'tis so\n=2")
        make.claim(code="c2", text="-", attributed_to="a, b; “c”", value=-0.5, unit="%", note="two\nlines")
    _header, rows = sheet(client, "/claims/?format=csv")
    first, second = (next(row for row in rows if row["code"] == code) for code in ("c1", "c2"))
    assert first["text"] == f"'{formula}"
    assert (first["attributed_to"], first["value"], first["unit"]) == ("'@somebody", "-5", "'+1")
    assert first["note"] == "''tis so\n=2"
    assert (second["text"], second["value"]) == ("'-", "-0.5")
    assert (second["attributed_to"], second["note"]) == ("a, b; “c”", "two\nlines")


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 9),
        ("sort=title", 9),
        ("sort=-title", 9),
        ("sort=due_on", 9),
        ("area=migration", 4),
        ("area=migration&kind=intention&sort=-code", 2),
        ("q=fentanyl&sort=code", 3),
        ("participant=rich-verma&sort=-recorded_at", 7),
        ("status=done", 0),
        ("columns=made_on&columns=kind&sort=made_on", 9),
    ],
)
def test_the_file_holds_the_rows_of_the_page_in_its_order(client, query, number):
    on_page = codes_on_page(client, f"/commitments/?{query}")
    in_json = items(client, f"/commitments/?format=json&{query}")
    _header, rows = sheet(client, f"/commitments/?format=csv&{query}")
    assert [row["code"] for row in rows] == [item["code"] for item in in_json] == on_page
    assert len(rows) == number


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_the_file_of_every_kind_holds_what_its_json_holds(client, kind):
    in_json = items(client, f"/{kind.name}/?format=json")
    header, rows = sheet(client, f"/{kind.name}/?format=csv")
    assert [list(item) for item in in_json] == [header] * len(rows)
    assert [[csv_cell(value) for value in item.values()] for item in in_json] == [list(row.values()) for row in rows]


def test_the_file_is_whole_though_the_page_is_cut(app, client):
    with app.app_context(), writing():
        for n in range(60):
            make.framework(code=f"f{n:02}", name=f"Framework {n:02}")
    names = [f"Framework {n:02}" for n in range(60)]
    _header, rows = sheet(client, "/frameworks/?format=csv&q=framework")
    assert [row["name"] for row in rows if row["code"].startswith("f")] == names
    assert len(rows) == 61
    page = client.get("/frameworks/?q=framework").text
    assert len(re.findall(r'<th scope="row">', page)) == listing.PAGE_SIZE
    body = client.get("/frameworks/?format=json&q=framework").json
    assert (len(body["items"]), body["total"]) == (listing.PAGE_SIZE, 61)
    # A place in the list is for pages; a file is of the whole list.
    _header, rows = sheet(client, "/frameworks/?format=csv&q=framework&after=f30")
    assert len(rows) == 61


@pytest.mark.parametrize("asked", ["", "?as_of=2024-03-01", "?q=the&sort=-title"])
@pytest.mark.parametrize("name", ["commitments", "passages", "commitment-parties"])
def test_the_file_is_the_same_in_however_many_chunks_it_is_read(client, monkeypatch, name, asked):
    asked = asked if name == "commitments" else asked.partition("&")[0].replace("q=the", "")
    whole = client.get(f"/{name}/{asked or '?'}&format=csv").text
    monkeypatch.setattr(export_rows, "CHUNK", 2)
    assert client.get(f"/{name}/{asked or '?'}&format=csv").text == whole
    assert whole.count("\r\n") > 5


@pytest.mark.long
def test_what_is_held_of_a_long_file_does_not_grow(app, monkeypatch):
    """Rows that were written are let go: of 18 passages read two by two, never many are held at once."""

    class Told(str):
        __slots__ = ("__weakref__",)

    monkeypatch.setattr(export_rows, "CHUNK", 2)
    monkeypatch.setattr(written_as, "CHUNK", 2)
    kind = CATALOGUE["passages"]
    seen, most = weakref.WeakSet(), 0

    def noted(rows):
        for row in rows:
            told = Told(row[0])
            seen.add(told)
            yield (told,)

    with app.app_context(), snapshot() as reading:
        query, order = listing.filtered_query(kind, kind.filters()), listing.Order.parse(kind, None)
        rows = export_rows.iterate_rows(reading, kind, [kind.columns["code"]], query, order, kind.filters().as_of_dates)
        for _lines in written_as.csv_lines(["code"], noted(rows)):
            gc.collect()
            most = max(most, len(seen))
    assert 1 <= most <= 5


def test_the_file_holds_the_columns_asked_for(client):
    header, rows = sheet(client, "/commitments/?format=csv&columns=kind&columns=title")
    assert header == ["code", "title", "kind", "url"]
    assert len(rows) == 9


def test_an_empty_list_is_a_header(client):
    header, rows = sheet(client, "/indicators/?format=csv")
    assert header == ["code", "name", "name_es", "unit", "note", "url"]
    assert rows == []


def test_json_is_of_one_shape(app, client):
    response = client.get("/commitments/?format=json&columns=leads&sort=code")
    assert response.headers["Content-Type"] == "application/json"
    body = response.json
    assert list(body) == ["items", "total", "next"]
    assert body["total"] == len(body["items"]) == 9
    assert body["next"] is None
    assert body["items"][0] == {
        "code": "mx-us-2023-05-30.c1",
        "leads": ["mx", "us"],
        "url": "http://localhost/commitments/mx-us-2023-05-30.c1",
    }
    assert client.get("/indicators/?format=json").json == {"items": [], "total": 0, "next": None}


def test_the_next_page_in_json_keeps_what_was_asked_for(app, client):
    with app.app_context(), writing():
        for n in range(60):
            make.framework(code=f"f{n:02}", name="A framework", note="“&=é”")
    body = client.get("/frameworks/?format=json&q=framework&sort=-code&columns=note").json
    assert body["next"].startswith("http://localhost/frameworks/?")
    following = client.get(body["next"]).json
    assert [list(item) for item in following["items"]] == [["code", "note", "url"]] * 11
    assert following["next"] is None
    assert [item["code"] for item in (*body["items"], *following["items"])] == [
        *(f"f{n:02}" for n in reversed(range(60))),
        "bicentennial-framework",
    ]
