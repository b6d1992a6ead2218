"""The page that lists the commitments due for another look, for analysts to work through."""

from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.errors import Invalid
from tracker.queries import commitments, listing
from tracker.records import CATALOGUE
from tracker.views.lists import ListRequest
from tracker.views.urls import unknown_value
from tracker.vocabulary import FollowUp

pages = Blueprint("follow_up", __name__)

WHOSE = ("everyone", "mine")
#: The parameters of this page.
KNOWN = ("reason", "whose", "as_of", "known_by", "after", "before")


@pages.get("/follow-up/")
def index() -> ResponseReturnValue:
    errors = {name[:60]: [_("There is no such filter.")] for name in request.args if name not in KNOWN}
    reason, whose = request.args.get("reason", FollowUp.OVERDUE.value), request.args.get("whose", WHOSE[0])
    errors |= unknown_value("reason", reason, (term.value for term in FollowUp))
    errors |= unknown_value("whose", whose, WHOSE)
    if errors:
        raise Invalid(errors)
    args = MultiDict((n, v) for n, v in request.args.items(multi=True) if v and n not in ("reason", "whose"))
    args["sort"] = "due_on"
    if whose == "mine":
        args["owner"] = g.account.code
    args["follow_up"] = reason
    selection = ListRequest(CATALOGUE["commitments"], args)
    as_of, page = selection.filters.as_of_dates, selection.read_page(list(selection.kind.columns.values()))
    leads = [row for commitment in page.records for row in commitment.parties]
    counted = listing.facet_values(selection.kind, selection.filters, "follow_up")
    return render_template(
        "follow_up/index.html",
        reason=next(term for term in FollowUp if term.value == reason),
        reasons=list(FollowUp),
        whose=whose,
        counts={offer.key: offer.count for offer in counted},
        as_of=as_of,
        page=page,
        lead_values=listing.read_as_of(CATALOGUE["commitment-parties"], leads, as_of),
        looked=commitments.last_reviewed(page.records, as_of),
        as_list=urlencode([(name, value) for name, value in args.items() if name not in ("after", "before")]),
    )
