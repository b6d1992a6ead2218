"""What the database itself does not let happen to updates, evidence and checks, whoever asks; and each time why."""

import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests import make
from tests.models.refusals import ON_POSTGRESQL, ON_SQLITE, assert_refused, insert, runs, unguard
from tracker.actions.updates import void_check, void_update
from tracker.database import writing

C1 = "mx-us-2023-07-24.c1"
TABLES = ("progress_update", "evidence", "check_log")
#: A row of each that no other row rests on, but evidence.
LOOSE = {"progress_update": f"{C1}.u1", "evidence": f"{C1}.u1.e1", "check_log": f"{C1}.k2"}
#: Whichever trigger is asked first.
NEVER_CHANGED = "is never changed|is recorded after those before it"
LATER = "2999-01-01 00:00:00.000000+00:00"


@pytest.fixture
def engine(app):
    """The engine of a database with updates, one of them corrected, and a check that is void."""
    with app.app_context(), writing():
        make.update(commitment=C1, party="mx", effective_on="2024-01-01")
        wrong = make.update(commitment=C1, party="mx")
        void_update(make.account(), wrong, "A mistake.")
        make.update(commitment=C1, party="us")
        make.update(commitment="mx-us-2023-07-24.c2", party="mx")
        make.update(commitment=C1, party="mx", effective_on="2024-02-01")
        void_check(make.account(), make.check(commitment=C1), "A mistake.")
    return app.extensions["tracker.engine"].execution_options(write=True)


def row(connection, table, code):
    query = text(f"SELECT * FROM {table} WHERE code = :code")
    return dict(connection.execute(query, {"code": code}).mappings().one())


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET note = 'x'",
        "UPDATE {table} SET recorded_at = '2020-01-01' WHERE code = '{code}'",
        "DELETE FROM {table} WHERE code = '{code}'",
        "INSERT INTO {table} SELECT * FROM {table} WHERE code = '{code}' ON CONFLICT (code) DO UPDATE SET note = 'x'",
        pytest.param("UPDATE OR REPLACE {table} SET note = 'x'", marks=ON_SQLITE),
        pytest.param("TRUNCATE {table} CASCADE", marks=ON_POSTGRESQL),
    ],
    ids=["update", "backdate", "delete", "upsert", "replace", "truncate"],
)
def test_a_row_is_never_changed(engine, table, statement):
    assert_refused(engine, TABLES, NEVER_CHANGED, runs(statement.format(table=table, code=LOOSE[table])))


@ON_SQLITE
@pytest.mark.parametrize(
    ("table", "same"),
    [
        *((table, name) for table in TABLES for name in ("id", "code")),
        ("progress_update", "corrects_id"),
        ("progress_update", "recorded_at"),
        ("check_log", "voids_id"),
    ],
)
def test_a_row_takes_no_others_place(engine, table, same):
    code = {"corrects_id": f"{C1}.u3"}.get(same, LOOSE[table])

    def replace(connection):
        old = row(connection, table, code)
        new = old | {"id": 4711, "code": "another", "recorded_at": LATER, "note": "x"}
        if table == "progress_update":
            insert(connection, "evidence", evidence(connection, new["code"]))
        insert(connection, table, new | {same: old[same]}, "INSERT OR REPLACE")

    assert_refused(engine, TABLES, NEVER_CHANGED, replace)


def evidence(connection, update, relation="supports"):
    piece = row(connection, "evidence", f"{C1}.u1.e1")
    return piece | {"id": 4711, "code": f"{update}.e1", "update_code": update, "relation": relation}


def adds(relation="supports", **changes):
    """Return what adds an update like the first, but for changes, on evidence of a relation or none."""

    def act(connection):
        if relation:
            insert(connection, "evidence", evidence(connection, "another", relation))
        for name in [name for name in changes if name.startswith("of_")]:
            changes["corrects_id"] = row(connection, "progress_update", changes.pop(name))["id"]
        first = row(connection, "progress_update", f"{C1}.u1")
        insert(connection, "progress_update", first | {"id": 4711, "code": "another", "recorded_at": LATER} | changes)

    return act


