"""The check finds nothing wrong with sound data, and names the record and what is wrong for each sort of spoiling."""

import json
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import select

from tests import make
from tests.conftest import SERVER
from tracker.actions.save import remove_record, save
from tracker.database import session, sqlite, writing
from tracker.models import Change, CommitmentParty, ReportPart
from tracker.models.history import chain_hash
from tracker.queries import listing
from tracker.queries.integrity import integrity_problems
from tracker.records import CATALOGUE, kind_of
from tracker.vocabulary import Status

C1 = "mx-us-2023-07-24.c1"
ON_SQLITE = pytest.mark.on_sqlite


def spoil(app, *statements):
    """Run SQL as somebody would who goes round the tracker, with none of its guards in the way."""
    url = app.extensions["tracker.engine"].url
    if SERVER:
        opened = psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
        guards = [
            "SET session_replication_role = replica",
            "DROP TRIGGER change_refuses ON change",
            "ALTER TABLE report_part DISABLE TRIGGER USER",
            "ALTER TABLE change DROP CONSTRAINT ck_change_action",
            "ALTER TABLE commitment DROP CONSTRAINT ck_commitment_commitmentkind",
            "ALTER TABLE meeting DROP CONSTRAINT ck_meeting_starts_on_known",
        ]
    else:
        opened = sqlite.connect(url.database)
        guards = ["PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"]
        triggers = opened.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        guards += [f"DROP TRIGGER {name}" for (name,) in triggers]
    with closing(opened) as connection:
        for statement in (*guards, *statements):
            connection.execute(statement)
        connection.commit()
    app.written = True


def found(app):
    with app.app_context():
        return integrity_problems()


def assert_named(told, *words):
    """Fail unless one sentence holds all the words."""
    assert any(all(word in sentence for word in words) for sentence in told), told


def edit(record, **changes):
    save(make.account(), record, kind_of(record).form.from_plain(changes, record))


# Sound data


def test_nothing_is_wrong_with_the_seeds(app):
    assert found(app) == []


def test_nothing_is_wrong_with_an_empty_database(empty_app):
    assert found(empty_app) == []


def test_nothing_is_wrong_after_a_series_of_edits(app, client):
    with app.app_context(), writing():
        for name, factory in make.FACTORIES.items():
            factory(**{"cover_note" if name == "reports" else "note": "Ñandú: made by a test"})
        made = make.commitment(code="c", areas=["arms", "fentanyl"], deadline_kind="explicit", due_on="2030-01-31")
        edit(made, areas=["migration"], deadline_kind="recurring", every_months=6, due_on=None)
        edit(made, areas=[], title="Another title", note=None)
        row = make.commitment_party(commitment="c", party="mx")
        edit(row, role="support")
        edit(row, role="lead", note="again")
        remove_record(make.account(), make.commitment_source(commitment="c"))
        make.commitment_source(commitment="c")
        remove_record(make.account(), make.meeting())
        remove_record(make.account(), listing.get_record(CATALOGUE["commitments"], "mx-us-2023-07-24.c7"))
    client.send("/parties/mx/edit", {"name": "México", "note": "  spaced  \r\n lines "})
    client.send(f"/commitments/{C1}/edit", {"commitment-parties-0-remove": "yes", "frameworks": None})
    client.send("/claims/mx-us-2023-05-30.claim-5/edit", {"value": "-0.5"})
    client.send("/meetings/mx-us-2023-05-30/edit", {"starts_on": "", "date_precision": "unknown"})
    response = client.send("/indicators/new", {"code": "new-one", "name": "One", "unit": "kilograms"})
    assert "Saved." in response.text
    client.send("/indicators/new-one/remove")
    assert found(app) == []


def test_what_a_form_took_the_check_takes(app):
    with app.app_context(), writing():
        make.claim(code="small", value="0.00005", unit="grams")
        make.participation(meeting=make.meeting(code="m" * 64).code)
    assert found(app) == []


