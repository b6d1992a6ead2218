"""Shared by the commands: the choice of a database, its revision, and errors as one line."""

import datetime
import functools
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask, current_app
from pydantic import ValidationError
from sqlalchemy import URL, Engine, select
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from tracker.config import Settings, describe_settings_error
from tracker.database import alembic_config, database_url, session
from tracker.errors import TrackerError
from tracker.models import LOCAL, Account

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

#: The least number of rows for which a bar is shown.
MANY_ROWS = 1_000


def with_database(run: Callable[..., None], new: bool = False) -> Callable[..., None]:
    """Give a command the option --database and an application to run in, and print its errors as one line."""

    @click.option("--database", metavar="FILE|URL", help="An SQLite file or a postgresql:// address.")
    @click.pass_context
    @functools.wraps(run)
    def command_on_database(context: click.Context, /, database: str | None, **options: object) -> None:
        try:
            settings = Settings(database=database) if database else Settings()
        except ValidationError as error:
            raise click.ClickException(describe_settings_error(error)) from error
        try:
            with application(context, settings, new).app_context():
                run(**options)
        except TrackerError as error:
            raise click.ClickException(str(error)) from error
        except CommandError as error:
            raise click.ClickException(f"The database cannot be migrated: {error}") from error
        except IntegrityError as error:
            report = write_error_report(settings.data, error)
            message = f"Something went wrong on our side, and nothing was saved. Report it with what {report} holds."
            raise click.ClickException(message) from error
        except DBAPIError as error:
            name = database_name(database_url(settings.database, settings.data))
            raise click.ClickException(f"The database {name} cannot be used: {error.orig}") from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise click.ClickException(f"{error.filename or 'The file'} cannot be used: {error.strerror}") from error

    return command_on_database


#: The same for a command that creates a missing database.
with_new_database = functools.partial(with_database, new=True)


def write_error_report(folder: Path, error: Exception) -> Path:
    """Append the traceback of an unforeseen error to a file, and return its path."""
    report = folder / "errors.log"
    with report.open("a", encoding="utf-8") as file:
        file.write(f"{datetime.datetime.now(datetime.UTC).isoformat()}\n{''.join(traceback.format_exception(error))}\n")
    return report


def application(context: click.Context, settings: Settings, new: bool) -> Flask:
    """Return the application on the database that the settings name.

    Raises ClickException if its address cannot be read, or if it does not exist and may not be `new`.
    """
    try:
        url = database_url(settings.database, settings.data)
        if not new and url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
            raise click.ClickException(f"There is no database {database_name(url)}: run `tracker migrate` to make it.")
        create_app: Callable[[Settings], Flask] = context.obj
        return create_app(settings)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        scheme = settings.database.strip().partition(":")[0].partition("/")[0]
        raise click.ClickException(
            f"The address of the database ({scheme}…) cannot be read: "
            "write postgresql://user@host:5432/name, or the path of an SQLite file (./ before a name with a colon)."
        ) from error


def database_name(url: URL) -> str:
    """Return the path of a database file, or the address of a database without its password and options."""
    return url.database or "" if url.get_backend_name() == "sqlite" else url.set(query={}).render_as_string()


def current_engine() -> Engine:
    engine: Engine = current_app.extensions["tracker.engine"]
    return engine


def current_database() -> str:
    """Return the name of the database in use, as messages give it."""
    return database_name(current_engine().url)


def local_account() -> Account:
    """Return the account under which all changes made on this computer are recorded."""
    return session.scalars(select(Account).where(Account.code == LOCAL)).one()


def revisions() -> tuple[str | None, str | None]:
    """Return the revision of the database, and the latest; raises ClickException for an unknown one."""
    scripts = ScriptDirectory.from_config(alembic_config(""))
    latest = scripts.get_current_head()
    with current_engine().connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current and current not in {script.revision for script in scripts.walk_revisions()}:
        first = scripts.get_base()
        if current.isdigit() and current < str(first):
            raise click.ClickException(
                f"The database {current_database()} is at {current}, and migrations begin with {first} now. "
                f"Run `tracker migrate` once in an earlier checkout, to bring it to {first}, then use this version: "
                "git checkout $(git log -1 --format=%H --diff-filter=D -- migrations/versions/0006_progress.py)^"
            )
        raise click.ClickException(
            f"The database {current_database()} was made by another version of the tracker: it is at {current}, "
            f"and this version knows no more than {latest}. Use the version that made it, or a newer one."
        )
    return current, latest


def require_up_to_date() -> None:
    current, latest = revisions()
    if current != latest:
        raise click.ClickException(f"The database {current_database()} is not up to date: run `tracker migrate` first.")


def progress_bar(total: int) -> "ProgressBar[int]":
    """Return a progress bar of rows; it is shown only on a terminal, and only for many rows."""
    hidden = total < MANY_ROWS or not sys.stderr.isatty()
    return click.progressbar(length=total, label="Rows", file=sys.stderr, hidden=hidden)
