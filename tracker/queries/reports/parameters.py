"""The parameters of a report: as requested, and with defaults filled in."""

import datetime
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, Subquery, and_, or_, select
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from tracker.database import session
from tracker.dates import today
from tracker.errors import Invalid
from tracker.models import AsOf, Commitment, Meeting, MeetingLink, Participation, Party
from tracker.models.commitments import side_of
from tracker.models.history import now
from tracker.queries.meetings import last_held_meeting
from tracker.records import CATALOGUE
from tracker.records.filters import Filters, recorded_by
from tracker.records.meetings import SEATS
from tracker.records.reports import ReportForm
from tracker.vocabulary import Chapter, MeetingStatus

#: The word among the chapters for the brief, which every report has: alone, it leaves out all chapters.
BRIEF = "brief"
#: The fields of a report beside the filters of its scope.
REPORT_FIELDS = ("title", "cover_note", "as_of", "known_by", "since", "since_meeting", "chapters")


@dataclass(frozen=True)
class ReportParameters:
    """The parameters of a report; the same ones give the same report, whatever is recorded later."""

    title: str
    cover_note: str | None
    #: The filters as a query string, and in words.
    scope: str
    sentence: str
    filters: Filters
    as_of: AsOf
    since: datetime.date | None
    since_meeting: Meeting | None
    next_meeting: Meeting | None
    chapters: list[Chapter]
    #: Days after which a commitment without a review interval of its own is stale.
    review_every: int
    #: The beginning of the addresses of records.
    address: str

    @property
    def commitments(self) -> Select[int]:
        """Return the query for the ids of the commitments in scope."""
        return select(Commitment.id).where(*self.filters.conditions(Commitment))

    @property
    def known_by(self) -> datetime.datetime:
        return cast(datetime.datetime, self.as_of.known_by)

    @property
    def before(self) -> AsOf | None:
        """Return the day since which changes are reported, as known by the same moment; None without one."""
        return AsOf(self.since, self.as_of.known_by) if self.since else None


