"""Reports that an earlier version of the tracker issued: still listed, drawn in every format, and verified.

The folder `issued_before` holds what it made, of synthetic records beside the seeds: its database (tracker.sqlite.gz),
the rows of its reports (runs.json), and their files. r1 is of all commitments, r2 of one area with dates of its own,
r3 of a day before any meeting, so that it could hold no news.
"""

import copy
import datetime
import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from pathlib import Path

import pytest
from flask_babel import gettext
from sqlalchemy import insert, select

from tests import make
from tests.cli.test_cli import call
from tests.conftest import Place
from tests.models.refusals import ON_SQLITE
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import session, writing
from tracker.exports.reports import document, pdf, verification
from tracker.exports.reports.formats import FORMATS
from tracker.exports.reports.verification import ReportFile
from tracker.models import Meeting, ReportPart, ReportRun
from tracker.queries.reports import diff, stored
from tracker.queries.reports.data import report_data

FOLDER = Path(__file__).with_name("issued_before")
RUNS = json.loads((FOLDER / "runs.json").read_text())
FILES = [FOLDER / f"{code}.{form}" for code in ("r1", "r2") for form in FORMATS]


@pytest.fixture(scope="module")
def app(seeded, where):
    """An application with the seeds, and the reports as they were stored."""
    place = Place("issued_before", where)
    place.make(like=seeded)
    app = create_app(Settings(data=where, database=place.name))
    with app.app_context(), writing():
        meeting = session.scalars(select(Meeting.id).where(Meeting.code == "mx-us-2023-07-24")).one()
        for run in RUNS:
            days = {name: run[name] and datetime.date.fromisoformat(run[name]) for name in ("as_of", "since")}
            moments = {
                name: datetime.datetime.fromisoformat(f"{run[name]}+00:00") for name in ("known_by", "recorded_at")
            }
            since_meeting = meeting if run["since_meeting_id"] else None
            fields = days | moments | {"since_meeting_id": since_meeting, "chapters": json.loads(run["chapters"])}
            session.execute(insert(ReportRun.__table__), run | fields)
            content = zlib.compress((FOLDER / f"{run['code']}.json").read_bytes())
            session.execute(insert(ReportPart), {"report_id": run["id"], "number": 0, "content": content})
    yield app
    app.extensions["tracker.engine"].dispose()


def report_of(path):
    return session.scalars(select(ReportRun).where(ReportRun.code == path.name.partition(".")[0])).one()


def test_they_are_listed_and_shown(app):
    client = app.test_client()
    items = client.get("/reports/?format=json").json["items"]
    assert {item["code"]: item["title"] for item in items} == {run["code"]: run["title"] for run in RUNS}
    for run in RUNS:
        page = client.get(f"/reports/{run['code']}").text
        assert run["title"] in page
        assert run["sha256"] in page
        assert client.get(f"/reports/{run['code']}/now").status_code == 200
    with app.app_context():
        assert list(stored.stored_report_problems()) == []


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run["code"])
@pytest.mark.parametrize("form", FORMATS)
def test_they_are_drawn_in_every_format(app, run, form):
    response = app.test_client().get(f"/reports/{run['code']}?format={form}")
    assert response.status_code == 200
    if form in ("csv", "json") and (before := FOLDER / f"{run['code']}.{form}").exists():
        assert response.data == before.read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_their_files_are_verified(app, path):
    with app.test_request_context():
        run = report_of(path)
        assert verification.identify_report(ReportFile(path)) == (run, "")
        assert list(verification.mismatches(run, ReportFile(path))) == []


# Drawn by another version


def other_words(text, **values):
    return gettext(
        {"Status changes": "Statuses that moved", "Rests on ": "Stands in ", " Evidence: ": " By: "}.get(text, text),
        **values,
    )


@pytest.fixture
def drawn_otherwise(monkeypatch):
    """Draw reports in other words and another layout than the version that made the files."""
    summary, changes = document._summary_chapter, document.changes_chapters
    monkeypatch.setattr(document, "_", other_words)
    monkeypatch.setattr(document, "_summary_chapter", changes)
    monkeypatch.setattr(document, "changes_chapters", summary)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_other_words_and_layout_are_no_change(app, drawn_otherwise, path):
    with app.test_request_context():
        run, sent = report_of(path), ReportFile(path)
        assert sent.other_drawing.startswith("an earlier version of the tracker (")
        assert list(verification.mismatches(run, sent)) == []
        assert verification.is_identical_file(run, sent) is (path.suffix in (".csv", ".json"))


