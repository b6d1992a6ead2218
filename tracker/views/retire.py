"""The page that takes a commitment recorded in error out of the lists, or back into them."""

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.actions.retire import restore_commitment, retire_commitment
from tracker.errors import TrackerError
from tracker.records import CATALOGUE, record_address
from tracker.records.fields import mask_forbidden
from tracker.views.forms import check_version, handle_form, only_field_errors
from tracker.views.records import get_or_404

pages = Blueprint("retire", __name__)


@pages.route("/commitments/<code:code>/retire", methods=["GET", "POST"])
def change(code: str) -> ResponseReturnValue:
    commitment = get_or_404(CATALOGUE["commitments"], code)
    typed = mask_forbidden(request.form.get("retired_because", ""))

    def show(refusal: TrackerError | None) -> str:
        errors = only_field_errors(refusal, "retired_because", _("Why"))
        context = {"commitment": commitment, "refusal": refusal, "errors": errors, "typed": typed}
        return render_template("commitments/retire.html", **context)

    def act() -> str:
        check_version(commitment)
        if commitment.retired_at:
            restore_commitment(g.account, commitment)
            flash(_("It is back in the lists."))
        else:
            retire_commitment(g.account, commitment, request.form.get("retired_because", ""))
            flash(_("Retired: it is out of the lists, and its history stays."))
        return record_address(commitment)

    return handle_form(show, act)
