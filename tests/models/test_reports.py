"""What the database itself does not let happen to reports that were issued, whoever asks; and each time why."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests import make
from tests.conftest import SERVER, Place
from tests.models.refusals import ON_POSTGRESQL, ON_SQLITE, assert_refused, insert, runs
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import writing

TABLES = ("report_run", "report_part")
NEVER_CHANGED = "a report that was issued is never changed"


@pytest.fixture(scope="module")
def engine(seeded, where):
    """The engine of a database with two reports; nothing that is tried here is kept."""
    place = Place("reported", where)
    place.make(like=seeded)
    app = create_app(Settings(data=where, database=place.name))
    with app.app_context(), writing():
        make.report()
        make.report(title="Another")
    yield app.extensions["tracker.engine"].execution_options(write=True)
    app.extensions["tracker.engine"].dispose()


def row(connection, table, number):
    query = text(f"SELECT * FROM {table} WHERE id = :id")
    record = connection.execute(query, {"id": number}).mappings().one()
    # PostgreSQL's driver takes a list for an array.
    return {name: json.dumps(value) if isinstance(value, list) else value for name, value in record.items()}


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("report_run", "UPDATE report_run SET title = 'x'"),
        ("report_run", "UPDATE report_run SET sha256 = '{0:064}', head_hash = 'x' WHERE code = 'r2'"),
        ("report_run", "INSERT INTO report_run SELECT * FROM report_run ON CONFLICT (code) DO UPDATE SET title = 'x'"),
        ("report_part", "UPDATE report_part SET content = (SELECT content FROM report_part WHERE report_id = 2)"),
        ("report_part", "UPDATE report_part SET report_id = 1, number = 7 WHERE report_id = 2"),
        ("report_part", "DELETE FROM report_part WHERE report_id = 2"),
        ("report_part", "DELETE FROM report_part"),
        pytest.param("report_run", "UPDATE OR REPLACE report_run SET title = 'x'", marks=ON_SQLITE),
        pytest.param("report_part", "TRUNCATE report_part", marks=ON_POSTGRESQL),
        pytest.param("report_run", "TRUNCATE report_run CASCADE", marks=ON_POSTGRESQL),
    ],
)
def test_a_report_is_never_changed(engine, table, statement):
    if "DO UPDATE" in statement and not SERVER:
        # Else it is not told from a join.
        statement = statement.replace("FROM report_run ON", "FROM report_run WHERE true ON")
    assert_refused(engine, TABLES, NEVER_CHANGED, runs(statement.replace("{0:064}", "0" * 64)))


def test_a_report_is_never_deleted(engine):
    def delete(connection):
        if not SERVER:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(text("DELETE FROM report_run WHERE id = 2"))

    if SERVER:
        with engine.connect() as connection, pytest.raises(DatabaseError, match=NEVER_CHANGED):
            delete(connection)
    else:
        assert_refused(engine, TABLES, NEVER_CHANGED, delete)


@ON_SQLITE
@pytest.mark.parametrize(
    ("table", "same"),
    [
        ("report_run", ["id"]),
        ("report_run", ["code"]),
        ("report_part", ["id"]),
        ("report_part", ["report_id", "number"]),
    ],
)
def test_a_row_takes_no_others_place(engine, table, same):
    def replace(connection):
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        old = row(connection, table, 2)
        new = {"id": 4711, "code": "another", "number": 9} if table == "report_run" else {"id": 4711, "number": 9}
        new = {name: value for name, value in new.items() if name in old and name not in same}
        insert(connection, table, old | new, "INSERT OR REPLACE")

    assert_refused(engine, TABLES, NEVER_CHANGED, replace)


def test_a_report_of_its_own_is_taken(engine):
    with engine.connect() as connection:
        insert(connection, "report_run", row(connection, "report_run", 2) | {"id": 4711, "code": "another"})
        insert(connection, "report_part", row(connection, "report_part", 2) | {"id": 4711, "report_id": 4711})
        connection.rollback()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"since": "2024-03-02", "as_of": "2024-03-01"}, "ck_report_run_since_before_as_of"),
        ({"sha256": "0" * 63}, "ck_report_run_sha256_of_64"),
        ({"code": "r1"}, r"(?i)unique|never changed"),
        ({"since_meeting_id": 4711}, r"(?i)foreign key"),
        ({"recorded_by_id": 4711}, r"(?i)foreign key"),
        ({"title": None}, r"(?i)not.null"),
    ],
)
def test_a_report_that_cannot_be_is_refused(engine, changes, constraint):
    with engine.connect() as connection:
        sound = row(connection, "report_run", 2) | {"id": 4711, "code": "another"}
        with pytest.raises(DatabaseError, match=constraint):
            (insert(connection, "report_run", sound | changes), connection.commit())
        connection.rollback()
