"""Saving and removing records of any kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from tracker.actions.constraints import describe_violation, unique_constraints
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, Record
from tracker.queries import listing, referrers
from tracker.records import kind_of
from tracker.records.base import Kind, RecordForm

#: The message for a row that repeats another of its parent.
TWIN = _l("Another row says the same: remove one, or change it and save, first.")


@dataclass
class RowEdit:
    """A row as it was entered on the page of its parent."""

    kind: Kind
    record: Any
    form: RecordForm
    removed: bool = False


def save(account: Account | None, record: Record, form: RecordForm, rows: Sequence[RowEdit] = ()) -> None:
    """Save a record and its rows from their forms, all or nothing; saving a row raises the version of its parent.

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
        # Deletions come first, so that a row can repeat one that is deleted.
        flush()
        form.populate_obj(record)
        session.add(record)
        for row in rows:
            if not row.removed:
                row.form.populate_obj(row.record)
                session.add(row.record)
        for stepping in (record, record.belongs_to):
            if stepping is not None and _is_changed(stepping, rows):
                mark_changed(stepping)
    flush()


def save_each(account: Account | None, edits: Sequence[tuple[Record, RecordForm]]) -> None:
    """Change many stored records of one kind from their forms, all or nothing.

    Raises Invalid, by the code of each record that is refused; the forms hold the messages too.
    """
    set_actor(account)
    with session.no_autoflush:
        refused = [(record, form) for record, form in edits if not form.validate()]
        if refused:
            raise Invalid({record.code: [describe_errors(form, form.errors)] for record, form in refused})
        for record, form in edits:
            form.populate_obj(record)
    flush()


def describe_errors(form: RecordForm, errors: Mapping[str, Sequence[object]]) -> str:
    """Return the errors of a form in one text, each after the label of its field."""
    return " ".join(f"{form[name].label.text}: {' '.join(map(str, texts))}" for name, texts in errors.items())


def remove_record(account: Account | None, record: Record) -> None:
    """Remove a record and its rows; raises Conflict, with the referrers, if others rest on any of them."""
    set_actor(account)
    if in_the_way := referrers.blocking_referrers(record):
        raise Conflict(_("“%(record)s” cannot be removed: other records rest on it.", record=record), in_the_way)
    parent = record.belongs_to
    for row in referrers.rows_going_with(record):
        session.delete(row)
    flush()
    session.delete(record)
    if parent is not None:
        flag_modified(parent, "search")
    flush()


def set_actor(account: Account | None) -> None:
    """Attribute the changes that follow to an account; without one the session refuses every change."""
    session.info.pop("account", None)
    if account is not None:
        session.info["account"] = account


def _check(form: RecordForm, rows: Sequence[RowEdit]) -> None:
    errors: dict[str, Any] = {} if form.validate() else dict(form.errors)
    for number, row in enumerate(rows, start=1):
        if row.removed:
            if in_the_way := referrers.blocking_referrers(row.record):
                names = ", ".join(str(use.record) for use in in_the_way)
                row.form.code.errors = [_("This cannot be removed; these rest on it: %(names)s.", names=names)]
                errors[f"{row.kind.name}.{number}.code"] = row.form.code.errors
        elif not row.form.validate():
            errors |= {f"{row.kind.name}.{number}.{name}": texts for name, texts in row.form.errors.items()}
    errors = errors or _twins(form, rows)
    if errors:
        raise Invalid(errors)


def _twins(form: RecordForm, rows: Sequence[RowEdit]) -> dict[str, Any]:
    """Return {field: messages} for rows that repeat another row of their parent."""
    prefixed = [(f"{row.kind.name}.{n}.", row.kind, row.form) for n, row in enumerate(rows, 1) if not row.removed]
    if form.model.PARENT:
        prefixed.append(("", kind_of(form.model), form))
    leaving = {row.record for row in rows if row.removed}
    errors, seen = {}, set()
    for prefix, kind, row_form in prefixed:
        constraints = unique_together(kind)
        parent = row_form[kind.parent].data
        siblings = listing.rows_of_parent(kind, parent) if constraints and inspect(parent).persistent else []
        others = [row for row in siblings if row not in leaving and row is not row_form.record]
        for names in constraints:
            # Rows are written one by one, so values that another row holds until then are taken too.
            taken = {tuple(getattr(row, name) for name in names) for row in others}
            values = tuple(row_form[name].data for name in names)
            if values in taken or (kind.name, *names, *values) in seen:
                row_form[names[-1]].errors = [str(TWIN)]
                errors[f"{prefix}{names[-1]}"] = row_form[names[-1]].errors
            seen.add((kind.name, *names, *values))
    return errors


def unique_together(kind: Kind) -> list[list[str]]:
    """Return the lists of fields in which no two rows may agree, from the unique constraints of the table."""
    columns = (constraint.columns for constraint in unique_constraints(kind.model.__tablename__))
    return [[column.name.removesuffix("_id") for column in together] for together in columns if len(together) > 1]


def mark_changed(record: Record) -> None:
    """Mark a stored record as changed, so that its version rises even if only its lists or rows differ."""
    if inspect(record).persistent:
        flag_modified(record, "search")


def _is_changed(record: Record, rows: Sequence[RowEdit]) -> bool:
    """Return whether the session changes a record or a row of it."""
    changed = [*session.new, *filter(session.is_modified, session.dirty)]
    changed += [row.record for row in rows if row.removed]
    return any(other is record or (isinstance(other, Record) and other.belongs_to is record) for other in changed)


def flush() -> None:
    """Flush the session; raises Conflict, with a message, for a broken constraint that users can run into.

    Any other is a fault of the tracker: its IntegrityError is raised as it is.
    """
    try:
        session.flush()
    except IntegrityError as error:
        if (message := describe_violation(error)) is None:
            raise
        raise Conflict(message) from error
