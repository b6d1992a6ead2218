"""The pages every kind of record has: list, one, new, edit, remove, history."""

from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.actions.save import remove_record
from tracker.database import session
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import AsOf
from tracker.queries import (
    commitments,
    documents,
    history,
    listing,
    meetings,
    quotes,
    referrers,
    timeline,
)
from tracker.records import Kind, record_address, rows_of
from tracker.views import charts, citations, downloads, duplicates
from tracker.views.lists import ListRequest
from tracker.views.meeting_entry import MeetingEditor
from tracker.views.record_editor import RecordEditor
from tracker.views.urls import requested_as_of, requested_format, tidy_url, with_requested_dates

pages = Blueprint("records", __name__)

#: Kinds entered on a page of more than their own rows.
SHEETS: dict[str, type[RecordEditor]] = {"meetings": MeetingEditor}
#: Buttons that save nothing: they show the page again, with another row or another text to read.
SHOWN_AGAIN = {"add", "read"}


def page(name: str, kind: Kind, status: int = 200, **told: Any) -> ResponseReturnValue:
    """Show a page: the kind's own template if it has one, else the one all kinds share."""
    return render_template([f"{kind.name}/{name}.html", f"records/{name}.html"], kind=kind, **told), status


@pages.get("/<kind:kind>/")
def index(kind: Kind) -> ResponseReturnValue:
    wanted = ListRequest(kind, request.args)
    if tidy := tidy_url():
        return redirect(tidy)
    if wanted.format:
        return downloads.FORMATS[wanted.format](wanted)
    return page("index", kind, list=wanted)


@pages.get("/<kind:kind>/suggest")
def suggest(kind: Kind) -> ResponseReturnValue:
    """Tell which records somebody may mean who begins to type a name or a code, as JSON."""
    typed = request.args.get("q", "")[:200]
    found = listing.suggestions(kind, typed) if typed.strip() else []
    return jsonify(items=[{"code": record.code, "name": str(record)} for record in found])


@pages.get("/<kind:kind>/<code:code>")
def show(kind: Kind, code: str) -> ResponseReturnValue:
    clock = requested_as_of()
    record = get_or_404(kind, code, clock)
    rows = {row_kind.name: listing.rows_of_parent(row_kind, record, clock) for row_kind in rows_of(kind)}
    form = requested_format("json", *citations.formats_of(kind.name))
    if form == "json":
        return downloads.record_as_json(kind, record, rows)
    if form:
        return citations.citation_file(record, form)
    if kind.parent:
        return redirect(with_requested_dates(record_address(record)))
    return show_record(kind, record, rows=rows, clock=clock)


def show_record(kind: Kind, record: Any, status: int = 200, rows: Any = None, **told: Any) -> ResponseReturnValue:
    """Show the page of a record, with what a form on it could not take."""
    rows = rows or {row_kind.name: listing.rows_of_parent(row_kind, record) for row_kind in rows_of(kind)}
    clock = told.get("clock") or requested_as_of()
    beside: dict[str, Any] = {"clock": clock}
    if kind.name in citations.CITED:
        beside["citations"] = citations.record_citations(record)
    if kind.name == "meetings":
        beside["told_here"] = meetings.meeting_content(record, clock)
    if kind.name == "indicators":
        beside |= charts.indicator_figures(record)
    if kind.name == "documents":
        beside |= {
            "wrong": {},
            "pasted": "",
            "cited": {"paragraph": "", "sentence": ""},
            "resting_on": documents.citing_records(rows["passages"]),
        }
        beside["reading"] = documents.annotated_text(record, rows["passages"])
    if kind.name == "commitments":
        beside |= {"links": commitments.links_of(record), "timeline": timeline.commitment_timeline(record, clock)}
        beside["before"] = timeline.fields_changed_since(record, clock.known_by)
        beside |= charts.commitment_figures(record)
    if kind.name == "commitments" and record.quote:
        beside["comparison"] = quotes.compare_quote(record.quote, [row.passage for row in rows["commitment-sources"]])
    return page("show", kind, status, record=record, rows=rows, uses=referrers.referrers_of(record), **beside | told)


@pages.get("/<kind:kind>/<code:code>/history")
def past(kind: Kind, code: str) -> ResponseReturnValue:
    changes = history.record_history(kind, code)
    if not changes:
        raise NotFound(_("%(kind)s: nothing ever had the code “%(code)s”.", kind=kind.plural, code=code))
    if requested_format("json"):
        return downloads.history_as_json(changes)
    record = listing.get_record(kind, code)
    return page("history", kind, code=code, record=record, changes=changes)


@pages.route("/<paged:kind>/new", methods=["GET", "POST"])
def new(kind: Kind) -> ResponseReturnValue:
    return edit_record("new", kind, kind.model())


@pages.route("/<paged:kind>/<code:code>/edit", methods=["GET", "POST"])
def edit(kind: Kind, code: str) -> ResponseReturnValue:
    return edit_record("edit", kind, get_or_404(kind, code))


def edit_record(name: str, kind: Kind, record: Any) -> ResponseReturnValue:
    """Show a record and its rows for typing into, and save what was typed; whatever happens, that is kept."""
    posted = request.form if request.method == "POST" else None
    with session.no_autoflush:
        # A record, or its rows, can be begun with values in the address: /commitments/new?meeting=….
        sheet = SHEETS.get(kind.name, RecordEditor)(kind, record, posted, request.args)
        told: dict[str, Any] = {"sheet": sheet, "stale": False, "differences": None, "refused": None, "asked": []}
        if posted is None:
            return page(name, kind, **told)
        if g.get("stale"):
            return page(name, kind, 400, **told | {"stale": True})
        if name == "edit" and posted.get("version") != str(record.version):
            return page(name, kind, Conflict.status, **told | {"differences": sheet.differences()})
        if SHOWN_AGAIN & posted.keys():
            return page(name, kind, **told)
        if asked := duplicates.duplicates_to_confirm(sheet):
            return page(name, kind, Invalid.status, **told | {"asked": asked})
        try:
            sheet.save(g.account)
        except (Invalid, Conflict) as error:
            session.rollback()
            return page(name, kind, error.status, **told | {"refused": error if isinstance(error, Conflict) else None})
    flash(_("Saved."))
    return redirect(record_address(record), 303)


@pages.route("/<paged:kind>/<code:code>/remove", methods=["GET", "POST"])
def remove(kind: Kind, code: str) -> ResponseReturnValue:
    record = get_or_404(kind, code)
    if request.method == "POST":
        if request.form.get("version") != str(record.version):
            raise Conflict(_("“%(record)s” was changed since you opened this page: look at it again.", record=record))
        remove_record(g.account, record)
        flash(_("Removed “%(record)s”. Its history stays.", record=record))
        return redirect(f"/{kind.name}/", 303)
    return page(
        "remove",
        kind,
        record=record,
        in_the_way=referrers.blocking_referrers(record),
        own_rows=referrers.own_rows(record),
    )


def get_or_404(kind: Kind, code: str, clock: AsOf | None = None) -> Any:
    """Return the record with a code; raises NotFound, or Conflict for a change to what was removed meanwhile."""
    record = listing.get_record(kind, code, clock)
    if record is not None:
        return record
    if history.record_history(kind, code):
        situation = NotFound if request.method == "GET" else Conflict
        where = f"/{kind.name}/{code}/history"
        raise situation(_("“%(code)s” was removed. What it held stands at %(where)s.", code=code, where=where))
    raise NotFound(_("%(kind)s: nothing here has the code “%(code)s”.", kind=kind.plural, code=code[:80]))
