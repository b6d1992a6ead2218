"""Whether the database is sound: every kept value is worked out again and compared."""

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.errors import Invalid
from tracker.models import Change, CommitmentParty
from tracker.models.base import searchable
from tracker.models.history import chained, values_of
from tracker.records import CATALOGUE, Kind, kind_stored_as
from tracker.vocabulary import Action, Status


def problems() -> list[str]:
    """Return what is wrong, a sentence each; nothing if all is well."""
    found = [*_storage(), *_chain()]
    replayed = _replayed()
    for kind in CATALOGUE.values():
        try:
            found += _records(kind, replayed)
        except (StatementError, LookupError, ValueError) as error:
            found.append(_("%(kind)s cannot be read: %(error)s", kind=kind.name, error=str(error).splitlines()[0]))
            session.rollback()
    found += [
        _("%(kind)s/%(code)s: the history says it is here, but it is not.", kind=kind, code=code)
        for kind, code in replayed
    ]
    return found


def _storage() -> Iterator[str]:
    """Ask SQLite whether its file is whole and its rows refer to what is there; PostgreSQL sees to both itself."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for (said,) in session.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield _("The file is damaged: %(said)s", said=said)
    for table, row, parent, _number in session.execute(text("PRAGMA foreign_key_check")):
        yield _(
            "%(table)s, row %(row)s refers to a row of %(parent)s that is not there.",
            table=table,
            row=row,
            parent=parent,
        )


def _chain() -> Iterator[str]:
    """Follow the chain of the history from its beginning."""
    seq, before = 0, ""
    query = select(Change).order_by(Change.seq).options(selectinload(Change.account))
    for change in session.scalars(query):
        if change.seq != seq + 1:
            yield _("The history jumps from change %(seq)s to %(next)s.", seq=seq, next=change.seq)
        right = chained(
            before, change.at, change.account.code, change.action.value, change.kind, change.code, change.fields
        )
        if change.hash != right:
            yield _("Change %(seq)s of the history is not as it was written.", seq=change.seq)
        seq, before = change.seq, change.hash


def _replayed() -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the history says each record holds: {(kind, code): {field: plain value}}."""
    records: dict[tuple[str, str], dict[str, Any]] = {}
    for change in session.scalars(select(Change).order_by(Change.seq)):
        key = (kind_stored_as(change.kind).name, change.code)
        if change.action is Action.REMOVED:
            records.pop(key, None)
            continue
        held = records.setdefault(key, {})
        held |= {name: new for name, (_old, new) in change.fields.items()}
        for name in [name for name, value in held.items() if value in (None, [])]:
            del held[name]
    return records


def _records(kind: Kind, replayed: dict[tuple[str, str], dict[str, Any]]) -> Iterator[str]:
    for record in session.scalars(select(kind.model).order_by(kind.model.id).options(*kind.loads())):
        name = f"{kind.name}/{record.code}"
        if record.search != searchable(record):
            yield _("%(name)s: the words kept for searching are not its words.", name=name)
        held, said = values_of(record), replayed.pop((kind.name, record.code), None)
        if said is None:
            yield _("%(name)s: the history does not know it.", name=name)
        else:
            yield from _differences(name, held, said)
        if isinstance(record, CommitmentParty) and record.status is not Status.NOT_ASSESSED:
            yield _(
                "%(name)s: the status is “%(status)s”, but no update says so.", name=name, status=record.status.value
            )
        try:
            form = kind.form.from_plain({}, record)
            if not form.validate():
                raise Invalid(form.errors)
        except Invalid as error:
            yield _("%(name)s: %(error)s", name=name, error=error)


def _differences(name: str, held: dict[str, Any], said: dict[str, Any]) -> Iterator[str]:
    for field in sorted({*held, *said}):
        if held.get(field) != said.get(field):
            yield _(
                "%(name)s: %(field)s is %(held)s, but the history says %(said)s.",
                name=name,
                field=field,
                held=json.dumps(held.get(field), ensure_ascii=False),
                said=json.dumps(said.get(field), ensure_ascii=False),
            )