# Spoilt records


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            f"UPDATE commitment SET search = ' other words' WHERE code = '{C1}'",
            [f"commitments/{C1}", "searching"],
        ),
        ("UPDATE party SET search = '' WHERE code = 'mx'", ["parties/mx", "searching"]),
        (
            f"UPDATE commitment SET title = 'Spoilt' WHERE code = '{C1}'",
            [f"commitments/{C1}", "title", '"Spoilt"', "Keep up joint work"],
        ),
        (
            f"UPDATE commitment SET note = NULL WHERE code = '{C1}'",
            [f"commitments/{C1}", "note", "null", "One target"],
        ),
        (
            f"UPDATE commitment SET made_on = '2023-07-25' WHERE code = '{C1}'",
            [f"commitments/{C1}", "made_on", "2023-07-25", "2023-07-24"],
        ),
        (
            f"UPDATE commitment SET area_id = (SELECT id FROM policy_area WHERE code = 'arms') WHERE code = '{C1}'",
            [f"commitments/{C1}", "area", '"arms"', '"fentanyl"'],
        ),
        (
            f"DELETE FROM commitment_framework WHERE commitment_id = (SELECT id FROM commitment WHERE code = '{C1}')",
            [f"commitments/{C1}", "frameworks", "bicentennial-framework"],
        ),
        (
            "UPDATE document SET title_supplied = TRUE WHERE code = 'joint-statement-2023-07-24'",
            ["documents/joint-statement-2023-07-24", "title_supplied", "true", "false"],
        ),
        (
            f"UPDATE commitment_party SET status = 'done' WHERE code = '{C1}.p1'",
            [f"commitment-parties/{C1}.p1", "done", "not_assessed", "none"],
        ),
        (
            "UPDATE claim SET value = 26001 WHERE code = 'mx-us-2023-05-30.claim-5'",
            ["claims/mx-us-2023-05-30.claim-5", "value", "26001", "26000"],
        ),
        (
            "UPDATE participant SET code = 'verma' WHERE code = 'rich-verma'",
            ["participants/verma", "history does not know it"],
        ),
        (
            "UPDATE participant SET code = 'verma' WHERE code = 'rich-verma'",
            ["participants/rich-verma:", "history says it is here, but it is not"],
        ),
        (
            "INSERT INTO framework (code, name, version, search) VALUES ('smuggled', 'X', 1, ' x')",
            ["frameworks/smuggled", "history does not know it"],
        ),
        (
            "UPDATE meeting SET starts_on = NULL WHERE code = 'mx-us-2023-05-30'",
            ["meetings/mx-us-2023-05-30", "date_precision", "No first day is given"],
        ),
    ],
    ids=[
        "words",
        "no-words",
        "title",
        "note",
        "day",
        "reference",
        "list",
        "flag",
        "status-without-update",
        "number",
        "code",
        "code-gone",
        "smuggled",
        "what-no-form-takes",
    ],
)
def test_a_spoilt_record_is_named(app, statement, told):
    spoil(app, statement)
    wrong = found(app)
    assert_named(wrong, *told)
    assert len(wrong) <= 3, wrong


def test_a_status_that_no_update_gave_is_named_though_the_history_knows_it(app):
    with app.app_context(), writing():
        session.info["account"] = make.account()
        row = session.scalars(select(CommitmentParty).where(CommitmentParty.code == f"{C1}.p1")).one()
        row.status = Status.DONE
    [told] = found(app)
    assert_named([told], f"commitment-parties/{C1}.p1", "done", "not_assessed", "none")


# Progress


@pytest.fixture
def logged(app):
    """Two updates of a lead, the later one its finding, and a claim in the earlier."""
    with app.app_context(), writing():
        said = {"commitment": C1, "party": "mx"}
        make.update(**said, effective_on="2024-02-01", claimed_status="done", claimed_by="The ministry")
        make.update(**said, status="stalled")
    assert found(app) == []


