"""What happened to a record, and lately."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import Change, Record
from tracker.records import CATALOGUE, Kind, kind_of, kind_stored_as, rows_of
from tracker.records.base import RowForm


def record_history(kind: Kind, code: str) -> Sequence[Change]:
    """Return the changes to a record and to its rows, the latest first; also when the record is gone."""
    query = select(Change).where(_about(kind, code))
    return session.scalars(query.order_by(Change.seq.desc()).options(selectinload(Change.account))).all()


def last_changed(kind: Kind, codes: Collection[str]) -> dict[str, datetime.datetime]:
    """Return {code: when a record of a kind, or one of its rows, was last changed}."""
    last = select(func.max(Change.at)).where(_about(kind, kind.model.code)).correlate(kind.model).scalar_subquery()
    found: Any = session.execute(select(kind.model.code, last).where(kind.model.code.in_(codes)))
    return dict(found.all())


def chain_origin() -> str:
    """Return the hash of the first change, which no other tracker has, or nothing before there is one."""
    return session.scalar(select(Change.hash).order_by(Change.seq).limit(1)) or ""


def _about(kind: Kind, code: Any) -> ColumnElement[bool]:
    """Match the changes to the record with this code, a text or a column, and to its rows."""
    own = and_(Change.kind == kind.model.__tablename__, Change.code == code)
    return or_(own, *(_row_of(row, code) for row in rows_of(kind)))


def _row_of(kind: Kind, code: Any) -> ColumnElement[bool]:
    """Match the changes to rows of the record with this code: their codes are its own and a letter and number."""
    start = code + f".{cast(type[RowForm], kind.form).letter}"
    # Between the first digit and the sign after the last one, so that the index is entered there. A code holds
    # no % or _, and what follows the letter holds no dot, or it would be another record's row.
    numbered = and_(Change.code >= start + "0", Change.code < start + ":")
    return and_(Change.kind == kind.model.__tablename__, numbered, ~Change.code.like(start + "%.%"))


@dataclass
class ChangeGroup:
    """Changes of one sort that one account made one after the other, the latest of them first."""

    kind: Kind
    changes: list[Change]
    #: The record of the latest, if it is still there.
    record: Any = None
    #: Whether there may be more of them than were looked at.
    cut: bool = False

    @property
    def codes(self) -> set[str]:
        return {change.code for change in self.changes}

    @property
    def last(self) -> Change:
        return self.changes[0]


def latest_changes(most: int, among: int = 200) -> list[ChangeGroup]:
    """Return the latest steps made on records that have a page, at most so many, among so many changes."""
    tables = [kind.model.__tablename__ for kind in CATALOGUE.values() if not kind.parent]
    query = select(Change).where(Change.kind.in_(tables)).order_by(Change.seq.desc()).limit(among)
    changes = session.scalars(query.options(selectinload(Change.account))).all()
    grouped = groupby(changes, key=lambda change: (change.account_id, change.action, change.kind))
    steps = [ChangeGroup(kind_stored_as(key[2]), list(own)) for key, own in grouped]
    if len(changes) == among:
        steps[-1].cut = True
    steps = steps[:most]
    for kind in {step.kind.name: step.kind for step in steps}.values():
        codes = [step.last.code for step in steps if step.kind is kind]
        records = {r.code: r for r in session.scalars(select(kind.model).where(kind.model.code.in_(codes)))}
        for step in steps:
            if step.kind is kind:
                step.record = records.get(step.last.code)
    return steps


def last_changed_by(record: Record) -> dict[str, str]:
    """Return {field: code of the account that changed it last}, for the fields that ever changed."""
    kind = kind_of(record)
    query = select(Change).where(Change.kind == kind.model.__tablename__, Change.code == record.code)
    changes = session.scalars(query.order_by(Change.seq).options(selectinload(Change.account)))
    return {name: change.account.code for change in changes for name in change.fields}


def chain_head(reading: Any = session) -> tuple[int, str]:
    """Return how many changes there are, and the hash of the last."""
    last = reading.execute(select(Change.seq, Change.hash).order_by(Change.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, "")


def has_no_history() -> bool:
    return not session.scalar(select(func.count()).select_from(Change))
