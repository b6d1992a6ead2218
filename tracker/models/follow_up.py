"""What is worked out of a commitment's deadline, and of how long ago somebody looked: never a status."""

import datetime
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Date, Integer, and_, case, exists, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from tracker.clocks import end_of
from tracker.models.commitments import Commitment, CommitmentParty
from tracker.models.standings import Clock, leads, told
from tracker.models.updates import CheckLog, Evidence, ProgressUpdate
from tracker.vocabulary import CLOSING, DeadlineKind, DeadlineState, EvidenceRelation, FollowUp, PartyRole, Status

#: How many days ahead a commitment is due soon.
SOON = datetime.timedelta(days=30)


class day_of(FunctionElement[datetime.date]):
    """The day of a moment, in UTC."""

    type = Date()
    inherit_cache = True


class days_between(FunctionElement[int]):
    """How many days one day lies before another."""

    type = Integer()
    inherit_cache = True


@compiles(day_of, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"date({compiler.process(element.clauses, **kwargs)})"


@compiles(day_of, "postgresql")
def _day_on_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **kwargs)}) AS DATE)"


@compiles(days_between, "sqlite")
def _days_on_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    earlier, later = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _days_on_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    earlier, later = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"(CAST({later} AS DATE) - CAST({earlier} AS DATE))"


def closed(clock: Clock) -> Any:
    """Return the condition that each lead of a commitment, at least one, has a status that closes it.

    What recurs is not closed by being done once.
    """
    lead, row = leads(clock), CommitmentParty
    again = and_(Commitment.deadline_kind == DeadlineKind.RECURRING, lead.c.status == Status.DONE.value)
    is_open = or_(lead.c.status.not_in([word.value for word in CLOSING]), again)
    return and_(
        exists().where(row.commitment_id == Commitment.id, row.role == PartyRole.LEAD).correlate(Commitment),
        ~exists().where(lead.c.commitment_id == Commitment.id, is_open).correlate(Commitment),
    )


def deadline_state(clock: Clock) -> Any:
    """Return where a commitment stands against its deadline on the clock's day."""
    state = case(
        (closed(clock), literal(DeadlineState.CLOSED.value)),
        (Commitment.due_on.is_(None), literal(DeadlineState.NO_DATE.value)),
        (Commitment.due_on < clock.on, literal(DeadlineState.OVERDUE.value)),
        (Commitment.due_on <= clock.on + SOON, literal(DeadlineState.DUE_SOON.value)),
        else_=literal(DeadlineState.NOT_YET_DUE.value),
    )
    return told(state, DeadlineState)


def _stale(clock: Clock, review_every: int) -> Any:
    """Return the condition that nobody looked, by the clock's day, for longer than the review interval."""
    interval = func.coalesce(Commitment.review_every, review_every)

    def lately(on: Any) -> Any:
        return days_between(on, literal(clock.on, Date())) <= interval

    updated = exists().where(
        ProgressUpdate.commitment_id == Commitment.id,
        ProgressUpdate.status.is_not(None),
        clock.stood(ProgressUpdate, "corrects_id"),
        # The day ends where the tracker's days are counted.
        ProgressUpdate.recorded_at <= end_of(clock.on),
        lately(day_of(ProgressUpdate.recorded_at)),
    )
    checked = exists().where(
        CheckLog.commitment_id == Commitment.id,
        CheckLog.voids_id.is_(None),
        clock.stood(CheckLog, "voids_id"),
        CheckLog.checked_on <= clock.on,
        lately(CheckLog.checked_on),
    )
    age = days_between(day_of(Commitment.recorded_at), literal(clock.on, Date()))
    return and_(age > interval, ~updated.correlate(Commitment), ~checked.correlate(Commitment), ~closed(clock))


def follow_up(clock: Clock, review_every: int, words: Iterable[FollowUp] = FollowUp) -> Any:
    """Return (commitment id, FollowUp) of all that somebody should look at again, for any of these reasons.

    `review_every` is the review interval, in days, of commitments that have none of their own.
    """
    lead, update = leads(clock), ProgressUpdate
    party = select(lead.c.commitment_id).distinct()
    contradicted = (
        party.join(update, update.id == lead.c.finding_id)
        .join(Evidence, Evidence.update_code == update.code)
        .where(Evidence.relation == EvidenceRelation.CONTRADICTS)
    )
    differs = party.join(update, update.id == lead.c.claim_id).where(
        type_coerce(update.claimed_status, lead.c.status.type) != lead.c.status
    )
    due = select(Commitment.id).where(~closed(clock))
    reasons = {
        FollowUp.OVERDUE: due.where(Commitment.due_on < clock.on),
        FollowUp.DUE_SOON: due.where(Commitment.due_on >= clock.on, Commitment.due_on <= clock.on + SOON),
        FollowUp.STALE: select(Commitment.id).where(_stale(clock, review_every)),
        FollowUp.NEVER_ASSESSED: party.where(lead.c.status == Status.NOT_ASSESSED.value),
        FollowUp.CONTRADICTED: contradicted,
        FollowUp.CLAIM_DIFFERS: differs,
    }
    return union_all(*(reasons[word].add_columns(told(literal(word.value), FollowUp).label("word")) for word in words))