#: {number of a drawing: the checksum of the words it gives the first report, without what it was made with}
WORDS = {2: "3157dc2f4e8cbb1a58aa05fa379628fe6f52937198e5b42defbc890bd0c39347"}


def test_whoever_changes_the_words_of_a_report_raises_the_number_of_the_drawing(app):
    with app.test_request_context():
        text = b"".join(FORMATS["md"].write(report_of(FOLDER / "r1.md"))).decode()
    words = hashlib.sha256(text.replace(document.MADE_WITH, "").encode()).hexdigest()
    assert words == WORDS[document.DRAWING], (
        "Raise DRAWING in tracker/exports/reports/document.py, and add its words here."
    )


def in_zip(member, before, after):
    def change(content):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w") as changed:
            for name in packed.namelist():
                part = packed.read(name)
                changed.writestr(name, part.replace(before, after, 1) if name == member else part)
        return out.getvalue()

    return change


def put(before, after):
    return lambda content: content.replace(before.encode(), after.encode(), 1)


#: (file, what changes its bytes, the place, what was issued there and is found there)
TAMPERED = {
    "a count": ("r1.md", put("| **Partly done** | [1]", "| **Partly done** | [7]"), "line 74", "[1]", "[7]"),
    "a score": ("r1.md", put("66.7%", "76.7%"), "line 67", "66.7%", "76.7%"),
    "a status": ("r1.md", put("→ **Stalled**", "→ **Done**"), "line 27", "Stalled", "Done"),
    "a day": ("r1.md", put("since October 5, 2023", "since October 7, 2023"), "line 27", "5, 2023", "7, 2023"),
    "a title": ("r1.md", put("[Act against", "[Act for"), "line 28", "Act against", "Act for"),
    "a number of a table": (
        "r1.docx", in_zip("word/document.xml", b">66.7%<", b">76.7%<"), "table 5, row 6 (All), Score", "66.7%", "76.7%"
    ),
    "a reason": (
        "r1.docx", in_zip("word/document.xml", b"a correction.", b"a forgery."), "paragraph 15", "correction", "forgery"
    ),
    "a cell": (
        "r1.xlsx", in_zip("xl/worksheets/sheet1.xml", b"<v>7</v>", b"<v>5</v>"), "sheet Summary, row 29", "7.0", "5.0"
    ),
    "a claim": (
        "r1.xlsx", in_zip("xl/worksheets/sheet6.xml", b"26000", b"62000"), "sheet Claims, row 6", "26000.0", "62000.0"
    ),
    "a word": ("r1.csv", put("partly_done", "done"), "row 3 (mx-us-2023-07-24.c2), status", "partly_done", "done"),
    "a column": ("r1.csv", put("deadline_state", "state"), "row 1 (code), deadline_state", "deadline", "state"),
    "a figure": ("r1.json", put('"partly_done": 1', '"partly_done": 2'), "head, summary.statuses.partly", "1", "2"),
}  # fmt: skip


def tampered(name, change, path):
    """Put a changed file of an earlier version into a folder, with its about file; return it as sent."""
    content = (FOLDER / name).read_bytes()
    assert change(content) != content
    (path / name).write_bytes(change(content))
    if (about := FOLDER / f"{name}.about.json").exists():
        (path / about.name).write_bytes(about.read_bytes())
    return ReportFile(path / name)


@pytest.mark.parametrize("other", [False, True], ids=["in the same words", "in other words"])
@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_in_a_file_of_an_earlier_version_is_named(app, tmp_path, request, what, other):
    name, change, place, issued, found = TAMPERED[what]
    if other:
        request.getfixturevalue("drawn_otherwise")
        place = place.partition(",")[0].rstrip("0123456789")
    with app.test_request_context():
        sent = tampered(name, change, tmp_path)
        changes = [
            each for each in verification.mismatches(report_of(sent.path), sent) if "about.json" not in each.place
        ]
        (only,) = changes
        assert only.place.startswith(place)
        assert issued in only.issued
        assert found in only.actual


