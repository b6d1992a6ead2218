"""What is shown of a commitment beyond its rows: its timeline, its links, and when somebody last looked at it."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from tracker.database import session
from tracker.dates import zone
from tracker.models import (
    AppendOnlyRecord,
    AsOf,
    Change,
    CheckLog,
    Commitment,
    CommitmentLink,
    CommitmentParty,
    Evidence,
    Passage,
    ProgressUpdate,
    Record,
)
from tracker.models.as_of import lead_statuses, status_periods
from tracker.models.follow_up import reviews
from tracker.records import kind_of
from tracker.vocabulary import Action, DeadlineKind, Status

#: {what changed: the fields of a commitment}, for the changes that its timeline shows.
SHOWN_CHANGES = {
    "wording": {"title", "title_es", "text", "text_es", "quote", "kind", "done_when"},
    "deadline": {"deadline_kind", "due_on", "every_months", "deadline_words"},
    "area": {"area", "areas"},
    "retired": {"retired_at", "retired_because"},
}


@dataclass(frozen=True)
class StatusPeriod:
    """The status of a lead from one day until another, or until now."""

    update: ProgressUpdate
    until: datetime.date | None


@dataclass(frozen=True)
class LeadStatus:
    """The status of a lead, the status it claims, and its earlier statuses."""

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
        """Return how many days after its deadline it was done; 0 if it was on time, or is not done."""
        due_on = self.row.commitment.due_on
        recurs = self.row.commitment.deadline_kind is DeadlineKind.RECURRING
        if self.finding is None or self.finding.status is not Status.DONE or due_on is None or recurs:
            return 0
        return max(0, (self.finding.effective_on - due_on).days)


@dataclass(frozen=True)
class TimelineEntry:
    """An update, a check, or a change to the commitment after progress was first logged."""

    at: datetime.datetime
    logged: Any = None
    change: Change | None = None
    #: What a change changed: a key of SHOWN_CHANGES, or "parties".
    changed: str = ""

    @property
    def is_update(self) -> bool:
        """Return whether it is an update, not a check."""
        return isinstance(self.logged, ProgressUpdate)


@dataclass(frozen=True)
class Timeline:
    leads: Sequence[LeadStatus]
    #: The latest first.
    entries: Sequence[TimelineEntry]


def commitment_timeline(commitment: Commitment, as_of: AsOf) -> Timeline:
    """Return what was true of a commitment, and known, as of two dates."""
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
    """Return the status of each lead as of two dates; `updates` are those recorded by then, by their ids."""
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
    """Return the changes to a commitment and its parties after a moment, as known by then."""
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
    """Return {field: its plain value at a moment} of the fields that changed later."""
    if known_by is None:
        return {}
    table = kind_of(record).model.__tablename__
    edited = (Change.kind == table, Change.code == record.code, Change.action == Action.EDITED)
    changes = session.scalars(select(Change).where(*edited, Change.at > known_by).order_by(Change.seq.desc()))
    return {name: old for change in changes for name, (old, _new) in change.fields.items()}


def links_of(commitment: Commitment) -> Sequence[CommitmentLink]:
    """Return the links that start or end at a commitment."""
    ends = or_(CommitmentLink.commitment == commitment, CommitmentLink.to == commitment)
    query = select(CommitmentLink).where(ends).order_by(CommitmentLink.id)
    loads = selectinload(CommitmentLink.commitment), selectinload(CommitmentLink.to)
    return session.scalars(query.options(*loads)).all()


def last_reviewed(commitments: Sequence[Commitment], as_of: AsOf) -> dict[int, datetime.date]:
    """Return {id of a commitment: the day of its last update or check in force by then}, if it has one."""
    ids = [commitment.id for commitment in commitments]
    (updated, checked), update, check = reviews(as_of), ProgressUpdate, CheckLog
    updates = select(update.commitment_id, func.max(update.recorded_at)).where(update.commitment_id.in_(ids), updated)
    checks = select(check.commitment_id, func.max(check.checked_on)).where(check.commitment_id.in_(ids), checked)
    days = dict(session.execute(checks.group_by(check.commitment_id)).all())
    for number, at in session.execute(updates.group_by(update.commitment_id)):
        on = at.astimezone(zone()).date()
        days[number] = max(on, days.get(number, on))
    return days
