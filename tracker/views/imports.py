"""The pages that import a spreadsheet: upload, columns, preview, import."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.actions.imports import files, uploads
from tracker.actions.imports.batch import ImportResult
from tracker.actions.imports.mapping import ImportSettings, source_columns, unknown_values
from tracker.actions.imports.scan import REPORT_COLUMNS
from tracker.actions.text_encoding import ENCODINGS
from tracker.errors import Invalid, TrackerError
from tracker.exports import csv_file
from tracker.models import ImportFile
from tracker.records import CATALOGUE, ENTERED
from tracker.views.forms import handle_form

pages = Blueprint("imports", __name__, url_prefix="/import")

#: The number of wrong cells the page shows; the report has all.
MAX_ERRORS = 200
#: {id of a file: (rows done, rows in all)} of the imports that run.
PROGRESS: dict[str, tuple[int, int]] = {}


@pages.get("/")
def index() -> ResponseReturnValue:
    return _render_upload(None)


@pages.post("/")
def upload() -> ResponseReturnValue:
    def act() -> str:
        file, name = request.files.get("file"), request.form.get("kind", "")
        errors = {} if name in ENTERED else {"kind": [_("Choose what the rows of the file are.")]}
        if file is None or not file.filename:
            errors["file"] = [_("Choose a file.")]
        if errors or file is None:
            raise Invalid(errors)
        stored = uploads.store_upload(g.account, ENTERED[name], file.filename or "", file.read())
        return url_for("imports.show", number=stored.id)

    return handle_form(_render_upload, act)


def _render_upload(refusal: TrackerError | None) -> str:
    chosen = request.form.get("kind") or request.args.get("kind")
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    return render_template("imports/index.html", wrong=errors, chosen=chosen, most=files.MAX_BYTES // 1024**2)


@pages.get("/<number>")
def show(number: str) -> ResponseReturnValue:
    file = uploads.get_upload(g.account, number)
    return _render_settings(file, ImportSettings(**file.settings), None)


def _render_settings(file: ImportFile, settings: ImportSettings, refusal: TrackerError | None) -> str:
    """Render the page of how a file is read, its columns, and its unknown values."""
    kind, table = CATALOGUE[file.kind], uploads.upload_table(file)
    columns = source_columns(kind, table, settings)
    return render_template(
        "imports/show.html",
        file=file,
        kind=kind,
        form=kind.form(),
        settings=settings,
        table=table,
        columns=columns,
        unknown=unknown_values(kind, table, [column.fills for column in columns]),
        wrong=refusal.errors if isinstance(refusal, Invalid) else {},
        encodings=ENCODINGS,
        delimiters=files.DELIMITERS,
    )


@pages.post("/<number>")
def settle(number: str) -> ResponseReturnValue:
    """Store how a file is to be read, and go on to its preview."""
    file = uploads.get_upload(g.account, number)
    table, posted = uploads.upload_table(file), request.form
    reading = (table.encoding, table.delimiter, table.sheet)
    chosen = (
        posted.get("encoding", table.encoding),
        next((sign for sign, name in files.DELIMITERS.items() if name == posted.get("delimiter")), table.delimiter),
        posted.get("sheet", table.sheet),
    )
    settings = _posted_settings(ImportSettings(*reading), table.header)

    def act() -> str:
        if chosen != reading:
            uploads.change_reading(file, *chosen)
            flash(_("The file is read anew: look at its columns."))
            return url_for("imports.show", number=number)
        file.settings = settings.to_json()
        _with_progress(number, lambda report: uploads.import_upload(g.account, file, None, report))
        return url_for("imports.preview", number=number)

    return handle_form(lambda refusal: _render_settings(file, settings, refusal), act)


def _posted_settings(settings: ImportSettings, header: list[str]) -> ImportSettings:
    """Read columns, values and the order of dates from the form into `settings`."""
    for place, name in enumerate(header):
        # A question mark leaves a column open.
        if (fills := request.form.get(f"column-{place}", "?")) != "?":
            settings.columns[name] = fills
    for name, word in request.form.items():
        if name.startswith("value-") and word.strip():
            field, value = name.removeprefix("value-").split("-", 1) if "-" in name[6:] else ("", "")
            settings.values.setdefault(field, {})[value] = word.strip()
    if request.form.get("dates") in ("dmy", "mdy"):
        settings.dates = request.form["dates"]
    return settings


def _with_progress(number: str, run: Callable[[Callable[[int, int], None]], ImportResult]) -> ImportResult:
    """Run an import, and record its progress meanwhile."""

    def report(done: int, total: int) -> None:
        PROGRESS[number] = done, total

    try:
        return run(report)
    finally:
        PROGRESS.pop(number, None)


@pages.get("/<number>/progress")
def progress(number: str) -> ResponseReturnValue:
    done, total = PROGRESS.get(number, (0, 0))
    return {"done": done, "total": total}


@pages.get("/<number>/preview")
def preview(number: str) -> ResponseReturnValue:
    file = uploads.get_upload(g.account, number)
    if file.preview is None:
        return redirect(url_for("imports.show", number=file.id))
    return render_template(
        "imports/preview.html",
        file=file,
        kind=CATALOGUE[file.kind],
        found=file.preview,
        wrong=file.preview["report"]["told"][:MAX_ERRORS],
        changed="changed" in request.args,
        steps=file.preview["counts"]["added"] + file.preview["counts"]["changed"],
    )


@pages.get("/<number>/report")
def report(number: str) -> ResponseReturnValue:
    """Return all errors as a CSV file."""
    file = uploads.get_upload(g.account, number)
    result = file.preview or {"report": {"told": []}}
    rows = (
        [{"sheet": result["sheet"], **error}[name] for name in REPORT_COLUMNS] for error in result["report"]["told"]
    )
    response = Response("".join(csv_file.csv_lines(REPORT_COLUMNS, rows)), content_type=csv_file.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.kind}-report.csv"'
    return response


@pages.post("/<number>/apply")
def apply(number: str) -> ResponseReturnValue:
    """Import a file if its preview still holds, else show the new preview."""
    file = uploads.get_upload(g.account, number)
    kind = CATALOGUE[file.kind]
    confirmed = {name: request.form.get(name, -1, type=int) for name in ("added", "changed", "left")}
    result = _with_progress(number, lambda report: uploads.import_upload(g.account, file, confirmed, report))
    if not result.applied:
        return redirect(url_for("imports.preview", number=number, changed="yes"), 303)
    counts = {name: f"{count:,}" for name, count in result.counts.items()}
    flash(_("Imported: %(added)s added, %(changed)s changed, %(left)s as they were.", **counts))
    return redirect(url_for("records.index", kind=kind), 303)
