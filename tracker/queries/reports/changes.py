"""What is new since a day: each of it a record or a status, none of it a judgement."""

import datetime
from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from tracker.database import session
from tracker.dates import end_of_day
from tracker.models import (
    AsOf,
    CheckLog,
    Commitment,
    CommitmentLink,
    Evidence,
    Party,
    ProgressUpdate,
)
from tracker.models.as_of import existed, lead_statuses
from tracker.models.follow_up import DUE_SOON_DAYS, deadline_state, is_closed
from tracker.queries import listing
from tracker.queries.reports.parameters import ReportParameters
from tracker.queries.reports.serializers import Serializer
from tracker.records.filters import recorded_by
from tracker.vocabulary import CommitmentLinkKind, DeadlineState, EvidenceRelation

#: How many records each part of the brief names; the others are counted.
MAX_ITEMS = 500
#: The links by which something is promised again.
AGAIN = (
    CommitmentLinkKind.RESTATES,
    CommitmentLinkKind.STRENGTHENS,
    CommitmentLinkKind.WEAKENS,
    CommitmentLinkKind.REPLACES,
)
ORDER = (Commitment.made_on, Commitment.id)
EVIDENCE = selectinload(ProgressUpdate.evidence).selectinload(Evidence.passage)


def report_changes(asked: ReportParameters) -> dict[str, Any]:
    """Return the parts of the brief: {part: {"count": n, "items": [the first MOST]}}.

    Those of what changed for leads hold of how many "commitments" these are; "silent", how many were "checked" in vain;
    "learnt", how many were "recorded_later". Without a day since which news is told, nothing of since is among them.
    """
    clock, scope = asked.clock, Commitment.id.in_(asked.commitments)
    ahead = asked.next_meeting.starts_on if asked.next_meeting else clock.on + DUE_SOON_DAYS
    own = select(Commitment).where(scope)
    due = own.where(~is_closed(clock), Commitment.due_on >= clock.on, Commitment.due_on <= ahead)
    link, to, there = CommitmentLink, aliased(Commitment), select(Commitment.id).where(existed(clock))
    again = (
        select(link, Commitment, to)
        .join(Commitment, Commitment.id == link.commitment_id)
        .join(to, to.id == link.to_id)
        .where(link.kind.in_(AGAIN), recorded_by(link, asked.known_by))
        .where(or_(scope, to.id.in_(asked.commitments)), link.commitment_id.in_(there), link.to_id.in_(there))
    )
    if asked.since:
        again = again.where(Commitment.made_on > asked.since)
    lead, update = lead_statuses(clock), ProgressUpdate
    standing = (
        select(Commitment, Party, lead.c.status, update)
        .join(lead, lead.c.commitment_id == Commitment.id)
        .join(Party, Party.id == lead.c.party_id)
        .where(scope)
    )
    against = Evidence.relation == EvidenceRelation.CONTRADICTS
    contradicted = standing.join(update, update.id == lead.c.finding_id).where(
        exists().where(Evidence.update_code == update.code, against)
    )
    differs = standing.join(update, update.id == lead.c.claim_id).where(
        update.claimed_status.cast(lead.c.status.type) != lead.c.status
    )
    overdue = own.where(deadline_state(clock) == DeadlineState.OVERDUE)
    tell = Serializer(asked)
    found = {
        "overdue": _part(overdue.order_by(Commitment.due_on, Commitment.id), tell.commitment),
        "due": _part(due.order_by(Commitment.due_on, Commitment.id), tell.commitment),
        "again": _part(again.order_by(*ORDER, link.id), tell.link),
        "contradicted": _part(contradicted.order_by(*ORDER, Party.id).options(EVIDENCE), tell.contradicted),
        "differs": _part(differs.order_by(*ORDER, Party.id), tell.differing),
    }
    return found | (_since(asked, asked.before, own, tell) if asked.before else {})


