"""The pages on which a spreadsheet becomes records: upload, columns, preview, import."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.actions.imports import files, uploads
from tracker.actions.imports.batch import ImportResult
from tracker.actions.imports.mapping import ImportSettings
from tracker.actions.imports.questions import source_columns, unknown_values
from tracker.actions.imports.scan import REPORTED
from tracker.errors import Conflict, Invalid
from tracker.exports import csv_file
from tracker.models import ImportFile
from tracker.records import CATALOGUE, ENTERED

pages = Blueprint("imports", __name__, url_prefix="/import")

#: How many wrong cells the page shows; the report tells all.
MOST_TOLD = 200
#: {id of a file: rows done, rows in all}, while it is being read.
PROGRESS: dict[str, tuple[int, int]] = {}


@pages.get("/")
def index() -> ResponseReturnValue:
    return _begin()


@pages.post("/")
def upload() -> ResponseReturnValue:
    given, name = request.files.get("file"), request.form.get("kind", "")
    wrong = {} if name in ENTERED else {"kind": [_("Choose what the rows of the file are.")]}
    if given is None or not given.filename:
        wrong["file"] = [_("Choose a file.")]
    if wrong or given is None:
        return _begin(wrong)
    try:
        file = uploads.store_upload(g.account, ENTERED[name], given.filename or "", given.read())
    except Invalid as error:
        return _begin(error.errors)
    return redirect(f"/import/{file.id}", 303)


def _begin(wrong: Any = None) -> ResponseReturnValue:
    chosen = request.form.get("kind") or request.args.get("kind")
    page = render_template("imports/index.html", wrong=wrong or {}, chosen=chosen, most=files.MOST_BYTES // 1024**2)
    return page, Invalid.status if wrong else 200


@pages.get("/<number>")
def show(number: str) -> ResponseReturnValue:
    return _settle(uploads.get_upload(g.account, number))


def _settle(file: ImportFile, wrong: Any = None) -> ResponseReturnValue:
    """Show how a file is read, its columns, and the values nobody knows."""
    kind, settings = CATALOGUE[file.kind], ImportSettings(**file.settings)
    table = uploads.upload_table(file)
    columns = source_columns(kind, table, settings)
    page = render_template(
        "imports/show.html",
        file=file,
        kind=kind,
        form=kind.form(),
        settings=settings,
        table=table,
        columns=columns,
        unknown=unknown_values(kind, table, [column.fills for column in columns], settings),
        wrong=wrong or {},
        encodings=files.ENCODINGS,
        delimiters=files.DELIMITERS,
    )
    return page, Invalid.status if wrong else 200


@pages.post("/<number>")
def settle(number: str) -> ResponseReturnValue:
    """Take in what was said of a file, and go on to its preview."""
    file = uploads.get_upload(g.account, number)
    table, posted = uploads.upload_table(file), request.form
    read = tuple(getattr(table, name) for name in ("encoding", "delimiter", "sheet"))
    asked = (
        posted.get("encoding", read[0]),
        next((sign for sign, name in files.DELIMITERS.items() if name == posted.get("delimiter")), read[1]),
        posted.get("sheet", read[2]),
    )
    try:
        if asked != read:
            uploads.change_reading(file, *asked)
            flash(_("The file is read anew: look at its columns."))
            return redirect(f"/import/{number}", 303)
        file.settings = _said(ImportSettings(*read), table.header).to_json()
        _watched(number, lambda told: uploads.preview_import(g.account, file, told))
    except Invalid as error:
        return _settle(file, error.errors)
    return redirect(f"/import/{number}/preview", 303)


def _said(settings: ImportSettings, header: list[str]) -> ImportSettings:
    """Read what the form says of columns, values and days."""
    for place, name in enumerate(header):
        # A question mark is chosen where nobody can know what a column fills.
        if (fills := request.form.get(f"column-{place}", "?")) != "?":
            settings.columns[name] = fills
    for name, word in request.form.items():
        if name.startswith("value-") and word.strip():
            field, value = name.removeprefix("value-").split("-", 1) if "-" in name[6:] else ("", "")
            settings.values.setdefault(field, {})[value] = word.strip()
    if request.form.get("dates") in ("dmy", "mdy"):
        settings.dates = request.form["dates"]
    return settings


def _watched(number: str, run: Callable[[Callable[[int, int], None]], ImportResult]) -> ImportResult:
    """Run an import, and tell all the while how far it is."""

    def told(done: int, total: int) -> None:
        PROGRESS[number] = done, total

    try:
        return run(told)
    finally:
        PROGRESS.pop(number, None)


@pages.get("/<number>/progress")
def progress(number: str) -> ResponseReturnValue:
    done, total = PROGRESS.get(number, (0, 0))
    return {"done": done, "total": total}


@pages.get("/<number>/preview")
def preview(number: str) -> ResponseReturnValue:
    return _previewed(uploads.get_upload(g.account, number))


def _previewed(file: ImportFile, changed: bool = False) -> ResponseReturnValue:
    if file.preview is None:
        return redirect(f"/import/{file.id}")
    found = file.preview
    page = render_template(
        "imports/preview.html",
        file=file,
        kind=CATALOGUE[file.kind],
        found=found,
        wrong=found["report"]["told"][:MOST_TOLD],
        changed=changed,
        steps=found["counts"]["added"] + found["counts"]["changed"],
    )
    return page, Conflict.status if changed else 200


@pages.get("/<number>/report")
def report(number: str) -> ResponseReturnValue:
    """Give all that is wrong as a file."""
    file = uploads.get_upload(g.account, number)
    found = file.preview or {"report": {"told": []}}
    rows = ([{"sheet": found["sheet"], **each}[name] for name in REPORTED] for each in found["report"]["told"])
    response = Response("".join(csv_file.csv_lines(REPORTED, rows)), content_type=csv_file.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.kind}-report.csv"'
    return response


@pages.post("/<number>/apply")
def apply(number: str) -> ResponseReturnValue:
    """Import a file as its preview was confirmed, or show the preview as it is now."""
    file = uploads.get_upload(g.account, number)
    kind = CATALOGUE[file.kind]
    confirmed = {sort: request.form.get(sort, -1, type=int) for sort in ("added", "changed", "left")}
    outcome = _watched(number, lambda told: uploads.apply_import(g.account, file, confirmed, told))
    if not outcome.kept:
        return _previewed(file, changed=True)
    counts = outcome.counts
    flash(_("Imported: %(added)s added, %(changed)s changed, %(left)s as they were.", **_told(counts)))
    return redirect(f"/{kind.name}/", 303)


def _told(counts: dict[str, int]) -> dict[str, str]:
    return {sort: f"{number:,}" for sort, number in counts.items()}
