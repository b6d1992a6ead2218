"""Past and planned meetings, and the commitments and claims made at one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import AsOf, Claim, Commitment, Meeting, MeetingLink
from tracker.models.as_of import existed
from tracker.queries import listing
from tracker.records import CATALOGUE
from tracker.records.base import AsOfValues
from tracker.records.filters import recorded_by
from tracker.vocabulary import MeetingStatus


@dataclass(frozen=True)
class MeetingContent:
    """The commitments and claims made at a meeting, and the links that start or end there."""

    commitments: Sequence[Commitment]
    #: The values of the commitments as of the two dates.
    as_of_values: AsOfValues
    claims: Sequence[Claim]
    links: Sequence[MeetingLink]


def meeting_content(meeting: Meeting, as_of: AsOf) -> MeetingContent:
    """Return the content shown of a meeting beyond its own rows."""
    query = select(Commitment).where(Commitment.meeting == meeting, existed(as_of)).order_by(Commitment.id)
    loads = (Commitment.area, Commitment.parties, Commitment.sources)
    commitments = session.scalars(query.options(*map(selectinload, loads))).all()
    claims = select(Claim).where(Claim.meeting == meeting).order_by(Claim.id)
    links = select(MeetingLink).where(or_(MeetingLink.meeting == meeting, MeetingLink.to == meeting))
    return MeetingContent(
        commitments,
        listing.read_as_of(CATALOGUE["commitments"], commitments, as_of),
        session.scalars(claims.options(selectinload(Claim.area), selectinload(Claim.passage))).all(),
        session.scalars(links.order_by(MeetingLink.id).options(selectinload(MeetingLink.passage))).all(),
    )


def latest_meetings(as_of: AsOf, limit: int) -> Sequence[tuple[Meeting, int]]:
    """Return (meeting, number of commitments) of the latest meetings that had begun, those of no known day last."""
    number = select(func.count()).where(Commitment.meeting_id == Meeting.id, existed(as_of)).scalar_subquery()
    begun = or_(Meeting.starts_on <= as_of.on, Meeting.starts_on.is_(None))
    query = select(Meeting, number).where(begun, _recorded(as_of))
    query = query.order_by(Meeting.starts_on.is_(None), Meeting.starts_on.desc(), Meeting.id)
    return session.execute(query.limit(limit)).all()


def last_held_meeting(as_of: AsOf, *conditions: ColumnElement[bool]) -> Meeting | None:
    """Return the last held meeting that meets the conditions."""
    known = (Meeting.status == MeetingStatus.HELD, Meeting.starts_on <= as_of.on, _recorded(as_of))
    query = select(Meeting).where(*known, *conditions).order_by(Meeting.starts_on.desc(), Meeting.id)
    return session.scalars(query.limit(1)).first()


def planned_meetings(as_of: AsOf, limit: int) -> Sequence[Meeting]:
    """Return the next meetings that are planned, the earliest first."""
    ahead = (Meeting.status == MeetingStatus.PLANNED, Meeting.starts_on >= as_of.on, _recorded(as_of))
    return session.scalars(select(Meeting).where(*ahead).order_by(Meeting.starts_on, Meeting.id).limit(limit)).all()


def meeting_count(as_of: AsOf) -> int:
    """Return the number of meetings that have recorded commitments."""
    return session.scalar(select(func.count(Commitment.meeting_id.distinct())).where(existed(as_of))) or 0


def _recorded(as_of: AsOf) -> ColumnElement[bool]:
    return recorded_by(Meeting, as_of.known_by) if as_of.known_by else true()
