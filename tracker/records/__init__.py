"""The catalogue of all kinds of records, in an order in which each comes after those that it refers to."""

from tracker.models import Record
from tracker.page_urls import page_address
from tracker.records import (
    areas,
    claims,
    commitments,
    documents,
    frameworks,
    indicators,
    meetings,
    participants,
    parties,
    reports,
    updates,
)
from tracker.records.base import Kind as Kind

CATALOGUE: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        parties.KIND,
        participants.KIND,
        areas.KIND,
        frameworks.KIND,
        indicators.KIND,
        documents.KIND,
        documents.PASSAGES,
        meetings.KIND,
        meetings.PARTICIPATIONS,
        meetings.LINKS,
        commitments.KIND,
        commitments.PARTIES,
        commitments.SOURCES,
        commitments.LINKS,
        commitments.MILESTONES,
        claims.KIND,
        updates.UPDATES,
        updates.EVIDENCE,
        updates.CHECKS,
        reports.KIND,
    )
}
#: The kinds that forms, files and seeds add to and change; the others are logged.
ENTERED = {name: kind for name, kind in CATALOGUE.items() if not kind.append_only}
_BY_MODEL = {kind.model: kind for kind in CATALOGUE.values()}
_BY_TABLE = {kind.model.__tablename__: kind for kind in CATALOGUE.values()}


def kind_of(record: Record | type[Record]) -> Kind:
    return _BY_MODEL[record if isinstance(record, type) else type(record)]


def kind_stored_as(table: str) -> Kind:
    return _BY_TABLE[table]


def record_address(record: Record, start: str | None = None) -> str:
    """Return the address of a record, whole if it begins with `start`; that of a row is on the page of its parent."""
    if record.belongs_to is not None:
        page, _hash, _place = record_address(record.belongs_to, start).partition("#")
        return f"{page}#{record.code}"
    return page_address("records.show", start, kind=kind_of(record).name, code=record.code)


def edited_rows_of(kind: Kind) -> list[Kind]:
    """Return the kinds whose records are rows of this kind's, and edited together with them."""
    return [other for other in rows_of(kind) if not other.append_only]


def rows_of(kind: Kind) -> list[Kind]:
    """Return the kinds whose records are rows of this kind's."""
    return [
        other
        for other in CATALOGUE.values()
        if other.parent and getattr(other.model, other.parent).property.mapper.class_ is kind.model
    ]
