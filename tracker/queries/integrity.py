"""Whether the database is sound: every kept value is worked out again and compared."""

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Enum, Text, select, text, type_coerce
from sqlalchemy.orm import selectinload

from tracker.database import Base, session
from tracker.errors import Invalid
from tracker.models import Change, Document, Passage, current_text
from tracker.models.base import search_text
from tracker.models.document_texts import passage_check
from tracker.models.history import chain_hash, record_values
from tracker.passage_text import sha256_of, split_paragraphs
from tracker.queries import integrity_progress
from tracker.queries.reports import stored
from tracker.records import CATALOGUE, Kind
from tracker.vocabulary import Action

#: {(table, code): {field: plain value}}
Replayed = dict[tuple[str, str], dict[str, Any]]


def integrity_problems() -> list[str]:
    """Return what is wrong, a sentence each; nothing if all is well."""
    words = dict(_words())
    found = [*_storage(), *words.values()]
    history: Replayed | None = None
    if any(table == Change.__tablename__ for table, _code in words):
        found.append(_("The history cannot be followed until that is put right."))
    else:
        found += _chain()
        history = _replayed()
    for look in (_texts, integrity_progress.progress_problems, stored.stored_report_problems):
        try:
            for told in look():
                found.append(told)
        except (LookupError, ValueError):
            # What cannot be read is told below.
            pass
    for kind in CATALOGUE.values():
        table = kind.model.__tablename__
        try:
            for told in _records(kind, history):
                found.append(told)
        except (LookupError, ValueError):
            # A word of no list, or a day that is none.
            found.append(_("%(kind)s: not all can be read until that is put right.", kind=kind.name))
            history = {key: held for key, held in (history or {}).items() if key[0] != table}
    found += [
        _("%(name)s: the history says it is here, but it is not.", name=_called(table, code))
        for table, code in history or ()
    ]
    return found


def _words() -> Iterator[tuple[tuple[str, str], str]]:
    """Look for words that are in no list, which the database refuses unless it is told not to.

    Yields ((table, code), what is wrong).
    """
    for table in Base.metadata.sorted_tables:
        name = table.c["code"] if "code" in table.c and "seq" not in table.c else table.primary_key.columns[0]
        for column in table.c:
            if isinstance(column.type, Enum):
                held = type_coerce(column, Text)
                wrong = select(name, held).where(held.not_in(column.type.enums))
                for code, word in session.execute(wrong):
                    said = _("“%(word)s” is no word for %(column)s.", word=word, column=column.name)
                    yield (table.name, code), f"{_called(table.name, str(code))}: {said}"


def _called(table: str, code: str) -> str:
    """Return how a record is named everywhere else: commitments/mx-us-2023-07-24.c1."""
    if table == Change.__tablename__:
        return _("Change %(seq)s", seq=code)
    kinds = {kind.model.__tablename__: kind.name for kind in CATALOGUE.values()}
    return f"{kinds.get(table, table)}/{code}"


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
        # An account that is not there any more makes the hash another one.
        account = change.account.code if change.account else ""
        right = chain_hash(before, change.at, account, change.action.value, change.kind, change.code, change.fields)
        if change.hash != right:
            yield _("Change %(seq)s of the history is not as it was written.", seq=change.seq)
        seq, before = change.seq, change.hash


def _texts() -> Iterator[str]:
    """Read each text that is attached, and check every passage by it once more."""
    for number, code, sha256 in session.execute(select(Document.id, Document.code, Document.text_sha256)).all():
        name, text = _called("document", code), None
        document = session.get_one(Document, number)
        if sha256 is not None:
            row = current_text(session, document)
            if row is None:
                yield _("%(name)s: its text is not there.", name=name)
                continue
            if not sha256 == row.sha256 == sha256_of(row.text):
                yield _("%(name)s: its text is not the one that was attached.", name=name)
            text = split_paragraphs(row.text, row.first_paragraph)
        for passage in session.scalars(select(Passage).where(Passage.document_id == number).order_by(Passage.id)):
            if any(getattr(passage, held) != value for held, value in passage_check(passage, text).items()):
                told = _called("passage", passage.code)
                yield _("%(name)s: what is kept of its place in the text is not what the text says.", name=told)


def _replayed() -> Replayed:
    """Return what the history says each record holds."""
    records: Replayed = {}
    for change in session.scalars(select(Change).order_by(Change.seq)):
        key = (change.kind, change.code)
        if change.action is Action.REMOVED:
            records.pop(key, None)
            continue
        held = records.setdefault(key, {})
        held |= {name: new for name, (_old, new) in change.fields.items()}
        for name in [name for name, value in held.items() if value in (None, [])]:
            del held[name]
    return records


def _records(kind: Kind, history: Replayed | None) -> Iterator[str]:
    table = kind.model.__tablename__
    for record in session.scalars(select(kind.model).order_by(kind.model.id).options(*kind.loads())):
        name = _called(table, record.code)
        if record.search != search_text(record):
            yield _("%(name)s: the words kept for searching are not its words.", name=name)
        said = history.pop((table, record.code), None) if history is not None else record_values(record)
        if said is None:
            yield _("%(name)s: the history does not know it.", name=name)
        else:
            kept = {field: value for field, value in said.items() if field not in record.DERIVED}
            yield from _differences(name, record_values(record), kept)
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
