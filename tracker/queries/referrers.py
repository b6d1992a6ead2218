"""Which records name a record."""

from dataclasses import dataclass

from sqlalchemy import inspect, select
from sqlalchemy.orm import RelationshipDirection

from tracker.database import session
from tracker.models import Record
from tracker.queries import listing
from tracker.records import CATALOGUE, edited_rows_of, kind_of
from tracker.records.base import Kind
from tracker.vocabulary import Label

#: How many records that name one are listed, for each field that does; one more shows that there are more.
MAX_REFERRERS = 100


@dataclass(frozen=True)
class Referrer:
    """A record that names another in one of its fields."""

    kind: Kind
    record: Record
    label: Label

    @property
    def heading(self) -> str:
        return f"{self.kind.plural} · {self.label}"


def referrers_of(*records: Record) -> list[Referrer]:
    """Return the records that name any of these, which are all of one kind, but for rows that would go with them."""
    referrers = []
    model, ids = type(records[0]), [record.id for record in records]
    for kind in CATALOGUE.values():
        for relationship in inspect(kind.model).relationships:
            direct = relationship.direction is not RelationshipDirection.ONETOMANY and not relationship.viewonly
            of_parent = relationship.key == kind.parent and not kind.append_only
            if not direct or relationship.mapper.class_ is not model or of_parent:
                continue
            if relationship.uselist:
                condition = getattr(kind.model, relationship.key).any(model.id.in_(ids))
            else:
                condition = next(iter(relationship.local_columns)).in_(ids)
            query = select(kind.model).where(condition).order_by(kind.model.id).limit(MAX_REFERRERS + 1)
            label = kind.columns[relationship.key].label
            referrers += [Referrer(kind, record, label) for record in session.scalars(query.options(*kind.loads(())))]
    return referrers


def rows_going_with(record: Record) -> list[Record]:
    """Return the rows that belong to a record, and are removed with it."""
    return [row for kind in edited_rows_of(kind_of(record)) for row in listing.rows_of_parent(kind, record)]


def blocking_referrers(record: Record) -> list[Referrer]:
    """Return what forbids removing a record: what names it, or names a row of it, from outside."""
    rows = rows_going_with(record)
    groups: dict[type[Record], list[Record]] = {}
    for row in rows:
        groups.setdefault(type(row), []).append(row)
    removed = {record, *rows}
    referrers = [referrer for group in ([record], *groups.values()) for referrer in referrers_of(*group)]
    return [referrer for referrer in referrers if referrer.record not in removed]
