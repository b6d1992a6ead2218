"""Every format of one report, opened again by programs that are not ours: each holds the same figures."""

import csv
import datetime
import io
import json
import re
import zipfile
from collections import Counter
from urllib.parse import quote

import docx
import feedparser
import html5lib
import icalendar
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook
from werkzeug.datastructures import MultiDict

from tests import make
from tests.conftest import Place
from tracker.actions.reports import draft_report, issue_report
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import begin_snapshot, session, writing
from tracker.errors import Invalid, TooLarge
from tracker.exports import xlsx_file
from tracker.exports.reports import verification
from tracker.exports.reports.formats import BARE, FORMATS, report_provenance
from tracker.exports.reports.verification import ReportFile
from tracker.models import ReportRun
from tracker.queries.reports import diff, stored
from tracker.queries.reports.data import report_data
from tracker.queries.reports.parameters import ReportRequest

JULY = "mx-us-2023-07-24"
#: (commitment, party, status, since) of what is logged before the report is issued.
LOGGED = [
    ("c1", "mx", "in_progress", "2023-10-05"),
    ("c1", "us", "in_progress", "2023-10-05"),
    ("c3", "us", "stalled", "2023-11-05"),
    ("c4", "mx", "partly_done", "2023-12-05"),
    ("c4", "mx", "done", "2024-01-05"),
]
#: {status: number of commitments} by these, the nine seeded ones being otherwise not assessed.
STATUSES = {"in_progress": 1, "mixed": 2, "not_assessed": 6}
LABELS = {"in_progress": "In progress", "mixed": "Mixed", "not_assessed": "Not assessed"}
MOVED = {"Mexico": (2, 8), "United States": (2, 9)}
STAND = {"Mexico": "6 not assessed, 1 in progress, 1 done", "United States": "7 not assessed, 1 in progress, 1 stalled"}


def issue(**given):
    """Issue a report as a page would; return its code."""
    begin_snapshot()
    with (
        draft_report(report_data(ReportRequest(MultiDict(given)).parameters("http://tracker.test"))) as written,
        writing(),
    ):
        return issue_report(make.account(), written).code


def run_of(code):
    return session.query(ReportRun).filter_by(code=code).one()


@pytest.fixture(scope="module")
def issued(seeded, where):
    """An application with the seeds, a few updates, and a report of them."""
    place = Place("issued", where)
    place.make(like=seeded)
    app = create_app(Settings(data=where, database=place.name))
    with app.test_request_context():
        with writing():
            for code, party, status, since in LOGGED:
                make.update(commitment=f"{JULY}.{code}", party=party, status=status, effective_on=since)
        code = issue(as_of="2024-03-01")
    yield app, code
    app.extensions["tracker.engine"].dispose()


@pytest.fixture
def report(issued):
    app, code = issued
    with app.test_request_context():
        yield run_of(code)


def file_of(run, form):
    return b"".join(FORMATS[form].write(run))


def in_pdf(content):
    with pypdfium2.PdfDocument(content) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def rows_in_docx(content):
    tables = docx.Document(io.BytesIO(content)).tables
    return [[cell.text.strip() for cell in row.cells] for table in tables for row in table.rows]


