"""What a report tells of a record, as plain values."""

import datetime
from typing import Any, cast

from tracker.dates import zone
from tracker.models import CheckLog, Commitment, CommitmentLink, Evidence, Party, ProgressUpdate
from tracker.queries.reports.parameters import ReportParameters
from tracker.records import record_address
from tracker.vocabulary import EvidenceRelation, Status


class Serializer:
    """Tells rows of the brief as plain values, each with the address of its record."""

    def __init__(self, asked: ReportParameters) -> None:
        self.asked = asked

    def to(self, record: Any) -> str:
        return record_address(record, self.asked.address)

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

    def learnt(
        self, commitment: Commitment, party: Party, before: Any, after: Any, update: ProgressUpdate, says: bool
    ) -> dict[str, Any]:
        """Tell by which update; it is effective on no day where it does not say how the lead stood, but takes back."""
        told = self.moved(commitment, party, before, after, update)
        recorded_on = update.recorded_at.astimezone(zone()).date()
        return told | ({} if says else {"effective_on": None}) | _days(recorded_on=recorded_on)

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
