"""Subscriptions to filtered commitments: status changes as an Atom feed, and dates as a calendar."""

import datetime
import uuid
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.exports import calendar_file
from tracker.exports.calendar_file import Event
from tracker.models import Commitment, Meeting, Milestone
from tracker.queries import feeds, history
from tracker.records import CATALOGUE, record_address
from tracker.records.date_fields import format_date_range
from tracker.records.fields import mask_forbidden
from tracker.records.filters import Filters
from tracker.views.urls import with_requested_dates
from tracker.vocabulary import Basis, DatePrecision, DeadlineState, MeetingStatus

pages = Blueprint("feeds", __name__)

ATOM = "application/atom+xml; charset=utf-8"
#: The number of changes in a feed, and of dates in a calendar: more than anybody reads.
MAX_CHANGES, MAX_DATES = 50, 5_000

MEETINGS = CATALOGUE["meetings"]
STATUSES = {
    MeetingStatus.HELD: "CONFIRMED",
    MeetingStatus.PLANNED: "TENTATIVE",
    MeetingStatus.CANCELLED: "CANCELLED",
}


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


def calendar_events(dates: feeds.CommitmentDates) -> Iterator[Event]:
    """Yield an event for each deadline, then for each milestone, then for each meeting."""
    origin = history.chain_origin()
    due = {*(commitment.code for commitment in dates.due), *(step.commitment.code for step in dates.milestones)}
    commitments = history.last_changed(feeds.COMMITMENTS, due)
    meetings = history.last_changed(MEETINGS, {meeting.code for meeting in dates.meetings})
    for commitment in dates.due:
        yield _event(commitment, origin, commitments[commitment.code], _deadline(commitment, dates))
    for milestone in dates.milestones:
        yield _event(milestone, origin, commitments[milestone.commitment.code], _milestone(milestone, dates))
    for meeting in dates.meetings:
        yield _event(meeting, origin, meetings[meeting.code], _meeting(meeting, dates))


def _event(
    record: Commitment | Milestone | Meeting, origin: str, changed_at: datetime.datetime, values: dict[str, Any]
) -> Event:
    """Return the event of a record; `origin`, the hash of the first change, makes its uid unique among trackers."""
    address = with_requested_dates(record_address(record, request.url_root))
    # The version of a commitment increases with each change to its rows, milestones included.
    subject = record.belongs_to or record
    lines = [*values.pop("lines"), str(subject.caveat or ""), address]
    return Event(
        uid=f"{record.__tablename__}.{record.code}@{origin[:16]}.tracker",
        description="\n".join(filter(None, lines)),
        address=address,
        version=subject.version,
        changed_at=changed_at,
        **values,
    )


def _deadline(commitment: Commitment, dates: feeds.CommitmentDates) -> dict[str, Any]:
    # A closed deadline does not recur.
    closed = dates.as_of_values[commitment]["deadline_state"] is DeadlineState.CLOSED
    words = commitment.deadline_words
    return {
        "starts_on": commitment.due_on,
        "summary": _with_leads(commitment, dates, _("%(title)s (due)", title=commitment)),
        "lines": [*_lead_statuses(commitment, dates), _("As printed: “%(words)s”", words=words) if words else ""],
        "every_months": 0 if closed else commitment.every_months or 0,
        "category": str(commitment.area),
    }


def _milestone(milestone: Milestone, dates: feeds.CommitmentDates) -> dict[str, Any]:
    commitment = milestone.commitment
    lines = [_("A milestone of “%(title)s”", title=commitment), *_lead_statuses(commitment, dates)]
    if milestone.done_on:
        lines.append(_("Reached on %(day)s", day=format_date_range(milestone.done_on, DatePrecision.DAY)))
    return {
        "starts_on": milestone.due_on,
        "summary": _with_leads(commitment, dates, _("%(title)s (milestone)", title=milestone)),
        "lines": lines,
        "category": str(commitment.area),
    }


def _meeting(meeting: Meeting, dates: feeds.CommitmentDates) -> dict[str, Any]:
    country = MEETINGS.columns["country"].display(meeting.country)
    inferred = meeting.date_basis is Basis.INFERRED
    return {
        "starts_on": meeting.starts_on,
        "ends_on": meeting.ends_on,
        "summary": _with_parties(dates.sides.get(meeting.id, ()), str(meeting)),
        "lines": [
            str(meeting.status.label),
            _("The date is inferred. %(note)s", note=meeting.date_note or "") if inferred else "",
        ],
        "location": ", ".join(filter(None, (meeting.venue, meeting.city, country))),
        "status": STATUSES.get(meeting.status, "TENTATIVE"),
    }


def _lead_statuses(commitment: Commitment, dates: feeds.CommitmentDates) -> list[str]:
    return [f"{party}: {status.label}" for party, status in dates.standings.get(commitment.id, ())]


def _with_leads(commitment: Commitment, dates: feeds.CommitmentDates, title: str) -> str:
    return _with_parties((party for party, _status in dates.standings.get(commitment.id, ())), title)


def _with_parties(parties: Iterable[Any], title: str) -> str:
    names = ", ".join(map(str, parties))
    return f"{names}: {title}" if names else title