def sheets(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_every_format_holds_the_same_figures(issued, report):
    rows = [[LABELS[word], str(number)] for word, number in STATUSES.items()]
    told = json.loads(file_of(report, "json"))
    assert told["head"]["summary"]["statuses"] == STATUSES
    assert {each["name"]: (each["moved"], each["led_before"]) for each in told["head"]["parties"]} == MOVED
    assert Counter(each["status"] for each in told["commitments"]) == STATUSES

    table = list(csv.DictReader(io.StringIO(file_of(report, "csv").decode("utf-8-sig"))))
    assert Counter(row["status"] for row in table) == STATUSES

    book = sheets(file_of(report, "xlsx"))
    header, *commitments = book["Commitments"]
    assert Counter(row[header.index("Status")] for row in commitments) == {LABELS[w]: n for w, n in STATUSES.items()}
    assert {row[header.index("Made on")].isoformat() for row in commitments} == {row["made_on"] for row in table}
    assert [len(book[name]) - 1 for name in ("Updates", "Evidence", "Claims", "Participants")] == [5, 5, 6, 14]
    assert list(book) == [
        "Summary",
        "Commitments",
        "Parties to commitments",
        "Updates",
        "Evidence",
        "Claims",
        "Participants",
        "Codebook",
    ]

    in_word = rows_in_docx(file_of(report, "docx"))
    marked = re.sub(r"\[([^\]]*)\]\(<[^>]*>\)", r"\1", file_of(report, "md").decode())
    printed = in_pdf(file_of(report, "pdf"))
    page = html5lib.parse(issued[0].test_client().get(f"/reports/{report.code}").text, namespaceHTMLElements=False)
    on_page = [["".join(cell.itertext()).strip() for cell in row] for row in page.iter("tr")]
    for label, number in rows:
        assert [label, number] in in_word
        assert [label, number] in on_page
        assert f"| **{label}** | {number} |" in marked
        assert f"{label} {number}" in printed
    assert "Mexico and United States Not assessed → In progress since October 5, 2023" in printed
    assert "9 commitments from 2 meetings: 6 not assessed, 1 in progress, 2 mixed." in printed
    captions, charts = ({"".join(each.itertext()) for each in page.iter(tag)} for tag in ("caption", "figcaption"))
    assert charts
    assert not captions & charts
    assert "“Withdrawn”, and “Uncheckable” are not scored, nor is “Not started” before its day has passed." in printed
    for party, (moved, led) in MOVED.items():
        for said in (
            f"{party}: {STAND[party]}.",
            f"{party}: status changed on {moved} of the {led} commitments it led then.",
        ):
            assert said in printed
            assert said in marked
            assert said in " ".join("".join(page.itertext()).split())


def test_a_workbook_holds_the_figures_as_numbers_and_the_claims(report):
    told, book = json.loads(file_of(report, "json")), sheets(file_of(report, "xlsx"))
    figures = {str(row[0]): row[1] for row in book["Summary"]}
    summary, parts = told["head"]["summary"], told["head"]["brief"]
    assert (
        figures
        | {
            **{LABELS[word]: number for word, number in STATUSES.items()},
            "Score, from 0 to 100": summary["score"]["percentage"],
            "Statuses of leads that are scored": 4,
            "Statuses of leads that are not scored": 8,
            "No date": summary["deadlines"]["no_date"],
            "Some lead not assessed": summary["follow_up"]["never_assessed"],
            "Status changes": parts["moved"]["count"],
            "Without news": parts["silent"]["count"],
        }
        == figures
    )
    (header, *rows), names = book["Claims"], [column["label"] for column in told["head"]["columns"]["claims"]]
    assert header == names
    assert [row[0] for row in rows] == [claim["code"] for claim in told["claims"]]
    seized = dict(zip(header, rows[4], strict=True))
    assert (seized["Value"], seized["Period from"]) == (26000, datetime.date(2020, 1, 1))


def test_a_feed_and_a_calendar_of_the_same_scope_hold_the_same(issued, report):
    client = issued[0].test_client()
    as_of = f"as_of=2024-03-01&known_by={quote(report.known_by.isoformat())}"
    entries = feedparser.parse(client.get(f"/commitments/feed.atom?{as_of}").data).entries
    told = json.loads(file_of(report, "json"))
    assert len(entries) == told["head"]["rows"]["updates"] == len(LOGGED)
    assert {entry.link.partition("#")[2] for entry in entries} == {update["code"] for update in told["updates"]}
    calendar = icalendar.Calendar.from_ical(client.get(f"/calendar.ics?{as_of}").data)
    days = {str(event["DTSTART"].dt) for event in calendar.walk("VEVENT")}
    assert days == {meeting["starts_on"] for meeting in told["meetings"]}


def test_every_document_carries_its_stamp(report):
    word = " ".join(" ".join(row) for row in rows_in_docx(file_of(report, "docx")))
    book = " ".join(str(cell) for row in sheets(file_of(report, "xlsx"))["Summary"] for cell in row)
    printed = in_pdf(file_of(report, "pdf")).replace(" ", "")
    for text in (word, book, file_of(report, "md").decode()):
        assert report.sha256 in text
        assert report.head_hash in text
        assert report.code in text
    assert report.sha256 in printed
    for form in ("csv", "json"):
        told = report_provenance(report, form)
        assert told["report"]["sha256"] == report.sha256
        assert told["history"] == {"changes": report.head_seq, "hash": report.head_hash}
        assert (told["as_of"], told["rows"]["commitments"], told["issued_by"]) == ("2024-03-01", 9, "local")


def test_issued_again_after_more_was_logged_every_file_is_the_same(report):
    before = {form: file_of(report, form) for form in FORMATS}
    with writing():
        make.update(commitment=f"{JULY}.c5", party="us", status="done", effective_on="2023-09-01")
    again = run_of(report.code)
    assert {form: file_of(again, form) == content for form, content in before.items()} == dict.fromkeys(FORMATS, True)
    assert list(diff.differences_from_now(again)) == []
    assert b"".join(stored.stored_content(again)) == before["json"]


TAMPERED = {
    "csv": lambda content: content.replace(b"in_progress", b"done", 1),
    "json": lambda content: content.replace(b'"status": "in_progress"', b'"status": "done"', 1),
    "md": lambda content: content.replace(b"| **In progress** | [1]", b"| **In progress** | [7]"),
}


@pytest.mark.parametrize("form", TAMPERED)
def test_a_file_is_verified_and_a_changed_cell_is_named(report, tmp_path, form):
    path, content = tmp_path / f"report.{form}", file_of(report, form)
    path.write_bytes(content)
    path.with_name(f"{path.name}.about.json").write_text(json.dumps(report_provenance(report, form)))
    assert verification.identify_report(ReportFile(path))[0].code == report.code
    assert list(verification.mismatches(report, ReportFile(path))) == []
    path.write_bytes(TAMPERED[form](content))
    assert path.read_bytes() != content
    assert verification.identify_report(ReportFile(path))[0].code == report.code
    (change,) = verification.mismatches(report, ReportFile(path))
    assert change.issued != change.actual
    assert {"csv": "row 2 (mx-us-2023-07-24.c1), status", "md": "line "}.get(form, "commitment") in change.place


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx"])
def test_a_document_of_another_report_is_not_taken_for_this_one(report, tmp_path, form):
    other = run_of(issue(as_of="2024-03-01", title="Another"))
    path = tmp_path / f"report.{form}"
    path.write_bytes(file_of(other, form))
    assert verification.identify_report(ReportFile(path))[0].code == other.code
    assert list(verification.mismatches(run_of(other.code), ReportFile(path))) == []
    changed = [
        f"{each.issued} {each.actual}" for each in verification.mismatches(run_of(report.code), ReportFile(path))
    ]
    assert any("Status of commitments Another" in each for each in changed)


def test_what_a_sheet_cannot_hold_is_not_dropped_silently(report, monkeypatch):
    monkeypatch.setattr(xlsx_file, "MAX_CHARACTERS", 40)
    texts = [cell for row in sheets(file_of(report, "xlsx"))["Commitments"] for cell in row if str(cell)[-1:] == "…"]
    assert texts
    assert {len(text) for text in texts} == {40}
    monkeypatch.setattr(xlsx_file, "MAX_ROWS", 14)
    with pytest.raises(TooLarge, match="at most 13 records"):
        file_of(report, "xlsx")
    monkeypatch.setattr(xlsx_file, "MAX_ROWS", 19)
    assert file_of(report, "xlsx")


# Files that were changed with care


def sent(run, form, path, **changes):
    """Put a file of a report at a path, with {member of it: what changes its bytes}; return it as sent."""
    path = path / f"report.{form}"
    with zipfile.ZipFile(io.BytesIO(file_of(run, form))) as packed, zipfile.ZipFile(path, "w") as changed:
        for name in packed.namelist():
            change = changes.get(name.rpartition("/")[2].replace(".", "_"), bytes)
            content = change(packed.read(name))
            changed.writestr(name, content)
    return ReportFile(path)


def put(before, more):
    return lambda content: content.replace(before, before + more, 1)


@pytest.mark.parametrize(
    ("form", "member", "change", "place"),
    [
        (
            "docx",
            "document_xml",
            put(b"<w:body>", b"<w:ins><w:p><w:r><w:t>Done!</w:t></w:r></w:p></w:ins>"),
            "paragraph 1",
        ),
        ("docx", "document_xml", put(b"</w:pPr>", b"<w:ins><w:r><w:t>Done!</w:t></w:r></w:ins>"), "paragraph 1"),
        ("docx", "document_xml_rels", lambda content: content.replace(b"07-24.c1", b"07-24.c2"), "paragraph "),
        ("docx", "footer1_xml", put(b"</w:pPr>", b"<w:r><w:t>Forged</w:t></w:r>"), "/word/footer1.xml"),
        (
            "xlsx",
            "sheet6_xml",
            lambda content: content.replace(b"26000", b"62000"),
            "sheet Claims, row 6 (mx-us-2023-05-30.claim-5), Value",
        ),
        ("xlsx", "sheet1_xml", lambda content: content.replace(b"<v>6</v>", b"<v>5</v>", 1), "sheet Summary, row "),
        ("xlsx", "sheet1_xml", lambda content: content.replace(b"<v>", b"<f>9+9</f><v>", 1), "formulas of "),
    ],
)
def test_what_the_words_of_a_file_hide_is_named(report, tmp_path, form, member, change, place):
    assert list(verification.mismatches(report, sent(report, form, tmp_path))) == []
    (first, *_more) = verification.mismatches(report, sent(report, form, tmp_path, **{member: change}))
    assert first.place.startswith(place)


def test_a_file_that_says_the_same_is_told_from_the_very_file(report, tmp_path):
    changed = sent(report, "docx", tmp_path, image1_png=lambda content: content[::-1])
    assert list(verification.mismatches(report, changed)) == []
    assert not verification.is_identical_file(report, changed)
    changed.path.write_bytes(file_of(report, "docx"))
    assert verification.is_identical_file(report, changed)


def test_pages_that_are_counted_anew_change_nothing(report, tmp_path):
    def counted(content):
        assert b">1</w:t>" in content
        return content.replace(b">1</w:t>", b">9</w:t>")

    assert list(verification.mismatches(report, sent(report, "docx", tmp_path, footer1_xml=counted))) == []


def test_a_file_that_unpacks_to_too_much_is_not_read(report, tmp_path):
    bomb = sent(report, "docx", tmp_path)
    with zipfile.ZipFile(bomb.path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/more.xml", bytes(101_000_000))
    with pytest.raises(Invalid, match="cannot be read as docx"):
        list(verification.mismatches(report, bomb))


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (lambda rows: rows[:3] + rows[4:], ["row 4 (mx-us-2023-07-24.c3)"]),
        (
            lambda rows: [*rows[:3], rows[4], rows[3], *rows[5:]],
            ["row 4 (mx-us-2023-07-24.c3)", "row 5 (mx-us-2023-07-24.c3)"],
        ),
        (lambda rows: [*rows[:3], rows[1].replace("c1", "c9", 1), *rows[3:]], ["row 4 (mx-us-2023-07-24.c9)"]),
        (lambda rows: [*rows, "", ""], []),
    ],
)
def test_rows_taken_out_and_put_in_are_named_alone(report, tmp_path, change, places):
    rows = file_of(report, "csv").decode().split("\r\n")
    path = tmp_path / "report.csv"
    path.write_text("\r\n".join(change(rows)), newline="")
    assert [each.place for each in verification.mismatches(report, ReportFile(path))] == places


