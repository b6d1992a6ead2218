"""The command that reads a spreadsheet into the records."""

import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from tracker.actions.imports import files, uploads
from tracker.actions.imports.batch import ImportResult
from tracker.actions.imports.mapping import ImportSettings
from tracker.actions.imports.run import run_import
from tracker.actions.imports.scan import REPORTED
from tracker.cli.base import progress_bar, require_up_to_date, with_database
from tracker.database import session, writing
from tracker.errors import Invalid
from tracker.exports import csv_file
from tracker.models import LOCAL, Account
from tracker.records import ENTERED, Kind

#: So many wrong cells are told on the screen; the report tells all.
MOST_TOLD = 20
#: {what is wrong: the way out}
WAYS_OUT = {
    "dates": "--dates dmy puts the day first, --dates mdy the month.",
    "columns": '--map "Header=field" says what a column fills, --map "Header=" leaves it out.',
}
CODECS = {name.lower(): codec for codec, name in files.ENCODINGS.items()}
DELIMITERS = {name: delimiter for delimiter, name in files.DELIMITERS.items()}


def pairs(_context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE; the last = parts the two, for a header may hold one."""
    found = {}
    for each in given:
        name, equals, value = each.rpartition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"“{each}” is none: write {option.metavar}.")
        found[name.strip()] = value.strip()
    return found


@click.command("import")
@click.argument("kind", type=click.Choice(list(ENTERED)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--map", "columns", multiple=True, metavar="HEADER=FIELD", callback=pairs, help="Which field a column fills."
)
@click.option(
    "--map-value",
    "values",
    multiple=True,
    metavar="FIELD:VALUE=WORD",
    callback=pairs,
    help="What a value of the file means.",
)
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How to read a day such as 03/04/2024.")
@click.option("--encoding", type=click.Choice(list(CODECS), case_sensitive=False), help="Otherwise guessed.")
@click.option("--delimiter", type=click.Choice(list(DELIMITERS)), help="Otherwise guessed.")
@click.option("--sheet", default="", help="Of a workbook; otherwise its first.")
@click.option("--report", type=click.File("w", encoding="utf-8", lazy=True), help="A CSV of all that is wrong.")
@with_database
def import_(kind: str, file: Path, dry_run: bool, report: Any, **said: Any) -> None:
    """Read FILE, a CSV or XLSX, into the records of KIND: all of it, or nothing.

    A record whose code is there is changed where it differs; the others are added. A column left out with
    --map "HEADER=" keeps what stands in its field, an empty cell empties it.
    """
    require_up_to_date()
    if file.stat().st_size > files.MOST_BYTES:
        raise click.ClickException(f"{file} is larger than {files.MOST_BYTES // 1024**2} MB: cut it in two.")
    codec, delimiter = CODECS.get(said["encoding"] or "", ""), DELIMITERS.get(said["delimiter"] or "", "")
    table = files.read_table(file.read_bytes(), codec, delimiter, said["sheet"])
    click.echo(_how_read(table))
    try:
        with writing():
            account = session.scalars(select(Account).where(Account.code == LOCAL)).one()
            described = ENTERED[kind]
            settings = _settings(described, uploads.recall_settings(described, table.header), said)
            outcome = _watched(described, table, settings, account, dry_run)
            if outcome.kept:
                uploads.remember_settings(described, table.header, settings)
    except Invalid as error:
        wrong = set(error.errors) - {"file"}
        ways = [WAYS_OUT["dates" if name == "dates" else "columns"] for name in sorted(wrong)[:1]]
        raise click.ClickException("\n".join([str(error), *ways])) from error
    _tell(outcome, dry_run, report)


def _watched(
    kind: Kind, table: files.SourceTable, settings: ImportSettings, account: Account, dry_run: bool
) -> ImportResult:
    """Run an import under a bar, on a screen and with many rows."""
    bars: list[Any] = []

    def told(done: int, total: int) -> None:
        if not bars:
            bars.append(progress_bar(total))
        bars[0].update(done - bars[0].pos)

    try:
        return run_import(kind, table, settings, account, lambda _outcome: not dry_run, told)
    finally:
        for shown in bars:
            shown.render_finish()


def _settings(kind: Kind, settings: ImportSettings, said: dict[str, Any]) -> ImportSettings:
    """Return what is remembered of such files, with what is said of this one over it."""
    settings.dates = said["dates"] or settings.dates
    settings.columns |= said["columns"]
    for name, word in said["values"].items():
        field, colon, value = name.partition(":")
        if not colon or field.strip() not in kind.form():
            raise click.BadParameter(f"“{name}” names no field: write FIELD:VALUE=WORD.", param_hint="--map-value")
        settings.values.setdefault(field.strip(), {})[value.strip()] = word
    return settings


def _how_read(table: files.SourceTable) -> str:
    if table.sheet:
        others = [name for name in table.sheets if name != table.sheet]
        return f"Read: sheet “{table.sheet}”" + (f", not {', '.join(others)} (--sheet)." if others else ".")
    parts = files.ENCODINGS[table.encoding], files.DELIMITERS[table.delimiter], files.LINE_ENDS[table.line_ends]
    return f"Read as {', '.join(parts)}."


def _tell(outcome: ImportResult, dry_run: bool, report: Any) -> None:
    for note in outcome.notes:
        click.echo(note)
    if outcome.left_out:
        click.echo(f"Left out: {', '.join(outcome.left_out)}.")
    if wrong := outcome.report:
        for each in wrong.told[:MOST_TOLD]:
            where = (f"sheet “{outcome.sheet}”, " if outcome.sheet else "") + f"row {each.row}"
            where += f", {each.column}, “{each.value}”" if each.column else ""
            click.echo(f"  {where}: {each.reason}", err=True)
        if report:
            rows = ([outcome.sheet, each.row, each.column, each.value, each.reason] for each in wrong.told)
            for line in csv_file.csv_lines(REPORTED, rows):
                report.write(line)
        if wrong.count > MOST_TOLD:
            click.echo(f"  … and {wrong.count - MOST_TOLD:,} more; --report FILE tells them.", err=True)
        click.echo(f"Nothing was imported: {wrong.count:,} cells or rows are wrong.", err=True)
        sys.exit(1)
    counts = outcome.counts
    said = f"{counts['added']:,} added, {counts['changed']:,} changed, {counts['left']:,} as they were"
    click.echo(f"A trial, nothing is kept: {said}." if dry_run else f"Imported: {said}.")
