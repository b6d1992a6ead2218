"""Figures: what claims say of an indicator, and which of them a later one revises."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import Claim, Commitment, Indicator

#: How many claims are told at once, the latest ones.
MOST_TOLD = 500
#: What a claim is of: its period, else the day it was published.
DAY = func.coalesce(Claim.period_start, Claim.period_end, Claim.published_on)


@dataclass(frozen=True)
class IndicatorClaims:
    """Claims in the order of the days they are of, those of no known day last."""

    told: Sequence[Claim]
    #: {claim: those that revise it}
    revised_by: dict[Claim, list[Claim]] = field(default_factory=dict)
    #: There are more, which are older.
    more: bool = False

    @property
    def standing(self) -> list[Claim]:
        return [claim for claim in self.told if claim not in self.revised_by]

    @property
    def superseded(self) -> list[Claim]:
        return [claim for claim in self.told if claim in self.revised_by]

    def drawn(self, indicator: Indicator) -> list[Claim]:
        """Return the figures of an indicator that can stand on one line: not revised, in its unit, of a known day."""
        return [
            claim
            for claim in self.standing
            if claim.indicator is indicator and claim.value is not None and in_unit(claim) and claim_days(claim)
        ]


def claim_days(claim: Claim) -> tuple[datetime.date, datetime.date | None] | None:
    """Return the first and the last day of what a claim is of, else the day it was published."""
    day = claim.period_start or claim.period_end or claim.published_on
    return (day, claim.period_end if claim.period_start else None) if day else None


def in_unit(claim: Claim) -> bool:
    """Return whether a figure is in the unit of its indicator."""
    return claim.indicator is not None and (claim.unit or "").casefold() == claim.indicator.unit.casefold()


def indicator_claims(indicator: Indicator) -> IndicatorClaims:
    return _figures(Claim.indicator == indicator)


def commitment_claims(commitment: Commitment) -> IndicatorClaims:
    """Return the claims that analysts tied to a commitment."""
    return _figures(Claim.commitment == commitment)


def _figures(condition: Any) -> IndicatorClaims:
    latest = select(Claim).where(condition).order_by(DAY.is_(None), DAY.desc(), Claim.id.desc()).limit(MOST_TOLD + 1)
    loads = selectinload(Claim.passage), selectinload(Claim.commitment), selectinload(Claim.indicator)
    found = session.scalars(latest.options(*loads)).all()
    told = sorted(found[:MOST_TOLD], key=lambda claim: (*(claim_days(claim) or (datetime.date.max,))[:1], claim.id))
    later = select(Claim).where(Claim.supersedes_id.in_([claim.id for claim in told])).order_by(Claim.id)
    revised_by: Any = defaultdict(list)
    for claim in session.scalars(later.options(selectinload(Claim.supersedes))):
        revised_by[claim.supersedes].append(claim)
    return IndicatorClaims(told, dict(revised_by), len(found) > MOST_TOLD)
