"""The history: who changed what, and when. The session writes it, so that no record changes without it.

Each change holds a hash over itself and the hash before, so that tampering breaks the chain.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, and_, event, insert, inspect, select
from sqlalchemy.orm import (
    ColumnProperty,
    Mapped,
    ORMExecuteState,
    PassiveFlag,
    RelationshipDirection,
    Session,
    UOWTransaction,
    mapped_column,
    relationship,
)
from sqlalchemy.orm.attributes import History, get_history

from tracker.database import AnySession, Base, term_type
from tracker.models.accounts import Account
from tracker.models.base import Record, search_text
from tracker.vocabulary import Action, Term

#: The attributes of a record that nobody fills in.
WITHOUT_HISTORY = {"id", "version", "search"}


class Change(Base):
    """One record added, edited or removed. Never edited or removed itself: triggers refuse."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_record", "kind", "code", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    action: Mapped[Action] = mapped_column(term_type(Action))
    #: The table of the record.
    kind: Mapped[str]
    code: Mapped[str]
    #: {field: [old, new]} in plain values: words, codes, ISO dates; whole lists where a field holds several.
    fields: Mapped[dict[str, list[Any]]] = mapped_column(JSON)
    #: sha256 over the hash before and this change, in hexadecimal.
    hash: Mapped[str]

    account: Mapped[Account] = relationship()


def to_json(value: object) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, Record | Account):
        return value.code
    if isinstance(value, Term):
        return value.value
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        return sorted(to_json(item) for item in value)
    return value


@cache
def tracked_attributes(model: type[Record]) -> tuple[str, ...]:
    """Return the names of the attributes that have a history."""
    mapper, left_out = inspect(model), WITHOUT_HISTORY | model.DERIVED
    columns = [
        attribute.key
        for attribute in mapper.column_attrs
        if attribute.columns[0].table is model.__table__
        and not _is_bare_key(attribute)
        and attribute.key not in left_out
    ]
    many = RelationshipDirection.ONETOMANY
    return (*columns, *(r.key for r in mapper.relationships if not r.viewonly and r.direction is not many))


def _is_bare_key(attribute: ColumnProperty[Any]) -> bool:
    """Return whether a column names another record by its id, which the history never holds."""
    return any(key.column.name == "id" for key in attribute.columns[0].foreign_keys)


def record_values(record: Record) -> dict[str, Any]:
    """Return {attribute: plain value} of the attributes that have a history and are not empty."""
    values = {name: to_json(getattr(record, name)) for name in tracked_attributes(type(record))}
    return {name: value for name, value in values.items() if value not in (None, [])}


def chain_hash(
    before: str, at: datetime.datetime, account: str, action: str, kind: str, code: str, fields: object
) -> str:
    """Return the hash of a change that follows the one whose hash is `before` ("" for the first)."""
    content = [before, to_json(at), account, action, kind, code, fields]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _loaded_history(record: Record, name: str) -> History:
    """Return the changes that SQLAlchemy remembers of an attribute, without reading the database."""
    return get_history(record, name, PassiveFlag.PASSIVE_NO_INITIALIZE)


def _edits(record: Record) -> dict[str, list[Any]]:
    """Return {attribute: [old, new]} of what differs from the database."""
    fields = {}
    for name in tracked_attributes(type(record)):
        history = _loaded_history(record, name)
        if not history.has_changes():
            continue
        sides: list[Any] = [history.deleted, history.added]
        if isinstance(getattr(record, name), list):
            sides = [[*(history.unchanged or ()), *side] for side in sides]
        else:
            sides = [side[0] if side else None for side in sides]
        old, new = map(to_json, sides)
        if old != new:
            fields[name] = [old, new]
    return fields


