"""The meeting that a report looks ahead to."""

from typing import Any, cast

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from tracker.database import session
from tracker.models import AsOf, Meeting, MeetingLink, Participation, Party
from tracker.models.commitments import side_of
from tracker.records.filters import recorded_by
from tracker.records.meetings import SEATS
from tracker.vocabulary import MeetingStatus


def next_meeting(within: Any, clock: AsOf) -> Meeting | None:
    """Return the first meeting that starts after the clock's day and belongs with those whose ids `within` selects.

    It was not cancelled, and is of the series of one of them, linked with one, or two sides that sat together at one
    have seats at it. A side is a country with its ministries and agencies, or what belongs to no country.
    """
    known_by = cast(Any, clock.known_by)
    ahead = (Meeting.starts_on > clock.on, Meeting.status != MeetingStatus.CANCELLED, recorded_by(Meeting, known_by))
    there, met, link = within.cte("there"), aliased(Meeting), MeetingLink
    own = select(there.c.meeting_id)
    series = select(met.series).where(met.id.in_(own), met.series.is_not(None))
    linked = [
        select(one).where(other.in_(own), recorded_by(link, known_by))
        for one, other in ((link.meeting_id, link.to_id), (link.to_id, link.meeting_id))
    ]
    before, later = _together(own, clock), _together(select(met.id).where(met.starts_on > clock.on), clock)
    pairs = select(before.c.one, before.c.other).distinct().subquery()
    again = select(later.c.meeting_id).join(pairs, and_(pairs.c.one == later.c.one, pairs.c.other == later.c.other))
    belongs = or_(Meeting.series.in_(series), *(Meeting.id.in_(ids) for ids in (*linked, again)))
    query = select(Meeting).where(*ahead, belongs).order_by(Meeting.starts_on, Meeting.id)
    return session.scalars(query.limit(1)).first()


def _together(meetings: Any, clock: AsOf) -> Any:
    """Return every two sides that sat together at some meetings, as (meeting_id, one, other)."""
    party, whole, known_by = aliased(Party), aliased(Party), cast(Any, clock.known_by)
    seats = (
        SEATS.add_columns(side_of(party, whole).label("side"))
        .join(party, party.id == Participation.party_id)
        .outerjoin(whole, whole.id == party.parent_id)
        .where(Participation.meeting_id.in_(meetings), recorded_by(Participation, known_by))
        .distinct()
    )
    one = seats.cte()
    other = one.alias()
    both = and_(other.c.meeting_id == one.c.meeting_id, other.c.side > one.c.side)
    return select(one.c.meeting_id, one.c.side.label("one"), other.c.side.label("other")).join(other, both).subquery()
