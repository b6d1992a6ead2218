"""Checks of the database: every derived value is worked out again and compared."""

import datetime
import json
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Enum, String, Text, func, or_, select, text, type_coerce
from sqlalchemy.orm import aliased, selectinload

from tracker.database import Base, session
from tracker.errors import Invalid
from tracker.models import AsOf, Change, CommitmentParty, Document, Evidence, Passage, ProgressUpdate, current_text
from tracker.models.as_of import lead_statuses
from tracker.models.base import search_text
from tracker.models.document_texts import passage_check
from tracker.models.history import chain_hash, record_values
from tracker.passage_text import sha256_of, split_paragraphs
from tracker.queries.reports import stored
from tracker.records import CATALOGUE
from tracker.records.base import Kind
from tracker.vocabulary import WITHOUT_EVIDENCE, Action, EvidenceRelation, Status

#: {(table, code): {field: plain value}}
ReplayedRecords = dict[tuple[str, str], dict[str, Any]]


def integrity_problems() -> list[str]:
    """Return the problems, a sentence each; none if all is well."""
    unknown_words = dict(_unknown_words())
    problems = [*_storage_problems(), *unknown_words.values()]
    history: ReplayedRecords | None = None
    if any(table == Change.__tablename__ for table, _code in unknown_words):
        problems.append(_("The history cannot be followed until that is put right."))
    else:
        problems += _chain_problems()
        history = _replay_history()
    for check in (_text_problems, status_problems, _evidence_problems, stored.stored_report_problems):
        try:
            for problem in check():
                problems.append(problem)
        except (LookupError, ValueError):
            # Unreadable values are reported below.
            pass
    for kind in CATALOGUE.values():
        table = kind.model.__tablename__
        try:
            for problem in _record_problems(kind, history):
                problems.append(problem)
        except (LookupError, ValueError):
            # An unknown word, or a day that does not exist.
            problems.append(_("%(kind)s: not all can be read until that is put right.", kind=kind.name))
            history = {key: values for key, values in (history or {}).items() if key[0] != table}
    problems += [
        _("%(name)s: the history says it is here, but it is not.", name=_display_name(table, code))
        for table, code in history or ()
    ]
    return problems


def _unknown_words() -> Iterator[tuple[tuple[str, str], str]]:
    """Yield ((table, code), problem) of words in no vocabulary; with its checks on, the database refuses them."""
    for table in Base.metadata.sorted_tables:
        name = table.c["code"] if "code" in table.c and "seq" not in table.c else table.primary_key.columns[0]
        for column in table.c:
            if isinstance(column.type, Enum):
                stored_word = type_coerce(column, Text)
                query = select(name, stored_word).where(stored_word.not_in(column.type.enums))
                for code, word in session.execute(query):
                    message = _("“%(word)s” is no word for %(column)s.", word=word, column=column.name)
                    yield (table.name, code), f"{_display_name(table.name, str(code))}: {message}"


def _display_name(table: str, code: str) -> str:
    """Return the name of a record, such as commitments/mx-us-2023-07-24.c1."""
    if table == Change.__tablename__:
        return str(_("Change %(seq)s", seq=code))
    kinds = {kind.model.__tablename__: kind.name for kind in CATALOGUE.values()}
    return f"{kinds.get(table, table)}/{code}"


