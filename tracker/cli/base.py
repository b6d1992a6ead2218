"""What the commands share: which database, and errors as one line."""

import functools
from collections.abc import Callable
from typing import Any

import click
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.exc import OperationalError

from tracker.config import Settings
from tracker.database import alembic_config
from tracker.errors import TrackerError


def on_database(run: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --database and an application to run in, and tell its errors in one line."""

    @click.option("--database", metavar="FILE|URL", help="An SQLite file or a postgresql:// address.")
    @click.pass_context
    @functools.wraps(run)
    def command_on_database(context: click.Context, database: str | None, **options: Any) -> Any:
        settings = Settings(database=database) if database else Settings()
        try:
            with context.obj(settings).app_context():
                return run(**options)
        except TrackerError as error:
            raise click.ClickException(str(error)) from error
        except CommandError as error:
            raise click.ClickException(f"The database cannot be migrated: {error}") from error
        except OperationalError as error:
            raise click.ClickException(f"The database {where()} cannot be used: {error.orig}") from error

    return command_on_database


def where() -> str:
    """Return the database's address, without its password."""
    return current_app.extensions["tracker.engine"].url.render_as_string().removeprefix("sqlite:///")


def revisions() -> tuple[str | None, str | None]:
    """Return the revision the database is at, and the latest there is."""
    latest = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    with current_app.extensions["tracker.engine"].connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), latest


def bring_up_to_date() -> bool:
    """Migrate the database to the latest revision; return whether there was anything to do."""
    current, latest = revisions()
    if current == latest:
        return False
    command.upgrade(alembic_config(current_app.extensions["tracker.engine"].url), "head")
    return True


def require_up_to_date() -> None:
    current, latest = revisions()
    if current != latest:
        raise click.ClickException(f"The database {where()} is not up to date: run `tracker migrate` first.")


def write_migration(name: str) -> None:
    """Write the migration from the database as it is to what the models say, under the next number."""
    _current, latest = revisions()
    config = alembic_config(current_app.extensions["tracker.engine"].url)
    command.revision(config, message=name, autogenerate=True, rev_id=f"{int(latest or 0) + 1:04}")
