"""What a step over many commitments would change, and what the latest ones changed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, and_, distinct, func, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.errors import Invalid
from tracker.models import BulkStep, Change, CheckLog, Commitment
from tracker.queries import listing
from tracker.records.bulk import EMPTYING, FIELDS, BulkForm
from tracker.records.commitments import KIND, CommitmentForm
from tracker.records.fields import FORBIDDEN_CHARACTERS, RecordCode
from tracker.vocabulary import PartyRole, Status

#: How many commitments one step changes.
MAX_COMMITMENTS = 5_000
#: How many of them, of its changes and of the steps themselves a page lists.
MOST_NAMED, MOST_LINES, MOST_STEPS = 5, 200, 50


def commitments_by_code(codes: Sequence[str]) -> Sequence[Commitment]:
    """Return the commitments of these codes; raises Invalid for none, too many, and any that is not there."""
    wanted = dict.fromkeys(codes)
    if not wanted:
        raise Invalid({"code": [_("No commitment is selected: tick some in the list first.")]})
    check_count(len(wanted))
    known = [code for code in wanted if RecordCode.SHAPE.fullmatch(code)]
    found = _read(select(Commitment).where(Commitment.code.in_(known)))
    if missing := wanted.keys() - {commitment.code for commitment in found}:
        raise Invalid({"code": [_("Not here, or removed meanwhile: %(codes)s.", codes=_some(missing))]})
    return found


def commitments_in(query: Select[Any]) -> Sequence[Commitment]:
    """Return all commitments of a list; raises Invalid for none, and for too many."""
    number = listing.count_rows(query)
    check_count(number)
    if not number:
        raise Invalid({"code": [_("No commitment matches these filters any more.")]})
    return _read(query)


def check_count(number: int) -> None:
    """Raise Invalid if these are more commitments than one step takes."""
    if number > MAX_COMMITMENTS:
        said = _(
            "These are %(n)s commitments; at most %(most)s are changed at once.",
            n=f"{number:,}",
            most=f"{MAX_COMMITMENTS:,}",
        )
        raise Invalid({"code": [said + " " + _("Narrow the filters, and change them in parts.")]})


def _read(query: Select[Any]) -> Sequence[Commitment]:
    """Read commitments with all that changing them looks at."""
    loads = [*KIND.loads(KIND.columns[field.name] for field in CommitmentForm()), selectinload(Commitment.parties)]
    found = session.scalars(query.order_by(Commitment.id).options(*loads)).all()
    check_not_retired(found)
    return found


def check_not_retired(commitments: Sequence[Commitment]) -> None:
    """Raise Invalid if commitments that were recorded in error are among these."""
    if retired := [commitment.code for commitment in commitments if commitment.retired_at]:
        said = _("Recorded in error, so nothing is followed up of them: %(codes)s.", codes=_some(retired))
        raise Invalid({"code": [said + " " + _("Leave them out.")]})


def _some(codes: Any) -> str:
    """Return the first of some codes, as people read them."""
    shown = ", ".join(FORBIDDEN_CHARACTERS.sub("�", code[:80]) or "“”" for code in sorted(codes)[:MOST_NAMED])
    more = len(codes) - MOST_NAMED
    return shown if more <= 0 else _("%(codes)s and %(n)s more", codes=shown, n=more)


def fingerprint(commitments: Sequence[Commitment]) -> str:
    """Return a hash of which commitments these are and how they and their leads stand, in hexadecimal."""
    lines = [
        f"{each.code} {each.version} {' '.join(f'{row.party_id}={row.status.value}' for row in lead_parties(each))}"
        for each in commitments
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def lead_parties(commitment: Commitment) -> list[Any]:
    return [row for row in commitment.parties if row.role is PartyRole.LEAD]


@dataclass(frozen=True)
class BulkChange:
    """One thing that would change in a commitment, in words."""

    commitment: Commitment
    label: str
    old: str
    new: str


def planned_changes(commitments: Sequence[Commitment], form: BulkForm) -> list[BulkChange]:
    """Return what would change if commitments were given what a form, which is valid, says."""
    return [BulkChange(each, *told) for each in commitments for told in _changes(each, form)]


def _changes(commitment: Commitment, form: BulkForm) -> list[tuple[str, str, str]]:
    found = []
    emptied = {name for ticked, name in EMPTYING.items() if form[ticked].data}
    for name in FIELDS:
        field, old = form[name], getattr(commitment, name)
        if old != field.data and (field.data is not None or name in emptied):
            found.append((field.label.text, field.display(old), field.display(field.data)))
    if form.where_searched.data:
        found.append((_("Check"), "–", form.checked_on.display(form.checked_on.data)))
    if form.settle.data:
        unassessed = [row for row in lead_parties(commitment) if row.status is Status.NOT_ASSESSED]
        old, new = str(Status.NOT_ASSESSED.label), str(Status.NO_EVIDENCE_FOUND.label)
        found += [(_("Status, %(party)s", party=row.party), old, new) for row in unassessed]
    return found


def latest_steps() -> list[tuple[BulkStep, int]]:
    """Return the latest steps, each with the number of commitments it changed."""
    query = select(BulkStep).order_by(BulkStep.id.desc()).limit(MOST_STEPS)
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