def _storage_problems() -> Iterator[str]:
    """Let SQLite check its file and foreign keys; PostgreSQL guards both itself."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for (answer,) in session.execute(text("PRAGMA integrity_check")):
        if answer != "ok":
            yield _("The file is damaged: %(said)s", said=answer)
    for table, row, parent, _number in session.execute(text("PRAGMA foreign_key_check")):
        names = {"table": table, "row": row, "parent": parent}
        yield _("%(table)s, row %(row)s refers to a row of %(parent)s that is not there.", **names)


def _chain_problems() -> Iterator[str]:
    """Verify the chain of the history from its beginning."""
    seq, before = 0, ""
    query = select(Change).order_by(Change.seq).options(selectinload(Change.account))
    for change in session.scalars(query):
        if change.seq != seq + 1:
            yield _("The history jumps from change %(seq)s to %(next)s.", seq=seq, next=change.seq)
        # An account that is gone makes the hash differ.
        account = change.account.code if change.account else ""
        expected = chain_hash(before, change.at, account, change.action.value, change.kind, change.code, change.fields)
        if change.hash != expected:
            yield _("Change %(seq)s of the history is not as it was written.", seq=change.seq)
        seq, before = change.seq, change.hash


def _text_problems() -> Iterator[str]:
    """Verify each attached text, and check every passage against it again."""
    for number, code, sha256 in session.execute(select(Document.id, Document.code, Document.text_sha256)).all():
        name, paragraphs = _display_name("document", code), None
        document = session.get_one(Document, number)
        if sha256 is not None:
            attached = current_text(session, document)
            if attached is None:
                yield _("%(name)s: its text is not there.", name=name)
                continue
            if not sha256 == attached.sha256 == sha256_of(attached.text):
                yield _("%(name)s: its text is not the one that was attached.", name=name)
            paragraphs = split_paragraphs(attached.text, attached.first_paragraph)
        for passage in session.scalars(select(Passage).where(Passage.document_id == number).order_by(Passage.id)):
            expected = passage_check(passage, paragraphs)
            if any(getattr(passage, attribute) != value for attribute, value in expected.items()):
                name = _display_name("passage", passage.code)
                yield _("%(name)s: what is kept of its place in the text is not what the text says.", name=name)


def status_problems() -> Iterator[str]:
    """Compare the stored status of each party with the one that the updates give."""
    row, expected = CommitmentParty, lead_statuses(AsOf(datetime.date.max))
    stored_update, expected_update = aliased(ProgressUpdate), aliased(ProgressUpdate)
    stored_status = type_coerce(row.status, String)
    expected_status = func.coalesce(type_coerce(expected.c.status, String), Status.NOT_ASSESSED.value)
    query = (
        select(row.code, stored_status, stored_update.code, expected_status, expected_update.code)
        .outerjoin(expected, expected.c.commitment_party_id == row.id)
        .outerjoin(stored_update, stored_update.id == row.finding_id)
        .outerjoin(expected_update, expected_update.id == expected.c.finding_id)
        .where(
            or_(
                stored_status != expected_status,
                row.finding_id.is_distinct_from(expected.c.finding_id),
                row.claim_id.is_distinct_from(expected.c.claim_id),
            )
        )
    )
    for code, status, update, right_status, right_update in session.execute(query.order_by(row.id)):
        yield _(
            "commitment-parties/%(code)s: “%(kept)s” (%(by)s) is kept, but the updates say “%(status)s” (%(of)s).",
            code=code,
            kept=status,
            by=update or _("none"),
            status=right_status,
            of=right_update or _("none"),
        )


def _evidence_problems() -> Iterator[str]:
    """Look for findings that need evidence and have none."""
    supported = select(Evidence.update_code).where(Evidence.relation == EvidenceRelation.SUPPORTS)
    query = select(ProgressUpdate.code).where(
        ProgressUpdate.status.not_in(WITHOUT_EVIDENCE), ProgressUpdate.code.not_in(supported)
    )
    for code in session.scalars(query.order_by(ProgressUpdate.id)):
        yield _("updates/%(code)s: no evidence supports it.", code=code)


def _replay_history() -> ReplayedRecords:
    """Return the values of each record according to the history."""
    records: ReplayedRecords = {}
    for change in session.scalars(select(Change).order_by(Change.seq)):
        key = (change.kind, change.code)
        if change.action is Action.REMOVED:
            records.pop(key, None)
            continue
        values = records.setdefault(key, {}) | {name: new for name, (_old, new) in change.fields.items()}
        records[key] = {name: value for name, value in values.items() if value not in (None, [])}
    return records


def _record_problems(kind: Kind, history: ReplayedRecords | None) -> Iterator[str]:
    table = kind.model.__tablename__
    for record in session.scalars(select(kind.model).order_by(kind.model.id).options(*kind.loads())):
        name, values = _display_name(table, record.code), record_values(record)
        if record.search != search_text(record):
            yield _("%(name)s: the words kept for searching are not its words.", name=name)
        replayed = history.pop((table, record.code), None) if history is not None else values
        if replayed is None:
            yield _("%(name)s: the history does not know it.", name=name)
        else:
            yield from _differences(name, values, {k: v for k, v in replayed.items() if k not in record.DERIVED})
        try:
            form = kind.form.from_plain({}, record)
            if not form.validate():
                raise Invalid(form.errors)
        except Invalid as error:
            yield _("%(name)s: %(error)s", name=name, error=error)


def _differences(name: str, values: dict[str, Any], replayed: dict[str, Any]) -> Iterator[str]:
    for field in sorted({*values, *replayed}):
        if values.get(field) != replayed.get(field):
            yield _(
                "%(name)s: %(field)s is %(held)s, but the history says %(said)s.",
                name=name,
                field=field,
                held=json.dumps(values.get(field), ensure_ascii=False),
                said=json.dumps(replayed.get(field), ensure_ascii=False),
            )
