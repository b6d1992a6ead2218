"""The figures on the first page, as of two dates."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, case, func, literal, or_, select, union_all

from tracker.database import session
from tracker.models import AsOf, Commitment, CommitmentParty, PolicyArea, ProgressUpdate
from tracker.models.as_of import existed, overall_status, status_periods
from tracker.models.commitments import common_status
from tracker.models.follow_up import follow_up
from tracker.vocabulary import CommitmentKind, FollowUp, OverallStatus, PartyRole, Status

#: The number of months in the chart of statuses.
MONTHS = 12
#: The number of ids of commitments counted at once.
BATCH = 10_000


@dataclass(frozen=True)
class AreaCount:
    """The number of commitments whose primary area it is: in all, as {kind: n} and as {status: n}."""

    area: PolicyArea
    total: int
    kinds: dict[CommitmentKind, int]
    statuses: dict[Any, int]


def counts_by_area(as_of: AsOf, within: ColumnElement[bool] | None = None) -> list[AreaCount]:
    """Return the counts of every area, in the areas' own order.

    Here and below, only commitments that meet `within` are counted; by default those that existed and are not retired.
    """
    status: ColumnElement[Any] = overall_status(as_of).label("status")
    commitment = select(Commitment.area_id, Commitment.kind, status).where(_scope(as_of, within)).subquery()
    cells: Sequence[Any] = session.execute(select(*commitment.c, func.count()).group_by(*commitment.c)).all()
    counts = []
    for area in session.scalars(select(PolicyArea).order_by(PolicyArea.order, PolicyArea.id)):
        of_area = [(kind, status, number) for area_id, kind, status, number in cells if area_id == area.id]
        counts.append(
            AreaCount(
                area,
                sum(number for _kind, _status, number in of_area),
                {word: sum(n for kind, _status, n in of_area if kind is word) for word in CommitmentKind},
                {word: sum(n for _kind, status, n in of_area if status is word) for word in OverallStatus},
            )
        )
    return counts


def follow_up_counts(as_of: AsOf, review_every: int, within: ColumnElement[bool] | None = None) -> dict[FollowUp, int]:
    """Return {reason: number of commitments to look at again}."""
    pair = follow_up(as_of, review_every).subquery()
    scope = select(Commitment.id).where(_scope(as_of, within))
    query = select(pair.c.word, func.count()).where(pair.c.id.in_(scope)).group_by(pair.c.word)
    counts: dict[FollowUp, int] = dict(session.execute(query).all())
    return {word: counts.get(word, 0) for word in FollowUp}


def month_ends(on: datetime.date) -> list[datetime.date]:
    """Return the last days of the MONTHS − 1 months before a day, and the day itself."""
    days = [on]
    while len(days) < MONTHS and days[0].replace(day=1) > datetime.date.min:
        days.insert(0, days[0].replace(day=1) - datetime.timedelta(days=1))
    return days


def statuses_over_time(
    days: Sequence[datetime.date], as_of: AsOf, within: ColumnElement[bool] | None = None
) -> dict[datetime.date, dict[Any, int]]:
    """Return {day: {status: number of commitments}} at the end of each day, as known by then; without days of none."""
    counts: dict[datetime.date, dict[Any, int]] = {}
    first, last = session.execute(select(func.min(Commitment.id), func.max(Commitment.id))).one()
    # In batches, because the database groups in memory.
    for start in range(first or 0, (last or -1) + 1, BATCH):
        for day, status, number in session.execute(_statuses_on_days(days, as_of, within, start)):
            of_day = counts.setdefault(day, {})
            of_day[status] = of_day.get(status, 0) + number
    return counts


def _statuses_on_days(
    days: Sequence[datetime.date], as_of: AsOf, within: ColumnElement[bool] | None, start: int
) -> Select[Any]:
    """Return the query for (day, status, number) of the batch of commitments whose ids begin at `start`."""
    end = start + BATCH - 1
    lead, period = CommitmentParty, status_periods(as_of, ProgressUpdate.commitment_id.between(start, end))
    # The present counts all updates, even those of later days.
    ends = {day: datetime.date.max if day == as_of.on and not as_of.past else day for day in days}
    points = (select(literal(day, Date()).label("day"), literal(end, Date()).label("end")) for day, end in ends.items())
    point = union_all(*points).subquery()
    on_day = and_(period.c.effective_on <= point.c.end, or_(period.c.until.is_(None), period.c.until > point.c.end))
    of_lead = and_(period.c.commitment_id == lead.commitment_id, period.c.party_id == lead.party_id, on_day)
    status = case((lead.id.is_not(None), func.coalesce(period.c.status, literal(Status.NOT_ASSESSED.value))))
    scope = and_(Commitment.id.between(start, end), _scope(as_of, within))
    commitment = (
        select(point.c.day, common_status(status).label("status"))
        .select_from(point)
        .join(Commitment, and_(Commitment.made_on <= point.c.end, scope))
        .outerjoin(lead, and_(lead.commitment_id == Commitment.id, lead.role == PartyRole.LEAD))
        .outerjoin(period, of_lead)
        .group_by(point.c.day, Commitment.id)
        .subquery()
    )
    return select(*commitment.c, func.count()).group_by(*commitment.c)


def _scope(as_of: AsOf, within: ColumnElement[bool] | None) -> ColumnElement[bool]:
    return existed(as_of) if within is None else within
