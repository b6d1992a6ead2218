"""Columns find their fields by name or label; whatever is unclear is named, with the way out."""

import datetime

import pytest

from tests.actions.imports.conftest import counts, sheet, workbook, wrong
from tracker.actions.imports.mapping import ImportSettings, column_mapping, header_fingerprint
from tracker.errors import Invalid
from tracker.records import CATALOGUE

MEETINGS = CATALOGUE["meetings"]


@pytest.fixture(autouse=True)
def context(shared_app):
    with shared_app.app_context():
        yield


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_every_column_of_an_export_is_known(kind):
    fields = [field.name for field in kind.form()]
    targets = column_mapping(kind, [*kind.columns, "url"], ImportSettings())
    assert [name for name in targets if name] == fields
    assert column_mapping(kind, fields, ImportSettings()) == fields


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_labels_are_known_without_case_or_accents(kind):
    for field in kind.form():
        assert column_mapping(kind, [str(field.label.text).upper().replace("A", "Á")], ImportSettings()) == [field.name]


def test_what_a_person_said_comes_first():
    header = ["Código", "Título", "Title in Spanish", "Notas"]
    settings = ImportSettings(columns={"codigo": "code", "Título": "title", "Notas": "", "Title in Spanish": "note"})
    assert column_mapping(MEETINGS, header, settings) == ["code", "title", "note", ""]


@pytest.mark.parametrize(
    ("header", "chosen", "named", "message"),
    [
        (["code", "Qué"], {}, ["Qué"], "say which field this column fills, or leave it out"),
        (["code", "Qué"], {"Qué": "nothing"}, ["Qué"], "There is no field “nothing”. The fields are: code, title,"),
        (["code", "title", "Title"], {}, ["title"], "Columns 2, 3 have the same name"),
        (["code", "", "title"], {}, ["Column 2"], "It has no name"),
        (
            ["code", "title", "Qué"],
            {"Qué": "title"},
            ["title", "Qué"],
            "title fills “title” too: leave one of them out",
        ),
        (["code"], {"Qué": "title"}, ["Qué"], "The file has no such column. Its columns are: code"),
        (["url"], {}, ["file"], "No column fills a field"),
    ],
)
def test_what_is_unclear_is_named(header, chosen, named, message):
    with pytest.raises(Invalid, match=message) as refused:
        column_mapping(MEETINGS, header, ImportSettings(columns=chosen))
    assert list(refused.value.errors) == named


def test_files_are_known_by_their_columns_in_any_order():
    assert (
        header_fingerprint(["Code", "Título"]) == header_fingerprint(["titulo", "code"]) != header_fingerprint(["code"])
    )


def test_words_are_read_by_label_and_codes_by_name(bring):
    result = bring(
        "meetings",
        sheet(
            ["code", "title", "status", "starts on", "country", "Place is", "documents", "date is"],
            ["a", "A", "HELD", "24 July 2023", "México", "Stated", "joint-statement-2023-07-24", ""],
            ["b", "B", "Se hizo", "2023-07-24T00:00:00", "MX", "inferred", "", "Stated"],
        ),
        values={"status": {"se HIZO": "held"}},
    )
    assert wrong(result) == [(2, "date is", "", "Fill this in.")]
    result = bring(
        "claims", sheet(["code", "text", "area", "Meeting"], ["a", "So", "Arms Trafficking", "us delegation received"])
    )
    assert [row[:3] for row in wrong(result)] == [(2, "Meeting", "us delegation received")]


def test_a_name_that_two_records_have_must_be_a_code(bring):
    bring("parties", sheet(["code", "name", "kind"], ["a", "Both", "country"], ["b", "both", "country"]))
    result = bring("parties", sheet(["code", "name", "kind", "parent"], ["c", "C", "country", "BOTH"]))
    assert wrong(result) == [(2, "parent", "BOTH", "More than one is called so: write the code (a, b).")]


def test_several_names_in_one_cell(app, bring):
    result = bring(
        "commitments", sheet(["code", "areas"], ["mx-us-2023-07-24.c1", "Arms trafficking; migration"]), keep=False
    )
    assert result.shown["changed"][0].changes == [("Other areas", "", "Arms trafficking; Migration")]


