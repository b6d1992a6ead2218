"""The changes of bulk steps over commitments: those planned, and those of the latest steps."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, and_, distinct, func, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.errors import Invalid
from tracker.models import BulkStep, Change, CheckLog, Commitment, CommitmentParty
from tracker.queries import listing
from tracker.records.bulk import EMPTYING, FIELDS, BulkForm
from tracker.records.commitments import KIND, CommitmentForm
from tracker.records.fields import FORBIDDEN_CHARACTERS, RecordCode
from tracker.vocabulary import PartyRole, Status

#: The number of commitments that one step can change.
MAX_COMMITMENTS = 5_000
#: The numbers of their codes, of changes and of steps that a page lists.
MAX_CODES, MAX_LINES, MAX_STEPS = 5, 200, 50


def commitments_by_code(codes: Sequence[str]) -> Sequence[Commitment]:
    """Return the commitments with these codes; raises Invalid for none, too many, or an unknown code."""
    unique = dict.fromkeys(codes)
    if not unique:
        raise Invalid({"code": [_("No commitment is selected: tick some in the list first.")]})
    check_count(len(unique))
    well_formed = [code for code in unique if RecordCode.SHAPE.fullmatch(code)]
    commitments = _read(select(Commitment).where(Commitment.code.in_(well_formed)))
    if missing := unique.keys() - {commitment.code for commitment in commitments}:
        raise Invalid({"code": [_("Not here, or removed meanwhile: %(codes)s.", codes=_first_codes(missing))]})
    return commitments


def commitments_in(query: Select[Any]) -> Sequence[Commitment]:
    """Return all commitments of a list; raises Invalid for none or too many."""
    number = listing.count_rows(query)
    check_count(number)
    if not number:
        raise Invalid({"code": [_("No commitment matches these filters any more.")]})
    return _read(query)


def check_count(number: int) -> None:
    """Raise Invalid for more commitments than one step can change."""
    if number > MAX_COMMITMENTS:
        numbers = {"n": f"{number:,}", "most": f"{MAX_COMMITMENTS:,}"}
        message = _("These are %(n)s commitments; at most %(most)s are changed at once.", **numbers)
        raise Invalid({"code": [message + " " + _("Narrow the filters, and change them in parts.")]})


def _read(query: Select[Any]) -> Sequence[Commitment]:
    """Return commitments with everything loaded for a change; raises Invalid if one was recorded in error."""
    loads = [*KIND.loads(KIND.columns[field.name] for field in CommitmentForm()), selectinload(Commitment.parties)]
    commitments = session.scalars(query.order_by(Commitment.id).options(*loads)).all()
    check_not_retired(commitments)
    return commitments


def check_not_retired(commitments: Sequence[Commitment]) -> None:
    """Raise Invalid if any of these commitments was recorded in error."""
    if retired := [commitment.code for commitment in commitments if commitment.retired_at]:
        message = _("Recorded in error, so nothing is followed up of them: %(codes)s.", codes=_first_codes(retired))
        raise Invalid({"code": [message + " " + _("Leave them out.")]})


def _first_codes(codes: Collection[str]) -> str:
    """Return the first of some codes, in words."""
    shown = ", ".join(FORBIDDEN_CHARACTERS.sub("�", code[:80]) or "“”" for code in sorted(codes)[:MAX_CODES])
    more = len(codes) - MAX_CODES
    return shown if more <= 0 else str(_("%(codes)s and %(n)s more", codes=shown, n=more))


def fingerprint(commitments: Sequence[Commitment]) -> str:
    """Return a hash of the versions of commitments and the statuses of their leads, in hexadecimal."""
    lines = []
    for commitment in commitments:
        statuses = " ".join(f"{row.party_id}={row.status.value}" for row in lead_parties(commitment))
        lines.append(f"{commitment.code} {commitment.version} {statuses}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def lead_parties(commitment: Commitment) -> list[CommitmentParty]:
    return [row for row in commitment.parties if row.role is PartyRole.LEAD]


@dataclass(frozen=True)
class BulkChange:
    """One property of a commitment that would change, in words."""

    commitment: Commitment
    label: str
    old: str
    new: str


def planned_changes(commitments: Sequence[Commitment], form: BulkForm) -> list[BulkChange]:
    """Return the changes that a valid form would make to commitments."""
    return [BulkChange(commitment, *change) for commitment in commitments for change in _changes(commitment, form)]


def _changes(commitment: Commitment, form: BulkForm) -> list[tuple[str, str, str]]:
    """Return (label, old, new) of each change."""
    changes = []
    emptied = {name for ticked, name in EMPTYING.items() if form[ticked].data}
    for name in FIELDS:
        field, old = form[name], getattr(commitment, name)
        if old != field.data and (field.data is not None or name in emptied):
            changes.append((field.label.text, field.display(old), field.display(field.data)))
    if form.where_searched.data:
        changes.append((_("Check"), "–", form.checked_on.display(form.checked_on.data)))
    if form.settle.data:
        unassessed = [row for row in lead_parties(commitment) if row.status is Status.NOT_ASSESSED]
        old, new = str(Status.NOT_ASSESSED.label), str(Status.NO_EVIDENCE_FOUND.label)
        changes += [(_("Status, %(party)s", party=row.party), old, new) for row in unassessed]
    return changes


def latest_steps() -> list[tuple[BulkStep, int]]:
    """Return (step, number of commitments it changed) of the latest steps."""
    query = select(BulkStep).order_by(BulkStep.id.desc()).limit(MAX_STEPS)
    steps = session.scalars(query.options(selectinload(BulkStep.account))).all()
    tables = (Commitment.__tablename__, CheckLog.__tablename__)
    counting = (
        select(BulkStep.id, func.count(distinct(Change.code)))
        .join(Change, and_(Change.seq.between(BulkStep.first_seq, BulkStep.last_seq), Change.kind.in_(tables)))
        .where(BulkStep.id.in_([step.id for step in steps]))
        .group_by(BulkStep.id, Change.kind)
    )
    # A check is logged for each commitment, whatever else it was given.
    numbers: dict[int, int] = {}
    for number, count in session.execute(counting):
        numbers[number] = max(count, numbers.get(number, 0))
    return [(step, numbers.get(step.id, 0)) for step in steps]
