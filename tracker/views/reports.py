"""Asking for a status report, reading it, issuing it, and taking it away."""

from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, flash, g, redirect, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tracker.actions.reports import keep, write
from tracker.clocks import today
from tracker.database import begin_snapshot, begin_write, session
from tracker.errors import Invalid
from tracker.exports.reports.formats import FORMATS, file_name
from tracker.exports.reports.layout import laid
from tracker.models import LOCAL, Account, ReportRun
from tracker.queries import find
from tracker.queries.reports import asked as asking
from tracker.queries.reports import kept
from tracker.queries.reports.data import data
from tracker.records import CATALOGUE
from tracker.records.filters import Filters
from tracker.records.reports import ReportForm
from tracker.views.addresses import asked_format, tidy_address
from tracker.views.records import sought
from tracker.vocabulary import Chapter

pages = Blueprint("reports", __name__)

REPORTS, COMMITMENTS = CATALOGUE["reports"], CATALOGUE["commitments"]
#: What an address asks of a report beside the filters of its scope.
OWN = ("title", "cover_note", "as_of", "known_by", "since", "since_meeting", "chapters")
#: How many commitments a page tells of.
MOST_SHOWN = 100


class Sheet:
    """A report as its address asks for it, with what is wrong with that."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        scope = [(name, value) for name, value in args.items(multi=True) if name not in (*OWN, "show") and value]
        self.wrong: dict[str, Any] = {}
        try:
            self.filters: Filters = asking.filters_of(urlencode(scope))
        except Invalid as error:
            self.filters, self.wrong, scope = COMMITMENTS.filters(), dict(error.errors), []
        values = MultiDict((name, value) for name, value in args.items(multi=True) if name in OWN)
        values["scope"] = urlencode(scope)
        values.setdefault("as_of", today().isoformat())
        values.setdefault("title", self.usual_title)
        if "chapters" not in values:
            values.setlist("chapters", [word.value for word in Chapter])
        self.form = ReportForm(values)

    @property
    def usual_title(self) -> str:
        sentence = self.filters.sentence()
        return (_("Status report: %(scope)s", scope=sentence) if sentence else _("Status report"))[:300]

    def asked(self) -> asking.Asked:
        """Return what is asked for; raises Invalid, by field."""
        if not self.form.validate() or self.wrong:
            raise Invalid(self.wrong | self.form.errors)
        return asking.required(asking.asked(self.form, request.host_url))

    @property
    def errors(self) -> list[tuple[str, Any, Any]]:
        """Return (id of the field, its label, message) of all that is wrong."""
        labels = {field.name: field.label.text for field in (*self.filters, *self.form)}
        found = self.wrong | self.form.errors
        return [(name, labels.get(name, name), said) for name, each in found.items() for said in each]


@pages.get("/reports/new")
def new() -> ResponseReturnValue:
    if tidy := tidy_address():
        return redirect(tidy)
    sheet = Sheet(request.args)
    if "show" not in request.args:
        return _page(sheet)
    try:
        shown = laid(data(sheet.asked()), None, MOST_SHOWN)
    except Invalid as error:
        sheet.wrong |= error.errors
        return _page(sheet), error.status
    return _page(sheet, shown)


@pages.post("/reports/new")
def issue() -> ResponseReturnValue:
    sheet = Sheet(request.args)
    if g.get("stale"):
        return _page(sheet), 400
    # Read from one moment of the database, while others may write; what was recorded up to now is in it.
    begin_snapshot()
    try:
        written = write(data(sheet.asked()))
    except Invalid as error:
        sheet.wrong |= error.errors
        return _page(sheet), error.status
    begin_write()
    run = keep(session.scalar(select(Account).where(Account.code == LOCAL)), written)
    flash(_("Issued. Its data is kept as it is, whatever is logged later."))
    return redirect(f"/reports/{run.code}", 303)


def _page(sheet: Sheet, shown: Any = None) -> str:
    return render_template(
        "reports/new.html", sheet=sheet, form=sheet.form, shown=shown, offers=find.offers(COMMITMENTS, sheet.filters)
    )


@pages.get("/reports/<code:code>")
def show(code: str) -> ResponseReturnValue:
    run = sought(REPORTS, code)
    if form := asked_format(*FORMATS):
        stretches = iter(FORMATS[form].write(run))
        # The first now, so that what goes wrong at once is answered as any other error.
        start = next(stretches)
        response = Response(stream_with_context(chain([start], stretches)), content_type=FORMATS[form].media_type)
        response.headers.set("Content-Disposition", "attachment", filename=file_name(run, form))
        return response
    shown = laid(kept.data(run), run, MOST_SHOWN)
    return render_template("reports/show.html", run=run, shown=shown, formats=FORMATS, again=_again(run))


def _again(run: ReportRun) -> str:
    """Return the address that asks for a report like one that was issued, as of today."""
    same = [("title", run.title), ("cover_note", run.cover_note or "")]
    chapters = [("chapters", word.value) for word in run.chapters]
    return f"/reports/new?{urlencode([*parse_qsl(run.scope or ''), *same, *chapters])}"
