"""The pages that change many commitments in one step, and undo a step."""

import re
from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from tracker.actions.bulk import apply_bulk_change, undo_bulk_step
from tracker.database import session
from tracker.dates import today
from tracker.errors import Conflict, Invalid, NotFound, TrackerError
from tracker.models import BulkStep, Commitment
from tracker.queries import bulk
from tracker.records import CATALOGUE
from tracker.records.bulk import BulkForm
from tracker.views.forms import ChangedMeanwhile, StaleForm, handle_form
from tracker.views.lists import ListRequest
from tracker.views.urls import local_path

pages = Blueprint("bulk", __name__, url_prefix="/bulk")


def chosen_list_address() -> str:
    """Return the address of the list from which the commitments were chosen."""
    query = request.query_string.decode()
    return url_for("records.index", kind="commitments") + (f"?{query}" if query else "")


@pages.get("/")
def index() -> ResponseReturnValue:
    return render_template("bulk/index.html", steps=bulk.latest_steps())


@pages.get("/change")
def again() -> ResponseReturnValue:
    """Redirect to the list, where the address of the form is opened on its own."""
    return redirect(chosen_list_address())


@pages.post("/change")
def change() -> ResponseReturnValue:
    """Take the values, show what would change, and apply it: one form, whose button names the step."""
    listed, posted = ListRequest(CATALOGUE["commitments"], request.args), request.form
    if listed.filters.as_of_dates.past:
        raise Invalid({"as_of": [_("The past is not edited: go back to today first.")]})
    try:
        commitments = _chosen_commitments(listed)
    except Invalid as error:
        return render_template(
            "bulk/refused.html", list_address=chosen_list_address(), errors=error.errors
        ), error.status
    step = posted.get("step")
    form = BulkForm(posted if step else MultiDict({"checked_on": today().isoformat()}))

    def act() -> str | None:
        if step in ("confirm", "do") and not form.validate():
            raise Invalid(form.errors)
        if step != "do":
            return None
        if posted.get("seen") != bulk.fingerprint(commitments):
            raise ChangedMeanwhile(_("Some of the commitments were changed since you looked: look at them again."))
        changing = len({line.commitment for line in bulk.planned_changes(commitments, form)})
        bulk_step = apply_bulk_change(g.account, commitments, form.changes)
        message = ngettext("Changed %(num)s commitment.", "Changed %(num)s commitments.", changing)
        # The page that shows the message offers to undo this step.
        flash(message, f"undo {bulk_step.id}")
        return chosen_list_address()

    def show(refusal: TrackerError | None) -> str:
        # After the rollback all are read again in one query.
        shown = _chosen_commitments(listed) if refusal else commitments
        confirming = step in ("confirm", "do") and not form.errors and not isinstance(refusal, StaleForm)
        return _render_step("confirm" if confirming else "choose", listed, shown, form, refusal)

    return handle_form(show, act)


def _chosen_commitments(listed: ListRequest) -> Sequence[Commitment]:
    if "whole" in request.form:
        return bulk.commitments_in(listed.query)
    return bulk.commitments_by_code(request.form.getlist("code"))


def _render_step(
    name: str, listed: ListRequest, commitments: Sequence[Commitment], form: BulkForm, refusal: TrackerError | None
) -> str:
    context: dict[str, object] = {}
    if name == "confirm":
        lines = bulk.planned_changes(commitments, form)
        # The number of shown lines for each commitment.
        counted = Counter(line.commitment for line in lines[: bulk.MAX_LINES])
        context |= {"lines": lines, "counted": counted, "most": bulk.MAX_LINES, "seen": bulk.fingerprint(commitments)}
        context["changing"] = len({line.commitment for line in lines})
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    if isinstance(refusal, Conflict) and not isinstance(refusal, ChangedMeanwhile):
        errors = {"": [str(refusal)]}
    whole = "whole" in request.form
    if whole:
        context["sentence"] = listed.filters.sentence() or _("no filter: the whole list")
    return render_template(
        f"bulk/{name}.html",
        commitments=commitments,
        form=form,
        whole=whole,
        list_address=chosen_list_address(),
        refusal=refusal,
        refused=errors,
        **context,
    )


@pages.post("/<code:number>/undo")
def back(number: str) -> ResponseReturnValue:
    step = session.get(BulkStep, int(number)) if re.fullmatch(r"[1-9]\d{0,8}", number) else None
    if step is None:
        raise NotFound(_("No step has the number “%(number)s”.", number=number[:20]))
    following = local_path(request.form.get("next")) or url_for("bulk.index")
    if left := undo_bulk_step(g.account, step):
        return render_template("bulk/undone.html", left=left, most=bulk.MAX_LINES, following=following)
    flash(_("The step is undone: what it changed is as it was before."))
    return redirect(following, 303)
