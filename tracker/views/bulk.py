"""The pages on which many commitments are changed in one step, and a step is taken back."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from tracker.actions.bulk import apply_bulk_change, undo_bulk_step
from tracker.database import session
from tracker.dates import today
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import BulkStep, Commitment
from tracker.queries import bulk
from tracker.records import CATALOGUE
from tracker.records.bulk import BulkForm
from tracker.views.lists import ListRequest
from tracker.views.urls import local_path

pages = Blueprint("bulk", __name__, url_prefix="/bulk")


def list_address() -> str:
    """Return the address of the list that the commitments were chosen in."""
    query = request.query_string.decode()
    return "/commitments/" + (f"?{query}" if query else "")


@pages.get("/")
def index() -> ResponseReturnValue:
    return render_template("bulk/index.html", steps=bulk.latest_steps())


@pages.get("/change")
def again() -> ResponseReturnValue:
    """Lead back to the list somebody who opens the address of the form anew."""
    return redirect(list_address())


@pages.post("/change")
def change() -> ResponseReturnValue:
    """Ask what to give, show what would change, and do it: three times the same form, its button says which."""
    wanted, posted = ListRequest(CATALOGUE["commitments"], request.args), request.form
    if wanted.filters.as_of_dates.past:
        raise Invalid({"as_of": [_("The past is not edited: go back to today first.")]})
    try:
        commitments = (
            bulk.commitments_in(wanted.query) if "whole" in posted else bulk.commitments_by_code(posted.getlist("code"))
        )
    except Invalid as error:
        return render_template("bulk/refused.html", list_address=list_address(), errors=error.errors), error.status
    step = posted.get("step")
    form = BulkForm(posted if step else MultiDict({"checked_on": today().isoformat()}))
    if g.get("stale"):
        return page("choose", wanted, commitments, form, 400, stale=True)
    if step not in ("confirm", "do"):
        return page("choose", wanted, commitments, form)
    if not form.validate():
        return page("choose", wanted, commitments, form, Invalid.status)
    if step == "confirm":
        return page("confirm", wanted, commitments, form)
    if posted.get("seen") != bulk.fingerprint(commitments):
        return page("confirm", wanted, commitments, form, Conflict.status, changed=True)
    return done(wanted, commitments, form)


def done(wanted: ListRequest, commitments: Sequence[Commitment], form: BulkForm) -> ResponseReturnValue:
    codes = [commitment.code for commitment in commitments]
    changing = len({line.commitment for line in bulk.planned_changes(commitments, form)})
    try:
        step = apply_bulk_change(g.account, commitments, form.changes)
    except (Invalid, Conflict) as error:
        session.rollback()
        refused = error.errors if isinstance(error, Invalid) else {"": [str(error)]}
        return page("confirm", wanted, bulk.commitments_by_code(codes), form, error.status, refused=refused)
    told = ngettext("Changed %(num)s commitment.", "Changed %(num)s commitments.", changing)
    # The page that shows it offers to undo the step of this number.
    flash(told, f"undo {step.id}")
    return redirect(list_address(), 303)


def page(
    name: str, wanted: ListRequest, commitments: Sequence[Commitment], form: BulkForm, status: int = 200, **told: Any
) -> ResponseReturnValue:
    usual: dict[str, Any] = {"stale": False, "changed": False, "refused": {}}
    if name == "confirm":
        lines = bulk.planned_changes(commitments, form)
        # How many of the lines that are shown are about each.
        counted = Counter(line.commitment for line in lines[: bulk.MOST_LINES])
        usual |= {"lines": lines, "counted": counted, "most": bulk.MOST_LINES, "seen": bulk.fingerprint(commitments)}
        usual["changing"] = len({line.commitment for line in lines})
    whole = "whole" in request.form
    if whole:
        usual["sentence"] = wanted.filters.sentence() or _("no filter: the whole list")
    return render_template(
        f"bulk/{name}.html",
        commitments=commitments,
        form=form,
        whole=whole,
        list_address=list_address(),
        **usual | told,
    ), status


@pages.post("/<code:number>/undo")
def back(number: str) -> ResponseReturnValue:
    step = session.get(BulkStep, int(number)) if re.fullmatch(r"[1-9]\d{0,8}", number) else None
    if step is None:
        raise NotFound(_("No step has the number “%(number)s”.", number=number[:20]))
    following = local_path(request.form.get("next")) or "/bulk/"
    if left := undo_bulk_step(g.account, step):
        return render_template("bulk/undone.html", left=left, most=bulk.MOST_LINES, following=following)
    flash(_("The step is undone: what it changed is as it was before."))
    return redirect(following, 303)
