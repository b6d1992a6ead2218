"""What is told of a meeting beyond its own rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import AsOf, Claim, Commitment, Meeting, MeetingLink
from tracker.models.as_of import existed
from tracker.queries import listing
from tracker.records import CATALOGUE


@dataclass(frozen=True)
class MeetingContent:
    """What was undertaken and claimed at a meeting, and the links that start or end there."""

    commitments: Sequence[Commitment]
    claims: Sequence[Claim]
    links: Sequence[MeetingLink]


def meeting_content(meeting: Meeting, clock: AsOf) -> MeetingContent:
    """Return what is told of a meeting, its commitments as they stood by the clock."""
    commitments = select(Commitment).where(Commitment.meeting == meeting, existed(clock)).order_by(Commitment.id)
    claims = select(Claim).where(Claim.meeting == meeting).order_by(Claim.id)
    links = select(MeetingLink).where(or_(MeetingLink.meeting == meeting, MeetingLink.to == meeting))
    return MeetingContent(
        listing.with_as_of(
            CATALOGUE["commitments"],
            session.scalars(
                commitments.options(
                    selectinload(Commitment.area), selectinload(Commitment.parties), selectinload(Commitment.sources)
                )
            ).all(),
            clock,
        ),
        session.scalars(claims.options(selectinload(Claim.area), selectinload(Claim.passage))).all(),
        session.scalars(links.order_by(MeetingLink.id).options(selectinload(MeetingLink.passage))).all(),
    )
