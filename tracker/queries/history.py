"""The history of records: changes, their moments and authors."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import selectinload

from tracker.database import AnySession, session
from tracker.models import Change, Record
from tracker.records import CATALOGUE, kind_of, kind_stored_as, rows_of
from tracker.records.base import Kind, RowForm

#: The number of changes read for the latest groups.
CHANGES_READ = 200


def record_history(kind: Kind, code: str) -> Sequence[Change]:
    """Return the changes to a record and its rows, the latest first, even of a removed record."""
    query = select(Change).where(_about(kind, code))
    return session.scalars(query.order_by(Change.seq.desc()).options(selectinload(Change.account))).all()


def last_changed(kind: Kind, codes: Collection[str]) -> dict[str, datetime.datetime]:
    """Return {code: when a record of a kind, or one of its rows, was last changed}."""
    last = select(func.max(Change.at)).where(_about(kind, kind.model.code)).correlate(kind.model).scalar_subquery()
    return dict(session.execute(select(kind.model.code, last).where(kind.model.code.in_(codes))).all())


def chain_origin() -> str:
    """Return the hash of the first change, unique to this tracker, or ""."""
    return session.scalar(select(Change.hash).order_by(Change.seq).limit(1)) or ""


def _about(kind: Kind, code: str | SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Return the condition that a change is to the record with a code (a text or column), or to a row of it."""
    to_record = and_(Change.kind == kind.model.__tablename__, Change.code == code)
    return or_(to_record, *(_about_rows(row, code) for row in rows_of(kind)))


def _about_rows(kind: Kind, code: str | SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Return the condition that a change is to a row of the record with a code: the code, a letter and a number."""
    start = code + f".{cast(type[RowForm], kind.form).letter}"
    # From the first digit to before the character after the last one, so that the index is entered there. A code
    # holds no % or _, and no dot follows the letter in that of a row, or it would be another record's.
    numbered = and_(Change.code >= start + "0", Change.code < start + ":")
    return and_(Change.kind == kind.model.__tablename__, numbered, ~Change.code.like(start + "%.%"))


@dataclass
class ChangeGroup:
    """Consecutive changes of one action to one kind by one account, the latest first."""

    kind: Kind
    changes: list[Change]
    #: The record of the latest change, if it still exists.
    record: Record | None = None
    #: Whether more may have been left unread.
    cut: bool = False

    @property
    def codes(self) -> set[str]:
        return {change.code for change in self.changes}

    @property
    def last(self) -> Change:
        return self.changes[0]


def latest_changes(limit: int) -> list[ChangeGroup]:
    """Return the latest groups of changes to records that have a page, out of the last CHANGES_READ changes."""
    tables = [kind.model.__tablename__ for kind in CATALOGUE.values() if not kind.parent]
    query = select(Change).where(Change.kind.in_(tables)).order_by(Change.seq.desc()).limit(CHANGES_READ)
    changes = session.scalars(query.options(selectinload(Change.account))).all()
    grouped = groupby(changes, key=lambda change: (change.account_id, change.action, change.kind))
    groups = [ChangeGroup(kind_stored_as(key[2]), list(changes_of_group)) for key, changes_of_group in grouped]
    if len(changes) == CHANGES_READ:
        groups[-1].cut = True
    groups = groups[:limit]
    for kind in {group.kind.name: group.kind for group in groups}.values():
        of_kind = [group for group in groups if group.kind is kind]
        codes = [group.last.code for group in of_kind]
        records = {r.code: r for r in session.scalars(select(kind.model).where(kind.model.code.in_(codes)))}
        for group in of_kind:
            group.record = records.get(group.last.code)
    return groups


def last_changed_by(record: Record) -> dict[str, str]:
    """Return {field: code of the account that changed it last}, of the fields ever changed."""
    kind = kind_of(record)
    query = select(Change).where(Change.kind == kind.model.__tablename__, Change.code == record.code)
    changes = session.scalars(query.order_by(Change.seq).options(selectinload(Change.account)))
    return {name: change.account.code for change in changes for name in change.fields}


def chain_head(connection: Connection | AnySession = session) -> tuple[int, str]:
    """Return the number of changes, and the hash of the last."""
    last = connection.execute(select(Change.seq, Change.hash).order_by(Change.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, "")


def has_no_history() -> bool:
    return not session.scalar(select(func.count()).select_from(Change))
