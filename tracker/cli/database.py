"""The commands that keep the data: migrate, seed, check."""

import sys
from pathlib import Path

import click

from tracker.actions.seed import load_seeds
from tracker.cli.base import (
    bring_up_to_date,
    current_database,
    describe_missing_migration,
    require_up_to_date,
    with_database,
    with_new_database,
    write_migration,
)
from tracker.database import writing
from tracker.paths import folder
from tracker.queries import integrity


@click.command()
@click.option("--write", metavar="NAME", help="For developers: write the next migration from what the models say.")
@with_new_database
def migrate(write: str | None) -> None:
    """Create the database, or bring it up to date."""
    if write:
        require_up_to_date()
        write_migration(write)
        return
    migrated = bring_up_to_date()
    state = "is now" if migrated else "was already"
    click.echo(describe_missing_migration() or f"The database {current_database()} {state} up to date.")


@click.command()
@click.argument(
    "source", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[FOLDER]"
)
@with_database
def seed(source: Path | None) -> None:
    """Plant the records of FOLDER, or those that come with the tracker.

    What was edited or removed here is left as it is, and told.
    """
    require_up_to_date()
    plant_seeds(source)


def plant_seeds(source: Path | None = None) -> None:
    with writing():
        result = load_seeds(source or folder("seeds"))
    click.echo(f"Seeds: {result.added} added, {result.changed} changed, {result.same} as they were.")
    for reason in result.left:
        click.echo(f"  left alone: {reason}")


@click.command()
@with_database
def check() -> None:
    """Work out again every value that is kept, and say what is wrong."""
    require_up_to_date()
    problems = integrity.integrity_problems()
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{len(problems)} problems in {current_database()}.")
        sys.exit(1)
    click.echo(f"Nothing is wrong in {current_database()}.")
