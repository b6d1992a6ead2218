"""The figures on the first page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from tracker.database import session
from tracker.models import Commitment, Meeting, PolicyArea
from tracker.vocabulary import CommitmentKind, OverallStatus


@dataclass(frozen=True)
class AreaCount:
    """How many commitments have an area as their primary one: in all, {kind: n} and {status: n}."""

    area: PolicyArea
    total: int
    kinds: dict[CommitmentKind, int]
    statuses: dict[Any, int]


def by_area() -> list[AreaCount]:
    """Return the counts of each area, in the areas' own order; areas without commitments too."""
    counted = select(Commitment.area_id, Commitment.kind, Commitment.status, func.count()).group_by(
        Commitment.area_id, Commitment.kind, Commitment.status
    )
    cells = session.execute(counted).all()
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


def meetings(most: int) -> Sequence[Any]:
    """Return (meeting, number of commitments) of the latest meetings."""
    number = select(func.count()).where(Commitment.meeting_id == Meeting.id).scalar_subquery()
    query = select(Meeting, number).order_by(Meeting.starts_on.is_(None), Meeting.starts_on.desc(), Meeting.id)
    return session.execute(query.limit(most)).all()


def meeting_count() -> int:
    """Return from how many meetings commitments are recorded."""
    return session.scalar(select(func.count(Commitment.meeting_id.distinct()))) or 0
