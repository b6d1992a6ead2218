"""Giving many commitments the same thing in one step, and taking the whole step back."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from tracker.actions.save import describe_errors, flush, save_each
from tracker.actions.updates import log_check, void_check, void_update
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, BulkStep, Change, CheckLog, Commitment, ProgressUpdate
from tracker.models.history import to_json
from tracker.queries.bulk import check_count, check_not_retired
from tracker.records.bulk import FIELDS
from tracker.records.checks import CheckForm
from tracker.records.commitments import KIND, CommitmentForm


def apply_bulk_change(account: Account | None, commitments: Sequence[Commitment], given: Mapping[str, Any]) -> BulkStep:
    """Give commitments what a BulkForm says is given, all or nothing; return the step.

    Raises Invalid: by code, for each commitment that does not take it; for too many, and if nothing would change.
    """
    check_count(len(commitments))
    check_not_retired(commitments)
    fields = {name: value for name, value in given.items() if name in FIELDS}
    check = {name: given[name] for name in ("where_searched", "checked_on") if name in given}
    before = _last_seq()
    if fields:
        save_each(account, [(each, CommitmentForm.from_plain(fields, each)) for each in commitments])
    if check:
        _log_checks(account, commitments, check, bool(given.get("settle")))
    after = _last_seq()
    if after == before:
        raise Invalid({"code": [_("Nothing would change: all of them have it already.")]})
    now = datetime.datetime.now(datetime.UTC)
    step = BulkStep(at=now, account=account, given=dict(given), first_seq=before + 1, last_seq=after)
    session.add(step)
    flush()
    return step


def _log_checks(account: Account | None, commitments: Sequence[Commitment], check: Any, settle: bool) -> None:
    wrong = {}
    for commitment in commitments:
        form = CheckForm.from_plain({"commitment": commitment.code, **check})
        try:
            log_check(account, form, settle)
        except Invalid as error:
            wrong[commitment.code] = [describe_errors(form, error.errors)]
    if wrong:
        raise Invalid(wrong)


def undo_bulk_step(account: Account | None, step: BulkStep) -> list[str]:
    """Take a step back, by new changes; return what could not be, a sentence each. Raises Conflict the second time.

    A field gets its old value back where it still has the one that the step gave; checks and updates become void.
    """
    if step.undone_at:
        raise Conflict(_("This step was undone already: look at the list of steps again."))
    query = select(Change).where(Change.seq.between(step.first_seq, step.last_seq)).order_by(Change.seq.desc())
    changes = session.scalars(query).all()
    left: list[str] = []
    # An update that settled a status before the check that it rests on.
    for model, latest in ((ProgressUpdate, "corrected_by"), (CheckLog, "voided_by")):
        for record in _changed(model, changes, [selectinload(getattr(model, latest))], left):
            if getattr(record, latest):
                left.append(_("%(code)s: it was corrected, or void, already.", code=record.code))
            else:
                void = void_check if isinstance(record, CheckLog) else void_update
                void(account, record, _("Bulk step undone"))
    loads = KIND.loads(KIND.columns[field.name] for field in CommitmentForm())
    commitments = _changed(Commitment, changes, loads, left)
    save_each(account, _earlier(commitments, {c.code: c for c in changes if c.kind == Commitment.__tablename__}, left))
    step.undone_at = datetime.datetime.now(datetime.UTC)
    flush()
    return left


def _changed(model: Any, changes: Sequence[Change], loads: Sequence[Any], left: list[str]) -> Sequence[Any]:
    """Return the records of a kind that a step changed, the last first; tell in `left` which are gone."""
    codes = {change.code for change in changes if change.kind == model.__tablename__}
    query = select(model).where(model.code.in_(codes)).order_by(model.id.desc())
    found = session.scalars(query.options(*loads).execution_options(populate_existing=True)).all()
    gone = codes - {record.code for record in found}
    left += [_("%(code)s: it was removed since.", code=code) for code in sorted(gone)]
    return found


def _earlier(commitments: Sequence[Any], changes: Mapping[str, Change], left: list[str]) -> list[Any]:
    """Return (commitment, form with its earlier values) where nobody changed them since; tell in `left` the others."""
    edits = []
    for commitment in commitments:
        fields, before = changes[commitment.code].fields, {}
        for name, (old, new) in fields.items():
            if to_json(getattr(commitment, name)) == new:
                before[name] = old
            else:
                label = KIND.columns[name].label
                left.append(_("%(code)s, %(field)s: somebody changed it since.", code=commitment.code, field=label))
        form = CommitmentForm.from_plain(before, commitment)
        if form.validate():
            edits.append((commitment, form))
        else:
            left.append(_("%(code)s: %(why)s", code=commitment.code, why=describe_errors(form, form.errors)))
    return edits


def _last_seq() -> int:
    return session.scalar(select(func.max(Change.seq))) or 0
