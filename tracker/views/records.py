"""The pages of every kind of record: list, show, new, edit, remove, history."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.actions.save import remove_record
from tracker.database import session
from tracker.errors import Conflict, NotFound, TrackerError
from tracker.models import AsOf, Commitment, Document, Record
from tracker.queries import commitments, documents, history, listing, meetings, quotes, referrers
from tracker.records import CATALOGUE, Kind, record_address, rows_of
from tracker.records.base import AsOfValues
from tracker.views import charts, citations, downloads, duplicates
from tracker.views.forms import check_version, handle_form, posted_form
from tracker.views.lists import ListRequest
from tracker.views.meeting_entry import MeetingEditor
from tracker.views.record_editor import RecordEditor
from tracker.views.urls import requested_as_of, requested_format, tidy_url, with_requested_dates

pages = Blueprint("records", __name__)

#: {kind: the rows of a record}
Rows = Mapping[str, Sequence[Any]]
#: Buttons that save nothing: they show the page again, with another row or another text to read.
SHOWN_AGAIN = {"add", "read"}


def commitment_context(commitment: Commitment, rows: Rows, as_of: AsOf) -> dict[str, Any]:
    context = {
        "links": commitments.links_of(commitment),
        "timeline": commitments.commitment_timeline(commitment, as_of),
        "before": commitments.fields_changed_since(commitment, as_of.known_by),
        **charts.commitment_figures(commitment),
    }
    if commitment.quote:
        passages = [row.passage for row in rows["commitment-sources"]]
        context["comparison"] = quotes.compare_quote(commitment.quote, passages)
    return context


def document_context(document: Document, rows: Rows, _as_of: AsOf) -> dict[str, Any]:
    return {
        "wrong": {},
        "pasted": "",
        "cited": {"paragraph": "", "sentence": ""},
        "resting_on": documents.citing_records(rows["passages"]),
        "reading": documents.annotated_text(document, rows["passages"]),
    }


#: {kind: the function that adds to the context of its records' pages}
PAGE_CONTEXTS: Mapping[str, Callable[[Any, Rows, AsOf], dict[str, Any]]] = {
    "commitments": commitment_context,
    "documents": document_context,
    "indicators": lambda indicator, _rows, _as_of: charts.indicator_figures(indicator),
    "meetings": lambda meeting, _rows, as_of: {"content": meetings.meeting_content(meeting, as_of)},
}
#: The kinds whose editors take more than a record and its rows.
EDITORS: Mapping[str, type[RecordEditor]] = {"meetings": MeetingEditor}


def render_page(name: str, kind: Kind, **context: Any) -> str:
    """Render a page from the kind's own template if it has one, else from the one all kinds share."""
    return render_template([f"{kind.name}/{name}.html", f"records/{name}.html"], kind=kind, **context)


@pages.get("/<kind:kind>/")
def index(kind: Kind) -> ResponseReturnValue:
    requested = ListRequest(kind, request.args)
    if tidy := tidy_url():
        return redirect(tidy)
    if requested.format:
        return downloads.FORMATS[requested.format](requested)
    return render_page("index", kind, list=requested)


@pages.get("/<kind:kind>/suggest")
def suggest(kind: Kind) -> ResponseReturnValue:
    """Return the records that match the beginning of a name or a code, as JSON."""
    typed = request.args.get("q", "")[:200]
    matches = listing.suggestions(kind, typed) if typed.strip() else []
    return jsonify(items=[{"code": record.code, "name": str(record)} for record in matches])


@pages.get("/<kind:kind>/<code:code>")
def show(kind: Kind, code: str) -> ResponseReturnValue:
    as_of = requested_as_of()
    record = get_or_404(kind, code)
    rows = {row_kind.name: listing.rows_of_parent(row_kind, record, as_of) for row_kind in rows_of(kind)}
    form = requested_format("json", *(citations.FORMATS if kind.name in citations.CITED else ()))
    if form == "json":
        return downloads.record_as_json(kind, record, rows, values_as_of(kind, record, rows, as_of))
    if form:
        return citations.citation_file(record, form)
    if kind.parent:
        return redirect(with_requested_dates(record_address(record)))
    return render_record(kind, record, rows, as_of)


