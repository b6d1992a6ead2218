"""The records that refer to a record."""

from dataclasses import dataclass

from sqlalchemy import inspect, select
from sqlalchemy.orm import RelationshipDirection

from tracker.database import session
from tracker.models import Record
from tracker.queries import listing
from tracker.records import CATALOGUE, edited_rows_of, kind_of
from tracker.records.base import Kind
from tracker.vocabulary import Label

#: The number of referrers listed for each field; one more shows that there are more.
MAX_REFERRERS = 100


@dataclass(frozen=True)
class Referrer:
    """A record that refers to another in one of its fields."""

    kind: Kind
    record: Record
    label: Label

    @property
    def heading(self) -> str:
        return f"{self.kind.plural} · {self.label}"


def referrers_of(*records: Record) -> list[Referrer]:
    """Return the records that refer to any of these, all of one kind, except rows that would be removed with them."""
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
    """Return the rows of a record, which are removed with it."""
    return [row for kind in edited_rows_of(kind_of(record)) for row in listing.rows_of_parent(kind, record)]


def blocking_referrers(record: Record) -> list[Referrer]:
    """Return the outside referrers to a record or its rows, which forbid its removal."""
    rows = rows_going_with(record)
    groups: dict[type[Record], list[Record]] = {}
    for row in rows:
        groups.setdefault(type(row), []).append(row)
    removed = {record, *rows}
    referrers = [referrer for group in ([record], *groups.values()) for referrer in referrers_of(*group)]
    return [referrer for referrer in referrers if referrer.record not in removed]
