"""What became of a commitment: how each lead stood from when to when, and what was logged, corrected and changed."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from tracker.database import session
from tracker.models import (
    AppendOnlyRecord,
    AsOf,
    Change,
    CheckLog,
    Commitment,
    CommitmentParty,
    Evidence,
    Passage,
    ProgressUpdate,
    Record,
)
from tracker.models.as_of import lead_statuses, status_periods
from tracker.records import kind_of
from tracker.vocabulary import Action, DeadlineKind, Status

#: The fields of a commitment whose change a reader of its timeline should know of, by what has changed then.
SHOWN_CHANGES = {
    "wording": {"title", "title_es", "text", "text_es", "quote", "kind", "done_when"},
    "deadline": {"deadline_kind", "due_on", "every_months", "deadline_words"},
    "area": {"area", "areas"},
    "retired": {"retired_at", "retired_because"},
}


@dataclass(frozen=True)
class StatusPeriod:
    """How a lead stood from one day until another, or until now."""

    update: ProgressUpdate
    until: datetime.date | None


@dataclass(frozen=True)
class LeadStatus:
    """How a lead stands, what it says of itself, and how it stood before."""

    row: CommitmentParty
    status: Any
    finding: ProgressUpdate | None
    claim: ProgressUpdate | None
    periods: Sequence[StatusPeriod]

    @property
    def claim_differs(self) -> bool:
        return self.claim is not None and self.claim.claimed_status != self.status

    @property
    def days_late(self) -> int:
        """Return how many days after its deadline it was done; 0 if it was not late, or is not done."""
        due_on = self.row.commitment.due_on
        recurs = self.row.commitment.deadline_kind is DeadlineKind.RECURRING
        if self.finding is None or self.finding.status is not Status.DONE or due_on is None or recurs:
            return 0
        return max(0, (self.finding.effective_on - due_on).days)


@dataclass(frozen=True)
class TimelineEntry:
    """Something that was logged, or a change made to the commitment after progress had been logged."""

    at: datetime.datetime
    logged: Any = None
    change: Change | None = None
    #: What a change changed: a key of SHOWN_CHANGES, or "parties".
    changed: str = ""

    @property
    def is_update(self) -> bool:
        """Return whether an update was logged, and not a check."""
        return isinstance(self.logged, ProgressUpdate)


@dataclass(frozen=True)
class Timeline:
    leads: Sequence[LeadStatus]
    #: The latest first.
    entries: Sequence[TimelineEntry]


def commitment_timeline(commitment: Commitment, as_of: AsOf) -> Timeline:
    """Return what was true and known of a commitment by then."""
    evidence = selectinload(ProgressUpdate.evidence).selectinload(Evidence.passage).selectinload(Passage.document)
    relations = (ProgressUpdate.party, ProgressUpdate.corrected_by, ProgressUpdate.corrects, ProgressUpdate.recorded_by)
    updates = _recorded(ProgressUpdate, commitment, as_of, evidence, *map(selectinload, relations))
    checks = _recorded(CheckLog, commitment, as_of, selectinload(CheckLog.voids), selectinload(CheckLog.voided_by))
    entries = [TimelineEntry(logged.recorded_at, logged) for logged in (*updates, *checks)]
    if updates:
        entries += _changes(commitment, min(update.recorded_at for update in updates), as_of)
    by_id = {update.id: update for update in updates}
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return Timeline(_lead_statuses(commitment, as_of, by_id), entries)


def _recorded(model: type[AppendOnlyRecord], commitment: Commitment, as_of: AsOf, *loads: ORMOption) -> Sequence[Any]:
    of_commitment = getattr(model, model.PARENT) == commitment
    query = select(model).where(of_commitment, as_of.recorded(model)).order_by(model.id)
    return session.scalars(query.options(*loads)).all()


def _lead_statuses(commitment: Commitment, as_of: AsOf, updates: dict[int, ProgressUpdate]) -> list[LeadStatus]:
    """Return how each lead stood as of two dates, given the updates recorded by then by their ids."""
    update, lead = ProgressUpdate, lead_statuses(as_of)
    period = status_periods(as_of, update.commitment_id == commitment.id, update.effective_on <= as_of.on)
    lasting = or_(period.c.until.is_(None), period.c.until > period.c.effective_on)
    periods: dict[int, list[StatusPeriod]] = defaultdict(list)
    query = select(period.c.party_id, period.c.id, period.c.until).where(lasting).order_by(period.c.effective_on)
    for party_id, number, until in session.execute(query):
        periods[party_id].append(StatusPeriod(updates[number], until))
    leads = (
        select(CommitmentParty, lead.c.status, lead.c.finding_id, lead.c.claim_id)
        .join(lead, lead.c.commitment_party_id == CommitmentParty.id)
        .where(CommitmentParty.commitment == commitment)
        .order_by(CommitmentParty.id)
    )
    return [
        LeadStatus(row, status, updates.get(finding_id), updates.get(claim_id), periods[row.party_id])
        for row, status, finding_id, claim_id in session.execute(leads)
    ]


def _changes(commitment: Commitment, since: datetime.datetime, as_of: AsOf) -> list[TimelineEntry]:
    """Return what was changed in a commitment or its parties after a moment, as known by then."""
    of_commitment = and_(
        Change.kind == Commitment.__tablename__, Change.code == commitment.code, Change.action == Action.EDITED
    )
    start = f"{commitment.code}.p"
    of_parties = and_(Change.kind == CommitmentParty.__tablename__, Change.code.like(f"{start}%"))
    query = select(Change).where(or_(of_commitment, of_parties), Change.at > since)
    if as_of.known_by:
        query = query.where(Change.at <= as_of.known_by)
    entries = []
    for change in session.scalars(query.order_by(Change.seq).options(selectinload(Change.account))):
        if change.kind == Commitment.__tablename__:
            names = [name for name, fields in SHOWN_CHANGES.items() if fields & change.fields.keys()]
            entries += [TimelineEntry(change.at, change=change, changed=name) for name in names]
        # Another commitment's code may begin so.
        elif change.code.removeprefix(start).isdigit():
            entries.append(TimelineEntry(change.at, change=change, changed="parties"))
    return entries


def fields_changed_since(record: Record, known_by: datetime.datetime | None) -> dict[str, Any]:
    """Return {field: its plain value by a moment} of all fields that were changed after it."""
    if known_by is None:
        return {}
    table = kind_of(record).model.__tablename__
    edited = (Change.kind == table, Change.code == record.code, Change.action == Action.EDITED)
    changes = session.scalars(select(Change).where(*edited, Change.at > known_by).order_by(Change.seq.desc()))
    return {name: old for change in changes for name, (old, _new) in change.fields.items()}
