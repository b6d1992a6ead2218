"""What feeds and calendars tell of the commitments that filters let through."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.errors import Invalid
from tracker.models import AsOf, Commitment, Evidence, Meeting, Milestone, Participation, Party, Passage
from tracker.models import ProgressUpdate as Update
from tracker.models.as_of import lead_statuses
from tracker.queries import listing
from tracker.queries.status_changes import StatusChange, status_changes
from tracker.records import CATALOGUE
from tracker.records.base import AsOfValues
from tracker.records.filters import Filters, recorded_by
from tracker.records.meetings import SEATS
from tracker.vocabulary import DatePrecision

COMMITMENTS = CATALOGUE["commitments"]
#: No day is older; of a tracker that knows nothing of what is asked for.
LONG_AGO = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def _ids(filters: Filters) -> Select[Any]:
    return select(Commitment.id).where(*filters.conditions(Commitment))


def recent_changes(filters: Filters, most: int) -> Sequence[StatusChange]:
    """Return what the last updates that stand moved, voids too, at most so many, the latest recorded first."""
    clock: AsOf = filters.as_of_dates
    query = select(Update).where(
        Update.commitment_id.in_(_ids(filters)),
        clock.in_force(Update),
        Update.effective_on <= clock.on if clock.past else true(),
    )
    evidence = selectinload(Update.evidence).selectinload(Evidence.passage).selectinload(Passage.document)
    return status_changes(query.options(evidence, selectinload(Update.recorded_by)), most)


def last_change(filters: Filters) -> datetime.datetime:
    """Return when something was last logged, corrections too, else recorded, of the commitments."""
    logged = select(func.max(Update.recorded_at)).where(
        Update.commitment_id.in_(_ids(filters)), filters.as_of_dates.recorded(Update)
    )
    recorded = select(func.max(Commitment.recorded_at)).where(Commitment.id.in_(_ids(filters)))
    return session.scalar(logged) or session.scalar(recorded) or LONG_AGO


@dataclass(frozen=True)
class CommitmentDates:
    """The days of commitments, and of the meetings they were made at."""

    #: Those due on a day, with their areas.
    due: Sequence[Commitment]
    #: How these stood.
    as_of_values: AsOfValues
    #: Those due on a day, with their commitments.
    milestones: Sequence[Milestone]
    #: Those whose days are known.
    meetings: Sequence[Meeting]
    #: {id of a commitment: its leads and how each stands}
    standings: dict[int, list[tuple[Party, Any]]]
    #: {id of a meeting: who sat there}
    sides: dict[int, list[Party]]


def commitment_dates(filters: Filters, most: int) -> CommitmentDates:
    """Return all days, the earliest first; raises Invalid for more than so many."""
    ids, first = _ids(filters), most + 1
    area = selectinload(Milestone.commitment).selectinload(Commitment.area)
    due = _read(Commitment, Commitment.due_on, [Commitment.id.in_(ids)], first, selectinload(Commitment.area))
    steps = _read(Milestone, Milestone.due_on, [Milestone.commitment_id.in_(ids)], first, area)
    known = Meeting.date_precision == DatePrecision.DAY
    meetings = _read(Meeting, Meeting.starts_on, [known, *_there(filters)], first)
    if len(due) + len(steps) + len(meetings) > most:
        message = _("This calendar would hold more than %(most)s dates: choose an area, a party or days.", most=most)
        raise Invalid({"filters": [message]})
    commitments = {*(each.id for each in due), *(step.commitment_id for step in steps)}
    return CommitmentDates(
        due,
        listing.read_as_of(COMMITMENTS, due, filters.as_of_dates),
        steps,
        meetings,
        _standings(filters.as_of_dates, commitments),
        _sides({each.id for each in meetings}),
    )


def _read(model: Any, day: Any, conditions: list[Any], most: int, *loads: Any) -> Sequence[Any]:
    query = select(model).where(day.is_not(None), *conditions).order_by(day, model.id)
    return session.scalars(query.limit(most).options(*loads)).all()


def _there(filters: Filters) -> list[Any]:
    """Return the conditions on meetings: those of the commitments, or where nothing narrows these, all known."""
    if any(field.name not in ("as_of", "known_by") for field in filters.chosen):
        own = select(Commitment.meeting_id).where(Commitment.id.in_(_ids(filters)))
        return [Meeting.id.in_(own)]
    known_by = filters.as_of_dates.known_by
    return [recorded_by(Meeting, known_by)] if known_by else []


def _standings(clock: AsOf, commitments: Collection[int]) -> dict[int, list[tuple[Party, Any]]]:
    lead = lead_statuses(clock)
    query = select(lead.c.commitment_id, Party, lead.c.status).join(Party, Party.id == lead.c.party_id)
    query = query.where(lead.c.commitment_id.in_(commitments)).order_by(lead.c.commitment_party_id)
    found: dict[int, list[tuple[Party, Any]]] = {}
    for number, party, status in session.execute(query):
        found.setdefault(number, []).append((party, status))
    return found


def _sides(meetings: Collection[int]) -> dict[int, list[Party]]:
    seats = SEATS.add_columns(Participation.party_id).distinct().where(Participation.meeting_id.in_(meetings))
    seat = seats.subquery()
    found: dict[int, list[Party]] = {}
    for number, party in session.execute(
        select(seat.c.meeting_id, Party).join(Party, Party.id == seat.c.party_id).order_by(Party.code)
    ):
        found.setdefault(number, []).append(party)
    return found
