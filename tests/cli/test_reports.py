"""Status reports from the command line: issued as every format, and verified."""

import json
import re

import docx
import pytest

from tests.cli.test_cli import call, change
from tracker.exports import xlsx_file
from tracker.exports.reports.document import DRAWING, MADE_WITH
from tracker.exports.reports.formats import FORMATS
from tracker.paths import folder


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A data folder with the seeds, on which reports are issued."""
    data = tmp_path_factory.mktemp("reported")
    call(data, "migrate")
    call(data, "seed")
    return data


MIGRATION = ("--area", "migration", "--as-of", "2024-03-01")


@pytest.mark.parametrize(
    "form", [pytest.param(form, marks=() if form in ("md", "csv") else pytest.mark.long) for form in FORMATS]
)
def test_what_is_issued_is_verified(planted, tmp_path, form):
    path = tmp_path / f"report.{form}"
    said = call(planted, "report", *MIGRATION, "--format", form, "-o", path)
    code = said.removeprefix("Issued as ").partition(" ")[0]
    assert said == f"Issued as {code} (commitments: 4, updates: 0).\n"
    assert path.with_name(f"{path.name}.about.json").exists() is (form in ("csv", "json"))
    said = call(planted, "report", "verify", path)
    assert said == (
        f"report.{form} is as it was issued as {code}.\nThe records say the same now for the same two dates.\n"
    )


def test_a_changed_file_is_named_and_so_is_what_the_records_say_now(planted, tmp_path):
    path = tmp_path / "report.csv"
    call(planted, "report", *MIGRATION, "--format", "csv", "-o", path)
    title = "Widen legal pathways for migrants across the region"
    path.write_text(path.read_text().replace(title, "Another title"))
    change(planted, "UPDATE commitment SET made_on = '2023-07-23' WHERE code = 'mx-us-2023-07-24.c4'")
    said = call(planted, "report", "verify", path, code=1)
    change(planted, "UPDATE commitment SET made_on = '2023-07-24' WHERE code = 'mx-us-2023-07-24.c4'")
    assert f"row 3 (mx-us-2023-07-24.c4), title: issued “{title}”, found “Another title”" in said
    assert "Commitment mx-us-2023-07-24.c4 · Made on: July 24, 2023 → July 23, 2023\n" in said


def test_of_long_texts_the_place_is_told_where_they_differ(planted, tmp_path):
    path, before = tmp_path / "report.json", "mx-us-2023-07-24.c4"
    change(planted, f"UPDATE commitment SET text = '{'x' * 900} in the end' WHERE code = '{before}'")
    call(planted, "report", *MIGRATION, "--format", "json", "-o", path)
    path.write_text(path.read_text().replace("in the end", "at last").replace('"as_of": "', '"on": "'))
    change(planted, f"UPDATE commitment SET text = '{'x' * 900} in short' WHERE code = '{before}'")
    said = call(planted, "report", "verify", path, code=1)
    assert re.search(r'text: issued “…x{180,200} in the end"”, found “…x{180,200} at last"”\n', said)
    assert re.search(r"What was undertaken: …x{180,200} in the end → …x{180,200} in short\n", said)
    assert 'head, report.as_of: issued “"2024-03-01"”, found nothing\n' in said
    assert 'head, report.on: not in what was issued, found “"2024-03-01"”\n' in said


def test_a_file_of_another_version_is_told_apart(planted, tmp_path):
    path = tmp_path / "report.md"
    call(planted, "report", *MIGRATION, "--format", "md", "-o", path)
    whole = path.read_text()
    for stamp, version in (
        ("Tracker 0.0.9", "an earlier version"),
        (f"Tracker 0.0.9 · drawing {DRAWING}", "another version"),
        (f"Tracker 9.0 · drawing {DRAWING + 1}", "a later version"),
    ):
        path.write_text(whole.replace(MADE_WITH, stamp))
        said = call(planted, "report", "verify", path, code=3)
        assert f", and was drawn by {version} of the tracker ({stamp}).\n" in said
        path.write_text(path.read_text().replace("4 commitments from", "5 commitments from"))
        said = call(planted, "report", "verify", path, code=1)
        assert "report.md is NOT as it was issued as " in said
        assert "issued “**4 commitments from" in said
        assert f"It was drawn by {version} of the tracker ({stamp}), so only its values were compared" in said


def test_without_a_stamp_the_report_can_be_named(planted, tmp_path):
    path = tmp_path / "report.csv"
    said = call(planted, "report", *MIGRATION, "--format", "csv", "-o", path)
    code = said.removeprefix("Issued as ").partition(" ")[0]
    path.with_name("report.csv.about.json").unlink()
    path.write_bytes(path.read_bytes().replace(b"Widen", b"Narrow"))
    assert "Name its report with --report CODE." in call(planted, "report", "verify", path, code=1)
    called = path.rename(tmp_path / f"Status of commitments ({code}).csv")
    said = call(planted, "report", "verify", called, code=1)
    assert f"was taken from its name: {code}.\nStatus of commitments ({code}).csv is NOT as it was issued" in said
    path = called.rename(path)
    path.write_bytes(path.read_bytes().replace(b"Narrow", b"Widen"))
    assert f"as it was issued as {code}." in call(planted, "report", "verify", path, "--report", code)
    assert "No report here has the code “r999”." in call(planted, "report", "verify", path, "--report", "r999", code=1)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--format", "md", "--area", "nowhere"), "area: No record has the code “nowhere”."),
        (("--format", "md", "--as-of", "2020-01-01"), "No commitment matches this scope on that day."),
        (("--format", "md", "--as-of", "2024-01-01", "--since", "2024-01-02"), "since: This day comes after"),
        (("--format", "md", "--since-meeting", "nowhere"), "since_meeting: "),
        (("--format", "md", "--known-by", "2999-01-01"), "known_by: This moment has not come yet"),
        (("--format", "md", "--template", __file__), "--template is for a Word file"),
        (("--format", "docx", "--template", __file__), "template: "),
        (("--format", "odt"), "'odt' is not one of"),
        ((), "Name the format of the file: --format pdf|docx|xlsx|md|csv|json."),
        (("--format", "md", "-o", "/nowhere/at/all"), "No file can be written in /nowhere/at"),
        (("verify",), "Missing argument 'FILE'"),
        (("verify", __file__), "test_reports.py is no file of a report"),
    ],
)
def test_what_cannot_be_done_is_told_and_issues_nothing(planted, tmp_path, args, said):
    before = call(planted, "export", "reports", "--format", "csv")
    kept = tmp_path / "kept"
    kept.write_text("as it was")
    args = args if args[:1] == ("verify",) else ("-o", kept, *args)
    code = 2 if said.startswith(("--template", "'odt'", "Name the", "No file", "Missing")) else 1
    assert said in " ".join(call(planted, "report", *args, code=code).split())
    assert kept.read_text() == "as it was"
    assert call(planted, "export", "reports", "--format", "csv") == before


def test_what_is_too_long_for_a_file_leaves_the_file_there_as_it_was(planted, tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx_file, "MAX_ROWS", 2)
    kept = tmp_path / "kept.xlsx"
    kept.write_text("as it was")
    said = call(planted, "report", *MIGRATION, "--format", "xlsx", "-o", kept, code=1)
    assert "A sheet holds at most 1 records" in said
    assert kept.read_text() == "as it was"


def test_a_report_is_laid_into_ones_own_template(planted, tmp_path):
    own = docx.Document(folder("templates") / "reports" / "report.docx")
    own.paragraphs[0].insert_paragraph_before("The embassy’s own words")
    own.save(tmp_path / "own.docx")
    args = (*MIGRATION, "--title", "In our template", "--chapter", "summary")
    call(planted, "report", *args, "--format", "docx", "--template", tmp_path / "own.docx", "-o", tmp_path / "r.docx")
    words = [paragraph.text for paragraph in docx.Document(tmp_path / "r.docx").paragraphs]
    assert words[0] == "The embassy’s own words"
    assert "In our template" in words
    assert "Summary" in words
    assert "Methods" not in words
    assert "--template FILE" in call(planted, "report", "verify", tmp_path / "r.docx", code=1)
    said = call(planted, "report", "verify", tmp_path / "r.docx", "--template", tmp_path / "own.docx")
    assert "r.docx is as it was issued as r" in said


def test_a_file_is_verified_whose_scope_names_what_is_gone(planted, tmp_path):
    path = tmp_path / "report.md"
    call(planted, "report", *MIGRATION, "--format", "md", "-o", path)
    change(planted, "UPDATE policy_area SET code = 'gone' WHERE code = 'migration'")
    said = call(planted, "report", "verify", path)
    change(planted, "UPDATE policy_area SET code = 'migration' WHERE code = 'gone'")
    assert "report.md is as it was issued" in said
    assert "names what was removed since: area: No record has the code “migration”" in said


@pytest.mark.parametrize(("asked", "chapters"), [(("brief",), []), (("brief", "summary"), ["Summary"])])
def test_a_short_report_is_asked_for(planted, asked, chapters):
    said = call(planted, "report", *MIGRATION, "--format", "md", *(f"--chapter={each}" for each in asked))
    headings = [line.removeprefix("## ") for line in said.splitlines() if line.startswith("## ")]
    brief = ["Since the meeting of July 24, 2023", "What wants attention"]
    assert headings == [*brief, *chapters, "Where this report comes from"]


def test_text_goes_to_the_screen_where_no_file_is_named(planted):
    said = call(planted, "report", *MIGRATION, "--format", "json", "--chapter", "areas")
    told = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert [area["commitments"] for area in told["head"]["areas"]] == [4]
