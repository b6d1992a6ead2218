"""When somebody last looked at a commitment: logged an update, or searched in vain."""

import datetime
from collections.abc import Sequence

from sqlalchemy import func, select

from tracker.database import session
from tracker.dates import end_of_day, zone
from tracker.models import AsOf, CheckLog, Commitment, ProgressUpdate


def last_reviewed(commitments: Sequence[Commitment], clock: AsOf) -> dict[int, datetime.date]:
    """Return {id of a commitment: the day, by the clock's, of its last update or check that counts}, if it has one."""
    ids = [commitment.id for commitment in commitments]
    updates = select(ProgressUpdate.commitment_id, func.max(ProgressUpdate.recorded_at)).where(
        ProgressUpdate.commitment_id.in_(ids),
        ProgressUpdate.recorded_at <= end_of_day(clock.on),
        ProgressUpdate.status.is_not(None),
        clock.in_force(ProgressUpdate, "corrects_id"),
    )
    checks = select(CheckLog.commitment_id, func.max(CheckLog.checked_on)).where(
        CheckLog.commitment_id.in_(ids),
        CheckLog.checked_on <= clock.on,
        CheckLog.voids_id.is_(None),
        clock.in_force(CheckLog, "voids_id"),
    )
    found = [
        (number, at.astimezone(zone()).date())
        for number, at in session.execute(updates.group_by(ProgressUpdate.commitment_id))
    ]
    found += [(number, on) for number, on in session.execute(checks.group_by(CheckLog.commitment_id))]
    days: dict[int, datetime.date] = {}
    for number, on in found:
        days[number] = max(on, days.get(number, on))
    return days
