"""The command that writes records into files: a list, or the whole open data set."""

import datetime
import json
import sys
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from werkzeug.datastructures import MultiDict

from tracker.cli.base import progress_bar, require_up_to_date, with_database
from tracker.config import Settings
from tracker.database import snapshot
from tracker.exports import datapackage
from tracker.exports.list_file import MEDIA_TYPES, ListFile
from tracker.exports.provenance import DigestCounter
from tracker.models import LOCAL
from tracker.queries import history, listing
from tracker.records import CATALOGUE
from tracker.records.base import Kind

#: The word that exports the whole open data set in the place of a kind.
ALL = "all"


@click.command()
@click.argument("kind", type=click.Choice([*CATALOGUE, ALL]), metavar="KIND|all")
@click.argument("rest", nargs=-1, metavar="[FILTER=VALUE]...|DIR")
@click.option("--format", "form", type=click.Choice([*MEDIA_TYPES]), help="Of the file of a KIND.")
@click.option(
    "-o", "--output", type=click.File("wb", lazy=True), default="-", help="A file for a KIND; else the screen."
)
@click.option("--licence", help="Of the whole set, as SPDX calls it; else CC-BY-4.0.")
@with_database
def export(kind: str, rest: tuple[str, ...], form: str | None, output: BinaryIO, licence: str | None) -> None:
    """Write the records of KIND, all or filtered as on its page: area=migration status=done.

    Beside a file, FILE.about.json says what it is: filters, dates, columns, words and a checksum.

    `tracker export all DIR` writes the whole open data set into a new or empty folder: a CSV for each kind and
    datapackage.json, without notes, names of those who keep the records, or what was recorded in error.
    """
    if kind == ALL:
        if form or output.name != "-":
            raise click.UsageError("“all” writes a folder of CSV files: leave out --format and --output.")
        if len(rest) != 1:
            raise click.UsageError("Name the folder, and nothing else: tracker export all DIR.")
        export_all(Path(rest[0]), licence or "CC-BY-4.0")
        return
    if licence:
        raise click.UsageError("--licence is for the whole set: tracker export all DIR --licence NAME.")
    if form is None:
        raise click.UsageError("Missing option '--format': csv, json or xlsx.")
    if form == "xlsx" and output.name == "-" and sys.stdout.isatty():
        raise click.UsageError("An xlsx is no text for the screen: name a file with -o FILE.")
    require_up_to_date()
    export_list(CATALOGUE[kind], parse_filters(rest), form, output)


def parse_filters(texts: tuple[str, ...]) -> MultiDict[str, str]:
    """Read filters such as area=migration."""
    args: MultiDict[str, str] = MultiDict()
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"“{text}” is no filter: write name=value.")
        args.add(name, value)
    return args


def export_list(kind: Kind, args: MultiDict[str, str], form: str, output: BinaryIO) -> None:
    """Write a list, and beside a file its description."""
    filters, order = kind.filters.from_query(args), listing.Order.parse(kind, None)
    file = ListFile(form, kind, [*kind.columns.values(), kind.url_column(_address())], filters, order)
    at, counter = datetime.datetime.now(datetime.UTC), DigestCounter()
    to_file = output.name != "-"
    with snapshot() as connection:
        head, total = (
            history.chain_head(connection),
            listing.count_rows(listing.filtered_query(kind, filters), connection),
        )
        with progress_bar(total if to_file else 0) as bar:
            for chunk in file.chunks(connection, counter):
                output.write(counter.add(chunk))
                bar.update(counter.count - bar.pos)
    if not to_file:
        return
    about = file.provenance(counter, at=at, by=LOCAL, head=head)
    beside = Path(f"{output.name}.about.json")
    beside.write_text(json.dumps(about, ensure_ascii=False) + "\n", encoding="utf-8")


def export_all(folder: Path, licence: str) -> None:
    """Write the whole open data set."""
    if not datapackage.LICENCE.fullmatch(licence):
        raise click.BadParameter(f"“{licence[:60]}” is no name of a licence: write it as SPDX does, such as CC0-1.0.")
    require_up_to_date()
    with (
        datapackage.new_folder(folder) as draft,
        snapshot() as connection,
        progress_bar(datapackage.count_records(connection)) as bar,
    ):
        rows = datapackage.write_datapackage(
            connection, draft, licence=licence, address=_address(), by=LOCAL, on_progress=bar.update
        )
    click.echo(f"{sum(rows.values()):,} records of {len(rows)} kinds are in {folder}, licensed {licence}.")


def _address() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.address
