"""What rests on a record."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import RelationshipDirection

from tracker.database import session
from tracker.models import Record
from tracker.queries import listing
from tracker.records import CATALOGUE, Kind, edited_rows_of, kind_of

#: How many records that rest on one are listed, for each field that names it; one more tells that there are more.
MAX_REFERRERS = 100


@dataclass(frozen=True)
class Referrer:
    """A record that names another in one of its fields."""

    kind: Kind
    record: Any
    label: Any

    @property
    def heading(self) -> str:
        return f"{self.kind.plural} · {self.label}"


def referrers_of(*records: Record) -> list[Referrer]:
    """Return the records that name any of these, which are all of one kind, but for rows that would go with them."""
    found = []
    model, ids = type(records[0]), [record.id for record in records]
    for kind in CATALOGUE.values():
        for relationship in inspect(kind.model).relationships:
            direct = relationship.direction is not RelationshipDirection.ONETOMANY and not relationship.viewonly
            own = relationship.key == kind.parent and not kind.append_only
            if not direct or relationship.mapper.class_ is not model or own:
                continue
            if relationship.uselist:
                names = getattr(kind.model, relationship.key).any(model.id.in_(ids))
            else:
                names = next(iter(relationship.local_columns)).in_(ids)
            query = select(kind.model).where(names).order_by(kind.model.id).limit(MAX_REFERRERS + 1)
            users = session.scalars(query.options(*kind.loads(())))
            found += [Referrer(kind, user, kind.columns[relationship.key].label) for user in users]
    return found


def own_rows(record: Record) -> list[Any]:
    """Return the rows that belong to a record, and go with it."""
    return [row for kind in edited_rows_of(kind_of(record)) for row in listing.rows_of_parent(kind, record)]


def blocking_referrers(record: Record) -> list[Referrer]:
    """Return what forbids removing a record: what names it, or names a row of it, from outside."""
    rows = own_rows(record)
    by_kind = [[record], *([row for row in rows if type(row) is model] for model in {type(row) for row in rows})]
    leaving = {record, *rows}
    return [use for each in by_kind for use in referrers_of(*each) if use.record not in leaving]
