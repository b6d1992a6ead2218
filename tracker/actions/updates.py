"""Logging updates with their evidence, and checks, on commitments. What is logged is never changed."""

import datetime
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from tracker.actions.save import RowEdit, flush, set_actor
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, CheckLog, Commitment, CommitmentParty, Evidence, Party, ProgressUpdate
from tracker.models.as_of import update_current_status
from tracker.models.history import now
from tracker.records.updates import CheckForm, UpdateForm
from tracker.vocabulary import EvidenceRelation, PartyRole, Status

#: Pieces of evidence of one update, as many as the page for correcting it shows.
MAX_EVIDENCE = 100
#: The interval between updates logged together, so that they have an order.
TICK = datetime.timedelta(microseconds=1)


def log_update(
    account: Account | None, form: UpdateForm, evidence: Sequence[RowEdit] = (), jointly: bool = False
) -> list[ProgressUpdate]:
    """Log the status of one lead, or `jointly` of every lead; return the updates.

    Raises Invalid by field; fields of evidence are named evidence.<number>.<field>. The forms hold the messages too.
    """
    set_actor(account)
    with session.no_autoflush:
        _check(form, evidence, jointly)
        parties = [row.party for row in leads_in_order(form.commitment.data)] if jointly else [form.party.data]
        updates: list[ProgressUpdate] = []
        for party in parties:
            updates.append(_log(account, form, evidence, party))
            if jointly:
                updates[-1].joint_id = updates[0].code
            session.add(updates[-1])
            flush()
    if form.corrects.data is not None:
        session.expire(form.corrects.data, ["corrected_by"])
    _update_current_statuses(form.commitment.data, [update.party for update in updates])
    return updates


def log_check(account: Account | None, form: CheckForm, settle: bool = False) -> CheckLog:
    """Log a search in vain; `settle` sets the status “no evidence found” of the leads that nobody assessed.

    Raises Invalid by field.
    """
    set_actor(account)
    if form.validate() and not form.where_searched.data:
        form.where_searched.errors = [_("Say where you searched.")]
    if form.errors:
        raise Invalid(form.errors)
    check = _record(CheckLog(), form, account)
    if settle:
        for row in leads_in_order(form.commitment.data):
            if row.status is Status.NOT_ASSESSED:
                _settle(account, check, row.party)
    return check


def void_check(account: Account | None, check: CheckLog, reason: str) -> CheckLog:
    """Void a check for a reason; raises Conflict if it is void already, or itself voids one."""
    if check.voids or check.voided_by:
        raise Conflict(_("This check is void already: look at it again."), [])
    set_actor(account)
    values = {"commitment": check.commitment.code, "checked_on": check.checked_on.isoformat()}
    form = CheckForm.from_plain({**values, "voids": check.code, "reason": reason})
    if not form.validate():
        raise Invalid(form.errors)
    void = _record(CheckLog(), form, account)
    session.expire(check, ["voided_by"])
    return void


def void_update(account: Account | None, update: ProgressUpdate, reason: str) -> ProgressUpdate:
    """Void an update that should not have been logged, for a reason."""
    values = {"commitment": update.commitment.code, "party": update.party.code, "corrects": update.code}
    values |= {"effective_on": update.effective_on.isoformat(), "reason": reason}
    return log_update(account, UpdateForm.from_plain(values))[0]


def leads_in_order(commitment: Commitment) -> Sequence[CommitmentParty]:
    """Return the leads of a commitment in the order in which they were added."""
    is_lead = (CommitmentParty.commitment == commitment, CommitmentParty.role == PartyRole.LEAD)
    return session.scalars(select(CommitmentParty).where(*is_lead).order_by(CommitmentParty.id)).all()


def _check(form: UpdateForm, evidence: Sequence[RowEdit], jointly: bool) -> None:
    if jointly:
        # The parties are the leads of the commitment.
        form.party.required, form.party.validators = False, []
    valid = form.validate()
    errors: dict[str, Any] = {}
    for number, row in enumerate(evidence, start=1):
        if not row.removed and not row.form.validate():
            errors |= {f"evidence.{number}.{name}": texts for name, texts in row.form.errors.items()}
    pieces = [row for row in evidence if not row.removed]
    if len(pieces) > MAX_EVIDENCE:
        pieces[MAX_EVIDENCE].form.code.errors = [
            _("An update rests on at most %(most)s pieces: leave some out, or log another update.", most=MAX_EVIDENCE)
        ]
        errors["evidence"] = pieces[MAX_EVIDENCE].form.code.errors
    is_supported = any(row.form["relation"].data is EvidenceRelation.SUPPORTS for row in pieces)
    valid = form.complete(is_supported) and valid
    if valid and not jointly:
        _check_party(form)
    if jointly and form.corrects.data and not form.errors:
        form.corrects.errors = [_("A correction is of one lead: log it for that lead alone.")]
    if form.errors or errors:
        raise Invalid({**form.errors, **errors})
    if jointly and not leads_in_order(form.commitment.data):
        form.party.errors = [_("Nobody leads this commitment yet: edit it, and add a lead first.")]
        raise Invalid(form.errors)


def _check_party(form: UpdateForm) -> None:
    corrected, party = form.corrects.data, form.party.data
    if corrected is not None:
        if (corrected.commitment, corrected.party) != (form.commitment.data, party):
            form.corrects.errors = [_("An update corrects one of the same commitment and party.")]
        elif later := corrected.corrected_by:
            message = _("This was corrected already, by %(code)s: correct that one.", code=later.code)
            form.corrects.errors = [message]
    elif party not in [row.party for row in leads_in_order(form.commitment.data)]:
        form.party.errors = [_("“%(party)s” does not lead this commitment: choose a lead.", party=party)]


def _log(account: Account | None, form: UpdateForm, evidence: Sequence[RowEdit], party: Party) -> ProgressUpdate:
    """Return an update that is not yet in the session, after storing its evidence."""
    update = ProgressUpdate()
    form.populate_obj(update)
    update.party = party
    update.recorded_by, update.recorded_at = account, _now()
    for place, row in enumerate((row for row in evidence if not row.removed), start=1):
        piece = Evidence(code=f"{update.code}.e{place}", update_code=update.code)
        for name in ("relation", "passage", "web_address", "title", "retrieved_on", "note"):
            row.form[name].populate_obj(piece, name)
        piece.recorded_by, piece.recorded_at = account, update.recorded_at
        session.add(piece)
    flush()
    return update


def _now() -> datetime.datetime:
    """Return the present time, or one just after the last update if the clock was set back."""
    at, last = now(session), session.scalar(select(func.max(ProgressUpdate.recorded_at)))
    return at if last is None or last < at else last + TICK


def _record(check: CheckLog, form: CheckForm, account: Account | None) -> CheckLog:
    with session.no_autoflush:
        form.populate_obj(check)
        check.recorded_by, check.recorded_at = account, now(session)
        session.add(check)
    flush()
    return check


def _settle(account: Account | None, check: CheckLog, party: Party) -> None:
    values = {"commitment": check.commitment.code, "party": party.code, "status": Status.NO_EVIDENCE_FOUND.value}
    values |= {"effective_on": check.checked_on.isoformat(), "confidence": "medium"}
    reason = _("Searched, and nothing either way was found: %(where)s", where=check.where_searched)
    log_update(account, UpdateForm.from_plain({**values, "reason": reason}))


def _update_current_statuses(commitment: Commitment, parties: Sequence[Party]) -> None:
    for row in leads_in_order(commitment):
        if row.party in parties:
            update_current_status(session, row)
    flush()
    session.expire(commitment, ["status"])
