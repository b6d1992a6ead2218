"""What every test stands on: a real database, seeded afresh where the test before wrote to it, and a client that looks.

On SQLite, or on PostgreSQL where TRACKER_TEST_DATABASE names a server's database to work beside.
"""

import os
import shutil
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from tests import static_checks
from tests.client import PageClient
from tracker.actions.seed import load_seeds
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import alembic_config, database_url, make_engine, writing
from tracker.paths import folder

SERVER = os.environ.get("TRACKER_TEST_DATABASE", "")
READS = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SHOW", "SET")


class Place:
    """A database that can be made anew, empty or as a copy of another."""

    def __init__(self, name: str, where: Path) -> None:
        self.path = where / f"{name}.sqlite"
        worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        self.url = make_url(SERVER).set(database=f"tracker_test_{worker}_{name}") if SERVER else self.path

    @property
    def name(self) -> str:
        """Return what a person would give as --database."""
        return self.url.render_as_string(hide_password=False) if SERVER else str(self.path)

    def make(self, like: "Place | None" = None) -> None:
        if not SERVER:
            for end in ("", "-wal", "-shm"):
                Path(f"{self.path}{end}").unlink(missing_ok=True)
            if like:
                shutil.copy(like.path, self.path)
            return
        engine = make_engine(database_url(SERVER, Path())).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {self.url.database} WITH (FORCE)"))
            copy = f" TEMPLATE {like.url.database}" if like else ""
            connection.execute(text(f"CREATE DATABASE {self.url.database}{copy}"))
        engine.dispose()


def migrated_app(place: Place, where: Path):
    """Return an application on a place, which is migrated first."""
    app = create_app(Settings(data=where, database=place.name))
    app.test_client_class = PageClient
    command.upgrade(alembic_config(app.extensions["tracker.engine"].url), "head")
    return app


@pytest.fixture(scope="session")
def where(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def seeded(where):
    """The seeded database that others are copied from."""
    place = Place("seeded", where)
    place.make()
    app = migrated_app(place, where)
    with app.app_context(), writing():
        load_seeds(folder("seeds"))
    app.extensions["tracker.engine"].dispose()
    return place


@pytest.fixture(scope="session")
def shared_app(seeded, where):
    place = Place("shared", where)
    place.make(like=seeded)
    app = create_app(Settings(data=where, database=place.name))
    app.test_client_class = PageClient
    app.written = False

    @event.listens_for(app.extensions["tracker.engine"], "before_cursor_execute")
    def notice(_connection, _cursor, statement, *_rest):
        app.written = app.written or not statement.lstrip().upper().startswith(READS)

    yield app
    app.extensions["tracker.engine"].dispose()


@pytest.fixture
def app(shared_app, seeded, where):
    """The application on the seeds as they are planted."""
    if shared_app.written:
        shared_app.extensions["tracker.engine"].dispose()
        Place("shared", where).make(like=seeded)
        shared_app.written = False
    return shared_app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def empty_app(where):
    """An application on a migrated database without records."""
    place = Place("empty", where)
    place.make()
    app = migrated_app(place, where)
    yield app
    app.extensions["tracker.engine"].dispose()


def pytest_collection_modifyitems(config, items):
    """Leave out what is about the other database."""
    other = "on_sqlite" if SERVER else "on_postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


skipped = []
checks = []


def pytest_sessionstart(session):
    """Start lint and types beside the tests, once, where the test command runs as the README gives it."""
    config = session.config
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS and config.option.markexpr == "not long"
    if whole and not hasattr(config, "workerinput") and not config.option.collectonly:
        checks.extend(static_checks.start_checks())


def pytest_runtest_logreport(report):
    if report.skipped:
        skipped.append(report.nodeid)


def pytest_sessionfinish(session, exitstatus):
    """Fail the run for what lint and types find, and for a skipped test where everything has been installed."""
    problems = static_checks.failures(checks)
    if skipped and os.environ.get("TRACKER_TEST_NO_SKIPS"):
        problems.append(f"Skipped, which is a failure here: {', '.join(skipped)}")
    for problem in problems:
        print(f"\n{problem}")
    if problems and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
