"""What is new since a day: each of it a record or a status, none of it a judgement."""

import datetime
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from tracker.database import session
from tracker.models import (
    CheckLog,
    Clock,
    Commitment,
    CommitmentLink,
    Evidence,
    Party,
    ProgressUpdate,
)
from tracker.models.follow_up import SOON, closed, deadline_state
from tracker.models.standings import known, leads
from tracker.queries import find
from tracker.queries.reports.asked import Asked
from tracker.records import record_address
from tracker.records.filters import recorded_by
from tracker.vocabulary import CommitmentLinkKind, DeadlineState, EvidenceRelation, Status

#: How many records each part of the brief names; the others are counted.
MOST = 500
#: The links by which something is promised again.
AGAIN = (
    CommitmentLinkKind.RESTATES,
    CommitmentLinkKind.STRENGTHENS,
    CommitmentLinkKind.WEAKENS,
    CommitmentLinkKind.REPLACES,
)
ORDER = (Commitment.made_on, Commitment.id)
EVIDENCE = selectinload(ProgressUpdate.evidence).selectinload(Evidence.passage)


def brief(asked: Asked) -> dict[str, Any]:
    """Return the parts of the brief: {part: {"count": n, "items": [the first MOST]}}."""
    clock, scope = asked.clock, Commitment.id.in_(asked.commitments)
    ahead = asked.next_meeting.starts_on if asked.next_meeting else clock.on + SOON
    own = select(Commitment).where(scope)
    due = own.where(~closed(clock), Commitment.due_on >= clock.on, Commitment.due_on <= ahead)
    link, to, there = CommitmentLink, aliased(Commitment), select(Commitment.id).where(known(clock))
    again = (
        select(link, Commitment, to)
        .join(Commitment, Commitment.id == link.commitment_id)
        .join(to, to.id == link.to_id)
        .where(link.kind.in_(AGAIN), recorded_by(link, asked.known_by))
        .where(or_(scope, to.id.in_(asked.commitments)), link.commitment_id.in_(there), link.to_id.in_(there))
    )
    lead, update = leads(clock), ProgressUpdate
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
    tell = _Teller(asked)
    found = {
        "overdue": _part(overdue.order_by(Commitment.due_on, Commitment.id), tell.commitment),
        "due": _part(due.order_by(Commitment.due_on, Commitment.id), tell.commitment),
        "again": _part(again.order_by(*ORDER, link.id), tell.link),
        "contradicted": _part(contradicted.order_by(*ORDER, Party.id).options(EVIDENCE), tell.contradicted),
        "differs": _part(differs.order_by(*ORDER, Party.id), tell.differing),
    }
    return found | (_since(asked, asked.before, own, tell) if asked.before else {})


def _since(asked: Asked, before: Clock, own: Any, tell: "_Teller") -> dict[str, Any]:
    clock, since = asked.clock, before.on
    then, now = leads(before), leads(clock)
    pairs = (
        select(Commitment, Party, then.c.status, now.c.status, ProgressUpdate)
        .join(now, now.c.commitment_id == Commitment.id)
        .join(then, then.c.commitment_party_id == now.c.commitment_party_id)
        .join(Party, Party.id == now.c.party_id)
        .outerjoin(ProgressUpdate, ProgressUpdate.id == now.c.finding_id)
        .where(Commitment.id.in_(asked.commitments), Commitment.made_on <= since)
    )
    news = exists().where(
        ProgressUpdate.commitment_id == Commitment.id,
        ProgressUpdate.status.is_not(None),
        ProgressUpdate.effective_on > since,
        ProgressUpdate.effective_on <= clock.on,
        clock.stood(ProgressUpdate, "corrects_id"),
    )
    counts = and_(
        CheckLog.voids_id.is_(None),
        CheckLog.checked_on > since,
        CheckLog.checked_on <= clock.on,
        clock.stood(CheckLog, "voids_id"),
    )
    last = (
        select(CheckLog.id)
        .where(CheckLog.commitment_id == Commitment.id, counts)
        .order_by(CheckLog.checked_on.desc(), CheckLog.id.desc())
        .limit(1)
        .correlate(Commitment)
        .scalar_subquery()
    )
    silent = own.where(Commitment.made_on <= since, ~closed(clock), ~news.correlate(Commitment))
    searched = silent.add_columns(CheckLog).outerjoin(CheckLog, CheckLog.id == last)
    checked = exists().where(CheckLog.commitment_id == Commitment.id, counts).correlate(Commitment)
    moved = pairs.where(then.c.status != now.c.status)
    return {
        "new": _part(own.where(Commitment.made_on > since).order_by(*ORDER), tell.commitment),
        "moved": _part(moved.order_by(*ORDER, Party.id).options(EVIDENCE), tell.moved),
        "silent": _part(searched.order_by(*ORDER), tell.silent) | {"checked": find.count(silent.where(checked))},
    }


