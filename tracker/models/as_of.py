"""The statuses of lead parties: the current ones as stored, and those as of any two dates from the updates.

An update counts if it was recorded by `known_by` and not corrected by then. Of those effective by `on`, the one of a
commitment and lead with the greatest (effective_on, recorded_at, id) gives the status.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    event,
    exists,
    func,
    inspect,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, UOWTransaction, aliased

from tracker.database import AnySession, as_term
from tracker.models.commitments import Commitment, CommitmentParty, common_status
from tracker.models.updates import CheckLog, ProgressUpdate
from tracker.vocabulary import OverallStatus, PartyRole, Retired, Standing, Status


@dataclass(frozen=True)
class AsOf:
    """What was true in the world on a day, and known here by a moment (None: now)."""

    on: datetime.date
    known_by: datetime.datetime | None = None
    #: Whether it is the past, not the present.
    past: bool = True

    def recorded(self, model: type[Any]) -> ColumnElement[bool]:
        """Return the condition that a row was recorded by then; its model has `recorded_at`."""
        return model.recorded_at <= self.known_by if self.known_by else true()

    def in_force(self, model: type[ProgressUpdate] | type[CheckLog]) -> ColumnElement[bool]:
        """Return the condition that a row was recorded, and not corrected or voided, by then."""
        return in_force(model, self.recorded)


def in_force(
    model: type[ProgressUpdate] | type[CheckLog], recorded: Callable[[Any], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that a row is `recorded`, and no row that corrects or voids it is."""
    later: Any = aliased(model)
    undone = exists().where(getattr(later, model.UNDOES) == model.id, recorded(later))
    return and_(recorded(model), ~undone.correlate_except(later))


def latest_update(
    update: type[ProgressUpdate],
    lead: tuple[int | SQLColumnExpression[int], int | SQLColumnExpression[int]],
    on: datetime.date | SQLColumnExpression[datetime.date],
    recorded: Callable[[Any], ColumnElement[bool]],
) -> Select[Any]:
    """Return the query for the update that gives the status of a lead, (commitment id, party id), on a day."""
    commitment_id, party_id = lead
    return (
        select(update)
        .where(
            update.commitment_id == commitment_id,
            update.party_id == party_id,
            update.effective_on <= on,
            update.status.is_not(None),
            in_force(update, recorded),
        )
        .order_by(*(column.desc() for column in _precedence(update)))
        .limit(1)
    )


def _precedence(update: type[ProgressUpdate]) -> tuple[SQLColumnExpression[Any], ...]:
    """Return the columns by which updates of a lead are compared: the greatest gives its status."""
    return update.effective_on, update.recorded_at, update.id


def status_periods(as_of: AsOf, *conditions: ColumnElement[bool]) -> Subquery:
    """Return the first day, and the day after the last or NULL, on which each update gave the status of its lead.

    Columns: id, commitment_id, party_id, status, effective_on, until. An update replaced on its day ends on it.
    """
    update = ProgressUpdate
    lead = (update.commitment_id, update.party_id)
    until = (
        func.lead(update.effective_on, type_=Date())
        .over(partition_by=lead, order_by=_precedence(update))
        .label("until")
    )
    query = select(update.id, *lead, update.status, update.effective_on, until)
    return query.where(*conditions, update.status.is_not(None), as_of.in_force(update)).subquery()


def lead_statuses(as_of: AsOf) -> Subquery:
    """Return all leads: (commitment_party_id, commitment_id, party_id, status, finding_id, claim_id)."""
    return _lead_statuses(as_of).subquery()


