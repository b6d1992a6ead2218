"""The commands that keep the data: migrate, seed, export, check."""

import sys
from pathlib import Path
from typing import TextIO

import click
from flask import current_app
from werkzeug.datastructures import MultiDict

from tracker.actions.seed import plant
from tracker.cli.base import bring_up_to_date, on_database, on_new_database, require_up_to_date, where, write_migration
from tracker.database import snapshot, writing
from tracker.exports import csv, json
from tracker.paths import folder
from tracker.queries import check as checks
from tracker.queries import find, plain
from tracker.records import CATALOGUE


@click.command()
@click.option("--write", metavar="NAME", help="For developers: write the next migration from what the models say.")
@on_new_database
def migrate(write: str | None) -> None:
    """Create the database, or bring it up to date."""
    if write:
        require_up_to_date()
        write_migration(write)
        return
    done = bring_up_to_date()
    click.echo(f"The database {where()} {'is now' if done else 'was already'} up to date.")


@click.command()
@click.argument(
    "source", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[FOLDER]"
)
@on_database
def seed(source: Path | None) -> None:
    """Plant the records of FOLDER, or those that come with the tracker.

    What was edited or removed here is left as it is, and told.
    """
    require_up_to_date()
    plant_seeds(source)


def plant_seeds(source: Path | None = None) -> None:
    with writing():
        planted = plant(source or folder("seeds"))
    click.echo(f"Seeds: {planted.added} added, {planted.changed} changed, {planted.same} as they were.")
    for told in planted.left:
        click.echo(f"  left alone: {told}")


@click.command()
@click.argument("kind", type=click.Choice(list(CATALOGUE)))
@click.argument("filters", nargs=-1, metavar="[FILTER=VALUE]...")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), required=True)
@click.option(
    "-o", "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="A file; else the screen."
)
@on_database
def export(kind: str, filters: tuple[str, ...], form: str, output: TextIO) -> None:
    """Write the records of KIND, all or filtered as on its page: area=migration status=done."""
    require_up_to_date()
    wanted: MultiDict[str, str] = MultiDict()
    for each in filters:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.BadParameter(f"“{each}” is no filter: write name=value.")
        wanted.add(name, value)
    described = CATALOGUE[kind]
    filters = described.filters.from_query(wanted)
    query = find.filtered(described, filters)
    columns = [*described.columns.values(), described.url_column(current_app.config["SETTINGS"].address)]
    names, order = [column.name for column in columns], find.Order.of(described, None)
    with snapshot() as reading:
        rows = plain.each(reading, described, columns, query, order, filters.clock)
        lines = (
            csv.table(names, rows)
            if form == "csv"
            else json.lines((dict(zip(names, row, strict=True)) for row in rows), total=find.count(query), next=None)
        )
        for line in lines:
            output.write(line)


@click.command()
@on_database
def check() -> None:
    """Work out again every value that is kept, and say what is wrong."""
    require_up_to_date()
    wrong = checks.problems()
    for told in wrong:
        click.echo(told)
    if wrong:
        click.echo(f"{len(wrong)} problems in {where()}.")
        sys.exit(1)
    click.echo(f"Nothing is wrong in {where()}.")
