"""What is worked out of a commitment's deadline, and of how long ago somebody looked: never a status."""

import datetime
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Date, Integer, and_, case, exists, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from tracker.dates import end_of_day
from tracker.models.as_of import AsOf, as_term, lead_statuses
from tracker.models.commitments import Commitment, CommitmentParty
from tracker.models.updates import CheckLog, Evidence, ProgressUpdate
from tracker.vocabulary import CLOSING, DeadlineKind, DeadlineState, EvidenceRelation, FollowUp, PartyRole, Status

#: How many days ahead a commitment is due soon.
DUE_SOON_DAYS = datetime.timedelta(days=30)


class DayOf(FunctionElement[datetime.date]):
    """The day of a moment, in UTC."""

    type = Date()
    inherit_cache = True


class DaysBetween(FunctionElement[int]):
    """How many days one day lies before another."""

    type = Integer()
    inherit_cache = True


@compiles(DayOf, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"date({compiler.process(element.clauses, **kwargs)})"


@compiles(DayOf, "postgresql")
def _day_on_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **kwargs)}) AS DATE)"


@compiles(DaysBetween, "sqlite")
def _days_on_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    earlier, later = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _days_on_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    earlier, later = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"(CAST({later} AS DATE) - CAST({earlier} AS DATE))"


def is_closed(clock: AsOf) -> Any:
    """Return the condition that each lead of a commitment, at least one, has a status that closes it.

    What recurs is not closed by being done once.
    """
    lead, row = lead_statuses(clock), CommitmentParty
    again = and_(Commitment.deadline_kind == DeadlineKind.RECURRING, lead.c.status == Status.DONE.value)
    is_open = or_(lead.c.status.not_in([word.value for word in CLOSING]), again)
    return and_(
        exists().where(row.commitment_id == Commitment.id, row.role == PartyRole.LEAD).correlate(Commitment),
        ~exists().where(lead.c.commitment_id == Commitment.id, is_open).correlate(Commitment),
    )


def deadline_state(clock: AsOf) -> Any:
    """Return where a commitment stands against its deadline on the clock's day."""
    state = case(
        (is_closed(clock), literal(DeadlineState.CLOSED.value)),
        (Commitment.due_on.is_(None), literal(DeadlineState.NO_DATE.value)),
        (Commitment.due_on < clock.on, literal(DeadlineState.OVERDUE.value)),
        (Commitment.due_on <= clock.on + DUE_SOON_DAYS, literal(DeadlineState.DUE_SOON.value)),
        else_=literal(DeadlineState.NOT_YET_DUE.value),
    )
    return as_term(state, DeadlineState)


def _stale(clock: AsOf, review_every: int) -> Any:
    """Return the condition that nobody looked, by the clock's day, for longer than the review interval."""
    interval = func.coalesce(Commitment.review_every, review_every)

    def lately(on: Any) -> Any:
        return DaysBetween(on, literal(clock.on, Date())) <= interval

    updated = exists().where(
        ProgressUpdate.commitment_id == Commitment.id,
        ProgressUpdate.status.is_not(None),
        clock.in_force(ProgressUpdate, "corrects_id"),
        # The day ends where the tracker's days are counted.
        ProgressUpdate.recorded_at <= end_of_day(clock.on),
        lately(DayOf(ProgressUpdate.recorded_at)),
    )
    checked = exists().where(
        CheckLog.commitment_id == Commitment.id,
        CheckLog.voids_id.is_(None),
        clock.in_force(CheckLog, "voids_id"),
        CheckLog.checked_on <= clock.on,
        lately(CheckLog.checked_on),
    )
    age = DaysBetween(DayOf(Commitment.recorded_at), literal(clock.on, Date()))
    return and_(age > interval, ~updated.correlate(Commitment), ~checked.correlate(Commitment), ~is_closed(clock))


def follow_up(clock: AsOf, review_every: int, words: Iterable[FollowUp] = FollowUp) -> Any:
    """Return (commitment id, FollowUp) of all that somebody should look at again, for any of these reasons.

    `review_every` is the review interval, in days, of commitments that have none of their own.
    """
    lead, update = lead_statuses(clock), ProgressUpdate
    party = select(lead.c.commitment_id).distinct()
    contradicted = (
        party.join(update, update.id == lead.c.finding_id)
        .join(Evidence, Evidence.update_code == update.code)
        .where(Evidence.relation == EvidenceRelation.CONTRADICTS)
    )
    differs = party.join(update, update.id == lead.c.claim_id).where(
        type_coerce(update.claimed_status, lead.c.status.type) != lead.c.status
    )
    due = select(Commitment.id).where(~is_closed(clock))
    reasons = {
        FollowUp.OVERDUE: due.where(Commitment.due_on < clock.on),
        FollowUp.DUE_SOON: due.where(Commitment.due_on >= clock.on, Commitment.due_on <= clock.on + DUE_SOON_DAYS),
        FollowUp.STALE: select(Commitment.id).where(_stale(clock, review_every)),
        FollowUp.NEVER_ASSESSED: party.where(lead.c.status == Status.NOT_ASSESSED.value),
        FollowUp.CONTRADICTED: contradicted,
        FollowUp.CLAIM_DIFFERS: differs,
    }
    return union_all(
        *(reasons[word].add_columns(as_term(literal(word.value), FollowUp).label("word")) for word in words)
    )