@event.listens_for(Session, "before_flush")
def _prepare(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse changes without an account; set derived values and moments; note the values of removed records."""
    changed, removed = _records((*session.new, *session.dirty)), _records(session.deleted)
    if not changed and not removed:
        return
    if "account" not in session.info:
        raise RuntimeError("A change needs an account.")
    if not session.connection().get_execution_options().get("write"):
        raise RuntimeError("A change needs a write transaction.")
    at = now(session)
    for record in changed:
        _refuse_bare_keys(record)
        record.search = search_text(record)
        if getattr(record, "recorded_at", at) is None:
            record.recorded_at = at  # type: ignore[attr-defined]
    session.info["removed"] = {record: record_values(record) for record in removed}


def _records(instances: Iterable[object]) -> list[Record]:
    return [instance for instance in instances if isinstance(instance, Record)]


def _refuse_bare_keys(record: Record) -> None:
    """Refuse references set by id alone: the history holds relationships, by code."""
    for attribute in inspect(type(record)).column_attrs:
        is_bare = _is_bare_key(attribute) and attribute.key not in record.DERIVED
        if is_bare and _loaded_history(record, attribute.key).has_changes():
            raise RuntimeError(f"Set {attribute.key.removesuffix('_id')}, not {attribute.key}.")


@event.listens_for(Session, "after_flush")
def _write_history(session: Session, _context: UOWTransaction) -> None:
    _refuse_used_codes(session)
    removed: dict[Record, dict[str, Any]] = session.info.pop("removed", {})
    changes: list[tuple[Action, Record, dict[str, list[Any]]]] = [
        *((Action.ADDED, r, {k: [None, new] for k, new in record_values(r).items()}) for r in _records(session.new)),
        *((Action.EDITED, r, fields) for r in _records(session.dirty) if (fields := _edits(r))),
        *((Action.REMOVED, r, {k: [old, None] for k, old in values.items()}) for r, values in removed.items()),
    ]
    if not changes:
        return
    account: Account = session.info["account"]
    last = session.execute(select(Change.seq, Change.hash).order_by(Change.seq.desc()).limit(1)).first()
    last_seq, digest = (last.seq, last.hash) if last else (0, "")
    at, rows = now(session), []
    for seq, (action, record, fields) in enumerate(changes, start=last_seq + 1):
        content = {"kind": record.__tablename__, "code": record.code, "fields": fields}
        digest = chain_hash(digest, at, account.code, action.value, **content)
        rows.append({"seq": seq, "at": at, "account_id": account.id, "action": action, **content, "hash": digest})
    session.execute(insert(Change), rows)


def now(session: AnySession) -> datetime.datetime:
    """Return this moment, or that of the last change if later: clocks may differ, but the history never goes back."""
    at, last = datetime.datetime.now(datetime.UTC), select(Change.at).order_by(Change.seq.desc()).limit(1)
    return max(at, session.scalar(last) or at)


def _refuse_used_codes(session: Session) -> None:
    """Refuse the codes of removed records, which are never used again."""
    new: dict[type[Record], list[str]] = {}
    for record in _records(session.new):
        new.setdefault(type(record), []).append(record.code)
    for model, codes in new.items():
        if used := used_codes(session, model, codes):
            raise ValueError(f"The code {min(used)} was used before.")


def used_codes(session: AnySession, model: type[Record], codes: Iterable[str]) -> set[str]:
    """Return those of the codes that a record of this kind ever had."""
    used = select(Change.code).where(Change.kind == model.__tablename__, Change.code.in_(list(codes))).distinct()
    return set(session.scalars(used))


def code_was_used(session: AnySession, model: type[Record], code: str) -> bool:
    """Return whether a record of this kind ever had this code."""
    return bool(used_codes(session, model, [code]))


def next_number(session: AnySession, model: type[Record], start: str) -> int:
    """Return one more than the highest number that ever followed this start in a code of a kind, unsaved ones too."""
    # A code holds no % or _; one with a dot after the start is of another record's row.
    like = and_(Change.kind == model.__tablename__, Change.code.like(f"{start}%"), ~Change.code.like(f"{start}%.%"))
    used = set(session.scalars(select(Change.code).distinct().where(like)))
    used |= {record.code for record in session.new if isinstance(record, model) and record.code}
    ends = (code.removeprefix(start) for code in used if code.startswith(start))
    return 1 + max((int(end) for end in ends if end.isascii() and end.isdigit() and len(end) < 10), default=0)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk(state: ORMExecuteState) -> None:
    """Refuse statements that would change records without a history."""
    mapper = state.bind_mapper
    if not state.is_select and mapper and issubclass(mapper.class_, Record):
        raise RuntimeError("Records are changed one by one, so that each change has its history.")