def test_a_sound_update_is_taken(engine):
    for act in (adds(), adds(relation=None, status="uncheckable"), adds(of_same=f"{C1}.u1")):
        with engine.connect() as connection:
            act(connection)
            assert row(connection, "progress_update", "another")
            connection.rollback()


FINDINGS = ("not_started", "in_progress", "partly_done", "done", "stalled", "not_done", "reversed", "withdrawn")


@pytest.mark.parametrize("status", FINDINGS)
@pytest.mark.parametrize("relation", [None, "context", "contradicts"])
def test_a_finding_that_nothing_supports_is_refused(engine, status, relation):
    assert_refused(engine, TABLES, "needs evidence that supports it", adds(relation, status=status))


def test_a_day_that_has_not_come_anywhere_is_refused(engine):
    now = datetime.datetime(2998, 1, 1, 9, 59, tzinfo=datetime.UTC)
    moment = now.strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
    assert_refused(engine, TABLES, "not effective in the future", adds(recorded_at=moment, effective_on="2998-01-02"))
    with engine.connect() as connection:
        # It is there already, where days begin first.
        adds(recorded_at=moment.replace("09:59", "10:01"), effective_on="2998-01-02")(connection)
        connection.rollback()


@pytest.mark.parametrize("moment", ["2020-01-01 00:00:00.000000+00:00", "2026-01-01 00:00:00.000000+00:00"])
def test_a_moment_before_the_last_is_refused(engine, moment):
    assert_refused(
        engine, TABLES, "recorded after those before it", adds(recorded_at=moment, effective_on="2019-01-01")
    )


@pytest.mark.parametrize("other", [f"{C1}.u4", "mx-us-2023-07-24.c2.u1"], ids=["party", "commitment"])
def test_a_correction_of_another_leads_update_is_refused(engine, other):
    assert_refused(engine, TABLES, "one of the same commitment and party", adds(of_other=other))


def refused_without_triggers(engine, message, act):
    """Fail unless a constraint refuses, at the latest when the transaction ends."""
    with engine.connect() as connection:
        unguard(connection, TABLES)
        with pytest.raises(DatabaseError, match=message):
            (act(connection), connection.commit())
        connection.rollback()


def test_a_second_correction_is_refused(engine):
    refused_without_triggers(engine, r"(?i)unique.*corrects_id", adds(of_same=f"{C1}.u2"))


def test_evidence_without_its_update_is_refused_at_the_end(engine):
    def alone(connection):
        insert(connection, "evidence", evidence(connection, "nowhere"))
        assert row(connection, "evidence", "nowhere.e1")

    refused_without_triggers(engine, r"(?i)foreign key", alone)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": None, "confidence": None}, "void_corrects"),
        ({"confidence": None}, "finding_has_confidence"),
        ({"claimed_status": "done"}, "claim_has_speaker"),
        ({"claimed_by": "A minister"}, "claim_has_speaker"),
        ({"reason": " "}, "has_reason"),
    ],
)
def test_an_update_that_does_not_say_all_it_must_is_refused(engine, changes, constraint):
    refused_without_triggers(engine, f"ck_progress_update_{constraint}", adds(**changes))


@pytest.mark.parametrize(
    ("table", "changes", "constraint"),
    [
        ("evidence", {"web_address": None}, "passage_or_page"),
        ("evidence", {"passage_id": 1}, "passage_or_page"),
        ("evidence", {"title": None}, "page_has_title_and_day"),
        ("evidence", {"retrieved_on": None}, "page_has_title_and_day"),
        ("check_log", {"where_searched": None}, "check_says_where"),
        ("check_log", {"reason": "x"}, "void_has_reason"),
    ],
)
def test_evidence_and_checks_say_what_they_must(engine, table, changes, constraint):
    code = {"evidence": f"{C1}.u1.e1", "check_log": f"{C1}.k1"}[table]

    def act(connection):
        insert(connection, table, row(connection, table, code) | {"id": 4711, "code": "another"} | changes)

    refused_without_triggers(engine, f"ck_{table}_{constraint}", act)
