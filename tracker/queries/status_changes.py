"""Updates as news: what each of them moved, from which status to which."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased, selectinload

from tracker.database import session
from tracker.dates import zone
from tracker.models import ProgressUpdate
from tracker.vocabulary import Status


@dataclass(frozen=True)
class StatusChange:
    """An update, and how its lead stood before; nothing is said before by a void that is corrected."""

    update: ProgressUpdate
    before: Status | None

    @property
    def recorded_on(self) -> datetime.date:
        return self.update.recorded_at.astimezone(zone()).date()


def status_changes(updates: Select[Any], most: int) -> Sequence[StatusChange]:
    """Return what the last recorded of some updates moved, at most so many, the latest first."""
    query = updates.add_columns(_before()).order_by(ProgressUpdate.recorded_at.desc(), ProgressUpdate.id.desc())
    loads = selectinload(ProgressUpdate.commitment), selectinload(ProgressUpdate.corrects)
    return [
        StatusChange(update, update.corrects.status if update.corrects else before or Status.NOT_ASSESSED)
        for update, before in session.execute(query.limit(most).options(*loads, selectinload(ProgressUpdate.party)))
    ]


def _before() -> Any:
    """Return how the lead of an update stood on the day it is about, as known just before it was recorded."""
    earlier, later = aliased(ProgressUpdate), aliased(ProgressUpdate)
    corrected = exists().where(later.corrects_id == earlier.id, later.recorded_at < ProgressUpdate.recorded_at)
    return (
        select(earlier.status)
        .where(
            earlier.commitment_id == ProgressUpdate.commitment_id,
            earlier.party_id == ProgressUpdate.party_id,
            earlier.effective_on <= ProgressUpdate.effective_on,
            earlier.recorded_at < ProgressUpdate.recorded_at,
            earlier.status.is_not(None),
            ~corrected.correlate(earlier, ProgressUpdate),
        )
        .order_by(earlier.effective_on.desc(), earlier.recorded_at.desc(), earlier.id.desc())
        .limit(1)
        .correlate(ProgressUpdate)
        .scalar_subquery()
    )
