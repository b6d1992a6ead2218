"""Rows become records: added, changed or left, all of them or none, with the history that every change has."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests import make
from tests.actions.imports.conftest import counts, sheet, workbook, wrong
from tracker.actions.imports.batch import run_import
from tracker.actions.imports.cell_parsers import without_formula_guard
from tracker.actions.imports.files import read_table
from tracker.actions.imports.mapping import ImportSettings
from tracker.actions.save import remove_record
from tracker.database import session, snapshot, writing
from tracker.exports.csv_file import csv_cell
from tracker.exports.list_file import ListFile
from tracker.exports.provenance import DigestCounter
from tracker.models import Change, Commitment, CommitmentParty, Meeting, Participation, Party, Passage
from tracker.queries import listing
from tracker.queries.integrity import integrity_problems
from tracker.records import CATALOGUE, ENTERED
from tracker.vocabulary import Action

C1 = "mx-us-2023-07-24.c1"
JS = "mx-us-2023-07-24"


def exported_file(kind, form):
    """Return all records of a kind as a file that people take away."""
    order = listing.Order.parse(kind, "code" if "code" in kind.sort_keys else None)
    columns, filters = [*kind.columns.values(), kind.url_column("http://x")], kind.filters()
    with snapshot() as reading:
        return b"".join(ListFile(form, kind, columns, filters, order).chunks(reading, DigestCounter()))


def exported(kind):
    return exported_file(kind, "csv").decode()


def filled(kind, content):
    """Return the rows of a CSV, as far as a form fills them, in the order of their codes."""
    fields = [field.name for field in kind.form()]
    rows = csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    return sorted([{name: row[name] for name in fields} for row in rows], key=lambda row: row["code"])


def of_code(model, code):
    return session.scalars(select(model).where(model.code == code)).one()


def changes(action):
    return session.scalar(select(func.count()).select_from(Change).where(Change.action == action))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_of_every_kind_imports_back_into_an_empty_tracker(app, empty_app, form):
    with app.app_context(), writing():
        make.indicator(code="seized", name="'=Weapons", unit="weapons")
        make.claim(code="later", text="+Later", indicator="seized", value=-1.5, unit="x", supersedes=None)
        make.claim(code="earlier", text="@Earlier\nand more; with, signs", supersedes="later", area="arms")
        make.claim(code="tiny", text="Tiny", value=0.000001, unit="x")
        make.claim(code="huge", text="Huge", value=-999_999_999_999_999, unit="x")
        make.commitment(code="z", areas=["arms", "migration"], title="-5 per cent", deadline_kind="ongoing")
        make.commitment_link(commitment="z", to="mx-us-2023-07-24.c1", kind="in_return_for")
        make.milestone(commitment="z", title="=First", done_on="2024-03-01", web_address="https://example.org/")
        make.party(code="a-ministry", parent="mx", kind="government_body", note="'quoted")
    with app.app_context():
        content = {name: exported(kind) for name, kind in ENTERED.items()}
        files = {name: exported_file(kind, form) for name, kind in ENTERED.items()}
        assert all(len(filled(ENTERED[name], text)) for name, text in content.items())
    with empty_app.app_context():
        for name, kind in ENTERED.items():
            with writing():
                result = run_import(
                    kind,
                    read_table(files[name]),
                    ImportSettings(),
                    make.account(),
                    keep=lambda _result: True,
                )
            assert wrong(result) == []
            assert counts(result) == (result.total, 0, 0)
            assert filled(kind, exported(kind)) == filled(kind, content[name])
        assert integrity_problems() == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ENTERED.values(), ids=ENTERED)
def test_an_export_imported_where_it_is_from_changes_nothing(app, kind, form, bring, database_contents):
    with app.app_context(), writing():
        make.FACTORIES[kind.name]()
    before = database_contents()
    with app.app_context():
        content = exported_file(kind, form)
    result = bring(kind.name, content)
    assert wrong(result) == []
    assert counts(result) == (0, 0, result.total)
    assert result.total > 0
    assert database_contents() == before


@pytest.mark.parametrize("kind", ENTERED.values(), ids=ENTERED)
def test_the_same_rows_as_a_workbook_change_nothing(app, kind, bring, database_contents):
    with app.app_context(), writing():
        make.FACTORIES[kind.name]()
    before = database_contents()
    with app.app_context():
        rows = list(csv.reader(io.StringIO(exported(kind).removeprefix("\ufeff"), newline="")))
    result = bring(kind.name, workbook(*rows))
    assert counts(result) == (0, 0, result.total)
    assert database_contents() == before


@settings(max_examples=300)
@given(st.text() | st.text(st.sampled_from("'=+-@\t\r\n a")))
def test_what_a_spreadsheet_must_not_run_comes_back_as_it_was(text):
    assert without_formula_guard(csv_cell(text)) == text


def test_only_what_the_export_adds_is_taken_away():
    assert [without_formula_guard(text) for text in ("'tis", "'", "", "''", "'=1", "''=1")] == [
        "'tis",
        "'",
        "",
        "'",
        "=1",
        "'=1",
    ]


def test_a_workbook_keeps_its_apostrophes(bring):
    bring("parties", workbook(["code", "name", "kind"], ["a", "'=1", "country"]))
    assert counts(bring("parties", workbook(["code", "name"], ["a", "'=1"]))) == (0, 0, 1)
    assert counts(bring("parties", sheet(["code", "name"], ["a", "''=1"]))) == (0, 0, 1)


def test_a_record_is_changed_where_it_differs_and_keeps_what_the_file_does_not_tell(app, bring):
    with app.app_context():
        version, text = of_code(Commitment, C1).version, of_code(Commitment, C1).text
    result = bring("commitments", sheet(["code", "title", "areas", "quote"], [C1, "Another", "arms", ""]))
    assert counts(result) == (0, 1, 0)
    with app.app_context():
        record = of_code(Commitment, C1)
        assert (record.title, record.text, record.version) == ("Another", text, version + 1)
        assert [area.code for area in record.areas] == ["arms"]
        change = session.scalars(select(Change).order_by(Change.seq.desc())).first()
        assert (change.account.code, change.action, set(change.fields)) == ("local", Action.EDITED, {"title", "areas"})
        assert integrity_problems() == []


def test_only_a_list_changed_steps_the_version_too(app, bring):
    with app.app_context():
        version = of_code(Commitment, C1).version
    assert counts(bring("commitments", sheet(["code", "areas"], [C1, "arms"]))) == (0, 1, 0)
    with app.app_context():
        assert of_code(Commitment, C1).version == version + 1


def test_an_empty_cell_empties_its_field_where_it_may_be_empty(app, bring):
    result = bring("meetings", sheet(["code", "venue", "title_es"], ["mx-us-2023-05-30", "", ""]))
    assert counts(result) == (0, 1, 0)
    with app.app_context():
        assert of_code(Meeting, "mx-us-2023-05-30").title_es is None
    result = bring("meetings", sheet(["code", "title"], [JS, ""]))
    assert wrong(result) == [(2, "title", "", "Fill this in.")]


@pytest.mark.long
def test_one_wrong_row_among_many_keeps_all_others_out(bring, database_contents):
    before = database_contents()
    rows = [[f"x-{n}", f"Name {n}", "people"] for n in range(10_000)]
    rows[7_000][1] = "n" * 301
    result = bring("indicators", sheet(["code", "name", "unit"], *rows))
    assert [row[:2] for row in wrong(result)] == [(7_002, "name")]
    assert not result.applied
    assert database_contents() == before


@pytest.mark.long
def test_of_very_many_wrong_rows_the_first_are_told_and_all_are_counted(bring, database_contents):
    before = database_contents()
    result = bring("indicators", sheet(["code", "name", "unit"], *([f"x {n}", "N", "u"] for n in range(10_050))))
    assert (result.report.count, len(wrong(result))) == (10_050, 10_000)
    assert database_contents() == before


def test_a_trial_does_all_and_keeps_nothing(bring, database_contents):
    before = database_contents()
    content = sheet(["code", "name", "kind", "parent"], ["b", "B", "country", "a"], ["a", "A", "country", "mx"])
    trial = bring("parties", content, keep=False)
    assert database_contents() == before
    assert not trial.applied
    done = bring("parties", content)
    assert done.applied
    assert (trial.counts, trial.shown) == (done.counts, done.shown)
    assert counts(done) == (2, 0, 0)


def test_wrong_cells_are_named_by_row_column_value_and_reason(bring):
    result = bring(
        "parties",
        sheet(
            ["code", "Name", "kind", "Part of"],
            ["fr", "France", "kingdom", ""],
            ["fr", "France", "country", ""],
            ["x y", "", "country", "nowhere"],
            ["de", "Ger\x00many", "country", ""],
        )
        + b"short,row\r\n",
    )
    assert wrong(result) == [
        (2, "kind", "kingdom", "“kingdom” is not one of: country, government_body, international_organisation."),
        (3, "code", "fr", "Row 2 has this code too: a code is used once."),
        (
            4,
            "code",
            "x y",
            "Use only a–z, 0–9, dots and hyphens, beginning with a letter or digit: mx-us-2023-07-24.c1.",
        ),
        (4, "Name", "", "Fill this in."),
        (4, "Part of", "nowhere", "No record has the code “nowhere”. The codes are: mx, us."),
        (5, "Name", "Ger�many", "Remove the control characters; they cannot be stored."),
        (6, "", "", "Row 6 has 2 cells, the header has 4."),
    ]


@pytest.mark.parametrize("field", ["code", "name", "kind", "parent", "note"])
@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\ufffe"])
def test_a_control_character_is_wrong_by_its_cell(bring, database_contents, field, sign):
    before = database_contents()
    row = {"code": "fr", "name": "France", "kind": "country", "parent": "mx", "note": "n"}
    row[field] = f"m{sign}x"
    result = bring("parties", sheet(list(row), list(row.values()), ["de", "Germany", "country", "", ""]))
    assert [row[:3] for row in wrong(result)] == [(2, field, "m�x")]
    assert database_contents() == before


def test_a_field_without_a_column_is_told_where_it_is_missing(bring):
    assert wrong(bring("parties", sheet(["code", "kind"], ["fr", "country"]))) == [
        (2, "Name (no column)", "", "Fill this in. The file has no column for it: add one, named name.")
    ]


def test_a_removed_code_is_not_used_again(app, bring):
    with app.app_context(), writing():
        remove_record(make.account(), make.party(code="gone"))
    result = bring("parties", sheet(["code", "name", "kind"], ["gone", "G", "country"]))
    assert wrong(result) == [(2, "code", "gone", "The code “gone” is taken, or was once; a code is never used again.")]


def test_rows_may_name_others_further_down(app, bring):
    result = bring(
        "parties",
        sheet(
            ["code", "name", "kind", "parent"],
            ["agency", "Agency", "government_body", "Ministry of Things"],
            ["ministry", "Ministry of Things", "government_body", "fr"],
            ["fr", "France", "country", ""],
            ["other", "Other", "country", ""],
        ),
    )
    assert wrong(result) == []
    with app.app_context():
        assert of_code(Party, "agency").parent.parent.code == "fr"
        assert integrity_problems() == []


def test_a_name_that_two_rows_have_must_be_a_code(bring):
    result = bring(
        "parties",
        sheet(
            ["code", "name", "kind", "parent"],
            ["a", "Same", "country", ""],
            ["b", "same", "country", ""],
            ["c", "C", "country", "SAME"],
        ),
    )
    assert [row[:3] for row in wrong(result)] == [(4, "parent", "SAME")]


def test_a_row_named_by_one_is_told_to_be_put_right_first(bring):
    rows = [["a", "One", "nothing", ""], ["b", "B", "country", "a"], ["c", "C", "country", "one"]]
    result = bring("parties", sheet(["code", "name", "kind", "parent"], *rows))
    assert [row[0] for row in wrong(result)] == [2, 3, 4]
    assert all("Row 2, which it names, must be put right first." in row[3] for row in wrong(result)[1:])


def test_a_damaged_code_in_a_record_that_is_here_is_wrong_by_its_cell(bring, database_contents):
    before = database_contents()
    result = bring("parties", sheet(["code", "parent", "note"], ["mx", "Jan-85", "n"]))
    assert [row[:3] for row in wrong(result)] == [(2, "parent", "Jan-85")]
    assert database_contents() == before


def test_a_long_chain_of_rows_each_named_by_the_one_before(bring):
    rows = [[f"p-{n}", f"P {n}", "country", f"p-{n + 1}" if n < 60 else ""] for n in range(61)]
    assert counts(bring("parties", sheet(["code", "name", "kind", "parent"], *rows))) == (61, 0, 0)
    rows = [[f"q-{n}", f"Q {n}", "country", f"q-{n - 1}" if n else ""] for n in range(61)]
    assert counts(bring("parties", sheet(["code", "name", "kind", "parent"], *rows))) == (61, 0, 0)


def test_rows_that_lead_back_to_themselves_are_wrong(bring, database_contents):
    before = database_contents()
    result = bring(
        "parties",
        sheet(
            ["code", "name", "kind", "parent"],
            ["a", "A", "country", "b"],
            ["b", "B", "country", "a"],
            ["c", "C", "country", "c"],
            ["d", "D", "country", "a"],
            ["mx", "Mexico", "country", "us"],
        ),
    )
    message = "That would lead back to this record itself"
    assert [(row[0], row[1], row[2]) for row in wrong(result)] == [
        (2, "parent", "b"),
        (3, "parent", "a"),
        (4, "parent", "c"),
        (5, "parent", "a"),
    ]
    assert message not in wrong(result)[3][3]
    assert wrong(result)[3][3] == "Row 2, which it names, must be put right first."
    assert database_contents() == before


def test_a_record_here_cannot_be_led_back_to_itself(bring):
    bring("parties", sheet(["code", "parent"], ["us", "mx"]))
    result = bring("parties", sheet(["code", "parent"], ["mx", "us"]))
    assert wrong(result) == [(2, "parent", "us", "That would lead back to this record itself: choose another.")]


def test_rows_of_a_record_get_codes_no_row_ever_had(app, bring):
    with app.app_context(), writing():
        remove_record(make.account(), make.passage(document="joint-statement-2023-07-24", paragraph=90))
        last = make.passage(document="joint-statement-2023-07-24", paragraph=91).code
    start, number = last[: last.rindex("x") + 1], int(last[last.rindex("x") + 1 :])
    document = "joint-statement-2023-07-24"
    result = bring(
        "passages",
        sheet(
            ["code", "document", "paragraph", "start", "end"],
            ["", document, 92, 0, 5],
            ["", document, 93, 0, 5],
            [f"{start}{number + 1}", document, 94, 0, 5],
            ["", "news-readout-2023-05-30", 95, 0, 5],
        ),
    )
    assert wrong(result) == []
    with app.app_context():
        codes = {p.paragraph: p.code for p in session.scalars(select(Passage).where(Passage.paragraph >= 92))}
        assert codes[94] == f"{start}{number + 1}"
        assert (codes[92], codes[93]) == (f"{start}{number + 2}", f"{start}{number + 3}")
        assert codes[95].startswith("news-readout-2023-05-30.x")


@pytest.mark.parametrize("kind", ENTERED.values(), ids=ENTERED)
def test_a_file_without_codes_adds_its_rows_once(app, bring, kind):
    with app.app_context(), writing():
        record = make.FACTORIES[kind.name]()
        form = kind.form(obj=record)
        values = {field.name: csv_cell(field.to_json(field.data)) for field in form if field.name != "code"}
        uses = kind.model.PARENT
        if kind.title_column in values and not uses:
            values[kind.title_column] = "Quite another"
        elif "paragraph" in values:
            values["paragraph"] = "77"
        elif kind.name == "participations":
            values["name_as_printed"] = "Quite others"
        elif kind.name == "meeting-links":
            values["kind"] = "refers_to"
        elif kind.name == "commitment-links":
            values["kind"] = "replaces"
        elif kind.name == "milestones":
            values["title"] = "Quite another"
        elif kind.name == "commitment-parties":
            values["role"] = "beneficiary"
        else:
            values["relation"] = "restates"
    content = sheet(list(values), list(values.values()), list(values.values()))
    assert counts(bring(kind.name, content)) == (1, 0, 1)
    assert counts(bring(kind.name, content)) == (0, 0, 2)


def test_adding_a_row_steps_the_version_of_its_record(app, bring):
    with app.app_context():
        version = of_code(Commitment, C1).version
    content = sheet(["commitment", "party", "role"], [C1, "mx", "support"], [C1, "us", "beneficiary"])
    assert counts(bring("commitment-parties", content)) == (2, 0, 0)
    with app.app_context():
        assert of_code(Commitment, C1).version == version + 1
        assert changes(Action.EDITED) == 0
        assert integrity_problems() == []


def test_a_row_that_repeats_another_is_wrong(app, bring, database_contents):
    with app.app_context():
        code = session.scalars(select(CommitmentParty).where(CommitmentParty.role == "lead")).first().code
    before = database_contents()
    content = sheet(
        ["code", "commitment", "party", "role"],
        [f"{C1}.p8", C1, "mx", "lead"],
        [f"{C1}.p9", C1, "mx", "support"],
        [f"{C1}.p10", C1, "Mexico", "Support"],
        [code, C1, "us", "lead"],
    )
    result = bring("commitment-parties", content)
    assert [row[:2] for row in wrong(result)] == [(2, "role"), (4, "role"), (5, "role")]
    assert {row[3] for row in wrong(result)} == {"Another row says the same: remove one, or change it and save, first."}
    assert database_contents() == before


def test_a_row_stays_with_its_record(app, bring):
    with app.app_context():
        seat = session.scalars(select(Participation)).first()
        code, other = seat.code, next(m for m in session.scalars(select(Meeting)) if m is not seat.meeting).code
    result = bring("participations", sheet(["code", "meeting"], [code, other]))
    assert [row[:2] for row in wrong(result)] == [(2, "code")]


@pytest.mark.long
def test_what_the_session_holds_does_not_grow_with_the_file(app):
    with app.app_context():
        peaks = []
        for number in (1_000, 4_000):
            rows = ([f"g-{number}-{n}", f"Name {n}", "people", "note " * 100] for n in range(number))
            content = sheet(["code", "name", "unit", "note"], *rows)
            with writing():
                account = make.account()
                tracemalloc.start()
                run_import(
                    CATALOGUE["indicators"], read_table(content), ImportSettings(), account, keep=lambda _result: True
                )
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
        assert peaks[1] < peaks[0] * 1.5, peaks
