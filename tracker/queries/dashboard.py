"""The figures on the first page, by the two hands of a clock."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, or_, select, true, type_coerce, union_all

from tracker.database import session
from tracker.models import AsOf, Commitment, CommitmentParty, Meeting, PolicyArea, ProgressUpdate
from tracker.models.as_of import existed, overall_status
from tracker.models.commitments import OVERALL, common_status
from tracker.models.follow_up import follow_up
from tracker.records.filters import recorded_by
from tracker.vocabulary import CommitmentKind, FollowUp, MeetingStatus, OverallStatus, PartyRole, Status

#: How many months are told of.
MONTHS = 12
#: Over how many ids of commitments is counted at once.
STRETCH = 10_000


@dataclass(frozen=True)
class AreaCount:
    """How many commitments have an area as their primary one: in all, {kind: n} and {status: n}."""

    area: PolicyArea
    total: int
    kinds: dict[CommitmentKind, int]
    statuses: dict[Any, int]


def counts_by_area(clock: AsOf, within: Any = None) -> list[AreaCount]:
    """Return the counts of each area, in the areas' own order; areas without commitments too.

    `within` is a condition on commitments, here and below: only those it lets through are counted;
    without one, those that were there and are not retired.
    """
    each = (
        select(Commitment.area_id, Commitment.kind, overall_status(clock).label("status"))
        .where(_there(clock, within))
        .subquery()
    )
    cells: Any = session.execute(select(*each.c, func.count()).group_by(*each.c)).all()
    found = []
    for area in session.scalars(select(PolicyArea).order_by(PolicyArea.order, PolicyArea.id)):
        own = [(kind, status, number) for area_id, kind, status, number in cells if area_id == area.id]
        found.append(
            AreaCount(
                area,
                sum(number for _kind, _status, number in own),
                {word: sum(n for kind, _status, n in own if kind is word) for word in CommitmentKind},
                {word: sum(n for _kind, status, n in own if status is word) for word in OverallStatus},
            )
        )
    return found


def follow_up_counts(clock: AsOf, review_every: int, within: Any = None) -> dict[FollowUp, int]:
    """Return how many commitments somebody should look at again, for each reason there is."""
    pair = follow_up(clock, review_every).subquery()
    there = select(Commitment.id).where(_there(clock, within))
    query = select(pair.c.word, func.count()).where(pair.c.id.in_(there)).group_by(pair.c.word)
    counted: Any = session.execute(query)
    found = dict(counted.all())
    return {word: found.get(word, 0) for word in FollowUp}


def month_ends(on: datetime.date) -> list[datetime.date]:
    """Return the last days of the months before a day, and the day itself."""
    days = [on]
    while len(days) < MONTHS and days[0].replace(day=1) > datetime.date.min:
        days.insert(0, days[0].replace(day=1) - datetime.timedelta(days=1))
    return days


def statuses_over_time(
    days: Sequence[datetime.date], clock: AsOf, within: Any = None
) -> dict[datetime.date, dict[Any, int]]:
    """Return how many commitments stood how at the end of each day, as known by the clock: {day: {status: n}}.

    Nothing is told of a day by which there was no commitment.
    """
    found: dict[datetime.date, dict[Any, int]] = {}
    first, last = session.execute(select(func.min(Commitment.id), func.max(Commitment.id))).one()
    # A stretch at a time, for the database holds in memory what it groups.
    for start in range(first or 0, (last or -1) + 1, STRETCH):
        for day, word, number in session.execute(_over_time(days, clock, within, start)):
            counts = found.setdefault(day, {})
            counts[word] = counts.get(word, 0) + number
    return found


def _over_time(days: Sequence[datetime.date], clock: AsOf, within: Any, start: int) -> Any:
    """Return (day, status, number) of the commitments whose ids begin at `start`."""
    end = start + STRETCH - 1
    lead, span = CommitmentParty, _spans(clock, ProgressUpdate.commitment_id.between(start, end))
    # How things stand now, and not how they stood today, asks of no day.
    ends = {day: datetime.date.max if day == clock.on and not clock.past else day for day in days}
    points = (select(literal(day, Date()).label("day"), literal(end, Date()).label("end")) for day, end in ends.items())
    point = union_all(*points).subquery()
    on_day = and_(span.c.effective_on <= point.c.end, or_(span.c.until.is_(None), span.c.until > point.c.end))
    status = case((lead.id.is_not(None), func.coalesce(span.c.status, literal(Status.NOT_ASSESSED.value))))
    there = and_(Commitment.id.between(start, end), _there(clock, within))
    each = (
        select(point.c.day, type_coerce(common_status(status), OVERALL).label("status"))
        .select_from(point)
        .join(Commitment, and_(Commitment.made_on <= point.c.end, there))
        .outerjoin(lead, and_(lead.commitment_id == Commitment.id, lead.role == PartyRole.LEAD))
        .outerjoin(span, and_(span.c.commitment_id == lead.commitment_id, span.c.party_id == lead.party_id, on_day))
        .group_by(point.c.day, Commitment.id)
        .subquery()
    )
    return select(*each.c, func.count()).group_by(*each.c)


def _spans(clock: AsOf, among: Any) -> Any:
    """Return from which day until which each of some updates said how its lead stood, as known by the clock."""
    update = ProgressUpdate
    until = func.lead(update.effective_on).over(
        partition_by=(update.commitment_id, update.party_id),
        order_by=(update.effective_on, update.recorded_at, update.id),
    )
    said = (among, update.status.is_not(None), clock.in_force(update, "corrects_id"))
    columns = (update.commitment_id, update.party_id, update.status, update.effective_on)
    return select(*columns, until.label("until")).where(*said).subquery()


def latest_meetings(clock: AsOf, most: int) -> Sequence[Any]:
    """Return (meeting, number of commitments) of the latest meetings that had begun, those of no known day last."""
    number = select(func.count()).where(Commitment.meeting_id == Meeting.id, existed(clock)).scalar_subquery()
    begun = or_(Meeting.starts_on <= clock.on, Meeting.starts_on.is_(None))
    query = select(Meeting, number).where(begun, _recorded(clock))
    return session.execute(
        query.order_by(Meeting.starts_on.is_(None), Meeting.starts_on.desc(), Meeting.id).limit(most)
    ).all()


def last_held_meeting(clock: AsOf, *conditions: Any) -> Meeting | None:
    """Return the last meeting that was held, of those that conditions let through."""
    held = (Meeting.status == MeetingStatus.HELD, Meeting.starts_on <= clock.on, _recorded(clock), *conditions)
    return session.scalars(select(Meeting).where(*held).order_by(Meeting.starts_on.desc(), Meeting.id).limit(1)).first()


def planned_meetings(clock: AsOf, most: int) -> Sequence[Meeting]:
    """Return the next meetings that are planned, the earliest first."""
    ahead = (Meeting.status == MeetingStatus.PLANNED, Meeting.starts_on >= clock.on, _recorded(clock))
    return session.scalars(select(Meeting).where(*ahead).order_by(Meeting.starts_on, Meeting.id).limit(most)).all()


def meeting_count(clock: AsOf) -> int:
    """Return from how many meetings commitments are recorded."""
    return session.scalar(select(func.count(Commitment.meeting_id.distinct())).where(existed(clock))) or 0


def _there(clock: AsOf, within: Any) -> Any:
    return existed(clock) if within is None else within


def _recorded(clock: AsOf) -> ColumnElement[bool]:
    return recorded_by(Meeting, clock.known_by) if clock.known_by else true()
