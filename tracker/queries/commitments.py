"""What is told of a commitment beyond its own rows."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import Commitment, CommitmentLink


def links_of(commitment: Commitment) -> Sequence[CommitmentLink]:
    """Return the links that start or end at a commitment."""
    ends = or_(CommitmentLink.commitment == commitment, CommitmentLink.to == commitment)
    query = select(CommitmentLink).where(ends).order_by(CommitmentLink.id)
    loads = selectinload(CommitmentLink.commitment), selectinload(CommitmentLink.to)
    return session.scalars(query.options(*loads)).all()