@pytest.mark.parametrize("what", ["statuses", "moved", "title"])
def test_a_figure_changed_in_a_pdf_of_an_earlier_version_is_named(app, tmp_path, monkeypatch, what):
    path = tmp_path / "r1.pdf"
    with app.test_request_context():
        run = report_of(path)
        data = stored.stored_data(run)
        if what == "statuses":
            data.head["summary"]["statuses"]["mixed"] = 5
        elif what == "moved":
            data.head["parties"][0]["moved"] = 7
        else:
            data.head["brief"]["new"]["items"][0]["title"] = "Forged"
        with monkeypatch.context() as earlier:
            earlier.setattr(document, "MADE_WITH", "Tracker 0.1.0")
            path.write_bytes(pdf.write_pdf(document.build_document(data, run, 2000), run.recorded_at))
        changes = list(verification.mismatches(run, ReportFile(path)))
    assert ReportFile(path).other_drawing
    assert len(changes) == {"statuses": 2}.get(what, 1)
    assert {"statuses": "5 mixed", "moved": "changed on 7 of", "title": "Forged"}[what] in changes[0].actual


def test_rows_put_in_and_taken_out_of_a_file_of_an_earlier_version_are_named(app, tmp_path):
    def put_in(content):
        return content.replace(b"### New commitments (1)\n\n", b"### New commitments (1)\n\n- 12 were done by Mexico\n")

    def taken_out(content):
        return re.sub(rb"\n- \[Synthetic: report by spring\][^\n]*: \*\*Mexico[^\n]*", b"", content, count=1)

    with app.test_request_context():
        (change,) = verification.mismatches(report_of(tmp_path / "r1"), tampered("r1.md", put_in, tmp_path))
        assert (change.issued, change.actual) == (None, "- 12 were done by Mexico")
        (change,) = verification.mismatches(report_of(tmp_path / "r1"), tampered("r1.md", taken_out, tmp_path))
        assert "recorded later." in change.issued
        assert change.actual is None


# Said now


def test_a_figure_that_a_report_could_not_hold_is_no_difference(app):
    with app.test_request_context():
        then = stored.stored_data(report_of(FOLDER / "r1.json"))
        head = copy.deepcopy(then.head)
        head["summary"]["late"] = 3
        head["brief"]["retired"] = {"count": 1, "items": []}
        head["parties"][0]["met"] = 2
        now = stored.ReportData(head, lambda kind: (row | {"spoken": "es"} for row in then.rows(kind)))
        assert list(diff.differences_between(then, now)) == []
        head["summary"]["one_sided"] += 1
        (difference,) = diff.differences_between(then, now)
        assert difference.place == "summary.one_sided"


def test_data_of_an_earlier_form_are_read_by_the_reader_of_that_form(app, monkeypatch):
    def read(data):
        return stored.ReportData(data.head | {"summary": {"read": True}}, data.rows)

    monkeypatch.setitem(stored.READERS, 1, read)
    with app.app_context():
        assert stored.stored_data(report_of(FOLDER / "r1.json")).head["summary"] == {"read": True}


def test_whoever_renames_a_figure_of_the_kept_data_raises_the_number_of_their_form(app):
    with app.test_request_context():
        then = stored.stored_data(report_of(FOLDER / "r1.json")).head
        now = report_data(make.asked_for(as_of="2024-03-01")).head
    for name in ("report", "summary", "brief"):
        assert then[name].keys() <= now[name].keys() | {"learnt"}, name
    for name in ("areas", "parties"):
        assert then[name][0].keys() <= now[name][0].keys(), name
    assert then.keys() <= now.keys()


def test_every_form_up_to_that_of_today_has_a_reader():
    assert list(stored.READERS) == list(range(1, stored.FORM + 1))


@ON_SQLITE
def test_they_are_verified_by_the_command_on_the_database_of_the_earlier_version(tmp_path):
    database = tmp_path / "tracker.sqlite"
    database.write_bytes(gzip.decompress((FOLDER / "tracker.sqlite.gz").read_bytes()))
    call(tmp_path, "migrate")
    for path, exit_code, verdict in (
        (
            FOLDER / "r1.md",
            3,
            "r1.md holds what was issued as r1, and was drawn by an earlier version of the tracker (",
        ),
        (FOLDER / "r2.csv", 0, "r2.csv is as it was issued as r2."),
        (tampered("r1.md", TAMPERED["a count"][1], tmp_path).path, 1, "r1.md is NOT as it was issued as r1:"),
    ):
        answer = call(tmp_path, "report", "verify", path, code=exit_code)
        assert answer.startswith(verdict)
        assert answer.endswith("The records say the same now for the same two dates.\n")
