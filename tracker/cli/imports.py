"""The command that reads a spreadsheet into the records."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tracker.actions.imports import files, uploads
from tracker.actions.imports.batch import ImportResult, run_import
from tracker.actions.imports.mapping import ImportSettings
from tracker.actions.imports.scan import REPORT_COLUMNS
from tracker.actions.text_encoding import ENCODINGS
from tracker.cli.base import local_account, progress_bar, require_up_to_date, with_database
from tracker.database import writing
from tracker.errors import Invalid
from tracker.exports import csv_file
from tracker.records import ENTERED
from tracker.records.base import Kind

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

#: The number of wrong cells shown on the screen; the report lists all.
MAX_ERRORS_SHOWN = 20
#: {error: what to do about it}
WAYS_OUT = {
    "dates": "--dates dmy puts the day first, --dates mdy the month.",
    "columns": '--map "Header=field" says what a column fills, --map "Header=" leaves it out.',
}
CODECS = {name.lower(): codec for codec, name in ENCODINGS.items()}
DELIMITERS = {name: delimiter for delimiter, name in files.DELIMITERS.items()}


def parse_pairs(_context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """Parse NAME=VALUE at the last =, as a header may hold one."""
    pairs = {}
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"“{text}” is none: write {option.metavar}.")
        pairs[name.strip()] = value.strip()
    return pairs


@click.command("import")
@click.argument("kind", type=click.Choice(list(ENTERED)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--map", "columns", multiple=True, metavar="HEADER=FIELD", callback=parse_pairs, help="Which field a column fills."
)
@click.option(
    "--map-value",
    "values",
    multiple=True,
    metavar="FIELD:VALUE=WORD",
    callback=parse_pairs,
    help="What a value of the file means.",
)
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How to read a day such as 03/04/2024.")
@click.option("--encoding", type=click.Choice(list(CODECS), case_sensitive=False), help="Otherwise guessed.")
@click.option("--delimiter", type=click.Choice(list(DELIMITERS)), help="Otherwise guessed.")
@click.option("--sheet", default="", help="Of a workbook; otherwise its first.")
@click.option("--report", type=click.File("w", encoding="utf-8", lazy=True), help="A CSV of all that is wrong.")
@with_database
def import_(
    kind: str,
    file: Path,
    dry_run: bool,
    columns: dict[str, str],
    values: dict[str, str],
    dates: str | None,
    encoding: str | None,
    delimiter: str | None,
    sheet: str,
    report: TextIO | None,
) -> None:
    """Read FILE, a CSV or XLSX, into the records of KIND: all of it, or nothing.

    A record whose code is there is changed where it differs; the others are added. A column left out with
    --map "HEADER=" keeps what stands in its field, an empty cell empties it.
    """
    require_up_to_date()
    if file.stat().st_size > files.MAX_BYTES:
        raise click.ClickException(f"{file} is larger than {files.MAX_BYTES // 1024**2} MB: cut it in two.")
    table = files.read_table(
        file.read_bytes(), CODECS.get(encoding or "", ""), DELIMITERS.get(delimiter or "", ""), sheet
    )
    click.echo(_describe_reading(table))
    target = ENTERED[kind]
    try:
        with writing():
            settings = uploads.recall_settings(target, table.header)
            settings.dates = dates or settings.dates
            settings.columns |= columns
            _map_values(target, settings, values)
            result = _import_with_progress(target, table, settings, dry_run)
            if result.applied:
                uploads.remember_settings(target, table.header, settings)
    except Invalid as error:
        wrong = set(error.errors) - {"file"}
        ways = [WAYS_OUT["dates" if name == "dates" else "columns"] for name in sorted(wrong)[:1]]
        raise click.ClickException("\n".join([str(error), *ways])) from error
    _print_result(result, dry_run, report)


def _map_values(kind: Kind, settings: ImportSettings, values: dict[str, str]) -> None:
    """Put the values of --map-value, {FIELD:VALUE: WORD}, over those remembered."""
    for name, word in values.items():
        field, colon, value = name.partition(":")
        if not colon or field.strip() not in kind.form():
            raise click.BadParameter(f"“{name}” names no field: write FIELD:VALUE=WORD.", param_hint="--map-value")
        settings.values.setdefault(field.strip(), {})[value.strip()] = word


def _import_with_progress(
    kind: Kind, table: files.SourceTable, settings: ImportSettings, dry_run: bool
) -> ImportResult:
    """Run an import, with a progress bar on a terminal where there are many rows."""
    # Empty until the rows are counted.
    bars: list[ProgressBar[int]] = []

    def show_progress(done: int, total: int) -> None:
        if not bars:
            bars.append(progress_bar(total))
        bars[0].update(done - bars[0].pos)

    try:
        return run_import(kind, table, settings, local_account(), lambda _result: not dry_run, show_progress)
    finally:
        for bar in bars:
            bar.render_finish()


def _describe_reading(table: files.SourceTable) -> str:
    if table.sheet:
        others = [name for name in table.sheets if name != table.sheet]
        return f"Read: sheet “{table.sheet}”" + (f", not {', '.join(others)} (--sheet)." if others else ".")
    parts = ENCODINGS[table.encoding], files.DELIMITERS[table.delimiter], files.LINE_ENDS[table.line_ends]
    return f"Read as {', '.join(parts)}."


def _print_result(result: ImportResult, dry_run: bool, report: TextIO | None) -> None:
    """Print what was imported; or print the errors, write them to `report`, and exit with 1."""
    for note in result.notes:
        click.echo(note)
    if result.left_out:
        click.echo(f"Left out: {', '.join(result.left_out)}.")
    if errors := result.report:
        for error in errors.errors[:MAX_ERRORS_SHOWN]:
            place = (f"sheet “{result.sheet}”, " if result.sheet else "") + f"row {error.row}"
            place += f", {error.column}, “{error.value}”" if error.column else ""
            click.echo(f"  {place}: {error.reason}", err=True)
        if report:
            rows = ([result.sheet, error.row, error.column, error.value, error.reason] for error in errors.errors)
            report.writelines(csv_file.csv_lines(REPORT_COLUMNS, rows))
        if errors.count > MAX_ERRORS_SHOWN:
            click.echo(f"  … and {errors.count - MAX_ERRORS_SHOWN:,} more; --report FILE tells them.", err=True)
        click.echo(f"Nothing was imported: {errors.count:,} cells or rows are wrong.", err=True)
        sys.exit(1)
    counts = result.counts
    summary = f"{counts['added']:,} added, {counts['changed']:,} changed, {counts['left']:,} as they were"
    click.echo(f"A trial, nothing is kept: {summary}." if dry_run else f"Imported: {summary}.")
