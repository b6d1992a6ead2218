"""The page on which an analyst works off what should be looked at again."""

from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.errors import Invalid
from tracker.queries import commitments, listing
from tracker.records import CATALOGUE
from tracker.views.lists import ListRequest
from tracker.vocabulary import FollowUp

pages = Blueprint("follow_up", __name__)

WHOSE = ("everyone", "mine")
#: What an address of this page holds.
KNOWN = ("reason", "whose", "as_of", "known_by", "after", "before")


@pages.get("/follow-up/")
def index() -> ResponseReturnValue:
    wrong = {name[:60]: [_("There is no such filter.")] for name in request.args if name not in KNOWN}
    reason, whose = request.args.get("reason", FollowUp.OVERDUE.value), request.args.get("whose", WHOSE[0])
    if reason not in set(FollowUp):
        words = ", ".join(word.value for word in FollowUp)
        wrong["reason"] = [_("“%(word)s” is not one of: %(words)s.", word=reason[:60], words=words)]
    if whose not in WHOSE:
        words = ", ".join(WHOSE)
        wrong["whose"] = [_("“%(word)s” is not one of: %(words)s.", word=whose[:60], words=words)]
    if wrong:
        raise Invalid(wrong)
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
        reason=next(word for word in FollowUp if word.value == reason),
        reasons=list(FollowUp),
        whose=whose,
        counts={offer.key: offer.count for offer in counted},
        as_of=as_of,
        page=page,
        lead_values=listing.read_as_of(CATALOGUE["commitment-parties"], leads, as_of),
        looked=commitments.last_reviewed(page.records, as_of),
        as_list=urlencode([(name, value) for name, value in args.items() if name not in ("after", "before")]),
    )