class ReportRequest:
    """A report as requested by a page or a command, with its errors."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        scope = [
            (name, value) for name, value in args.items(multi=True) if value and name not in (*REPORT_FIELDS, "show")
        ]
        self.wrong: dict[str, Any] = {}
        try:
            self.filters = scope_filters(urlencode(scope))
        except Invalid as error:
            self.wrong = dict(error.errors)
            # The valid filters stay, unless there are too many.
            scope = [pair for pair in scope if not self.wrong.keys() & {pair[0][:60], "filters"}]
            self.filters = scope_filters(urlencode(scope))
        values = MultiDict((name, value) for name, value in args.items(multi=True) if name in REPORT_FIELDS and value)
        values["scope"] = urlencode(scope)
        values.setdefault("as_of", today().isoformat())
        values.setdefault("title", self.default_title)
        chapters = values.poplist("chapters") or [word.value for word in Chapter]
        values.setlist("chapters", [word for word in chapters if word != BRIEF])
        self.form = ReportForm(values)

    @property
    def default_title(self) -> str:
        sentence = self.filters.sentence()
        title = _("Status of commitments – %(scope)s", scope=sentence) if sentence else _("Status of commitments")
        return title[:300]

    def parameters(self, address: str) -> ReportParameters:
        """Return the parameters with the beginning of addresses; raises Invalid, by field."""
        if not self.form.validate() or self.wrong:
            raise Invalid(self.wrong | self.form.errors)
        return check_scope(report_parameters(self.form, address))

    @property
    def errors(self) -> list[tuple[str, Any, Any]]:
        """Return (id of the field, its label, message) of each error; errors of hidden fields are about the scope."""
        labels = {field.name: field.label.text for field in (*self.filters, *self.form)}
        ids = {field.name for field in self.filters if not field.multiple} | {*REPORT_FIELDS}
        errors = (self.wrong | self.form.errors).items()
        return [
            (name if name in ids else "scope", labels.get(name, name), message)
            for name, messages in errors
            for message in messages
        ]


def scope_filters(scope: str, **dates: str) -> Filters:
    """Return the filters of a query string, as of dates; raises Invalid for unknown ones."""
    return CATALOGUE["commitments"].filters.from_query(MultiDict([*parse_qsl(scope), *dates.items()]))


def check_scope(parameters: ReportParameters) -> ReportParameters:
    """Return the parameters; raises Invalid if no commitment is in their scope."""
    if session.scalar(parameters.commitments.limit(1)) is None:
        message = _(
            "No commitment matches this scope on that day. Take a filter away, or choose a later day for it to be as "
            "of, or as known by."
        )
        raise Invalid({"scope": [message]})
    return parameters


def form_for_report(report: dict[str, Any]) -> ReportForm:
    """Return the form filled in like that of a report, from the "report" in its head."""
    names = ("title", "cover_note", "scope", "as_of", "known_by", "since", "chapters")
    meeting = report["since_meeting"] and report["since_meeting"]["meeting"]
    return ReportForm.from_plain({name: report[name] for name in names} | {"since_meeting": meeting})


def report_parameters(form: ReportForm, address: str) -> ReportParameters:
    """Return the parameters of a valid form.

    `known_by` is at most now. `since` is by default the day of the last meeting in scope held before the as-of day. The
    next meeting is the first after that day that belongs with a meeting in scope.
    """
    on, scope, at = cast(datetime.date, form.as_of.data), form.scope.data or "", now(session)
    known_by = min(form.known_by.data or at, at)
    filters = scope_filters(scope, as_of=on.isoformat(), known_by=known_by.isoformat())
    as_of, meeting, since = filters.as_of_dates, form.since_meeting.data, form.since.data
    meetings = select(Commitment.meeting_id).where(*filters.conditions(Commitment))
    if meeting is None and since is None:
        meeting = last_held_meeting(as_of, Meeting.id.in_(meetings), Meeting.starts_on < on)
    if meeting is not None and since is None:
        since = min(meeting.ends_on or meeting.starts_on, on)
    return ReportParameters(
        title=form.title.data or "",
        cover_note=form.cover_note.data,
        scope=scope,
        sentence=scope_filters(scope).sentence(),
        filters=filters,
        as_of=as_of,
        since=since,
        since_meeting=meeting,
        next_meeting=_next_meeting(meetings, on, known_by),
        chapters=[word for word in Chapter if word in form.chapters.data],
        review_every=current_app.config["SETTINGS"].review_every,
        address=address.rstrip("/"),
    )


def _next_meeting(meetings: Select[int | None], on: datetime.date, known_by: datetime.datetime) -> Meeting | None:
    """Return the first meeting, not cancelled, that starts after a day and belongs with one that `meetings` selects.

    It is of the same series, linked with it, or has seats of two sides that sat together there. A side is a country
    with its ministries and agencies, or a party without a country.
    """
    ahead = (Meeting.starts_on > on, Meeting.status != MeetingStatus.CANCELLED, recorded_by(Meeting, known_by))
    in_scope, other_meeting, link = meetings.cte("in_scope"), aliased(Meeting), MeetingLink
    ids = select(in_scope.c.meeting_id)
    series = select(other_meeting.series).where(other_meeting.id.in_(ids), other_meeting.series.is_not(None))
    linked = [
        select(end).where(other_end.in_(ids), recorded_by(link, known_by))
        for end, other_end in ((link.meeting_id, link.to_id), (link.to_id, link.meeting_id))
    ]
    later = _sides_together(select(other_meeting.id).where(other_meeting.starts_on > on), known_by)
    before = _sides_together(ids, known_by)
    pairs = select(before.c.one, before.c.other).distinct().subquery()
    same_pair = and_(pairs.c.one == later.c.one, pairs.c.other == later.c.other)
    together = select(later.c.meeting_id).join(pairs, same_pair)
    belongs = or_(Meeting.series.in_(series), *(Meeting.id.in_(query) for query in (*linked, together)))
    query = select(Meeting).where(*ahead, belongs).order_by(Meeting.starts_on, Meeting.id)
    return session.scalars(query.limit(1)).first()


def _sides_together(meetings: Select[int], known_by: datetime.datetime) -> Subquery:
    """Return each pair of sides that sat together at some meetings, as (meeting_id, one, other)."""
    party, country = aliased(Party), aliased(Party)
    seats = (
        SEATS.add_columns(side_of(party, country).label("side"))
        .join(party, party.id == Participation.party_id)
        .outerjoin(country, country.id == party.parent_id)
        .where(Participation.meeting_id.in_(meetings), recorded_by(Participation, known_by))
        .distinct()
    )
    side = seats.cte()
    other = side.alias()
    both = and_(other.c.meeting_id == side.c.meeting_id, other.c.side > side.c.side)
    pairs = select(side.c.meeting_id, side.c.side.label("one"), other.c.side.label("other"))
    return pairs.join(other, both).subquery()