# Building it takes longer than querying a small database, and pages and reports need it many times.
@lru_cache(32)
def _lead_statuses(as_of: AsOf) -> Select[Any]:
    row, update = CommitmentParty, ProgressUpdate
    status: SQLColumnExpression[Any]
    finding_id: SQLColumnExpression[Any]
    claim_id: SQLColumnExpression[Any]
    if as_of.past:
        latest = latest_update(update, (row.commitment_id, row.party_id), as_of.on, as_of.recorded).correlate(row)
        finding, finding_id = (
            latest.with_only_columns(column).scalar_subquery() for column in (update.status, update.id)
        )
        claims = latest.where(update.claimed_status.is_not(None))
        status = func.coalesce(finding, literal(Status.NOT_ASSESSED.value))
        claim_id = claims.with_only_columns(update.id).scalar_subquery()
    else:
        status, finding_id, claim_id = row.status, row.finding_id, row.claim_id
    return select(
        row.id.label("commitment_party_id"),
        row.commitment_id,
        row.party_id,
        as_term(status, OverallStatus).label("status"),
        finding_id.label("finding_id"),
        claim_id.label("claim_id"),
    ).where(row.role == PartyRole.LEAD)


def overall_status(as_of: AsOf) -> SQLColumnExpression[Any]:
    """Return the overall status of a commitment: the status that all its leads have, else mixed."""
    if not as_of.past:
        return Commitment.status
    lead = lead_statuses(as_of)
    query = select(common_status(lead.c.status)).select_from(lead).where(lead.c.commitment_id == Commitment.id)
    return query.correlate(Commitment).scalar_subquery()


def existed(as_of: AsOf, retired: bool = False) -> ColumnElement[bool]:
    """Return the condition that a commitment was made and recorded by then; retired ones only count if `retired`."""
    recorded = and_(Commitment.made_on <= as_of.on, as_of.recorded(Commitment)) if as_of.past else true()
    return recorded if retired else and_(recorded, _not_retired(as_of))


def _not_retired(as_of: AsOf) -> ColumnElement[bool]:
    """Return the condition that a commitment was not retired by then."""
    never = Commitment.retired_at.is_(None)
    return or_(never, Commitment.retired_at > as_of.known_by) if as_of.known_by else never


def is_retired(as_of: AsOf) -> ColumnElement[Any]:
    """Return whether a commitment was retired by then, as a Retired."""
    return as_term(case((_not_retired(as_of), literal(Retired.NO.value)), else_=literal(Retired.YES.value)), Retired)


def update_in_force(as_of: AsOf) -> ColumnElement[Any]:
    """Return whether an update of a commitment that existed was in force by then, as a Standing."""
    commitment_existed = exists().where(Commitment.id == ProgressUpdate.commitment_id, existed(as_of))
    counts = and_(as_of.in_force(ProgressUpdate), commitment_existed)
    return as_term(case((counts, literal(Standing.YES.value)), else_=literal(Standing.NO.value)), Standing)


def update_current_status(session: AnySession, row: CommitmentParty) -> None:
    """Store the current status of a party of a commitment; nothing else writes it."""
    update = ProgressUpdate
    row.status, row.finding_id, row.claim_id = Status.NOT_ASSESSED, None, None
    if row.role is not PartyRole.LEAD:
        return
    now = AsOf(datetime.date.max)
    latest = latest_update(update, (row.commitment.id, row.party.id), now.on, now.recorded)
    finding = session.execute(latest.with_only_columns(update.id, update.status)).first()
    if finding:
        row.finding_id, row.status = finding.id, finding.status
    row.claim_id = session.scalar(latest.where(update.claimed_status.is_not(None)).with_only_columns(update.id))


@event.listens_for(Session, "before_flush")
def _update_current_statuses(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Update the status of each new or changed party, so that nothing else can set it."""
    for row in (*session.new, *session.dirty):
        if isinstance(row, CommitmentParty) and inspect(row.commitment).persistent and _is_another_lead(session, row):
            update_current_status(session, row)


def _is_another_lead(session: Session, row: CommitmentParty) -> bool:
    names = ("commitment", "party", "role")
    return row in session.new or any(inspect(row).attrs[name].history.has_changes() for name in names)
