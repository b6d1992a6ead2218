"""The schema: made by migrations, whole or not at all, equal to the models, and keeping its own rules."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Enum, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests import make
from tests.conftest import SERVER, Place
from tracker import vocabulary
from tracker.actions.documents import attach_text
from tracker.actions.seed import load_seeds
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import alembic_config, database_url, make_engine, session, writing
from tracker.models import Commitment, Document, ImportFile, ImportMapping, Record
from tracker.paths import PACKAGE, folder
from tracker.queries import integrity
from tracker.records import CATALOGUE, ENTERED
from tracker.records.fields import Choice

METADATA = Record.metadata
on_sqlite = pytest.mark.on_sqlite


@pytest.fixture
def place(where):
    """A database with nothing in it, not even a schema."""
    place = Place("migrations", where)
    place.make()
    return place


@contextmanager
def connected(place, write=False):
    engine = make_engine(database_url(place.name, place.path.parent))
    with engine.execution_options(write=write).connect() as connection:
        yield connection
        connection.commit()
    engine.dispose()


def config_of(place, scripts=None):
    config = alembic_config(database_url(place.name, place.path.parent))
    if scripts:
        config.set_main_option("script_location", str(scripts))
    return config


def schema(place):
    """Return all that the database says of its schema: columns, constraints and indexes by table, and triggers."""
    with connected(place) as connection:
        asked = inspect(connection)
        tables = {}
        for name in asked.get_table_names():
            tables[name] = {
                # By name: a later migration adds its columns at the end.
                "columns": sorted(
                    (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in asked.get_columns(name)
                ),
                "primary": (
                    asked.get_pk_constraint(name)["name"],
                    asked.get_pk_constraint(name)["constrained_columns"],
                ),
                "checks": sorted((c["name"] or "", c["sqltext"]) for c in asked.get_check_constraints(name)),
                "uniques": sorted((c["name"] or "", c["column_names"]) for c in asked.get_unique_constraints(name)),
                "references": sorted(
                    (c["name"] or "", c["constrained_columns"], c["referred_table"], c["referred_columns"])
                    for c in asked.get_foreign_keys(name)
                ),
                "indexes": sorted(
                    (i["name"] or "", i["column_names"], bool(i["unique"]))
                    for i in asked.get_indexes(name)
                    if not i.get("duplicates_constraint")
                ),
            }
        return tables, triggers(connection)


def triggers(connection):
    listed = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION SELECT proname FROM pg_proc WHERE prolang = ("
    listed += "SELECT oid FROM pg_language WHERE lanname = 'plpgsql')"
    return sorted(
        name
        for (name,) in connection.execute(
            text(listed if SERVER else "SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')")
        )
    )


def rows(place):
    with connected(place) as connection:
        return {
            name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"'))))
            for name in sorted(inspect(connection).get_table_names())
        }


@contextmanager
def app_on(place):
    app = create_app(Settings(data=place.path.parent, database=place.name))
    with app.app_context():
        yield app
    app.extensions["tracker.engine"].dispose()


def plant_seeds(place):
    with app_on(place), writing():
        return load_seeds(folder("seeds"))


def test_up_down_and_up_again_on_an_empty_database(place):
    command.upgrade(config_of(place), "head")
    first = schema(place)
    assert METADATA.tables.keys() <= first[0].keys()
    command.downgrade(config_of(place), "base")
    tables, left = schema(place)
    assert (tables.keys(), left) == ({"alembic_version"}, [])
    assert rows(place) == {"alembic_version": []}
    command.upgrade(config_of(place), "head")
    assert schema(place) == first


def test_up_down_and_up_again_on_a_seeded_database(place, seeded):
    place.make(like=seeded)
    first = schema(place)
    command.downgrade(config_of(place), "base")
    assert schema(place)[0].keys() == {"alembic_version"}
    command.upgrade(config_of(place), "head")
    assert schema(place) == first
    assert rows(place)["commitment"] == []
    assert plant_seeds(place).added > 50
    with app_on(place):
        assert integrity.integrity_problems() == []


def test_each_migration_goes_down_and_up_by_itself(place, seeded):
    place.make(like=seeded)
    revisions = [script.revision for script in ScriptDirectory.from_config(config_of(place)).walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    for revision in revisions:
        here = schema(place)
        command.downgrade(config_of(place), "-1")
        assert schema(place) != here, revision
        command.upgrade(config_of(place), "+1")
        assert schema(place) == here, revision
        command.downgrade(config_of(place), "-1")


def test_migrating_again_changes_nothing(place, seeded):
    place.make(like=seeded)
    before = (schema(place), rows(place))
    command.upgrade(config_of(place), "head")
    assert (schema(place), rows(place)) == before


def test_the_migrations_lead_to_what_the_models_say(place, seeded):
    with connected(seeded) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    with connected(place, write=True) as connection:
        METADATA.create_all(connection)
    migrated, made = schema(seeded)[0], schema(place)[0]
    assert migrated.keys() - made.keys() == {"alembic_version"}
    for name, table in made.items():
        assert migrated[name] == table, name


def test_every_constraint_has_a_name(seeded):
    for table in METADATA.tables.values():
        assert all(constraint.name for constraint in table.constraints), table.name
        assert all(index.name for index in table.indexes), table.name
    named = 0
    for name, table in schema(seeded)[0].items():
        kinds = {"checks": "ck", "uniques": "uq", "references": "fk", "indexes": "ix"}
        for kind, start in kinds.items():
            for each in table[kind]:
                assert each[0].startswith(f"{start}_{name}_"), each
                named += 1
        assert table["primary"][0] in (f"pk_{name}", "alembic_version_pkc")
    assert named > 100


# Half a migration

#: A later migration that does something of every sort, and then fails at the step that the environment names.
LATER = '''
"""Do something of every sort, then fail."""

import os
import signal

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}


def step(number):
    if os.environ.get("FAIL_AT") == str(number):
        if os.environ.get("FAIL_BY") == "dying":
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError("Half a migration")


def upgrade():
    step(0)
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    step(1)
    op.execute("INSERT INTO later (id) VALUES (1), (2)")
    step(2)
    with op.batch_alter_table("party") as batch:
        batch.add_column(sa.Column("colour", sa.Text()))
        batch.create_check_constraint("ck_party_colour_known", "colour <> 'none'")
    step(3)
    op.execute("UPDATE party SET colour = 'green', version = version + 1")
    step(4)
    op.drop_index("ix_claim_area_id", "claim")
    op.create_index("ix_claim_text", "claim", ["text"])
    step(5)
    with op.batch_alter_table("meeting") as batch:
        batch.drop_column("series")
    step(6)
    op.drop_table("indicator" if os.environ.get("BREAK") else "later")
    if os.environ.get("BREAK"):
        op.execute("DELETE FROM policy_area")
    step(7)


def downgrade():
    with op.batch_alter_table("party") as batch:
        batch.drop_constraint("ck_party_colour_known", type_="check")
        batch.drop_column("colour")
    op.drop_index("ix_claim_text", "claim")
    op.create_index("ix_claim_area_id", "claim", ["area_id"])
    step(8)
    with op.batch_alter_table("meeting") as batch:
        batch.add_column(sa.Column("series", sa.Text()))
    step(9)
'''


@pytest.fixture
def later(tmp_path, seeded):
    """The migrations, and one more that can be made to fail."""
    scripts = tmp_path / "migrations"
    shutil.copytree(folder("migrations"), scripts, ignore=shutil.ignore_patterns("__pycache__"))
    head = ScriptDirectory.from_config(config_of(seeded)).get_current_head()
    (scripts / "versions" / "9999_later.py").write_text(LATER.replace("{head!r}", repr(head)))
    return scripts


@pytest.mark.parametrize("step", range(8))
def test_half_a_migration_leaves_everything_as_it_was(place, seeded, later, monkeypatch, step):
    place.make(like=seeded)
    before = (schema(place), rows(place))
    monkeypatch.setenv("FAIL_AT", str(step))
    with pytest.raises(RuntimeError, match="Half a migration"):
        command.upgrade(config_of(place, later), "head")
    assert (schema(place), rows(place)) == before
    monkeypatch.delenv("FAIL_AT")
    command.upgrade(config_of(place, later), "head")
    after = schema(place)[0]
    assert "colour" in [column[0] for column in after["party"]["columns"]]
    assert "series" not in [column[0] for column in after["meeting"]["columns"]]
    assert len(rows(place)["commitment"]) == len(before[1]["commitment"])


@pytest.mark.parametrize("step", [8, 9])
def test_half_a_way_back_leaves_everything_as_it_was(place, seeded, later, monkeypatch, step):
    place.make(like=seeded)
    command.upgrade(config_of(place, later), "head")
    before = (schema(place), rows(place))
    monkeypatch.setenv("FAIL_AT", str(step))
    with pytest.raises(RuntimeError, match="Half a migration"):
        command.downgrade(config_of(place, later), "-1")
    assert (schema(place), rows(place)) == before


@pytest.mark.parametrize("step", [3, 6])
def test_a_migration_that_is_killed_leaves_everything_as_it_was(place, seeded, later, step):
    place.make(like=seeded)
    before = (schema(place), rows(place))
    code = (
        "import sys; from alembic import command; from tracker.database import alembic_config\n"
        "config = alembic_config(sys.argv[1]); config.set_main_option('script_location', sys.argv[2])\n"
        "command.upgrade(config, 'head')"
    )
    url = database_url(place.name, place.path.parent).render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", code, url, str(later)],
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent), "FAIL_AT": str(step), "FAIL_BY": "dying"},
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert (schema(place), rows(place)) == before
    with app_on(place):
        assert integrity.integrity_problems() == []


def test_a_migration_may_not_leave_rows_that_refer_to_nothing(place, seeded, later, monkeypatch):
    place.make(like=seeded)
    before = (schema(place), rows(place))
    monkeypatch.setenv("BREAK", "yes")
    with pytest.raises((RuntimeError, DatabaseError)):
        command.upgrade(config_of(place, later), "head")
    assert (schema(place), rows(place)) == before


def test_a_database_of_a_later_program_is_left_alone(place, seeded, later):
    place.make(like=seeded)
    command.upgrade(config_of(place, later), "head")
    before = (schema(place), rows(place))
    with pytest.raises(Exception, match="9999"):
        command.upgrade(config_of(place), "head")
    assert (schema(place), rows(place)) == before


# What the database keeps to by itself


@on_sqlite
def test_every_connection_is_strict(place):
    engine = make_engine(database_url(place.name, place.path.parent))
    for _ in range(2):
        connections = [engine.connect() for _ in range(3)]
        for connection in connections:
            for pragma, value in {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2}.items():
                assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value, pragma
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 10_000
        for connection in connections:
            connection.close()
        engine.dispose()


@on_sqlite
def test_foreign_keys_are_on_after_a_migration(place):
    command.upgrade(config_of(place), "head")
    with connected(place, write=True) as connection, pytest.raises(IntegrityError, match="FOREIGN KEY"):
        connection.execute(text("INSERT INTO document_issuer (document_id, party_id) VALUES (4711, 4711)"))


def test_a_row_that_others_refer_to_cannot_be_deleted(place, seeded):
    place.make(like=seeded)
    for name in ("party", "policy_area", "meeting", "document", "passage", "participant", "account"):
        with connected(place, write=True) as connection:
            with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
                connection.execute(text(f"DELETE FROM {name}"))
            connection.rollback()


WORDS = [
    (table.name, column.name)
    for table in METADATA.tables.values()
    for column in table.columns
    if isinstance(column.type, Enum)
]


def test_every_closed_list_is_kept_by_the_database():
    lists = {each for each in vars(vocabulary).values() if isinstance(each, type) and issubclass(each, vocabulary.Term)}
    # What is worked out is never stored.
    unstored = {vocabulary.Term, vocabulary.OverallStatus}
    unstored |= {vocabulary.DeadlineState, vocabulary.FollowUp, vocabulary.Retired, vocabulary.Standing}
    # Several of them stand in one column, as a list.
    unstored |= {vocabulary.Chapter}
    assert {METADATA.tables[table].c[column].type.enum_class for table, column in WORDS} == lists - unstored
    stored = {
        (kind.model.__tablename__, field.name)
        for kind in CATALOGUE.values()
        for field in kind.form()
        if words_of(field)
    }
    assert stored <= set(WORDS)


def words_of(field):
    return isinstance(field, Choice) and not field.multiple


@pytest.fixture(scope="module")
def one_of_each(where, seeded):
    """A database with two rows or more for every kind of record."""
    place = Place("each", where)
    place.make(like=seeded)
    with app_on(place), writing():
        make.indicator()
        make.indicator()
        make.meeting_link()
        for _ in range(2):
            make.commitment_link()
            make.milestone()
            make.update(claimed_status="done", claimed_by="The ministry")
            make.check()
    return place


@pytest.mark.parametrize(("table", "column"), WORDS)
@pytest.mark.parametrize("wrong", ["nonsense", "", "HELD", "Done", " lead", "lead\n"])
def test_a_word_no_list_has_is_refused_by_the_database(one_of_each, table, column, wrong):
    with connected(one_of_each, write=True) as connection:
        row = dict(connection.execute(text(f'SELECT * FROM "{table}" LIMIT 1')).mappings().one())
        assert row
        key = "seq" if table == "change" else "id"
        if table not in ("change", "progress_update", "evidence", "check_log"):
            # Their rows are never changed at all, which has tests of its own.
            with pytest.raises(IntegrityError, match=f"ck_{table}_"):
                connection.execute(
                    text(f'UPDATE "{table}" SET "{column}" = :wrong WHERE {key} = :id'),
                    {"wrong": wrong, "id": row[key]},
                )
            connection.rollback()
        row |= {key: 4711, "code": "other", column: wrong}
        if table == "change" and SERVER:
            row["fields"] = "{}"
        if table == "progress_update":
            # What its trigger asks for first.
            row["recorded_at"] = "2999-01-01 00:00:00.000000+00:00"
            piece = dict(connection.execute(text("SELECT * FROM evidence LIMIT 1")).mappings().one())
            insert(connection, "evidence", piece | {"id": 4711, "code": "other.e1", "update_code": "other"})
        with pytest.raises(IntegrityError, match=f"ck_{table}_"):
            insert(connection, table, row)
        connection.rollback()


def insert(connection, table, row):
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({values})'), row)


@pytest.mark.parametrize(
    ("table", "changes", "constraint"),
    [
        ("meeting", "ends_on = '2000-01-01'", "end_after_start"),
        ("meeting", "starts_on = NULL", "starts_on_known"),
        ("meeting", "date_precision = 'unknown'", "starts_on_known"),
        ("document", "published_precision = 'day', published_on = NULL", "published_on_known"),
        ("commitment", "deadline_kind = 'explicit', due_on = '2000-01-01'", "due_after_made"),
        ("commitment", "deadline_kind = 'explicit'", "explicit_has_day"),
        ("commitment", "due_on = '2999-01-01'", "no_deadline_no_day"),
        ("commitment", "deadline_kind = 'recurring'", "recurring_has_months"),
        ("commitment", "every_months = 6", "recurring_has_months"),
        ("commitment", "deadline_kind = 'recurring', every_months = 0", "every_months_in_reason"),
        ("commitment", "deadline_kind = 'recurring', every_months = 1201", "every_months_in_reason"),
        ("claim", "value = 1, unit = NULL", "value_has_unit"),
        ("claim", "period_start = '2024-01-02', period_end = '2024-01-01'", "period_in_order"),
        ("claim", "supersedes_id = id", "supersedes_another"),
        ("meeting_link", "to_id = meeting_id", "two_meetings"),
        ("commitment_link", "to_id = commitment_id", "two_commitments"),
        ("milestone", "done_on = '2024-01-01'", "done_has_evidence"),
        ("participation", "is_group = NOT is_group", "person_or_group"),
        ("participation", "role = 'host', attendance = 'mentioned_only'", "mention_has_no_role"),
        ("passage", 'start = "end"', "start_before_end"),
        ("passage", "start = -1", "start_before_end"),
        ("passage", "paragraph = -1", "paragraph_from_0"),
        ("passage", "sentence = 0", "sentence_from_1"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_the_database(one_of_each, table, changes, constraint):
    with connected(one_of_each, write=True) as connection:
        with pytest.raises(IntegrityError, match=f"ck_{table}_{constraint}"):
            connection.execute(text(f"UPDATE {table} SET {changes}"))
        connection.rollback()


@pytest.mark.parametrize("table", [kind.model.__tablename__ for kind in ENTERED.values()])
def test_no_two_records_have_one_code(one_of_each, table):
    with connected(one_of_each, write=True) as connection:
        with pytest.raises(IntegrityError, match=rf"{table}\.code|uq_{table}_code"):
            connection.execute(text(f"UPDATE {table} SET code = (SELECT min(code) FROM {table})"))
        connection.rollback()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE change SET code = 'x' WHERE seq = 1", "DELETE FROM change WHERE seq = 1", "DELETE FROM change"],
)
def test_the_history_is_never_changed(one_of_each, statement):
    before = rows(one_of_each)["change"]
    with connected(one_of_each, write=True) as connection:
        with pytest.raises(DatabaseError, match="the history is never changed"):
            connection.execute(text(statement))
        connection.rollback()
    assert rows(one_of_each)["change"] == before


# What a migration keeps

#: The columns that 0002 adds to passages.
NEW = ("exact", "prefix", "suffix", "check_result", "checked_at", "found_paragraph", "found_start")


def held(place):
    """Return {table: rows as {column: value}}."""
    with connected(place) as connection:
        return {
            name: [dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()]
            for name in sorted(schema(place)[0])
            if name != "alembic_version"
        }


def narrowed(tables, place):
    """Return what tables hold in the columns that there are in a place."""
    columns = {name: [column[0] for column in told["columns"]] for name, told in schema(place)[0].items()}
    return {
        name: [{k: v for k, v in row.items() if k in columns[name]} for row in kept]
        for name, kept in tables.items()
        if name in columns
    }


def goes_down_and_up(place, revision):
    """Migrate down and up again; fail if anything goes but tables and columns, or any of these comes back filled."""
    before = held(place)
    command.downgrade(config_of(place), revision)
    low = held(place)
    assert low == narrowed(before, place)
    command.upgrade(config_of(place), "head")
    after = held(place)
    assert {name: kept for name, kept in after.items() if name not in low} == {n: [] for n in before if n not in low}
    return before, after


def test_seeded_records_go_up_and_down_again(place, seeded):
    place.make(like=seeded)
    command.downgrade(config_of(place), "0001")
    before = held(place)
    assert len(before["passage"]) == 18
    assert not set(NEW) & before["passage"][0].keys()
    command.upgrade(config_of(place), "0002")
    after = held(place)
    assert after["document_text"] == []
    assert {row["check_result"] for row in after["passage"]} == {"no_text"}
    assert {row[name] for row in after["passage"] for name in NEW if name != "check_result"} == {None}
    command.downgrade(config_of(place), "0001")
    assert held(place) == narrowed(after, place) == before


def test_an_attached_text_goes_with_the_way_down_and_nothing_else(place, seeded):
    place.make(like=seeded)
    with app_on(place):
        with writing():
            attach_text(make.account(), session.get_one(Document, 1), "A text\n\nof two paragraphs")
        assert integrity.integrity_problems() == []
    before, after = goes_down_and_up(place, "0001")
    assert len(before["document_text"]) == 1
    assert before["document"][0]["text_sha256"]
    assert not after["document"][0]["text_sha256"]


def test_files_on_their_way_in_go_with_the_way_down_and_nothing_else(place, seeded):
    place.make(like=seeded)
    with app_on(place), writing():
        file = ImportFile(id="x", account=make.account(), kind="parties", file_name="a.csv", content=b"a", settings={})
        session.add_all([file, ImportMapping(kind="parties", fingerprint="f", settings={"dates": "dmy"})])
    before, after = goes_down_and_up(place, "0002")
    assert len(before["import_file"]) == len(before["import_mapping"]) == 1
    assert after == before | {"import_file": [], "import_mapping": []}


def test_milestones_and_links_go_with_the_way_down_and_nothing_else(place, seeded):
    place.make(like=seeded)
    with app_on(place):
        with writing():
            make.milestone(commitment="mx-us-2023-07-24.c1", done_on="2024-01-01", web_address="https://example.org/")
            make.commitment_link(commitment="mx-us-2023-07-24.c2", to="mx-us-2023-05-30.c2")
        assert integrity.integrity_problems() == []
    before, after = goes_down_and_up(place, "0003")
    assert len(before["milestone"]) == len(before["commitment_link"]) == 1
    assert after == before | {"commitment_link": [], "milestone": []}


def test_progress_goes_with_the_way_down_and_nothing_else(place, seeded):
    place.make(like=seeded)
    with app_on(place):
        with writing():
            make.update(commitment="mx-us-2023-07-24.c1", party="mx")
            make.check(commitment="mx-us-2023-07-24.c2")
            session.get_one(Commitment, 1).review_every = 90
        assert integrity.integrity_problems() == []
    before = held(place)
    assert len(before["progress_update"]) == len(before["evidence"]) == len(before["check_log"]) == 1
    command.downgrade(config_of(place), "0005")
    told = narrowed(before, place)
    # Nothing says any more why it should be another.
    told["commitment_party"] = [row | {"status": "not_assessed"} for row in told["commitment_party"]]
    assert held(place) == told
    command.upgrade(config_of(place), "head")
    assert {row["status"] for row in held(place)["commitment_party"]} == {"not_assessed"}


def test_the_tie_of_a_claim_goes_with_the_way_down_and_nothing_else(place, seeded):
    place.make(like=seeded)
    with app_on(place):
        with writing():
            indicator = make.indicator().code
            figure = {"indicator": indicator, "value": "-0.5", "unit": "people", "published_on": "2024-01-01"}
            earlier = make.claim(**figure, commitment="mx-us-2023-07-24.c1")
            make.claim(**figure, supersedes=earlier.code, period_start="2023-01-01", period_end="2023-12-31")
        assert integrity.integrity_problems() == []
    before, after = goes_down_and_up(place, "0004")
    assert [row["commitment_id"] is None for row in before["claim"][-2:]] == [False, True]
    assert after == before | {"claim": [row | {"commitment_id": None} for row in before["claim"]]}


def test_reports_go_with_the_way_down_and_nothing_else(place, seeded):
    place.make(like=seeded)
    with app_on(place):
        with writing():
            make.report()
        assert integrity.integrity_problems() == []
    before, after = goes_down_and_up(place, "0006")
    assert len(before["report_run"]) == len(before["report_part"]) == 1
    assert after == before | {"report_run": [], "report_part": []}