def _since(asked: ReportParameters, before: AsOf, own: Any, tell: Serializer) -> dict[str, Any]:
    clock, since, now = asked.clock, before.on, lead_statuses(asked.clock)
    end = min(end_of_day(since), asked.known_by)
    earlier = own.where(Commitment.made_on <= since)
    moved = _changed(asked, since, lead_statuses(before), now).add_columns(ProgressUpdate)
    moved = moved.outerjoin(ProgressUpdate, ProgressUpdate.id == now.c.finding_id)
    learnt = _learnt(asked, before, end)
    late = and_(ProgressUpdate.recorded_at > end, Commitment.recorded_at <= end)
    news = exists().where(
        ProgressUpdate.commitment_id == Commitment.id,
        ProgressUpdate.status.is_not(None),
        or_(ProgressUpdate.effective_on > since, late),
        ProgressUpdate.effective_on <= clock.on,
        clock.in_force(ProgressUpdate),
    )
    counts = and_(
        CheckLog.voids_id.is_(None),
        CheckLog.checked_on > since,
        CheckLog.checked_on <= clock.on,
        clock.in_force(CheckLog),
    )
    last = (
        select(CheckLog.id)
        .where(CheckLog.commitment_id == Commitment.id, counts)
        .order_by(CheckLog.checked_on.desc(), CheckLog.id.desc())
        .limit(1)
        .correlate(Commitment)
        .scalar_subquery()
    )
    silent = earlier.where(~is_closed(clock), ~news.correlate(Commitment), Commitment.id.not_in(_ids(learnt)))
    searched = silent.add_columns(CheckLog).outerjoin(CheckLog, CheckLog.id == last).order_by(CheckLog.id.is_(None))
    checked = exists().where(CheckLog.commitment_id == Commitment.id, counts).correlate(Commitment)
    found = {
        "new": _part(own.where(Commitment.made_on > since).order_by(*ORDER), tell.commitment),
        "moved": _part_of_leads(moved, tell.moved),
        "silent": _part(searched.order_by(*ORDER), tell.silent)
        | {"checked": listing.count_rows(silent.where(checked))},
    }
    if end < asked.known_by:
        later = listing.count_rows(earlier.where(Commitment.recorded_at > end))
        found["learnt"] = _part_of_leads(learnt, tell.learnt) | {"recorded_later": later}
    return found


def _learnt(asked: ReportParameters, before: AsOf, end: datetime.datetime) -> Any:
    """Return the leads that stood otherwise on the day than was known at its end, and the update that says so.

    Of a commitment that was itself recorded only later nothing had been told that could be put right. Where the update
    does not say how the lead stood, it takes back, or moves to a later day, what was found then.
    """
    then, now, found, update = (
        lead_statuses(AsOf(before.on, end)),
        lead_statuses(before),
        aliased(ProgressUpdate),
        ProgressUpdate,
    )
    says = func.coalesce(found.recorded_at > end, false())
    undoing = select(update.id).where(update.corrects_id == then.c.finding_id).correlate(then).scalar_subquery()
    # Nothing else can have changed, and most need not be looked at.
    logged = select(update.commitment_id).where(update.recorded_at > end)
    return (
        _changed(asked, before.on, then, now)
        .where(Commitment.recorded_at <= end, Commitment.id.in_(logged))
        .outerjoin(found, found.id == now.c.finding_id)
        .join(update, update.id == case((says, found.id), else_=undoing))
        .add_columns(update, says)
    )


def _changed(asked: ReportParameters, since: datetime.date, then: Any, now: Any) -> Any:
    """Return (commitment, party, status then, status now) of the leads, of commitments made by a day, that differ."""
    return (
        select(Commitment, Party, then.c.status, now.c.status)
        .join(now, now.c.commitment_id == Commitment.id)
        .join(then, then.c.commitment_party_id == now.c.commitment_party_id)
        .join(Party, Party.id == now.c.party_id)
        .where(Commitment.id.in_(asked.commitments), Commitment.made_on <= since, then.c.status != now.c.status)
    )


def changes_by_party(asked: ReportParameters) -> dict[int, tuple[int, int]]:
    """Return {id of a party: (of how many commitments made by the day its status moved since, how many it leads)}."""
    if not asked.before:
        return {}
    then, now = lead_statuses(asked.before), lead_statuses(asked.clock)
    query = (
        select(now.c.party_id, func.sum(case((then.c.status != now.c.status, 1), else_=0)), func.count())
        .join(then, then.c.commitment_party_id == now.c.commitment_party_id)
        .join(Commitment, Commitment.id == now.c.commitment_id)
        .where(Commitment.id.in_(asked.commitments), Commitment.made_on <= asked.before.on)
        .group_by(now.c.party_id)
    )
    return {party: (moved, led) for party, moved, led in session.execute(query)}


def _part_of_leads(query: Any, tell: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Return a part of which a commitment has as many items as leads, and of how many commitments it tells."""
    part = _part(query.order_by(*ORDER, Party.id).options(EVIDENCE), tell)
    return part | {"commitments": listing.count_rows(_ids(query).distinct())}


def _ids(query: Any) -> Any:
    return query.with_only_columns(Commitment.id).correlate(None)


def _part(query: Any, tell: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    rows = session.execute(query.limit(MAX_ITEMS + 1)).all()
    count = len(rows) if len(rows) <= MAX_ITEMS else listing.count_rows(query)
    return {"count": count, "items": [tell(*row) for row in rows[:MAX_ITEMS]]}
