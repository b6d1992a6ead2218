"""Changing many commitments in one step, and undoing the step."""

import datetime
from collections.abc import Mapping, Sequence
from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.base import ExecutableOption

from tracker.actions.save import describe_errors, flush, save_each
from tracker.actions.updates import log_check, void_check, void_update
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, BulkStep, Change, CheckLog, Commitment, ProgressUpdate, Record
from tracker.models.history import to_json
from tracker.queries.bulk import check_count, check_not_retired
from tracker.records.base import RecordForm
from tracker.records.bulk import FIELDS
from tracker.records.commitments import KIND, CommitmentForm
from tracker.records.record_lookup import RecordLookup
from tracker.records.updates import CheckForm

R = TypeVar("R", bound=Record)


def apply_bulk_change(
    account: Account | None, commitments: Sequence[Commitment], values: Mapping[str, object]
) -> BulkStep:
    """Give commitments the values of a BulkForm, all or nothing; return the step.

    Raises Invalid for too many commitments, if nothing would change, and by code for each one that refuses a value.
    """
    check_count(len(commitments))
    check_not_retired(commitments)
    fields = {name: value for name, value in values.items() if name in FIELDS}
    check = {name: values[name] for name in ("where_searched", "checked_on") if name in values}
    before = _last_seq()
    if fields:
        lookup = RecordLookup()
        save_each(account, [(record, CommitmentForm.from_plain(fields, record, lookup)) for record in commitments])
    if check:
        _log_checks(account, commitments, check, bool(values.get("settle")))
    after = _last_seq()
    if after == before:
        raise Invalid({"code": [_("Nothing would change: all of them have it already.")]})
    now = datetime.datetime.now(datetime.UTC)
    step = BulkStep(at=now, account=account, values=dict(values), first_seq=before + 1, last_seq=after)
    session.add(step)
    flush()
    return step


def _log_checks(
    account: Account | None, commitments: Sequence[Commitment], check: Mapping[str, object], settle: bool
) -> None:
    errors = {}
    for commitment in commitments:
        form = CheckForm.from_plain({"commitment": commitment.code, **check})
        try:
            log_check(account, form, settle)
        except Invalid as error:
            errors[commitment.code] = [describe_errors(form, error.errors)]
    if errors:
        raise Invalid(errors)


def undo_bulk_step(account: Account | None, step: BulkStep) -> list[str]:
    """Undo a step by new changes; return a sentence for each part that could not be undone.

    A field that still has the value of the step gets back its old one; checks and updates become void. Raises Conflict
    if the step was undone before.
    """
    if step.undone_at:
        raise Conflict(_("This step was undone already: look at the list of steps again."))
    query = select(Change).where(Change.seq.between(step.first_seq, step.last_seq)).order_by(Change.seq.desc())
    changes = session.scalars(query).all()
    problems: list[str] = []
    # Updates come first: one that settled a status rests on a check.
    for model, latest in ((ProgressUpdate, "corrected_by"), (CheckLog, "voided_by")):
        for record in _changed(model, changes, [selectinload(getattr(model, latest))], problems):
            if getattr(record, latest):
                problems.append(_("%(code)s: it was corrected, or void, already.", code=record.code))
            elif isinstance(record, CheckLog):
                void_check(account, record, _("Bulk step undone"))
            elif isinstance(record, ProgressUpdate):
                void_update(account, record, _("Bulk step undone"))
    loads = KIND.loads(KIND.columns[field.name] for field in CommitmentForm())
    commitments = _changed(Commitment, changes, loads, problems)
    by_code = {change.code: change for change in changes if change.kind == Commitment.__tablename__}
    save_each(account, _earlier(commitments, by_code, problems))
    step.undone_at = datetime.datetime.now(datetime.UTC)
    flush()
    return problems


def _changed(
    model: type[R], changes: Sequence[Change], loads: Sequence[ExecutableOption], problems: list[str]
) -> Sequence[R]:
    """Return the records of a model that a step changed, the newest first; add those that are gone to `problems`."""
    codes = {change.code for change in changes if change.kind == model.__tablename__}
    query = select(model).where(model.code.in_(codes)).order_by(model.id.desc())
    records = session.scalars(query.options(*loads).execution_options(populate_existing=True)).all()
    gone = codes - {record.code for record in records}
    problems += [_("%(code)s: it was removed since.", code=code) for code in sorted(gone)]
    return records


def _earlier(
    commitments: Sequence[Commitment], changes: Mapping[str, Change], problems: list[str]
) -> list[tuple[Commitment, RecordForm]]:
    """Return (commitment, form with its earlier values); add to `problems` what somebody changed since."""
    edits: list[tuple[Commitment, RecordForm]] = []
    lookup = RecordLookup()
    for commitment in commitments:
        fields, before = changes[commitment.code].fields, {}
        for name, (old, new) in fields.items():
            if to_json(getattr(commitment, name)) == new:
                before[name] = old
            else:
                label = KIND.columns[name].label
                problems.append(_("%(code)s, %(field)s: somebody changed it since.", code=commitment.code, field=label))
        form = CommitmentForm.from_plain(before, commitment, lookup)
        if form.validate():
            edits.append((commitment, form))
        else:
            problems.append(_("%(code)s: %(why)s", code=commitment.code, why=describe_errors(form, form.errors)))
    return edits


def _last_seq() -> int:
    return session.scalar(select(func.max(Change.seq))) or 0