def update_called(code):
    return f"(SELECT id FROM progress_update WHERE code = '{C1}.{code}')"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            f"UPDATE commitment_party SET status = 'done' WHERE code = '{C1}.p1'",
            [f"commitment-parties/{C1}.p1", f"“done” ({C1}.u2)", f"“stalled” ({C1}.u2)"],
        ),
        (
            f"UPDATE commitment_party SET finding_id = {update_called('u1')} WHERE code = '{C1}.p1'",
            [f"commitment-parties/{C1}.p1", f"“stalled” ({C1}.u1)", f"“stalled” ({C1}.u2)"],
        ),
        (
            f"UPDATE commitment_party SET claim_id = {update_called('u2')} WHERE code = '{C1}.p1'",
            [f"commitment-parties/{C1}.p1"],
        ),
        (
            f"UPDATE commitment_party SET finding_id = {update_called('u2')} WHERE code = '{C1}.p2'",
            [f"commitment-parties/{C1}.p2", f"({C1}.u2)", "(none)"],
        ),
        (f"DELETE FROM evidence WHERE code = '{C1}.u2.e1'", [f"updates/{C1}.u2", "no evidence supports it"]),
        (
            f"UPDATE evidence SET relation = 'context' WHERE code = '{C1}.u1.e1'",
            [f"updates/{C1}.u1", "no evidence supports it"],
        ),
        (f"DELETE FROM evidence WHERE code = '{C1}.u2.e1'", [f"evidence/{C1}.u2.e1", "it is not"]),
        (
            f"UPDATE progress_update SET status = 'done' WHERE code = '{C1}.u2'",
            [f"commitment-parties/{C1}.p1", "“stalled”", "“done”"],
        ),
        (f"UPDATE progress_update SET reason = 'Spoilt' WHERE code = '{C1}.u1'", [f"updates/{C1}.u1", "reason"]),
        (
            f"UPDATE progress_update SET effective_on = '2024-04-01' WHERE code = '{C1}.u1'",
            [f"commitment-parties/{C1}.p1", f"({C1}.u2)", f"“in_progress” ({C1}.u1)"],
        ),
        (
            f"UPDATE progress_update SET recorded_at = '2020-01-01 00:00:00.000000+00:00' WHERE code = '{C1}.u1'",
            [f"updates/{C1}.u1", "recorded_at"],
        ),
    ],
    ids=[
        "status",
        "finding",
        "claim",
        "finding-of-another",
        "evidence-gone",
        "evidence-turned",
        "evidence-missed",
        "finding-changed",
        "reason",
        "day",
        "moment",
    ],
)
def test_spoilt_progress_is_named(app, logged, statement, told):
    spoil(app, statement)
    assert_named(found(app), *told)


@pytest.mark.parametrize("spoilt", ["DELETE FROM report_part", "UPDATE report_part SET content = {other}"])
def test_data_of_a_report_that_is_not_what_was_issued_is_named(app, spoilt):
    with app.app_context(), writing():
        first, other = make.report(), make.report(title="Another")
        parts = select(ReportPart.content).where(ReportPart.report_id == other.id)
        content, number = session.scalars(parts).one().hex(), first.id
    assert found(app) == []
    written = f"'\\x{content}'" if SERVER else f"x'{content}'"
    spoil(app, f"{spoilt.format(other=written)} WHERE report_id = {number}")
    assert_named(found(app), "reports/r1", "not what was issued")
    assert not any("reports/r2" in told for told in found(app))


def test_a_deleted_commitment_is_named(app):
    own = f"(SELECT id FROM commitment WHERE code = '{C1}')"
    spoil(
        app,
        *(
            f"DELETE FROM {table} WHERE commitment_id = {own}"
            for table in ("commitment_party", "commitment_source", "commitment_framework", "commitment_area")
        ),
        f"DELETE FROM commitment WHERE code = '{C1}'",
    )
    wrong = found(app)
    for name in (f"commitments/{C1}:", f"commitment-parties/{C1}.p1:", f"commitment-sources/{C1}.s1:"):
        assert_named(wrong, name, "history says it is here, but it is not")
    assert len(wrong) == 4


@ON_SQLITE
def test_a_reference_to_nothing_is_named(app):
    spoil(app, f"UPDATE commitment SET meeting_id = 999 WHERE code = '{C1}'")
    wrong = found(app)
    assert_named(wrong, "commitment", "row", "meeting", "not there")
    assert_named(wrong, f"commitments/{C1}", "meeting")


