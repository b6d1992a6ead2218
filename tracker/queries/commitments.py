"""What belongs to a commitment beyond its rows: links from either end, and when somebody last looked at it."""

import datetime
from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.dates import zone
from tracker.models import AsOf, CheckLog, Commitment, CommitmentLink, ProgressUpdate
from tracker.models.follow_up import reviews


def links_of(commitment: Commitment) -> Sequence[CommitmentLink]:
    """Return the links that start or end at a commitment."""
    ends = or_(CommitmentLink.commitment == commitment, CommitmentLink.to == commitment)
    query = select(CommitmentLink).where(ends).order_by(CommitmentLink.id)
    loads = selectinload(CommitmentLink.commitment), selectinload(CommitmentLink.to)
    return session.scalars(query.options(*loads)).all()


def last_reviewed(commitments: Sequence[Commitment], as_of: AsOf) -> dict[int, datetime.date]:
    """Return {id of a commitment: the day of its last update or check that counts by then}, if it has one."""
    ids = [commitment.id for commitment in commitments]
    (updated, checked), update, check = reviews(as_of), ProgressUpdate, CheckLog
    updates = select(update.commitment_id, func.max(update.recorded_at)).where(update.commitment_id.in_(ids), updated)
    checks = select(check.commitment_id, func.max(check.checked_on)).where(check.commitment_id.in_(ids), checked)
    days = dict(session.execute(checks.group_by(check.commitment_id)).all())
    for number, at in session.execute(updates.group_by(update.commitment_id)):
        on = at.astimezone(zone()).date()
        days[number] = max(on, days.get(number, on))
    return days
