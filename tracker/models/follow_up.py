"""Deadline states, and reasons to follow a commitment up; neither is a status."""

import datetime
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    SQLColumnExpression,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tracker.database import as_term
from tracker.dates import end_of_day
from tracker.models.as_of import AsOf, lead_statuses
from tracker.models.commitments import Commitment, CommitmentParty
from tracker.models.updates import CheckLog, Evidence, ProgressUpdate
from tracker.vocabulary import CLOSING, DeadlineKind, DeadlineState, EvidenceRelation, FollowUp, PartyRole, Status

#: How many days ahead a commitment is due soon.
DUE_SOON_DAYS = datetime.timedelta(days=30)


class DaysBetween(FunctionElement[int]):
    """The number of days from one day, or the UTC day of a moment, to another."""

    type = Integer()
    inherit_cache = True


@compiles(DaysBetween, "sqlite")
def _days_on_sqlite(element: DaysBetween, compiler: SQLCompiler, **options: str) -> str:
    earlier, later = (f"julianday(date({compiler.process(day, **options)}))" for day in element.clauses)
    return f"CAST({later} - {earlier} AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _days_on_postgresql(element: DaysBetween, compiler: SQLCompiler, **options: str) -> str:
    days = []
    for day in element.clauses:
        sql = compiler.process(day, **options)
        days.append(f"CAST({sql} AS DATE)" if isinstance(day.type, Date) else f"CAST(timezone('UTC', {sql}) AS DATE)")
    return f"({days[1]} - {days[0]})"


def is_closed(as_of: AsOf) -> ColumnElement[bool]:
    """Return the condition that a commitment has leads, and that the status of each closes it.

    A recurring commitment is not closed by being done once.
    """
    lead, row = lead_statuses(as_of), CommitmentParty
    done_once = and_(Commitment.deadline_kind == DeadlineKind.RECURRING, lead.c.status == Status.DONE.value)
    is_open = or_(lead.c.status.not_in([word.value for word in CLOSING]), done_once)
    return and_(
        exists().where(row.commitment_id == Commitment.id, row.role == PartyRole.LEAD).correlate(Commitment),
        ~exists().where(lead.c.commitment_id == Commitment.id, is_open).correlate(Commitment),
    )


def deadline_state(as_of: AsOf) -> ColumnElement[Any]:
    """Return the deadline state of a commitment on a day."""
    state = case(
        (is_closed(as_of), literal(DeadlineState.CLOSED.value)),
        (Commitment.due_on.is_(None), literal(DeadlineState.NO_DATE.value)),
        (Commitment.due_on < as_of.on, literal(DeadlineState.OVERDUE.value)),
        (Commitment.due_on <= as_of.on + DUE_SOON_DAYS, literal(DeadlineState.DUE_SOON.value)),
        else_=literal(DeadlineState.NOT_YET_DUE.value),
    )
    return as_term(state, DeadlineState)


def reviews(as_of: AsOf) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions that an update, and that a check, is a review by the end of a day in the tracker's zone."""
    updated = and_(
        ProgressUpdate.status.is_not(None),
        as_of.in_force(ProgressUpdate),
        ProgressUpdate.recorded_at <= end_of_day(as_of.on),
    )
    checked = and_(CheckLog.voids_id.is_(None), as_of.in_force(CheckLog), CheckLog.checked_on <= as_of.on)
    return updated, checked


def _stale(as_of: AsOf, review_every: int) -> ColumnElement[bool]:
    """Return the condition that the last review was longer ago than the review interval."""
    interval = func.coalesce(Commitment.review_every, review_every)

    def recent(on: SQLColumnExpression[datetime.date] | SQLColumnExpression[datetime.datetime]) -> ColumnElement[bool]:
        return DaysBetween(on, literal(as_of.on, Date())) <= interval

    (updated, checked), update, check = reviews(as_of), ProgressUpdate, CheckLog
    updated = and_(update.commitment_id == Commitment.id, updated, recent(update.recorded_at))
    checked = and_(check.commitment_id == Commitment.id, checked, recent(check.checked_on))
    seen = (exists().where(looked_at).correlate(Commitment) for looked_at in (updated, checked))
    return and_(~recent(Commitment.recorded_at), *map(not_, seen), ~is_closed(as_of))


def follow_up(as_of: AsOf, review_every: int, words: Iterable[FollowUp] = FollowUp) -> CompoundSelect[Any]:
    """Return the query for (commitment id, FollowUp) of commitments to look at again, for any of these reasons.

    `review_every` is the review interval, in days, of commitments that have none of their own.
    """
    lead, update = lead_statuses(as_of), ProgressUpdate
    led = select(lead.c.commitment_id).distinct()
    contradicted = (
        led.join(update, update.id == lead.c.finding_id)
        .join(Evidence, Evidence.update_code == update.code)
        .where(Evidence.relation == EvidenceRelation.CONTRADICTS)
    )
    differs = led.join(update, update.id == lead.c.claim_id).where(
        type_coerce(update.claimed_status, lead.c.status.type) != lead.c.status
    )
    due = select(Commitment.id).where(~is_closed(as_of))
    reasons = {
        FollowUp.OVERDUE: due.where(Commitment.due_on < as_of.on),
        FollowUp.DUE_SOON: due.where(Commitment.due_on >= as_of.on, Commitment.due_on <= as_of.on + DUE_SOON_DAYS),
        FollowUp.STALE: select(Commitment.id).where(_stale(as_of, review_every)),
        FollowUp.NEVER_ASSESSED: led.where(lead.c.status == Status.NOT_ASSESSED.value),
        FollowUp.CONTRADICTED: contradicted,
        FollowUp.CLAIM_DIFFERS: differs,
    }
    return union_all(
        *(reasons[word].add_columns(as_term(literal(word.value), FollowUp).label("word")) for word in words)
    )