def moved_by_party(asked: Asked) -> dict[int, tuple[int, int]]:
    """Return {id of a party: (of how many commitments made by the day its status moved since, how many it leads)}."""
    if not asked.before:
        return {}
    then, now = leads(asked.before), leads(asked.clock)
    query = (
        select(now.c.party_id, func.sum(case((then.c.status != now.c.status, 1), else_=0)), func.count())
        .join(then, then.c.commitment_party_id == now.c.commitment_party_id)
        .join(Commitment, Commitment.id == now.c.commitment_id)
        .where(Commitment.id.in_(asked.commitments), Commitment.made_on <= asked.before.on)
        .group_by(now.c.party_id)
    )
    return {party: (moved, led) for party, moved, led in session.execute(query)}


def _part(query: Any, tell: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    rows = session.execute(query.limit(MOST + 1)).all()
    count = len(rows) if len(rows) <= MOST else find.count(query)
    return {"count": count, "items": [tell(*row) for row in rows[:MOST]]}


class _Teller:
    """Tells rows as plain values, each with the address of its record."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def to(self, record: Any) -> str:
        return self.asked.address + record_address(record)

    def commitment(self, commitment: Commitment) -> dict[str, Any]:
        return {"commitment": commitment.code, "title": commitment.title, "url": self.to(commitment)} | _days(
            made_on=commitment.made_on, due_on=commitment.due_on
        )

    def link(self, link: CommitmentLink, commitment: Commitment, to: Commitment) -> dict[str, Any]:
        return self.commitment(commitment) | {"kind": link.kind.value, "again": self.commitment(to)}

    def moved(
        self, commitment: Commitment, party: Party, before: Any, after: Any, update: ProgressUpdate | None
    ) -> dict[str, Any]:
        told = self.commitment(commitment) | {"party": party.code, "name": str(party)}
        return told | {"before": before.value, "after": after.value} | self._update(update)

    def contradicted(self, commitment: Commitment, party: Party, status: Any, update: ProgressUpdate) -> dict[str, Any]:
        told = self.commitment(commitment) | {"party": party.code, "name": str(party), "status": status.value}
        return told | self._update(update, EvidenceRelation.CONTRADICTS)

    def differing(self, commitment: Commitment, party: Party, status: Any, update: ProgressUpdate) -> dict[str, Any]:
        told = self.commitment(commitment) | {"party": party.code, "name": str(party), "status": status.value}
        claimed = cast(Status, update.claimed_status)
        return told | {"claimed_status": claimed.value, "claimed_by": update.claimed_by}

    def silent(self, commitment: Commitment, check: CheckLog | None) -> dict[str, Any]:
        told = {"where_searched": check.where_searched} | _days(checked_on=check.checked_on) if check else {}
        return self.commitment(commitment) | told

    def _update(self, update: ProgressUpdate | None, relation: EvidenceRelation | None = None) -> dict[str, Any]:
        if update is None:
            return {}
        pieces = [piece for piece in update.evidence if relation in (None, piece.relation)]
        return {
            "update": update.code,
            "reason": update.reason,
            "evidence": [self._piece(piece) for piece in pieces],
        } | _days(effective_on=update.effective_on)

    def _piece(self, piece: Evidence) -> dict[str, Any]:
        if piece.passage is not None:
            passage = piece.passage
            text, url = f"{passage.document}, {passage.place}", self.to(passage)
        else:
            text, url = piece.title or "", piece.web_address or ""
        return {"relation": piece.relation.value, "text": text, "url": url}


def _days(**days: datetime.date | None) -> dict[str, str | None]:
    return {name: day.isoformat() if day else None for name, day in days.items()}