@ON_SQLITE
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        (f"UPDATE commitment SET area_id = 999 WHERE code = '{C1}'", f"commitments/{C1}"),
        (f"UPDATE commitment_party SET commitment_id = 999 WHERE code = '{C1}.p1'", f"commitment-parties/{C1}.p1"),
        (f"UPDATE commitment_party SET party_id = 999 WHERE code = '{C1}.p1'", f"commitment-parties/{C1}.p1"),
        (f"DELETE FROM commitment WHERE code = '{C1}'", f"commitment-sources/{C1}.s1"),
        ("UPDATE passage SET document_id = 999 WHERE code = 'news-readout-2023-05-30.x1'", "passages/news-readout"),
        ("UPDATE change SET account_id = 999 WHERE seq = 5", "hange 5"),
    ],
    ids=["area", "parent", "party", "parent-gone", "document", "account"],
)
def test_a_needed_reference_to_nothing_is_named_and_stops_no_check(app, statement, name):
    spoil(app, statement, "UPDATE claim SET text = 'Spoilt' WHERE code = 'mx-us-2023-05-30.claim-1'")
    wrong = found(app)
    assert_named(wrong, name)
    assert_named(wrong, "not there")
    assert_named(wrong, "claims/mx-us-2023-05-30.claim-1", "text")


def test_a_broken_word_is_named(app):
    spoil(app, f"UPDATE commitment SET kind = 'promise' WHERE code = '{C1}'")
    wrong = found(app)
    assert_named(wrong, "commitments", "promise")
    assert_named(wrong, f"commitments/{C1}", "kind")


def test_a_broken_word_makes_the_check_say_nothing_untrue_of_others(app):
    spoil(app, f"UPDATE commitment SET kind = 'promise' WHERE code = '{C1}'")
    wrong = found(app)
    assert not [told for told in wrong if "it is not" in told], wrong


def test_after_a_broken_word_the_rest_is_checked(app):
    spoil(
        app,
        f"UPDATE commitment SET kind = 'promise' WHERE code = '{C1}'",
        "UPDATE claim SET text = 'Spoilt' WHERE code = 'mx-us-2023-05-30.claim-1'",
    )
    assert_named(found(app), "claims/mx-us-2023-05-30.claim-1", "text")


# A spoilt history


@pytest.mark.parametrize(
    "assignment",
    [
        "fields = '{}'",
        "code = 'us'",
        "kind = 'meeting'",
        "at = '2023-01-01 00:00:00.000000'",
        "account_id = (SELECT id FROM account WHERE code = 'local')",
        "action = 'edited'",
        "hash = 'x'",
        "kind = 'planet'",
        "action = 'dreamt'",
    ],
    ids=["fields", "code", "kind", "at", "account", "action", "hash", "unknown-kind", "unknown-action"],
)
def test_a_spoilt_change_is_named(app, assignment):
    spoil(app, f"UPDATE change SET {assignment} WHERE seq = 5")
    assert_named(found(app), "hange 5")


def test_a_spoilt_change_is_named_with_what_it_told(app):
    fields = json.dumps({"code": [None, "mx"], "name": [None, "Spoilt"], "kind": [None, "country"]})
    spoil(app, f"UPDATE change SET fields = '{fields}' WHERE kind = 'party' AND code = 'mx'")
    wrong = found(app)
    assert_named(wrong, "hange 1 ", "not as it was written")
    assert_named(wrong, "parties/mx", "name", '"Mexico"', '"Spoilt"')


def test_a_deleted_change_is_named(app):
    spoil(app, "DELETE FROM change WHERE seq = 5")
    wrong = found(app)
    assert_named(wrong, "jumps", "4", "6")
    assert_named(wrong, "hange 6 ", "not as it was written")


def test_a_deleted_last_change_is_named(app):
    with app.app_context(), writing():
        edit(listing.get_record(CATALOGUE["parties"], "mx"), name="Another")
    spoil(app, "DELETE FROM change WHERE seq = (SELECT max(seq) FROM change)")
    assert_named(found(app), "parties/mx", "name", '"Another"', '"Mexico"')


def test_a_deleted_first_change_is_named(app):
    spoil(app, "DELETE FROM change WHERE seq = 1")
    assert_named(found(app), "jumps", "0", "2")


def test_a_change_with_a_hash_that_fits_breaks_the_next(app):
    with app.app_context():
        before, change = (session.get(Change, seq) for seq in (4, 5))
        fields = {name: [None, "x"] for name in change.fields}
        told = (change.at, change.account.code, change.action.value, change.kind, change.code)
        fitting = chain_hash(before.hash, *told, fields)
    spoil(app, f"UPDATE change SET fields = '{json.dumps(fields)}', hash = '{fitting}' WHERE seq = 5")
    assert_named(found(app), "hange 6 ", "not as it was written")
