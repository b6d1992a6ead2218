"""Whether each kept status is what the updates say, worked out anew in plain Python, and each finding has evidence."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from tracker.database import session
from tracker.models import CommitmentParty, Evidence, ProgressUpdate
from tracker.vocabulary import WITHOUT_EVIDENCE, EvidenceRelation, PartyRole, Status


def progress_problems() -> Iterator[str]:
    """Yield what is wrong with statuses and findings, a sentence each."""
    found = session.execute(select(*ProgressUpdate.__table__.columns)).all()
    codes = {update.id: update.code for update in found}
    standing = latest_updates(found)
    claims = latest_updates([update for update in found if update.claimed_status is not None], found)
    for row in session.scalars(select(CommitmentParty).order_by(CommitmentParty.id)):
        lead = (row.commitment_id, row.party_id) if row.role is PartyRole.LEAD else None
        finding, claim = standing.get(lead), claims.get(lead)
        status = finding.status if finding else Status.NOT_ASSESSED
        kept = (row.status, row.finding_id, row.claim_id)
        if kept != (status, finding and finding.id, claim and claim.id):
            yield _(
                "commitment-parties/%(code)s: “%(kept)s” (%(by)s) is kept, but the updates say “%(status)s” (%(of)s).",
                code=row.code,
                kept=row.status.value,
                by=codes.get(row.finding_id, _("none")),
                status=status.value,
                of=finding.code if finding else _("none"),
            )
    supported = set(session.scalars(select(Evidence.update_code).where(Evidence.relation == EvidenceRelation.SUPPORTS)))
    for update in found:
        if update.status is not None and update.status not in WITHOUT_EVIDENCE and update.code not in supported:
            yield _("updates/%(code)s: no evidence supports it.", code=update.code)


def latest_updates(updates: Any, corrections: Any = None) -> dict[Any, Any]:
    """Return {(commitment id, party id): the update that counts} of those neither corrected nor void."""
    corrected = {update.corrects_id for update in (updates if corrections is None else corrections)}
    standing: dict[Any, Any] = {}
    for update in updates:
        if update.status is not None and update.id not in corrected:
            lead = (update.commitment_id, update.party_id)
            standing[lead] = max(standing.get(lead, update), update, key=_order)
    return standing


def _order(update: Any) -> Any:
    return update.effective_on, update.recorded_at, update.id
