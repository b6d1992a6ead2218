"""The command `tracker import`: what it says, and that it does all or nothing."""

import csv
import re
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from tests.actions.imports.conftest import sheet, workbook
from tests.cli.test_cli import call, run
from tracker.database import sqlite
from tracker.records import ENTERED


@pytest.fixture(scope="module")
def planted_once(tmp_path_factory):
    data = tmp_path_factory.mktemp("planted")
    call(data, "migrate")
    call(data, "seed")
    return data


@pytest.fixture
def data(planted_once, tmp_path):
    """A data folder with the seeds, to do anything with."""
    return Path(shutil.copytree(planted_once, tmp_path / "data"))


@pytest.fixture
def bring(data, tmp_path):
    """Write a file and import it; return what was said."""

    def imported(kind, content, *options, code=0):
        path = tmp_path / ("file.xlsx" if content.startswith(b"PK") else "file.csv")
        path.write_bytes(content)
        return call(data, "import", kind, path, *options, code=code)

    return imported


PARTIES = ["code", "name", "kind"]


def test_every_export_imports_back(data, tmp_path):
    for name in ENTERED:
        path = tmp_path / f"{name}.csv"
        call(data, "export", name, "--format", "csv", "-o", path)
        assert re.search(r"Imported: 0 added, 0 changed, \d+ as they were\.", call(data, "import", name, path))
    assert "Nothing is wrong" in call(data, "check")


def test_how_a_file_was_read_and_what_was_done_is_told(bring):
    content = sheet(
        [*PARTIES, "url", "Notas"], ["fr", "Francia ñ", "Country", "", ""], delimiter=";", encoding="cp1252"
    )
    said = bring("parties", content, "--map", "Notas=")
    assert "Read as Windows-1252, semicolon, CRLF." in said
    assert "Left out: url, Notas." in said
    assert "Imported: 1 added, 0 changed, 0 as they were." in said
    assert "Imported: 0 added, 0 changed, 1 as they were." in bring("parties", content)


def test_a_trial_keeps_nothing(bring, data):
    said = bring("parties", sheet(PARTIES, ["fr", "France", "country"]), "--dry-run")
    assert "A trial, nothing is kept: 1 added, 0 changed, 0 as they were." in said
    assert "France" not in call(data, "export", "parties", "--format", "csv")


def test_what_is_wrong_is_told_and_can_be_kept_in_a_file(bring, data, tmp_path):
    rows = [[f"x {n}", "N", "country"] for n in range(30)]
    said = bring(
        "parties", workbook(PARTIES, ["fr", "France", "country"], *rows), "--report", tmp_path / "r.csv", code=1
    )
    assert "sheet “Data”, row 3, code, “x 0”: Use only a–z, 0–9, dots and hyphens" in said
    assert said.count("Use only a–z") == 20
    assert "… and 10 more; --report FILE tells them.\nNothing was imported: 30 cells or rows are wrong." in said
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        report = list(csv.reader(file))
    assert report[:2] == [
        ["sheet", "row", "column", "value", "reason"],
        ["Data", "3", "code", "x 0", report[1][4]],
    ]
    assert len(report) == 31
    assert "France" not in call(data, "export", "parties", "--format", "csv")


@pytest.mark.parametrize(
    ("content", "options", "code", "told"),
    [
        (sheet(["code", "Qué"], ["a", "b"]), [], 1, ['--map "Header=field" says what a column fills', "Qué: No field"]),
        (sheet(["code", "name"], ["a", "b"]), ["--map", "Name=nix"], 1, ["There is no field “nix”"]),
        (sheet(["code", "name"], ["a", "b"]), ["--map", "Qué=name"], 1, ["The file has no such column"]),
        (sheet(["code", "name"], ["a", "b"]), ["--map", "name"], 2, ["“name” is none: write HEADER=FIELD."]),
        (sheet(PARTIES, ["a", "b", "c"]), ["--map-value", "kind=x"], 2, ["write FIELD:VALUE=WORD"]),
        (sheet(PARTIES, ["a", "b", "c"]), ["--map-value", "nix:c=country"], 2, ["write FIELD:VALUE=WORD"]),
        (sheet(PARTIES, ["a", "b", "c"]), ["--sheet", "S"], 0, ["Imported: 1 added"]),
        (b"\xd0\xcf\x11\xe0" + bytes(9), [], 1, ["an old Excel file (.xls)"]),
        (b"", [], 1, ["The file is empty"]),
        (b"a" * (26 * 1024 * 1024), [], 1, ["is larger than 25 MB: cut it in two."]),
    ],
)
def test_what_cannot_be_done_is_told_with_the_way_out(bring, content, options, code, told):
    if "--sheet" in options:
        content, options = workbook(PARTIES, ["a", "b", "country"], name="S", more=["T"]), [*options]
    said = bring("parties", content, *options, code=code)
    for each in told:
        assert each in said


def test_values_and_days_are_read_as_told(bring):
    content = sheet(["code", "title", "starts_on", "status"], ["m", "M", "03/04/2024", "Se hizo"])
    said = bring("meetings", content, code=1)
    assert "say whether the day or the month comes first" in said
    assert "--dates dmy puts the day first" in said
    said = bring("meetings", content, "--dates", "dmy", "--map-value", "status:Se hizo=held")
    assert "“starts_on” is read as day/month/year." in said
    assert "Imported: 1 added" in said
    assert "Imported: 0 added, 0 changed, 1 as they were." in bring("meetings", content)


def test_the_options_say_how_to_read(bring):
    content = sheet(["code;x", "name", "kind"], ["a;1", "é", "country"], encoding="mac_roman")
    read = ["--encoding", "windows-1252", "--delimiter", "comma"]
    said = bring("parties", content, *read, "--map", "code;x=code", code=1)
    assert "Read as Windows-1252, comma, CRLF." in said
    assert "row 2, code;x, “a;1”" in said


def test_a_process_of_its_own_says_nothing_beside_and_shows_no_bar_where_nobody_looks(data, tmp_path):
    path = tmp_path / "many.csv"
    path.write_bytes(sheet(["code", "name", "unit"], *([f"x-{n}", f"N {n}", "people"] for n in range(1_200))))
    said = run(data, "import", "indicators", path)
    assert said == "Read as UTF-8, comma, CRLF.\nImported: 1,200 added, 0 changed, 0 as they were.\n"


def test_a_constraint_nobody_foresaw_is_one_line_and_a_file_to_report(data, bring):
    with closing(sqlite.connect(data / "tracker.sqlite")) as connection:
        connection.execute("CREATE UNIQUE INDEX surprise ON party (kind) WHERE code > 'zz'")
        connection.commit()
    rows = sheet(PARTIES, ["zz-1", "France", "country"], ["zz-2", "France again", "country"])
    output = bring("parties", rows, code=1)
    lines = output.strip().splitlines()
    assert lines[-1].startswith("Error: Something went wrong on our side, and nothing was saved.")
    assert "Traceback" not in output
    report = (data / "errors.log").read_text()
    assert "Traceback" in report
    assert "party.kind" in report
    assert call(data, "export", "parties", "--format", "csv").count("France") == 0
