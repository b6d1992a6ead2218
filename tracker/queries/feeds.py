"""The entries of feeds and calendars of filtered commitments."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from tracker.database import session
from tracker.errors import Invalid
from tracker.models import AsOf, Commitment, Evidence, Meeting, Milestone, Participation, Party, Passage, Record
from tracker.models import ProgressUpdate as Update
from tracker.models.as_of import lead_statuses
from tracker.queries import listing
from tracker.queries.status_changes import StatusChange, status_changes
from tracker.records import CATALOGUE
from tracker.records.base import AsOfValues
from tracker.records.filters import Filters, recorded_by
from tracker.records.meetings import SEATS
from tracker.vocabulary import DatePrecision

R = TypeVar("R", bound=Record)
COMMITMENTS = CATALOGUE["commitments"]
#: The last change of a feed without entries.
LONG_AGO = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def _ids(filters: Filters) -> Select[Any]:
    return select(Commitment.id).where(*filters.conditions(Commitment))


def recent_changes(filters: Filters, limit: int) -> Sequence[StatusChange]:
    """Return the changes by the last recorded updates in force, including voids, the latest first."""
    as_of = filters.as_of_dates
    query = select(Update).where(
        Update.commitment_id.in_(_ids(filters)),
        as_of.in_force(Update),
        Update.effective_on <= as_of.on if as_of.past else true(),
    )
    evidence = selectinload(Update.evidence).selectinload(Evidence.passage).selectinload(Passage.document)
    return status_changes(query.options(evidence, selectinload(Update.recorded_by)), limit)


def last_change(filters: Filters) -> datetime.datetime:
    """Return when an update of the commitments, or else a commitment, was last recorded."""
    logged = select(func.max(Update.recorded_at)).where(
        Update.commitment_id.in_(_ids(filters)), filters.as_of_dates.recorded(Update)
    )
    recorded = select(func.max(Commitment.recorded_at)).where(Commitment.id.in_(_ids(filters)))
    return session.scalar(logged) or session.scalar(recorded) or LONG_AGO


@dataclass(frozen=True)
class CommitmentDates:
    """The dates of commitments, and of the meetings at which they were made."""

    #: Those due on a day, with their areas.
    due: Sequence[Commitment]
    #: The values of `due` as of the dates of the filters.
    as_of_values: AsOfValues
    #: Those due on a day, with their commitments.
    milestones: Sequence[Milestone]
    #: Those of a known day.
    meetings: Sequence[Meeting]
    #: {id of a commitment: its leads and their statuses}
    standings: dict[int, list[tuple[Party, Any]]]
    #: {id of a meeting: the parties that sat there}
    sides: dict[int, list[Party]]


def commitment_dates(filters: Filters, limit: int) -> CommitmentDates:
    """Return all dates, the earliest first; raises Invalid for more than `limit`."""
    ids, as_of = _ids(filters), filters.as_of_dates
    area = selectinload(Milestone.commitment).selectinload(Commitment.area)
    exact = Meeting.date_precision == DatePrecision.DAY
    due = _by_day(Commitment, Commitment.due_on, Commitment.id.in_(ids), limit, selectinload(Commitment.area))
    milestones = _by_day(Milestone, Milestone.due_on, Milestone.commitment_id.in_(ids), limit, area)
    meetings = _by_day(Meeting, Meeting.starts_on, and_(exact, _meeting_scope(filters)), limit)
    if len(due) + len(milestones) + len(meetings) > limit:
        message = _("This calendar would hold more than %(most)s dates: choose an area, a party or days.", most=limit)
        raise Invalid({"filters": [message]})
    commitments = {*(commitment.id for commitment in due), *(milestone.commitment_id for milestone in milestones)}
    return CommitmentDates(
        due,
        listing.read_as_of(COMMITMENTS, due, as_of),
        milestones,
        meetings,
        _lead_statuses(as_of, commitments),
        _sides({meeting.id for meeting in meetings}),
    )


def _by_day(
    model: type[R],
    day: InstrumentedAttribute[datetime.date | None],
    condition: ColumnElement[bool],
    limit: int,
    *loads: ORMOption,
) -> Sequence[R]:
    """Return at most `limit` + 1 records that have a day and meet a condition, the earliest first."""
    query = select(model).where(day.is_not(None), condition).order_by(day, model.id)
    return session.scalars(query.limit(limit + 1).options(*loads)).all()


def _meeting_scope(filters: Filters) -> ColumnElement[bool]:
    """Return the condition that commitments were made at a meeting, or without filters, that it was known."""
    as_of = filters.as_of_dates
    if any(field.name not in ("as_of", "known_by") for field in filters.chosen):
        return Meeting.id.in_(select(Commitment.meeting_id).where(Commitment.id.in_(_ids(filters))))
    return recorded_by(Meeting, as_of.known_by) if as_of.known_by else true()


def _lead_statuses(as_of: AsOf, commitments: Collection[int]) -> dict[int, list[tuple[Party, Any]]]:
    lead = lead_statuses(as_of)
    query = select(lead.c.commitment_id, Party, lead.c.status).join(Party, Party.id == lead.c.party_id)
    query = query.where(lead.c.commitment_id.in_(commitments)).order_by(lead.c.commitment_party_id)
    statuses: dict[int, list[tuple[Party, Any]]] = {}
    for number, party, status in session.execute(query):
        statuses.setdefault(number, []).append((party, status))
    return statuses


def _sides(meetings: Collection[int]) -> dict[int, list[Party]]:
    seat = SEATS.add_columns(Participation.party_id).distinct().where(Participation.meeting_id.in_(meetings)).subquery()
    query = select(seat.c.meeting_id, Party).join(Party, Party.id == seat.c.party_id).order_by(Party.code)
    sides: dict[int, list[Party]] = {}
    for number, party in session.execute(query):
        sides.setdefault(number, []).append(party)
    return sides
