"""What the commands share: which database, and errors as one line."""

import functools
import itertools
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask, current_app
from pydantic import ValidationError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from tracker.config import Settings, describe_settings_error
from tracker.database import alembic_config, database_url
from tracker.errors import TrackerError

#: A bar is shown from so many rows on.
MANY_ROWS = 1_000


def with_new_database(run: Callable[..., Any]) -> Callable[..., Any]:
    """Do as `on_database` does, for a command that makes the database where there is none."""
    return with_database(run, new=True)


def with_database(run: Callable[..., Any], new: bool = False) -> Callable[..., Any]:
    """Give a command the option --database and an application to run in, and tell its errors in one line."""

    @click.option("--database", metavar="FILE|URL", help="An SQLite file or a postgresql:// address.")
    @click.pass_context
    @functools.wraps(run)
    def command_on_database(context: click.Context, database: str | None, **options: Any) -> Any:
        try:
            settings = Settings(database=database) if database else Settings()
        except ValidationError as error:
            raise click.ClickException(describe_settings_error(error)) from error
        try:
            with application(context, settings, new).app_context():
                return run(**options)
        except TrackerError as error:
            raise click.ClickException(str(error)) from error
        except CommandError as error:
            raise click.ClickException(f"The database cannot be migrated: {error}") from error
        except DBAPIError as error:
            told = database_name(database_url(settings.database, settings.data))
            raise click.ClickException(f"The database {told} cannot be used: {error.orig}") from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise click.ClickException(f"{error.filename or 'The file'} cannot be used: {error.strerror}") from error

    return command_on_database


def application(context: click.Context, settings: Settings, new: bool) -> Flask:
    """Return the application on the database that was named.

    Raises ClickException if its address is none, or if nothing is there, unless it may be `new`.
    """
    try:
        url = database_url(settings.database, settings.data)
        if not new and url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
            raise click.ClickException(f"There is no database {database_name(url)}: run `tracker migrate` to make it.")
        return context.obj(settings)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        start = settings.database.strip().partition(":")[0].partition("/")[0]
        raise click.ClickException(
            f"The address of the database ({start}…) cannot be read: "
            "write postgresql://user@host:5432/name, or the path of an SQLite file (./ before a name with a colon)."
        ) from error


def database_name(url: URL) -> str:
    """Return how people call a database: the path of a file, or an address without its password or options."""
    return url.database or "" if url.get_backend_name() == "sqlite" else url.set(query={}).render_as_string()


def where() -> str:
    return database_name(make_url(current_app.extensions["tracker.engine"].url))


def revisions() -> tuple[str | None, str | None]:
    """Return the revision the database is at, and the latest there is; raises ClickException for one not known here."""
    scripts = ScriptDirectory.from_config(alembic_config(""))
    latest = scripts.get_current_head()
    with current_app.extensions["tracker.engine"].connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current and current not in {script.revision for script in scripts.walk_revisions()}:
        raise click.ClickException(
            f"The database {where()} was made by another version of the tracker: it is at {current}, "
            f"and this version knows no more than {latest}. Use the version that made it, or a newer one."
        )
    return current, latest


def bring_up_to_date() -> bool:
    """Migrate the database to the latest revision; return whether there was anything to do."""
    current, latest = revisions()
    if current == latest:
        return False
    if current and (kept := back_up_sqlite(f"before-{latest}")):
        click.echo(f"A copy of the database as it was: {kept}")
    command.upgrade(alembic_config(current_app.extensions["tracker.engine"].url), "head")
    return True


def back_up_sqlite(name: str) -> Path | None:
    """Copy an SQLite database beside itself, under a name of its own; a server's databases are its keeper's affair."""
    engine = current_app.extensions["tracker.engine"]
    if engine.dialect.name != "sqlite":
        return None
    names = (
        f"{engine.url.database}.{name}{end}" for end in itertools.chain([""], map("-{}".format, itertools.count(2)))
    )
    copy = next(path for path in map(Path, names) if not path.exists())
    with closing(engine.raw_connection()) as connection:
        connection.driver_connection.execute("VACUUM INTO ?", (str(copy),))
    return copy


def require_up_to_date() -> None:
    current, latest = revisions()
    if current != latest:
        raise click.ClickException(f"The database {where()} is not up to date: run `tracker migrate` first.")


def progress_bar(total: int) -> Any:
    """Return a bar to fill with rows; it is shown on a terminal alone, and only where there are many."""
    hidden = total < MANY_ROWS or not sys.stderr.isatty()
    return click.progressbar(length=total, label="Rows", file=sys.stderr, hidden=hidden)


def write_migration(name: str) -> None:
    """Write the migration from the database as it is to what the models say, under the next number."""
    _current, latest = revisions()
    config = alembic_config(current_app.extensions["tracker.engine"].url)
    command.revision(config, message=name, autogenerate=True, rev_id=f"{int(latest or 0) + 1:04}")
