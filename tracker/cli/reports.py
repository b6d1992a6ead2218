"""The commands for status reports: issue one, and verify a file of one."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask import current_app
from werkzeug.datastructures import MultiDict

from tracker.actions.reports import draft_report, issue_report
from tracker.cli.base import local_account, progress_bar, require_up_to_date, with_database
from tracker.database import begin_snapshot, begin_write, writing
from tracker.errors import Invalid
from tracker.exports.reports import diff_text, verification
from tracker.exports.reports.docx.writer import check_template
from tracker.exports.reports.formats import BARE, FORMATS, render_report, report_provenance
from tracker.models import ReportRun
from tracker.passage_text import common_prefix_length
from tracker.queries.reports.data import report_data
from tracker.queries.reports.parameters import BRIEF, ReportRequest
from tracker.queries.reports.stored import ReportData, get_report
from tracker.records import CATALOGUE
from tracker.vocabulary import Chapter

#: The number of differences shown one by one.
MAX_DIFFERENCES_SHOWN = 20
#: The exit code for a file that holds what was issued, rendered by an earlier version in other words or layout.
DRAWN_BY_OTHER_VERSION = 3
#: The name that means the screen in the place of a file.
SCREEN = "-"
#: The number of characters shown of a long text that differs.
EXCERPT_LENGTH = 200
FILTERS = [field for field in CATALOGUE["commitments"].filters() if field.name not in ("as_of", "known_by")]


@with_database
def _issue(form: str, output: str, template: BinaryIO | None, **args: str | tuple[str, ...] | None) -> None:
    """Issue a status report, and write it as a file.

    Its scope is given by the filters of the list of commitments: --area migration --kind new_commitment. What it says
    is kept as it was issued; `tracker report verify` looks whether a file still says that.
    """
    require_up_to_date()
    if not form:
        raise click.UsageError(f"Name the format of the file: --format {'|'.join(FORMATS)}.")
    if output == SCREEN and FORMATS[form].binary and sys.stdout.isatty():
        raise click.UsageError(f"A {form} is no text for the screen: name a file with -o FILE.")
    if template and form != "docx":
        raise click.UsageError("--template is for a Word file: --format docx.")
    folder = Path(output).absolute().parent
    if not (output == SCREEN or Path(output).exists() or os.access(folder, os.W_OK | os.X_OK)):
        raise click.UsageError(f"No file can be written in {folder}: name another with -o FILE.")
    word_template = template.read() if template else None
    if word_template is not None:
        check_template(word_template)
    request = ReportRequest(MultiDict((name, value) for name, values in args.items() for value in _as_list(values)))
    # `known_by` is set while nobody else writes, so that all recorded by then is committed.
    begin_write()
    parameters = request.parameters(current_app.config["SETTINGS"].address)
    begin_snapshot()
    data = report_data(parameters)
    FORMATS[form].allow(data.head["rows"]["commitments"], parameters.chapters)
    with draft_report(_with_progress(data)) as draft, writing():
        code = issue_report(local_account(), draft).code
    run = get_report(code)
    chunks = iter(render_report(run, form, word_template))
    # Rendered before the file is opened, so that an existing one is kept if rendering fails.
    start = next(chunks)
    with click.open_file(output, "wb") as file:
        for chunk in chain([start], chunks):
            file.write(chunk)
    if form in BARE and output != SCREEN:
        about = json.dumps(report_provenance(run, form), ensure_ascii=False)
        Path(f"{output}.about.json").write_text(about + "\n", encoding="utf-8")
    rows = data.head["rows"]
    counts = f"commitments: {rows['commitments']}, updates: {rows['updates']}"
    click.echo(f"Issued as {code} ({counts}).", err=output == SCREEN)


def _as_list(values: str | Iterable[str] | None) -> list[str]:
    return [values] if isinstance(values, str) else list(values or ())


def _with_progress(data: ReportData) -> ReportData:
    """Return the data of a report with rows that fill a progress bar as they are read."""
    bar = progress_bar(sum(data.head["rows"].values()))

    def rows(name: str) -> Iterator[dict[str, Any]]:
        for row in data.rows(name):
            bar.update(1)
            yield row

    return ReportData(data.head, rows)


_PARAMS: list[click.Parameter] = [
    *(
        click.Option([f"--{field.name.replace('_', '-')}"], multiple=True, metavar="VALUE", help=f"{field.label.text}.")
        for field in FILTERS
    ),
    click.Option(["--title"], help="Else it is made of the scope."),
    click.Option(["--cover-note"], help="Printed under the title."),
    click.Option(["--as-of"], metavar="DAY", help="How things stand on this day; else today."),
    click.Option(["--known-by"], metavar="DAY", help="By what was recorded until the end of it; else now."),
    click.Option(["--since"], metavar="DAY", help="What changed after this day is news."),
    click.Option(
        ["--since-meeting"], metavar="CODE", help="Or after this meeting; else after the last one in scope held before."
    ),
    click.Option(
        ["--chapter", "chapters"],
        multiple=True,
        type=click.Choice([BRIEF, *(word.value for word in Chapter)]),
        help=f"What it includes, several times; else all. “{BRIEF}” alone leaves out all others.",
    ),
    click.Option(["--format", "form"], type=click.Choice(list(FORMATS)), help="What file it becomes."),
    click.Option(["--template"], type=click.File("rb"), help="A Word file that the report is laid into."),
    click.Option(
        ["-o", "--output"],
        # Opened late, so that a refusal leaves an existing file as it is.
        type=click.Path(dir_okay=False, writable=True, allow_dash=True),
        default=SCREEN,
        help="A file; else the screen.",
    ),
    *_issue.__click_params__,  # type: ignore[attr-defined]
]


@click.group(invoke_without_command=True, params=_PARAMS, help=_issue.__doc__)
@click.pass_context
def report(context: click.Context, /, **options: object) -> None:
    if context.invoked_subcommand is None:
        context.invoke(_issue, **options)


@report.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--report", "code", default="", metavar="CODE", help="Whose file it is; else found by its checksum.")
@click.option("--template", type=click.File("rb"), help="The Word file that the report was laid into.")
@with_database
def verify(file: Path, code: str, template: BinaryIO | None) -> None:
    """Say whether FILE still holds what was issued, and what the records say differently now for the same two dates."""
    require_up_to_date()
    sent = verification.ReportFile(file, template.read() if template else None)
    if template and sent.form != "docx":
        raise click.UsageError("--template is for a Word file.")
    run, note = verification.identify_report(sent, code)
    if note:
        click.echo(note)
    changed = list(islice(verification.mismatches(run, sent), MAX_DIFFERENCES_SHOWN + 1))
    if changed:
        click.echo(f"{file.name} is NOT as it was issued as {run.code}:")
    for cell in changed[:MAX_DIFFERENCES_SHOWN]:
        issued = "not in what was issued" if cell.issued is None else f"issued {_quoted(cell.issued, cell.actual)}"
        click.echo(f"  {cell.place}: {issued}, found {_quoted(cell.actual, cell.issued)}")
    if len(changed) > MAX_DIFFERENCES_SHOWN:
        click.echo("  … and more.")
    other = sent.other_drawing
    if changed and other:
        click.echo(f"It was drawn by {other}, so only its values were compared with what was issued.")
    if changed and sent.form == "docx" and not template:
        click.echo("If it was laid into a template of your own, name that: --template FILE.")
    identical = not changed and verification.is_identical_file(run, sent)
    if identical:
        click.echo(f"{file.name} is as it was issued as {run.code}.")
    elif not changed and other:
        click.echo(f"{file.name} holds what was issued as {run.code}, and was drawn by {other}.")
    elif not changed:
        click.echo(
            f"{file.name} says what was issued as {run.code}, but is another file: it was saved again, "
            "or something other than its words was changed, such as a picture."
        )
    _print_present_differences(run)
    if changed:
        sys.exit(1)
    if other and not identical:
        sys.exit(DRAWN_BY_OTHER_VERSION)


def _print_present_differences(run: ReportRun) -> None:
    begin_snapshot()
    try:
        differences = list(islice(diff_text.described_differences(run), MAX_DIFFERENCES_SHOWN + 1))
    except Invalid as error:
        click.echo(f"What the records say now cannot be told: its scope names what was removed since: {error}")
        return
    if not differences:
        click.echo("The records say the same now for the same two dates.")
        return
    click.echo("For the same two dates the records say differently now (said then → says now):")
    for change in differences[:MAX_DIFFERENCES_SHOWN]:
        click.echo(f"  {change}: {_excerpt(change.was, change.now)} → {_excerpt(change.now, change.was)}")
    if len(differences) > MAX_DIFFERENCES_SHOWN:
        click.echo("  … and more.")


def _quoted(text: str | None, other: str | None) -> str:
    return f"“{_excerpt(text, other)}”" if text else "nothing"


def _excerpt(text: str | None, other: str | None) -> str:
    """Return a text; of a long one, the part around the first difference from another."""
    if not text:
        return "nothing"
    same = common_prefix_length(text, other or "")
    start = max(0, min(same - EXCERPT_LENGTH // 2, len(text) - EXCERPT_LENGTH))
    end = start + EXCERPT_LENGTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
