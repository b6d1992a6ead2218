"""What a report is asked for, with everything left out filled in."""

import datetime
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tracker.database import session
from tracker.errors import Invalid
from tracker.models import AsOf, Commitment, Meeting
from tracker.models.history import now
from tracker.queries import meetings
from tracker.queries.reports.next_meeting import next_meeting
from tracker.records import CATALOGUE
from tracker.records.filters import Filters
from tracker.records.reports import ReportForm
from tracker.vocabulary import Chapter


@dataclass(frozen=True)
class ReportParameters:
    """A report as it will be told; the same one tells the same, whatever is logged later."""

    title: str
    cover_note: str | None
    #: The filters as an address holds them, and in words.
    scope: str
    sentence: str
    filters: Filters
    clock: AsOf
    since: datetime.date | None
    since_meeting: Meeting | None
    next_meeting: Meeting | None
    chapters: list[Chapter]
    #: After how many days a commitment is stale that has no review interval of its own.
    review_every: int
    #: What the addresses of records begin with.
    address: str

    @property
    def commitments(self) -> Any:
        """Return the query for the ids of the commitments in scope."""
        return select(Commitment.id).where(*self.filters.conditions(Commitment))

    @property
    def known_by(self) -> datetime.datetime:
        return cast(datetime.datetime, self.clock.known_by)

    @property
    def before(self) -> AsOf | None:
        """Return the clock at the end of the day since which news is told."""
        return AsOf(self.since, self.clock.known_by) if self.since else None


def scope_filters(scope: str, **clock: str) -> Filters:
    """Return the filters that an address's query holds, as of a clock; raises Invalid for what is not known."""
    return CATALOGUE["commitments"].filters.from_query(MultiDict([*parse_qsl(scope), *clock.items()]))


def check_scope(asked: ReportParameters) -> ReportParameters:
    """Return what is asked for; raises Invalid if no commitment is in its scope."""
    if session.scalar(asked.commitments.limit(1)) is None:
        message = _(
            "No commitment matches this scope on that day. Take a filter away, or choose a later day for it to be as "
            "of, or as known by."
        )
        raise Invalid({"scope": [message]})
    return asked


def form_for_report(report: dict[str, Any]) -> ReportForm:
    """Return the form that asks for what a report asked for, given as in the head of its data."""
    names = ("title", "cover_note", "scope", "as_of", "known_by", "since", "chapters")
    meeting = report["since_meeting"] and report["since_meeting"]["meeting"]
    return ReportForm.from_plain({name: report[name] for name in names} | {"since_meeting": meeting})


def report_parameters(form: ReportForm, address: str) -> ReportParameters:
    """Return what a form that was found right asks for.

    Nothing is known of what comes after now. Left out, since is the day of the last meeting in scope that was held
    before the day it is as of. The next meeting is the first one after that day that belongs with a meeting in scope.
    """
    on, known_by, scope = cast(datetime.date, form.as_of.data), cast(Any, form.known_by.data), form.scope.data or ""
    at = now(session)
    known_by = min(known_by or at, at)
    filters = scope_filters(scope, as_of=on.isoformat(), known_by=known_by.isoformat())
    clock, meeting, since = filters.as_of_dates, form.since_meeting.data, form.since.data
    held_at = select(Commitment.meeting_id).where(*filters.conditions(Commitment))
    if meeting is None and since is None:
        meeting = meetings.last_held_meeting(clock, Meeting.id.in_(held_at), Meeting.starts_on < clock.on)
    if meeting is not None and since is None:
        since = min(meeting.ends_on or meeting.starts_on, clock.on)
    return ReportParameters(
        title=form.title.data or "",
        cover_note=form.cover_note.data,
        scope=scope,
        sentence=scope_filters(scope).sentence(),
        filters=filters,
        clock=clock,
        since=since,
        since_meeting=meeting,
        next_meeting=next_meeting(held_at, clock),
        chapters=[word for word in Chapter if word in form.chapters.data],
        review_every=current_app.config["SETTINGS"].review_every,
        address=address.rstrip("/"),
    )