def test_json_that_programs_read_differently_is_refused(report, tmp_path):
    path = tmp_path / "report.json"
    status = '"status": "not_assessed"'
    path.write_text(file_of(report, "json").decode().replace(status, f'"status": "done", {status}', 1))
    with pytest.raises(Invalid, match="cannot be read as json"):
        list(verification.mismatches(report, ReportFile(path)))
    path.write_text(file_of(report, "json").decode().replace('{"head":', '{"more": [{}], "head":', 1))
    assert [each.place for each in verification.mismatches(report, ReportFile(path))] == ["more 1 (None)"]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (
            '"stalled": 1',
            '"done": 1',
            [("head, parties.0.statuses.stalled", "1", None), ("head, parties.0.statuses.done", None, "1")],
        ),
        ('"moved": 2, "led_before": 9', '"led_before": 9, "moved": 2', []),
    ],
)
def test_json_is_compared_by_name(report, tmp_path, before, after, found):
    path, content = tmp_path / "report.json", file_of(report, "json").decode()
    start = content.index('"parties": [')
    path.write_text(content[:start] + content[start:].replace(before, after, 1))
    assert path.read_text() != content
    changed = verification.mismatches(report, ReportFile(path))
    assert [(each.place, each.issued, each.actual) for each in changed] == found


