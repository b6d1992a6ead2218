"""How lead parties stand: now as it is kept, and on any two dates as the updates say it.

A clock has two hands. An update counts if it was recorded by `known_by` and not corrected by then; of those that were
true by `on`, the greatest (effective_on, recorded_at, id) of a commitment and lead is how that lead stands.
"""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
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
    type_coerce,
)
from sqlalchemy.orm import Session, aliased

from tracker.models.commitments import OVERALL, Commitment, CommitmentParty, common_status
from tracker.models.updates import ProgressUpdate
from tracker.vocabulary import PartyRole, Retired, Standing, Status, Term


def as_term(word: Any, words: type[Term]) -> Any:
    """Return an expression as a word of a list."""
    values = Enum(words, native_enum=False, values_callable=lambda listed: [each.value for each in listed])
    return type_coerce(word, values)


@dataclass(frozen=True)
class AsOf:
    """True in the world on a day, known to us by a moment (nothing: by now)."""

    on: datetime.date
    known_by: datetime.datetime | None = None
    #: Whether it is asked how things stood, and not how they stand.
    past: bool = True

    def recorded(self, logged: Any) -> ColumnElement[bool]:
        """Return the condition that a row was recorded by then."""
        return logged.recorded_at <= self.known_by if self.known_by else true()

    def in_force(self, logged: Any, undoing: Any) -> ColumnElement[bool]:
        """Return the condition that a row was recorded, and not corrected or voided, by then.

        `undoing` is the column by which a row of the same sort names the one it takes the place of.
        """
        later = aliased(logged)
        undone = exists().where(getattr(later, undoing) == logged.id, self.recorded(later))
        return and_(self.recorded(logged), ~undone)


def _latest(column: Any, clock: AsOf, said: Any) -> Any:
    """Return, of a commitment's party, a column of the latest update that says something, as a query for one value."""
    update = ProgressUpdate
    return (
        select(column)
        .where(
            update.commitment_id == CommitmentParty.commitment_id,
            update.party_id == CommitmentParty.party_id,
            update.effective_on <= clock.on,
            update.status.is_not(None),
            said,
            clock.in_force(update, "corrects_id"),
        )
        .order_by(update.effective_on.desc(), update.recorded_at.desc(), update.id.desc())
        .limit(1)
        .correlate(CommitmentParty)
        .scalar_subquery()
    )


def lead_statuses(clock: AsOf) -> Any:
    """Return all leads: (commitment_party_id, commitment_id, party_id, status, finding_id, claim_id)."""
    return _leads(clock).subquery()


# Putting it together takes longer than asking a small database, and a page or a report asks many times.
@lru_cache(32)
def _leads(clock: AsOf) -> Any:
    row = CommitmentParty
    if clock.past:
        status: Any = func.coalesce(_latest(ProgressUpdate.status, clock, true()), literal(Status.NOT_ASSESSED.value))
        finding: Any = _latest(ProgressUpdate.id, clock, true())
        claim: Any = _latest(ProgressUpdate.id, clock, ProgressUpdate.claimed_status.is_not(None))
    else:
        status, finding, claim = row.status, row.finding_id, row.claim_id
    return select(
        row.id.label("commitment_party_id"),
        row.commitment_id,
        row.party_id,
        type_coerce(status, OVERALL).label("status"),
        finding.label("finding_id"),
        claim.label("claim_id"),
    ).where(row.role == PartyRole.LEAD)


def overall_status(clock: AsOf) -> Any:
    """Return the overall status of a commitment: the common word of its leads, else mixed."""
    if not clock.past:
        return Commitment.status
    lead = lead_statuses(clock)
    query = select(common_status(lead.c.status)).select_from(lead).where(lead.c.commitment_id == Commitment.id)
    return type_coerce(query.correlate(Commitment).scalar_subquery(), OVERALL)


def existed(clock: AsOf, retired: bool = False) -> ColumnElement[bool]:
    """Return the condition that a commitment was made and recorded by then, and was not `retired` unless it may be."""
    made = and_(Commitment.made_on <= clock.on, clock.recorded(Commitment)) if clock.past else true()
    return made if retired else and_(made, _listed(clock))


def _listed(clock: AsOf) -> Any:
    """Return the condition that a commitment was not retired by then."""
    listed = Commitment.retired_at.is_(None)
    return or_(listed, Commitment.retired_at > clock.known_by) if clock.known_by else listed


def update_in_force(clock: AsOf) -> Any:
    """Return whether an update was not corrected or voided by then, of a commitment that was there, as a word."""
    there = exists().where(Commitment.id == ProgressUpdate.commitment_id, existed(clock))
    counted = and_(clock.in_force(ProgressUpdate, "corrects_id"), there)
    return as_term(case((counted, literal(Standing.YES.value)), else_=literal(Standing.NO.value)), Standing)


def is_retired(clock: AsOf) -> Any:
    """Return whether a commitment was retired by then, as a word."""
    return as_term(case((_listed(clock), literal(Retired.NO.value)), else_=literal(Retired.YES.value)), Retired)


def update_current_status(session: Any, row: CommitmentParty) -> None:
    """Put into a party of a commitment how it stands now: the one place where a current status is written."""
    update: Any = ProgressUpdate
    row.status, row.finding_id, row.claim_id = Status.NOT_ASSESSED, None, None
    if row.role is not PartyRole.LEAD:
        return
    now = AsOf(datetime.date.max)
    found = (
        select(update.id, update.status)
        .where(
            update.commitment_id == row.commitment.id,
            update.party_id == row.party.id,
            update.status.is_not(None),
            now.in_force(update, "corrects_id"),
        )
        .order_by(update.effective_on.desc(), update.recorded_at.desc(), update.id.desc())
    )
    latest = session.execute(found.limit(1)).first()
    if latest:
        row.finding_id, row.status = latest.id, latest.status
    row.claim_id = session.scalar(found.where(update.claimed_status.is_not(None)).limit(1))


@event.listens_for(Session, "before_flush")
def _keep(session: Session, _context: Any, _instances: Any) -> None:
    """Work out how a party stands that was added or changed, so that no door can say it otherwise."""
    for row in (*session.new, *session.dirty):
        if isinstance(row, CommitmentParty) and inspect(row.commitment).persistent and _moved(session, row):
            update_current_status(session, row)


def _moved(session: Session, row: CommitmentParty) -> bool:
    names = ("commitment", "party", "role")
    return row in session.new or any(inspect(row).attrs[name].history.has_changes() for name in names)
