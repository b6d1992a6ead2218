"""What a calendar says of deadlines, milestones and meetings."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from flask import request
from flask_babel import gettext as _

from tracker.exports.calendar_file import Event
from tracker.models import Commitment, Meeting, Milestone
from tracker.queries import feeds, history
from tracker.records import CATALOGUE, record_address
from tracker.records.date_fields import format_date_range
from tracker.views.urls import with_requested_dates
from tracker.vocabulary import Basis, DatePrecision, DeadlineState, MeetingStatus

MEETINGS = CATALOGUE["meetings"]
STATUSES = {
    MeetingStatus.HELD: "CONFIRMED",
    MeetingStatus.PLANNED: "TENTATIVE",
    MeetingStatus.CANCELLED: "CANCELLED",
}


def calendar_events(found: feeds.CommitmentDates) -> Iterator[Event]:
    """Yield an event for each day, those of a kind together."""
    origin = history.chain_origin()
    due = {*(each.code for each in found.due), *(step.commitment.code for step in found.milestones)}
    commitments = history.last_changed(feeds.COMMITMENTS, due)
    meetings = history.last_changed(MEETINGS, {each.code for each in found.meetings})
    for commitment in found.due:
        yield _event(commitment, origin, commitments[commitment.code], _deadline(commitment, found))
    for milestone in found.milestones:
        yield _event(milestone, origin, commitments[milestone.commitment.code], _milestone(milestone, found))
    for meeting in found.meetings:
        yield _event(meeting, origin, meetings[meeting.code], _meeting(meeting, found))


def _event(record: Any, origin: str, changed_at: datetime.datetime, told: dict[str, Any]) -> Event:
    """Return what is told of a record as an event; no two trackers have the same origin."""
    address = with_requested_dates(record_address(record, request.url_root))
    # A step tells words of its commitment, too, whose version steps with all its rows.
    subject = record.belongs_to or record
    lines = [*told.pop("lines"), str(subject.caveat or ""), address]
    return Event(
        uid=f"{record.__tablename__}.{record.code}@{origin[:16]}.tracker",
        description="\n".join(filter(None, lines)),
        address=address,
        version=subject.version,
        changed_at=changed_at,
        **told,
    )


def _deadline(commitment: Commitment, found: feeds.CommitmentDates) -> dict[str, Any]:
    # What is over does not come round again.
    over = found.as_of_values[commitment]["deadline_state"] is DeadlineState.CLOSED
    words = commitment.deadline_words
    return {
        "starts_on": commitment.due_on,
        "summary": _of_leads(commitment, found, _("%(title)s (due)", title=commitment)),
        "lines": [*_standings(commitment, found), _("As printed: “%(words)s”", words=words) if words else ""],
        "every_months": 0 if over else commitment.every_months or 0,
        "category": str(commitment.area),
    }


def _milestone(milestone: Milestone, found: feeds.CommitmentDates) -> dict[str, Any]:
    commitment = milestone.commitment
    lines = [_("A milestone of “%(title)s”", title=commitment), *_standings(commitment, found)]
    if milestone.done_on:
        lines.append(_("Reached on %(day)s", day=format_date_range(milestone.done_on, DatePrecision.DAY)))
    return {
        "starts_on": milestone.due_on,
        "summary": _of_leads(commitment, found, _("%(title)s (milestone)", title=milestone)),
        "lines": lines,
        "category": str(commitment.area),
    }


def _meeting(meeting: Meeting, found: feeds.CommitmentDates) -> dict[str, Any]:
    country = MEETINGS.columns["country"].display(meeting.country)
    inferred = meeting.date_basis is Basis.INFERRED
    return {
        "starts_on": meeting.starts_on,
        "ends_on": meeting.ends_on,
        "summary": _of(found.sides.get(meeting.id, ()), str(meeting)),
        "lines": [
            str(meeting.status.label),
            _("The date is inferred. %(note)s", note=meeting.date_note or "") if inferred else "",
        ],
        "location": ", ".join(filter(None, (meeting.venue, meeting.city, country))),
        "status": STATUSES.get(meeting.status, "TENTATIVE"),
    }


def _standings(commitment: Commitment, found: feeds.CommitmentDates) -> list[str]:
    return [f"{party}: {status.label}" for party, status in found.standings.get(commitment.id, ())]


def _of_leads(commitment: Commitment, found: feeds.CommitmentDates, title: str) -> str:
    return _of((party for party, _status in found.standings.get(commitment.id, ())), title)


def _of(parties: Iterable[Any], title: str) -> str:
    names = ", ".join(map(str, parties))
    return f"{names}: {title}" if names else title