def render_record(
    kind: Kind, record: Record, rows: Rows | None = None, as_of: AsOf | None = None, **context: Any
) -> str:
    """Render the page of a record; `context` holds what a form on it refused."""
    rows = rows or {row_kind.name: listing.rows_of_parent(row_kind, record) for row_kind in rows_of(kind)}
    as_of = as_of or requested_as_of()
    if isinstance(record, citations.Cited):
        context["citations"] = citations.record_citations(record)
    if kind.name in PAGE_CONTEXTS:
        context = PAGE_CONTEXTS[kind.name](record, rows, as_of) | context
    uses = referrers.referrers_of(record)
    as_of_values = values_as_of(kind, record, rows, as_of)
    return render_page(
        "show", kind, record=record, rows=rows, as_of=as_of, as_of_values=as_of_values, uses=uses, **context
    )


@pages.get("/<kind:kind>/<code:code>/history")
def past(kind: Kind, code: str) -> ResponseReturnValue:
    changes = history.record_history(kind, code)
    if not changes:
        raise NotFound(_("%(kind)s: nothing ever had the code “%(code)s”.", kind=kind.plural, code=code))
    if requested_format("json"):
        return downloads.history_as_json(changes)
    record = listing.get_record(kind, code)
    return render_page("history", kind, code=code, record=record, changes=changes)


@pages.route("/<paged:kind>/new", methods=["GET", "POST"])
def new(kind: Kind) -> ResponseReturnValue:
    return edit_record("new", kind, kind.model())


@pages.route("/<paged:kind>/<code:code>/edit", methods=["GET", "POST"])
def edit(kind: Kind, code: str) -> ResponseReturnValue:
    return edit_record("edit", kind, get_or_404(kind, code))


def edit_record(name: str, kind: Kind, record: Record) -> ResponseReturnValue:
    """Show the form of a record and its rows, and save it; what was typed is shown again if it is refused."""
    with session.no_autoflush:
        # Values in the address fill in a new record, or new rows: /commitments/new?meeting=….
        editor = EDITORS.get(kind.name, RecordEditor)(kind, record, posted_form(), request.args)

        def show(refusal: TrackerError | None) -> str:
            return render_page(name, kind, editor=editor, refusal=refusal)

        def act() -> str | None:
            if name == "edit":
                check_version(record)
            if SHOWN_AGAIN & request.form.keys():
                return None
            duplicates.confirm_no_duplicate(editor)
            editor.save(g.account)
            flash(_("Saved."))
            return record_address(record)

        return handle_form(show, act)


@pages.route("/<paged:kind>/<code:code>/remove", methods=["GET", "POST"])
def remove(kind: Kind, code: str) -> ResponseReturnValue:
    record = get_or_404(kind, code)

    def show(refusal: TrackerError | None) -> str:
        in_the_way, own_rows = referrers.blocking_referrers(record), referrers.rows_going_with(record)
        return render_page("remove", kind, record=record, refusal=refusal, in_the_way=in_the_way, own_rows=own_rows)

    def act() -> str:
        check_version(record)
        remove_record(g.account, record)
        flash(_("Removed “%(record)s”. Its history stays.", record=record))
        return url_for("records.index", kind=kind)

    return handle_form(show, act)


def values_as_of(kind: Kind, record: Record, rows: Rows, as_of: AsOf) -> AsOfValues:
    """Return the values of a record and its rows that depend on the two dates."""
    kinds = [(kind, [record]), *((CATALOGUE[name], records) for name, records in rows.items())]
    return {
        record: values for kind, records in kinds for record, values in listing.read_as_of(kind, records, as_of).items()
    }


def get_or_404(kind: Kind, code: str) -> Any:
    """Return the record with a code; raises NotFound, or Conflict where a form is sent for a removed record."""
    record = listing.get_record(kind, code)
    if record is not None:
        return record
    if history.record_history(kind, code):
        situation = NotFound if request.method == "GET" else Conflict
        where = url_for("records.past", kind=kind, code=code)
        raise situation(_("“%(code)s” was removed. What it held stands at %(where)s.", code=code, where=where))
    raise NotFound(_("%(kind)s: nothing here has the code “%(code)s”.", kind=kind.plural, code=code[:80]))