def test_a_column_of_another_name_is_named_once(report, tmp_path):
    path = tmp_path / "report.csv"
    path.write_text(file_of(report, "csv").decode().replace("deadline_state", "state", 1), newline="")
    (change,) = verification.mismatches(report, ReportFile(path))
    assert (change.place, change.issued, change.actual) == ("row 1 (code), deadline_state", "deadline_state", "state")


def test_a_changed_stamp_beside_a_file_is_named(report, tmp_path):
    path = tmp_path / "report.csv"
    path.write_bytes(file_of(report, "csv"))
    beside = path.with_name("report.csv.about.json")
    beside.write_text(json.dumps(report_provenance(report, "csv") | {"title": "Forged"}))
    (change,) = verification.mismatches(report, ReportFile(path))
    assert (change.place, change.actual) == ("report.csv.about.json, title", '"Forged"')
    beside.write_bytes(b"\xff\xfe\x00")
    assert list(verification.mismatches(report, ReportFile(path)))
    with pytest.raises(Invalid, match="Name its report"):
        verification.identify_report(ReportFile(path))


@pytest.mark.parametrize("form", BARE)
@pytest.mark.parametrize("name", ["Ñandú (r9) ({0})", "({0})", "{0}", "A (b) ({0}) (1)"])
def test_a_tampered_file_is_found_by_its_name(report, tmp_path, name, form):
    path = tmp_path / f"{name.format(report.code)}.{form}"
    path.write_bytes(TAMPERED[form](file_of(report, form)))
    found, taken = verification.identify_report(ReportFile(path))
    assert (found.code, taken.endswith(f"was taken from its name: {report.code}.")) == (report.code, True)
    assert len(list(verification.mismatches(found, ReportFile(path)))) == 1


