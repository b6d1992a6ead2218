"""The commands for status reports: issue one, and verify a file of one."""

import json
import os
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask import current_app
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tracker.actions.reports import draft_report, issue_report
from tracker.cli.base import progress_bar, require_up_to_date, with_database
from tracker.database import begin_snapshot, begin_write, session, writing
from tracker.errors import Invalid
from tracker.exports.reports import diff_text, docx, verification
from tracker.exports.reports.document import PROGRAM
from tracker.exports.reports.formats import BARE, FORMATS, render_report, report_provenance
from tracker.models import LOCAL, Account, ReportRun
from tracker.queries.reports.data import ReportData, report_data
from tracker.queries.reports.request import BRIEF, ReportRequest
from tracker.records import CATALOGUE
from tracker.vocabulary import Chapter

#: How many differences are told one by one, and the name of no file.
MOST_TOLD, SCREEN = 20, "-"
#: How many characters of a text are told.
LONGEST = 200
FILTERS = [field for field in CATALOGUE["commitments"].filters() if field.name not in ("as_of", "known_by")]


@with_database
def _issue(form: str, output: str, into: BinaryIO | None, **given: Any) -> None:
    """Issue a status report, and write it as a file.

    Its scope is given by the filters of the list of commitments: --area migration --kind new_commitment. What it says
    is kept as it was issued; `tracker report verify` looks whether a file still says that.
    """
    require_up_to_date()
    if not form:
        raise click.UsageError(f"Name the format of the file: --format {'|'.join(FORMATS)}.")
    if output == SCREEN and FORMATS[form].binary and sys.stdout.isatty():
        raise click.UsageError(f"A {form} is no text for the screen: name a file with -o FILE.")
    if into and form != "docx":
        raise click.UsageError("--template is for a Word file: --format docx.")
    place = Path(output).absolute().parent
    if not (output == SCREEN or Path(output).exists() or os.access(place, os.W_OK | os.X_OK)):
        raise click.UsageError(f"No file can be written in {place}: name another with -o FILE.")
    template = into.read() if into else None
    if template is not None:
        docx.check_template(template)
    entered = ReportRequest(MultiDict((name, value) for name, values in given.items() for value in _several(values)))
    # Until when it is known is settled while nobody else writes: what was recorded by then is there to be read.
    begin_write()
    asked = entered.asked(current_app.config["SETTINGS"].address)
    begin_snapshot()
    told = report_data(asked)
    FORMATS[form].allow(told.head["rows"]["commitments"], asked.chapters)
    with draft_report(_watched(told)) as written, writing():
        run = issue_report(session.scalars(select(Account).where(Account.code == LOCAL)).one(), written)
        code = run.code
    run = session.scalars(select(ReportRun).where(ReportRun.code == code)).one()
    stretches = iter(render_report(run, form, template))
    # The first before the file is opened, so that one that is there stays as it is if nothing can be drawn.
    start = next(stretches)
    with click.open_file(output, "wb") as file:
        for stretch in chain([start], stretches):
            file.write(stretch)
    if form in BARE and output != SCREEN:
        stamp = json.dumps(report_provenance(run, form), ensure_ascii=False)
        Path(f"{output}.about.json").write_text(stamp + "\n", encoding="utf-8")
    rows = told.head["rows"]
    told_of = f"commitments: {rows['commitments']}, updates: {rows['updates']}"
    click.echo(f"Issued as {code} ({told_of}).", err=output == SCREEN)


def _several(values: Any) -> list[str]:
    return [values] if isinstance(values, str) else list(values or ())


def _watched(told: ReportData) -> ReportData:
    """Show on a screen how far a long report is written."""
    shown = progress_bar(sum(told.head["rows"].values()))

    def rows(name: str) -> Iterator[dict[str, Any]]:
        for row in told.rows(name):
            shown.update(1)
            yield row

    return ReportData(told.head, rows)


