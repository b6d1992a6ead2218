"""Keeping and removing records of any kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, UniqueConstraint, inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, Record
from tracker.queries import listing, referrers
from tracker.records import Kind, kind_of
from tracker.records.base import RecordForm

#: What is said of a row that repeats another of its parent.
TWIN = _l("Another row says the same: remove one, or change it and save, first.")


@dataclass
class RowEdit:
    """A row of a record, as it was entered on the page of that record."""

    kind: Kind
    record: Any
    form: RecordForm
    removed: bool = False


def save(account: Account | None, record: Any, form: RecordForm, rows: Sequence[RowEdit] = ()) -> None:
    """Put forms into a record and its rows, all or nothing; saving a row steps its parent's version.

    Raises Invalid by field; fields of rows are named <kind>.<number>.<field>. The forms hold the messages too.
    """
    if kind_of(record).append_only:
        raise TypeError("Updates, evidence and checks are logged, not saved.")
    set_actor(account)
    with session.no_autoflush:
        _check(form, rows)
        for row in rows:
            if row.removed:
                session.delete(row.record)
        # The deletions first, so that a row can take the place of one that goes.
        session.flush()
        _put(form, record)
        for row in rows:
            if not row.removed:
                _put(row.form, row.record)
        for stepping in (record, record.belongs_to):
            if stepping is not None and inspect(stepping).persistent and _is_changed(stepping, rows):
                # Marked, so that its version steps also where only its lists or rows differ.
                flag_modified(stepping, "search")
    flush()


def save_each(account: Account | None, edits: Sequence[tuple[Any, RecordForm]]) -> None:
    """Put forms into many records of one kind at once, all or nothing.

    Raises Invalid with what is wrong by the code of each record that is refused; the forms hold the messages.
    """
    set_actor(account)
    with session.no_autoflush:
        refused = [(record, form) for record, form in edits if not form.validate()]
        if refused:
            raise Invalid({record.code: [describe_errors(form, form.errors)] for record, form in refused})
        for record, form in edits:
            _put(form, record)
    flush()


def describe_errors(form: Any, errors: Any) -> str:
    """Return what is wrong with the fields of a form in one text, each by its label."""
    return " ".join(f"{form[name].label.text}: {' '.join(map(str, said))}" for name, said in errors.items())


def remove_record(account: Account | None, record: Any) -> None:
    """Remove a record and its own rows; raises Conflict, with the uses, if others rest on any of them."""
    set_actor(account)
    if in_the_way := referrers.blocking_referrers(record):
        raise Conflict(_("“%(record)s” cannot be removed: other records rest on it.", record=record), in_the_way)
    parent = record.belongs_to
    for row in referrers.own_rows(record):
        session.delete(row)
    session.flush()
    session.delete(record)
    if parent is not None:
        flag_modified(parent, "search")
    flush()


def set_actor(account: Account | None) -> None:
    """Record what follows under an account; without one the session refuses every change."""
    session.info.pop("account", None)
    if account is not None:
        session.info["account"] = account


def _check(form: RecordForm, rows: Sequence[RowEdit]) -> None:
    wrong: dict[str, Any] = {} if form.validate() else dict(form.errors)
    for number, row in enumerate(rows, start=1):
        if row.removed:
            if in_the_way := referrers.blocking_referrers(row.record):
                names = ", ".join(str(use.record) for use in in_the_way)
                row.form.code.errors = [_("This cannot be removed; these rest on it: %(names)s.", names=names)]
                wrong[f"{row.kind.name}.{number}.code"] = row.form.code.errors
        elif not row.form.validate():
            wrong |= {f"{row.kind.name}.{number}.{name}": said for name, said in row.form.errors.items()}
    wrong = wrong or _twins(form, rows)
    if wrong:
        raise Invalid(wrong)


def _twins(form: RecordForm, rows: Sequence[RowEdit]) -> dict[str, Any]:
    """Return what is wrong with rows that say the same as another row of their parent."""
    named = [
        (f"{row.kind.name}.{number}.", row.kind, row.form) for number, row in enumerate(rows, 1) if not row.removed
    ]
    if form.model.PARENT:
        named.append(("", kind_of(form.model), form))
    leaving = {row.record for row in rows if row.removed}
    wrong, seen = {}, set()
    for start, kind, each in named:
        together = unique_together(kind)
        parent = each[kind.parent].data
        rows_there = listing.rows_of_parent(kind, parent) if together and inspect(parent).persistent else []
        kept = [row for row in rows_there if row not in leaving]
        for names in together:
            # What another row holds until all is saved is taken too: rows are written one after the other.
            taken = {tuple(getattr(row, name) for name in names) for row in kept if row is not each.record}
            values = tuple(each[name].data for name in names)
            if values in taken or (kind.name, *names, *values) in seen:
                each[names[-1]].errors = [str(TWIN)]
                wrong[f"{start}{names[-1]}"] = each[names[-1]].errors
            seen.add((kind.name, *names, *values))
    return wrong


def unique_together(kind: Kind) -> list[list[str]]:
    """Return the fields that no two rows may have alike, as the database holds it."""
    constraints = (c for c in cast(Table, kind.model.__table__).constraints if isinstance(c, UniqueConstraint))
    return [[c.name.removesuffix("_id") for c in each.columns] for each in constraints if len(each.columns) > 1]


def _put(form: RecordForm, record: Any) -> None:
    form.populate_obj(record)
    session.add(record)


def _is_changed(record: Any, rows: Sequence[RowEdit]) -> bool:
    changed = (*session.new, *(each for each in session.dirty if session.is_modified(each)))
    removed = any(row.removed and row.record.belongs_to is record for row in rows)
    return (
        removed or record in changed or any(each.belongs_to is record for each in changed if isinstance(each, Record))
    )


def flush() -> None:
    """Write what was changed; raises Conflict for what the database refuses."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(
            _("The records as they stand do not allow this; look at them again, then repeat what you did.")
        ) from error
