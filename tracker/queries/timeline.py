"""What became of a commitment: how each lead stood from when to when, and what was logged, corrected and changed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import (
    AsOf,
    Change,
    CheckLog,
    Commitment,
    CommitmentParty,
    Evidence,
    Passage,
    ProgressUpdate,
)
from tracker.queries import listing
from tracker.records import CATALOGUE, kind_of
from tracker.vocabulary import Action, DeadlineKind, PartyRole, Status

#: The fields of a commitment whose change a reader of its timeline should know of, by what has changed then.
TOLD = {
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
    finding: ProgressUpdate | None
    claim: ProgressUpdate | None
    spans: Sequence[StatusPeriod]

    @property
    def claim_differs(self) -> bool:
        return self.claim is not None and self.claim.claimed_status is not self.row.status

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
    #: What a change changed: a key of TOLD, or "parties".
    changed: str = ""


@dataclass(frozen=True)
class Timeline:
    standings: Sequence[LeadStatus]
    #: The latest first.
    entries: Sequence[TimelineEntry]


def commitment_timeline(commitment: Commitment, as_of: AsOf) -> Timeline:
    """Return what was known by the as_of of what was true by it."""
    updates = _known(ProgressUpdate, commitment, as_of, selectinload(ProgressUpdate.party), *_EVIDENCE)
    checks = _known(CheckLog, commitment, as_of, selectinload(CheckLog.voids), selectinload(CheckLog.voided_by))
    rows = listing.rows_of_parent(CATALOGUE["commitment-parties"], commitment, as_of)
    corrected = {update.corrects_id for update in updates}
    standing = [u for u in updates if u.status is not None and u.id not in corrected and u.effective_on <= as_of.on]
    by_id = {update.id: update for update in updates}
    standings = [
        LeadStatus(row, by_id.get(row.finding_id), by_id.get(row.claim_id), _spans(standing, row))
        for row in rows
        if row.role is PartyRole.LEAD
    ]
    entries = [TimelineEntry(each.recorded_at, each) for each in (*updates, *checks)]
    if updates:
        entries += _changes(commitment, min(update.recorded_at for update in updates), as_of)
    return Timeline(standings, sorted(entries, key=lambda entry: entry.at, reverse=True))


_EVIDENCE = (
    selectinload(ProgressUpdate.evidence).selectinload(Evidence.passage).selectinload(Passage.document),
    selectinload(ProgressUpdate.corrected_by),
    selectinload(ProgressUpdate.corrects),
    selectinload(ProgressUpdate.recorded_by),
)


def _known(model: Any, commitment: Commitment, as_of: AsOf, *loads: Any) -> Sequence[Any]:
    query = select(model).where(model.commitment == commitment, as_of.recorded(model)).order_by(model.id)
    return session.scalars(query.options(*loads)).all()


def _spans(standing: Sequence[ProgressUpdate], row: CommitmentParty) -> Sequence[StatusPeriod]:
    own = [update for update in standing if update.party_id == row.party_id]
    own.sort(key=lambda update: (update.effective_on, update.recorded_at, update.id))
    # Of several that are true since the same day, the last recorded is what stood.
    own = list({update.effective_on: update for update in own}.values())
    ends = [update.effective_on for update in own[1:]]
    return [StatusPeriod(update, until) for update, until in zip_longest(own, ends)]


def _changes(commitment: Commitment, since: datetime.datetime, as_of: AsOf) -> list[TimelineEntry]:
    own = and_(Change.kind == Commitment.__tablename__, Change.code == commitment.code, Change.action == Action.EDITED)
    start = f"{commitment.code}.p"
    parties = and_(Change.kind == CommitmentParty.__tablename__, Change.code.like(f"{start}%"))
    query = select(Change).where(or_(own, parties), Change.at > since).options(selectinload(Change.account))
    if as_of.known_by:
        query = query.where(Change.at <= as_of.known_by)
    entries = []
    for change in session.scalars(query.order_by(Change.seq)):
        if change.kind != Commitment.__tablename__:
            # Another commitment's code may begin so.
            if not change.code.removeprefix(start).isdigit():
                continue
            entries.append(TimelineEntry(change.at, change=change, changed="parties"))
            continue
        found = [name for name, fields in TOLD.items() if fields & change.fields.keys()]
        entries += [TimelineEntry(change.at, change=change, changed=name) for name in found]
    return entries


def fields_changed_since(record: Any, known_by: datetime.datetime | None) -> dict[str, Any]:
    """Return {field: its plain value by a moment} of all fields that were changed after it."""
    if known_by is None:
        return {}
    kind = kind_of(record)
    own = (Change.kind == kind.model.__tablename__, Change.code == record.code, Change.action == Action.EDITED)
    changes = session.scalars(select(Change).where(*own, Change.at > known_by).order_by(Change.seq.desc()))
    return {name: old for change in changes for name, (old, _new) in change.fields.items()}