_PARAMS: list[click.Parameter] = [
    *(
        click.Option([f"--{each.name.replace('_', '-')}"], multiple=True, metavar="VALUE", help=f"{each.label.text}.")
        for each in FILTERS
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
    click.Option(["--template", "into"], type=click.File("rb"), help="A Word file that the report is laid into."),
    click.Option(
        ["-o", "--output"],
        # Opened when all is well, so that a refusal leaves a file that is there as it is.
        type=click.Path(dir_okay=False, writable=True, allow_dash=True),
        default=SCREEN,
        help="A file; else the screen.",
    ),
    *_issue.__click_params__,  # type: ignore[attr-defined]
]


@click.group(invoke_without_command=True, params=_PARAMS, help=_issue.__doc__)
@click.pass_context
def report(context: click.Context, **given: Any) -> None:
    if context.invoked_subcommand is None:
        context.invoke(_issue, **given)


@report.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--report", "code", default="", metavar="CODE", help="Whose file it is; else found by its checksum.")
@click.option("--template", "into", type=click.File("rb"), help="The Word file that the report was laid into.")
@with_database
def verify(file: Path, code: str, into: BinaryIO | None) -> None:
    """Say whether FILE still holds what was issued, and what the records say differently now for the same two dates."""
    require_up_to_date()
    sent = verification.ReportFile(file, into.read() if into else None)
    if into and sent.form != "docx":
        raise click.UsageError("--template is for a Word file.")
    run, taken = verification.identify_report(sent, code)
    if taken:
        click.echo(taken)
    changed = list(islice(verification.mismatches(run, sent), MOST_TOLD + 1))
    if changed:
        click.echo(f"{file.name} is NOT as it was issued as {run.code}:")
    for each in changed[:MOST_TOLD]:
        issued = "not in what was issued" if each.issued is None else f"issued {_shown(each.issued, each.found)}"
        click.echo(f"  {each.place}: {issued}, found {_shown(each.found, each.issued)}")
    if len(changed) > MOST_TOLD:
        click.echo("  … and more.")
    if changed and (other := verification.written_by_other_version(sent)):
        click.echo(f"It was made with {other}, and this is {PROGRAM}, which may put things in other words.")
    if changed and sent.form == "docx" and not into:
        click.echo("If it was laid into a template of your own, name that: --template FILE.")
    if not changed and verification.is_identical_file(run, sent):
        click.echo(f"{file.name} is as it was issued as {run.code}.")
    elif not changed:
        click.echo(
            f"{file.name} says what was issued as {run.code}, but is another file: it was saved again, "
            "or something other than its words was changed, such as a picture."
        )
    _tell_now(run)
    if changed:
        sys.exit(1)


def _tell_now(run: ReportRun) -> None:
    begin_snapshot()
    try:
        found = list(islice(diff_text.described_differences(run), MOST_TOLD + 1))
    except Invalid as error:
        click.echo(f"What the records say now cannot be told: its scope names what was removed since: {error}")
        return
    if not found:
        click.echo("The records say the same now for the same two dates.")
        return
    click.echo("For the same two dates the records say differently now (said then → says now):")
    for each in found[:MOST_TOLD]:
        click.echo(f"  {each}: {_stretch(each.was, each.now)} → {_stretch(each.now, each.was)}")
    if len(found) > MOST_TOLD:
        click.echo("  … and more.")


def _shown(text: str | None, other: str | None) -> str:
    return f"“{_stretch(text, other)}”" if text else "nothing"


def _stretch(text: str | None, other: str | None) -> str:
    """Return a text, of a long one what stands about the place where it differs from another."""
    if not text:
        return "nothing"
    pairs = enumerate(zip(text, other or "", strict=False))
    same = next((place for place, (one, two) in pairs if one != two), min(len(text), len(other or "")))
    start = max(0, min(same - LONGEST // 2, len(text) - LONGEST))
    more = "…" if start + LONGEST < len(text) else ""
    return f"{'…' if start else ''}{text[start : start + LONGEST]}{more}"
