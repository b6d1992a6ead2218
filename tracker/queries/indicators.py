"""The claims about an indicator or commitment, and which of them later ones revise."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import Claim, Commitment, Indicator

#: The number of claims shown at once, the latest ones.
MAX_CLAIMS = 500
#: The day a claim is about: of its period, else of its publication.
DAY = func.coalesce(Claim.period_start, Claim.period_end, Claim.published_on)


@dataclass(frozen=True)
class IndicatorClaims:
    """Claims in the order of their days, those of no known day last."""

    claims: Sequence[Claim]
    #: {claim: those that revise it}
    revised_by: dict[Claim, list[Claim]] = field(default_factory=dict)
    #: Whether there are more, older ones.
    more: bool = False

    @property
    def standing(self) -> list[Claim]:
        return [claim for claim in self.claims if claim not in self.revised_by]

    @property
    def superseded(self) -> list[Claim]:
        return [claim for claim in self.claims if claim in self.revised_by]

    def plottable(self, indicator: Indicator) -> list[Claim]:
        """Return the claims that fit on one line of a chart: not revised, in the indicator's unit, of a known day."""
        return [
            claim
            for claim in self.standing
            if claim.indicator is indicator and claim.value is not None and in_unit(claim) and claim_days(claim)
        ]


def claim_days(claim: Claim) -> tuple[datetime.date, datetime.date | None] | None:
    """Return the first and the last day of the period a claim is about, else the day it was published, or None."""
    day = claim.period_start or claim.period_end or claim.published_on
    return (day, claim.period_end if claim.period_start else None) if day else None


def in_unit(claim: Claim) -> bool:
    """Return whether a figure is in the unit of its indicator."""
    return claim.indicator is not None and (claim.unit or "").casefold() == claim.indicator.unit.casefold()


def indicator_claims(indicator: Indicator) -> IndicatorClaims:
    return _claims_where(Claim.indicator == indicator)


def commitment_claims(commitment: Commitment) -> IndicatorClaims:
    """Return the claims that analysts tied to a commitment."""
    return _claims_where(Claim.commitment == commitment)


def _claims_where(condition: ColumnElement[bool]) -> IndicatorClaims:
    query = select(Claim).where(condition).order_by(DAY.is_(None), DAY.desc(), Claim.id.desc()).limit(MAX_CLAIMS + 1)
    loads = selectinload(Claim.passage), selectinload(Claim.commitment), selectinload(Claim.indicator)
    latest = session.scalars(query.options(*loads)).all()
    claims = sorted(latest[:MAX_CLAIMS], key=lambda claim: (*(claim_days(claim) or (datetime.date.max,))[:1], claim.id))
    later = select(Claim).where(Claim.supersedes_id.in_([claim.id for claim in claims])).order_by(Claim.id)
    revised_by: dict[Claim, list[Claim]] = {}
    for claim in session.scalars(later.options(selectinload(Claim.supersedes))):
        if claim.supersedes:
            revised_by.setdefault(claim.supersedes, []).append(claim)
    return IndicatorClaims(claims, revised_by, len(latest) > MAX_CLAIMS)
