"""The page on which a commitment recorded in error is taken out of the lists, or back into them."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.actions.retire import restore_commitment, retire_commitment
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.records import CATALOGUE, record_address
from tracker.records.fields import FORBIDDEN_CHARACTERS
from tracker.views.records import get_or_404

pages = Blueprint("retiring", __name__)


@pages.route("/commitments/<code:code>/retire", methods=["GET", "POST"])
def change(code: str) -> ResponseReturnValue:
    commitment = get_or_404(CATALOGUE["commitments"], code)
    wrong: Any = {}
    if request.method == "POST" and not g.get("stale"):
        if request.form.get("version") != str(commitment.version):
            message = _("“%(record)s” was changed since you opened this page: look at it again.", record=commitment)
            raise Conflict(message)
        try:
            if commitment.retired_at:
                restore_commitment(g.account, commitment)
                flash(_("It is back in the lists."))
            else:
                retire_commitment(g.account, commitment, request.form.get("retired_because", ""))
                flash(_("Retired: it is out of the lists, and its history stays."))
            return redirect(record_address(commitment), 303)
        except Invalid as error:
            session.rollback()
            wrong = error.errors
    errors = [(name, _("Why"), said) for name, each in wrong.items() for said in each]
    typed = FORBIDDEN_CHARACTERS.sub("�", request.form.get("retired_because", ""))
    page = render_template("commitments/retire.html", commitment=commitment, errors=errors, typed=typed)
    return page, 400 if g.get("stale") else Invalid.status if errors else 200
