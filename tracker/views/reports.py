"""Status reports: requesting, reading, issuing and downloading them."""

import unicodedata
from itertools import islice
from urllib.parse import parse_qsl, quote, urlencode

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from tracker.actions.reports import draft_report, issue_report
from tracker.database import begin_snapshot, begin_write, session
from tracker.errors import Invalid, TrackerError
from tracker.exports.reports import diff_text
from tracker.exports.reports.blocks import ReportDocument
from tracker.exports.reports.document import build_document
from tracker.exports.reports.formats import BARE, FORMATS, UNSAFE, render_docx, report_file_name, report_provenance
from tracker.models import LOCAL, Account, ReportRun
from tracker.paths import folder
from tracker.queries import listing
from tracker.queries.reports import stored
from tracker.queries.reports.data import report_data
from tracker.queries.reports.parameters import BRIEF, ReportRequest
from tracker.records import CATALOGUE
from tracker.views.downloads import stream_file
from tracker.views.forms import handle_form, only_field_errors
from tracker.views.urls import requested_format, require_known, tidy_url

pages = Blueprint("reports", __name__)

COMMITMENTS = CATALOGUE["commitments"]
#: The number of commitments a page shows, and of differences.
MAX_SHOWN, MAX_DIFFERENCES = 100, 200


@pages.get("/reports/new")
def new() -> ResponseReturnValue:
    if tidy := tidy_url():
        return redirect(tidy)
    report_request = ReportRequest(request.args)
    if "show" not in request.args:
        return _render_request(report_request)
    try:
        document = build_document(report_data(report_request.parameters(request.url_root)), None, MAX_SHOWN)
    except Invalid as error:
        return _render_request(report_request, refusal=error), error.status
    return _render_request(report_request, document)


@pages.post("/reports/new")
def issue() -> ResponseReturnValue:
    report_request = ReportRequest(request.args)

    def act() -> str:
        # `known_by` is set while nobody else writes, so that all recorded by then is committed.
        parameters = report_request.parameters(request.url_root)
        # The data are read from one snapshot, while others may write.
        begin_snapshot()
        with draft_report(report_data(parameters)) as draft:
            begin_write()
            run = issue_report(session.scalar(select(Account).where(Account.code == LOCAL)), draft)
        flash(
            _("Issued as %(code)s. What it says is kept as it is, whatever is logged or edited later.", code=run.code)
        )
        return url_for("reports.show", code=run.code)

    return handle_form(lambda refusal: _render_request(report_request, refusal=refusal), act)


def _render_request(
    report_request: ReportRequest, shown: ReportDocument | None = None, refusal: TrackerError | None = None
) -> str:
    if isinstance(refusal, Invalid):
        report_request.wrong |= refusal.errors
    offers = listing.facets(COMMITMENTS, report_request.filters)
    context = {
        "report_request": report_request,
        "form": report_request.form,
        "shown": shown,
        "offers": offers,
        "refusal": refusal,
    }
    return render_template("reports/new.html", brief=BRIEF, **context)


@pages.get("/reports/<code:code>")
def show(code: str) -> ResponseReturnValue:
    run = stored.get_report(code)
    if form := requested_format(*FORMATS, "about"):
        return _about(run) if form == "about" else _file(run, form)
    shown = build_document(stored.stored_data(run), run, MAX_SHOWN)
    return render_template("reports/show.html", run=run, shown=shown, formats=FORMATS, again=_again(run))


def _file(run: ReportRun, form: str) -> Response:
    FORMATS[form].allow(run.commitments, run.chapters)
    response = stream_file(iter(FORMATS[form].write(run)), FORMATS[form].media_type)
    if form in BARE:
        place = url_for("reports.show", code=run.code, format="about", of=form, _external=True)
        response.headers["Link"] = f'<{place}>; rel="describedby"; type="application/json"'
    return _as_attachment(response, report_file_name(run, form))


def _as_attachment(response: Response, name: str) -> Response:
    """Name the file a response is saved as, in any script, and in ASCII for programs that read no other."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = UNSAFE.sub("-", plain).strip(" .-")
    names = {"filename": plain} | ({"filename*": f"UTF-8''{quote(name, safe='')}"} if plain != name else {})
    response.headers.set("Content-Disposition", "attachment", **names)
    return response


@pages.route("/reports/<code:code>/word", methods=["GET", "POST"])
def into_template(code: str) -> ResponseReturnValue:
    """Render a report into a Word template that is uploaded."""
    if request.method == "POST":
        # Rendering takes long and writes nothing: others need not wait for it.
        begin_snapshot()
    run = stored.get_report(code)
    FORMATS["docx"].allow(run.commitments, run.chapters)

    def show(refusal: TrackerError | None) -> str:
        errors = only_field_errors(refusal, "template", _("Template"))
        return render_template("reports/word.html", run=run, refusal=refusal, errors=errors)

    def act() -> Response:
        sent = request.files.get("template")
        if sent is None or not sent.filename:
            raise Invalid({"template": [_("Choose a Word file.")]})
        response = Response(render_docx(run, sent.read()), content_type=FORMATS["docx"].media_type)
        return _as_attachment(response, report_file_name(run, "docx"))

    return handle_form(show, act)


@pages.get("/reports/template.docx")
def template() -> Response:
    """Return the built-in template, to start another from."""
    return send_file(folder("templates") / "reports" / "report.docx", as_attachment=True)


def _about(run: ReportRun) -> Response:
    described = request.args.get("of", BARE[0])
    require_known("of", described, BARE)
    return _as_attachment(jsonify(report_provenance(run, described)), f"{report_file_name(run, described)}.about.json")


@pages.get("/reports/<code:code>/now")
def now(code: str) -> ResponseReturnValue:
    run = stored.get_report(code)
    differences, gone = [], None
    try:
        differences = list(islice(diff_text.described_differences(run), MAX_DIFFERENCES + 1))
    except Invalid as error:
        # The scope names a record that was removed since.
        gone = error
    shown, more = differences[:MAX_DIFFERENCES], len(differences) > MAX_DIFFERENCES
    return render_template("reports/now.html", run=run, differences=shown, more=more, gone=gone)


def _again(run: ReportRun) -> str:
    """Return the address for requesting a report like this one as of today."""
    same = [("title", run.title), *([("cover_note", run.cover_note)] if run.cover_note else [])]
    chapters = [("chapters", word) for word in (BRIEF, *(word.value for word in run.chapters))]
    return f"{url_for('reports.new')}?{urlencode([*parse_qsl(run.scope or ''), *same, *chapters])}"