def test_a_tampered_json_of_another_name_is_found_by_its_moment(report, tmp_path):
    path = tmp_path / "Sent (by mail).json"
    path.write_bytes(TAMPERED["json"](file_of(report, "json")))
    found, taken = verification.identify_report(ReportFile(path))
    assert (found.code, taken.endswith(f"the moment it is as known by: {report.code}.")) == (report.code, True)
    for said in (b"[]", b'{"head": 1}', b'{"head": {"report": {"known_by": "2024-01-01"}}}'):
        path.write_bytes(said)
        with pytest.raises(Invalid):
            verification.identify_report(ReportFile(path))


def test_a_stamp_is_no_report(report, tmp_path):
    for name, of in (("a.csv.about.json", "a.csv"), ("a.csv.about (1).json", "that file")):
        path = tmp_path / name
        path.write_text(json.dumps(report_provenance(report, "csv")))
        for code in ("", report.code):
            with pytest.raises(Invalid, match=f"{re.escape(name)} is the stamp .* not a report: verify {of}."):
                verification.identify_report(ReportFile(path), code)


@pytest.mark.long
@pytest.mark.parametrize("form", FORMATS)
def test_of_reports_that_say_the_same_each_file_is_found_its_own(report, tmp_path, form):
    moment = report.recorded_at.isoformat()
    runs = list(map(run_of, [issue(as_of="2024-03-01", known_by=moment) for _time in range(2)]))
    assert runs[0].sha256 == runs[1].sha256
    for run in runs:
        path = tmp_path / f"{run.code}.{form}"
        path.write_bytes(file_of(run, form))
        path.with_name(f"{path.name}.about.json").write_text(
            json.dumps(report_provenance(run, form) if form in BARE else {})
        )
        assert verification.identify_report(ReportFile(path))[0].code == run.code
        assert list(verification.mismatches(run, ReportFile(path))) == []
