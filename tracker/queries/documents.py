"""What rests on the passages of a document."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import Claim, CommitmentSource, MeetingLink, Milestone, Participation, Passage


def citing_records(passages: Sequence[Passage]) -> dict[Passage, list[Any]]:
    """Return the commitments, claims, seats, links of meetings and milestones that cite each passage."""
    found: dict[Passage, list[Any]] = defaultdict(list)
    numbers = [passage.id for passage in passages]
    model: Any
    for model in (CommitmentSource, Claim, Participation, MeetingLink, Milestone):
        query = select(model).where(model.passage_id.in_(numbers)).order_by(model.id)
        loads = [selectinload(model.passage)] + ([selectinload(getattr(model, model.PARENT))] if model.PARENT else [])
        for record in session.scalars(query.options(*loads)):
            found[record.passage].append(record)
    return found
