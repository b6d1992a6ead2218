"""Scores: the statuses of lead parties in one figure, after the G7 and G20 Research Groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import format_percent
from sqlalchemy import ColumnElement, SQLColumnExpression, func, select

from tracker.database import session
from tracker.models import AsOf, Commitment
from tracker.models.as_of import existed, lead_statuses
from tracker.vocabulary import SCORED_ONCE_DUE, SCORES, CommitmentKind


@dataclass(frozen=True)
class Score:
    """The sum of the points (−1, 0 or +1) of the leads of a group, and the numbers scored and unscored."""

    points: int = 0
    scored: int = 0
    unscored: int = 0

    @property
    def percentage(self) -> float | None:
        """Return (mean + 1) / 2 × 100 to one decimal, halves rounded up; None where none is scored."""
        # In whole numbers, so that halves of a tenth are exact.
        return (1000 * (self.points + self.scored) // self.scored + 1) // 2 / 10 if self.scored else None

    def __add__(self, other: "Score") -> "Score":
        return Score(self.points + other.points, self.scored + other.scored, self.unscored + other.unscored)


def format_percentage(percentage: float) -> str:
    """Return a percentage as people read it."""
    return str(format_percent(percentage / 100, format="#,##0.#%"))


def scores_by_area(as_of: AsOf, within: ColumnElement[bool] | None = None) -> dict[int, Score]:
    """Return {id of an area: the score of the commitments whose primary area it is}; intentions are left out.

    `within` is a condition on commitments: only those that meet it are counted.
    """
    return _scores(as_of, Commitment.area_id, within)


def scores_by_party(as_of: AsOf, within: ColumnElement[bool] | None = None) -> dict[int, Score]:
    """Return {id of a party: the score of what it leads}; intentions are left out."""
    return _scores(as_of, None, within)


def _scores(
    as_of: AsOf, group: SQLColumnExpression[int] | None, within: ColumnElement[bool] | None
) -> dict[int, Score]:
    """Return {id: score} of the commitments of each group, else of each lead party."""
    lead = lead_statuses(as_of)
    group = lead.c.party_id if group is None else group
    due = func.coalesce(Commitment.due_on < as_of.on, False).label("due")
    led = (
        select(group.label("id"), lead.c.status, due)
        .join(lead, lead.c.commitment_id == Commitment.id)
        .where(existed(as_of) if within is None else within, Commitment.kind != CommitmentKind.INTENTION)
        .subquery()
    )
    scores: dict[int, Score] = {}
    cells: Iterable[Any] = session.execute(select(*led.c, func.count()).group_by(*led.c))
    for number, status, is_due, count in cells:
        points = None if status in SCORED_ONCE_DUE and not is_due else SCORES[status]
        score = Score(unscored=count) if points is None else Score(points * count, count)
        scores[number] = scores.get(number, Score()) + score
    return scores