@pytest.mark.parametrize(
    ("days", "order", "note", "first"),
    [
        (["13/04/2024", "03/04/2024"], "", "day/month/year", "April 13, 2024"),
        (["04.13.2024", "04.03.2024"], "", "month/day/year", "April 13, 2024"),
        (["03-04-2024"], "dmy", "day/month/year", "April 3, 2024"),
        (["03/04/2024"], "mdy", "month/day/year", "March 4, 2024"),
        (["04/04/2024"], "", "", "April 4, 2024"),
        (["04.4.2024"], "", "", "April 4, 2024"),
        (["April 3, 2024"], "", "", "April 3, 2024"),
    ],
)
def test_days_are_read_as_their_column_shows(bring, days, order, note, first):
    rows = [["m", "M", day] for day in days[:1]] + [[f"m{n}", "M", day] for n, day in enumerate(days[1:])]
    bring("meetings", sheet(["code", "title", "starts_on"], ["m", "M", "2020-01-01"]))
    result = bring("meetings", sheet(["code", "title", "starts_on"], *rows), keep=False, dates=order)
    assert wrong(result) == []
    assert [note in text for text in result.notes] == [True] * bool(note)
    assert result.shown["changed"][0].changes == [("Starts on", "January 1, 2020", first)]


def test_days_that_can_be_read_both_ways_are_asked_about(bring, database_contents):
    before = database_contents()
    with pytest.raises(Invalid, match="“Starts on” has 03/04/2024: say whether the day or the month comes first"):
        bring("meetings", sheet(["code", "title", "Starts on"], ["m", "M", "03/04/2024"]))
    assert database_contents() == before


def test_days_written_both_ways_are_wrong_by_cell(bring):
    rows = [["a", "A", "13/04/2024"], ["b", "B", "04/13/2024"]]
    result = bring("meetings", sheet(["code", "title", "starts_on"], *rows))
    assert [row[:3] for row in wrong(result)] == [(3, "starts_on", "04/13/2024")]


def test_a_column_of_numbers_in_a_workbook_is_days_as_excel_counts_them(bring):
    rows = [["code", "title", "starts_on"], ["a", "A", 45001], ["b", "B", 45002]]
    result = bring("meetings", workbook(*rows))
    assert wrong(result) == []
    assert result.notes == ["“starts_on” holds numbers, read as days the way Excel counts them."]
    result = bring("meetings", sheet(["code", "starts_on"], ["a", "2023-03-16"], ["b", "2023-03-17"]))
    assert counts(result) == (0, 0, 2)
    mixed = bring("meetings", workbook(*rows, ["c", "C", "2024-01-01"]), keep=False)
    assert [row[:3] for row in wrong(mixed)] == [(2, "starts_on", "45001"), (3, "starts_on", "45002")]
    assert [row[2] for row in wrong(bring("meetings", sheet(*rows[:2])))] == ["45001"]


TURNED = "A spreadsheet turned this code into a date"


@pytest.mark.parametrize("cell", ["Jan-85", "3-Apr"])
def test_a_code_that_a_spreadsheet_turned_into_a_date_is_explained(bring, cell):
    result = bring("parties", sheet(["code", "name", "kind", "parent"], [cell, "A", "country", "Feb-85"]))
    assert all(TURNED in row[3] for row in wrong(result))
    assert {row[:3] for row in wrong(result)} == {(2, "code", cell), (2, "parent", "Feb-85")}


def test_a_date_where_a_workbook_should_hold_a_code_is_explained(bring):
    day = datetime.date(1985, 1, 1)
    result = bring("parties", workbook(["code", "name", "kind"], [day, "A", "country"], number_format="mmm-yy"))
    assert [(row[0], row[1], TURNED in row[3]) for row in wrong(result)] == [(2, "code", True)]


def test_a_cell_much_longer_than_any_name_names_nothing(bring):
    result = bring("parties", sheet(["code", "name", "kind", "parent"], ["a", "A", "country", "Mexico " * 9_000]))
    assert [row[:2] for row in wrong(result)] == [(2, "parent")]
