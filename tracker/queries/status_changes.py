"""Updates as news: the status of the lead before and after each."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import aliased, selectinload

from tracker.database import session
from tracker.dates import zone
from tracker.models import ProgressUpdate
from tracker.models.as_of import latest_update
from tracker.vocabulary import Status


@dataclass(frozen=True)
class StatusChange:
    """An update, and the status of its lead before: None where it corrects a void."""

    update: ProgressUpdate
    before: Status | None

    @property
    def recorded_on(self) -> datetime.date:
        return self.update.recorded_at.astimezone(zone()).date()


def status_changes(updates: Select[Any], limit: int) -> Sequence[StatusChange]:
    """Return the changes by the last recorded of some updates, the latest first."""
    query = updates.add_columns(_status_before()).order_by(ProgressUpdate.recorded_at.desc(), ProgressUpdate.id.desc())
    loads = selectinload(ProgressUpdate.commitment), selectinload(ProgressUpdate.corrects)
    return [
        StatusChange(update, update.corrects.status if update.corrects else before or Status.NOT_ASSESSED)
        for update, before in session.execute(query.limit(limit).options(*loads, selectinload(ProgressUpdate.party)))
    ]


def _status_before() -> ColumnElement[Status]:
    """Return the status of the lead of an update on its day, as known just before it was recorded."""
    update, earlier = ProgressUpdate, aliased(ProgressUpdate)
    latest = latest_update(
        earlier,
        (update.commitment_id, update.party_id),
        update.effective_on,
        lambda logged: logged.recorded_at < update.recorded_at,
    )
    return latest.with_only_columns(earlier.status).correlate(update).scalar_subquery()
