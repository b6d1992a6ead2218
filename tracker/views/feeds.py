"""Subscriptions to filtered commitments: status changes as an Atom feed, and dates as a calendar."""

import uuid
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.exports import calendar_file
from tracker.queries import feeds, history
from tracker.records.fields import mask_forbidden
from tracker.records.filters import Filters
from tracker.views.calendar_events import calendar_events

pages = Blueprint("feeds", __name__)

ATOM = "application/atom+xml; charset=utf-8"
#: The number of changes in a feed, and of dates in a calendar: more than anybody reads.
MAX_CHANGES, MAX_DATES = 50, 5_000


@pages.get("/commitments/feed.atom")
def changes() -> ResponseReturnValue:
    filters = feeds.COMMITMENTS.filters.from_query(request.args)
    origin = history.chain_origin()
    pairs = sorted(request.args.items(multi=True))
    ending = f"?{urlencode(pairs)}" if pairs else ""
    body = render_template(
        "feeds/changes.xml",
        title=feed_title(_("Status changes"), filters),
        updated=feeds.last_change(filters),
        movements=feeds.recent_changes(filters, MAX_CHANGES),
        start=request.url_root,
        # Without the path the tracker is served under.
        name=request.path + ending,
        own_address=url_for("feeds.changes", _external=True) + ending,
        list_address=url_for("records.index", kind="commitments", _external=True) + ending,
        # Stable wherever the tracker is served, and unique: no two trackers begin with the same change.
        urn=lambda name: uuid.uuid5(uuid.NAMESPACE_URL, f"{origin}/{name}").urn,
    )
    return conditional_response(mask_forbidden(body).encode(), ATOM)


@pages.get("/calendar.ics")
def calendar() -> ResponseReturnValue:
    filters = feeds.COMMITMENTS.filters.from_query(request.args)
    dates = feeds.commitment_dates(filters, MAX_DATES)
    title = feed_title(_("Deadlines, milestones and meetings"), filters)
    return conditional_response(calendar_file.build_calendar(title, calendar_events(dates)), calendar_file.MEDIA_TYPE)


def feed_title(title: str, filters: Filters) -> str:
    sentence = filters.sentence()
    return f"{_('Tracker')}: {title} ({sentence})" if sentence else f"{_('Tracker')}: {title}"


def conditional_response(body: bytes, content_type: str) -> Response:
    """Return a response that is empty (304) for a program that has it already."""
    response = Response(body, content_type=content_type)
    response.add_etag()
    response.make_conditional(request)
    return response
