"""Finding records of any kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    SelectBase,
    SQLColumnExpression,
    and_,
    false,
    func,
    or_,
    select,
    true,
)

from tracker.database import AnySession, session
from tracker.errors import Invalid
from tracker.models import AsOf, Record
from tracker.passage_text import search_words
from tracker.records import kind_of
from tracker.records.base import NO_VALUES, AsOfValues, Column, Kind
from tracker.records.filters import Filters, value_in_query

#: The number of records on a page of a list.
PAGE_SIZE = 50
#: The number of values of a filter that are offered, the most frequent first.
MAX_FACET_VALUES = 30
#: The number of records suggested for a typed name.
MAX_SUGGESTIONS = 20


def get_record(kind: Kind, code: str) -> Any:
    """Return the record of a kind that has a code, as it is now, or None."""
    return session.scalar(select(kind.model).where(kind.model.code == code).options(*kind.loads()))


def rows_of_parent(kind: Kind, parent: Record, as_of: AsOf | None = None) -> Sequence[Any]:
    """Return the rows of this kind that belong to a record, in the order they were added.

    Of logged rows, only those that were true and known by `as_of`.
    """
    query = select(kind.model).where(getattr(kind.model, kind.parent) == parent).order_by(kind.model.id)
    if as_of and as_of.past and kind.append_only:
        true_on = kind.filters.true_on
        query = query.where(as_of.recorded(kind.model), true() if true_on is None else true_on <= as_of.on)
    return session.scalars(query.options(*kind.loads())).all()


def read_as_of(
    kind: Kind, records: Sequence[Record], as_of: AsOf, columns: Iterable[Column] | None = None
) -> AsOfValues:
    """Return {record: {column: value}} of the `columns` (default: all) that depend on the two dates.

    The number of queries does not depend on the number of records; nothing is written into them.
    """
    dated = [column for column in columns or kind.columns.values() if column.read is None]
    if not dated or not records:
        return NO_VALUES
    sources: list[Any] = [column.source(as_of) for column in dated]
    query = select(kind.model.id, *sources).where(kind.model.id.in_([record.id for record in records]))
    names = [column.name for column in dated]
    values_by_id: dict[int, dict[str, Any]] = {
        number: dict(zip(names, values, strict=True)) for number, *values in session.execute(query)
    }
    for column in dated:
        if other := column.field.model:
            codes = {values[column.name] for values in values_by_id.values()} - {None}
            others = select(other).where(other.code.in_(codes)).options(*kind_of(other).loads(()))
            by_code = {record.code: record for record in session.scalars(others)}
            for values in values_by_id.values():
                values[column.name] = by_code.get(values[column.name])
    return MappingProxyType({record: MappingProxyType(values_by_id[record.id]) for record in records})


def filtered_query(kind: Kind, filters: Filters) -> Select[Any]:
    """Return the query for the records that meet the filters, not yet run."""
    return select(kind.model).where(*filters.conditions(kind.model))


def count_rows(query: Select[Any], connection: Connection | AnySession = session) -> int:
    return connection.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def suggestions(kind: Kind, typed: str) -> Sequence[Any]:
    """Return the first records of a kind whose words or code match what was typed."""
    words = [kind.model.search.contains(f" {word}", autoescape=True) for word in search_words(typed)]
    code = kind.model.code.contains(typed.strip().lower(), autoescape=True)
    query = (
        select(kind.model)
        .where(or_(code, and_(true() if words else false(), *words)))
        .order_by(kind.model.code)
        .limit(MAX_SUGGESTIONS)
    )
    return session.scalars(query.options(*kind.loads(()))).all()


def has_no_records(kind: Kind) -> bool:
    return session.scalar(select(kind.model.id).limit(1)) is None


@dataclass(frozen=True)
class Order:
    """What a list is sorted by. Ties are in the order of recording, and what has no value comes last."""

    #: As an address holds it: -made_on.
    name: str
    expression: Any
    descending: bool

    @classmethod
    def parse(cls, kind: Kind, name: str | None) -> "Order":
        """Read an order such as "-made_on", None being the kind's own; raises Invalid."""
        name = name or kind.order
        if name.removeprefix("-") not in kind.sort_keys:
            known = ", ".join(order for key in kind.sort_keys for order in (key, f"-{key}"))
            raise Invalid({"sort": [_("“%(name)s” is not one of: %(known)s.", name=name[:60], known=known)]})
        return cls(name, kind.sort_expression(name.removeprefix("-")), name.startswith("-"))

    def terms(self, kind: Kind, backwards: bool = False) -> list[ColumnElement[Any]]:
        """Return the terms to order a query by."""
        terms = [self.expression.desc() if self.descending is not backwards else self.expression.asc()]
        if getattr(self.expression, "nullable", True):
            terms.insert(0, self.expression.is_(None).desc() if backwards else self.expression.is_(None))
        return [*terms, kind.model.id.desc() if backwards else kind.model.id.asc()]

    def is_beyond(self, kind: Kind, value: object, number: int, backwards: bool) -> ColumnElement[bool]:
        """Return the condition that a record comes after (or before) the one with this value and id."""
        key, model = self.expression, kind.model
        tie = model.id < number if backwards else model.id > number
        if value is None:
            return or_(key.is_not(None), tie) if backwards else and_(key.is_(None), tie)
        ascending = self.descending is backwards
        # The first condition follows from the second; it lets an index on the key be entered at the value.
        from_value = and_(
            key >= value if ascending else key <= value, or_(key > value if ascending else key < value, tie)
        )
        return or_(from_value, key.is_(None)) if not backwards and getattr(key, "nullable", True) else from_value


@dataclass(frozen=True)
class Page:
    """A page of a list, and the codes from which its neighbours begin."""

    records: Sequence[Any]
    as_of_values: AsOfValues
    before: str | None
    after: str | None


def list_page(
    kind: Kind,
    query: Select[Any],
    order: Order,
    before: str | None,
    after: str | None,
    columns: Sequence[Column],
    as_of: AsOf,
) -> Page:
    """Return the records that follow (or precede) the one with a code, or the first ones; raises Invalid if unknown.

    The last page costs the same as the first.
    """
    backwards, code = before is not None, before if before is not None else after
    if code is not None:
        mark = session.execute(select(order.expression, kind.model.id).where(kind.model.code == code[:80])).first()
        if mark is None:
            name = "before" if backwards else "after"
            message = _("Nothing has the code “%(code)s” any more; begin again at the first page.", code=code[:80])
            raise Invalid({name: [message]})
        query = query.where(order.is_beyond(kind, mark[0], mark[1], backwards))
    query = query.order_by(*order.terms(kind, backwards)).limit(PAGE_SIZE + 1)
    records = session.scalars(query.options(*kind.loads(columns))).all()
    more, records = len(records) > PAGE_SIZE, records[:PAGE_SIZE]
    if backwards:
        records = records[::-1]
    earlier = more if backwards else code is not None
    later = code is not None if backwards else more
    return Page(
        records,
        read_as_of(kind, records, as_of, columns),
        before=records[0].code if records and earlier else None,
        after=records[-1].code if records and later else None,
    )


@dataclass(frozen=True)
class FacetValue:
    """A value of a filter, and the number of records that it would leave."""

    key: str
    label: str
    count: int
    chosen: bool


def facets(kind: Kind, filters: Filters) -> dict[str, list[FacetValue]]:
    """Return {filter: the values it offers} of each filter of several values, counted under the other filters."""
    return {field.name: facet_values(kind, filters, field.name) for field in filters.multiple}


def facet_values(kind: Kind, filters: Filters, name: str) -> list[FacetValue]:
    """Return the values that a filter of several values offers, counted under the other filters."""
    field, source = filters.choice(name), filters.source(name)
    chosen = field.values(field.data)
    others = filters.conditions(kind.model, but=name)
    if isinstance(source, SelectBase):
        pairs = source.subquery()
        value: SQLColumnExpression[Any] = pairs.c[1]
        counted = func.count(pairs.c[0].distinct())
        others = [pairs.c[0].in_(select(kind.model.id).where(*others))] if others else []
    else:
        value, counted = source, func.count(kind.model.id)
    query = (
        select(value, counted)
        .where(*others, value.is_not(None))
        .group_by(value)
        .order_by(value.in_([value_in_query(choice) for choice in chosen]).desc(), counted.desc(), value)
        .limit(MAX_FACET_VALUES)
    )
    counts: dict[Any, int] = {row[0]: row[1] for row in session.execute(query)}
    if field.model:
        records = session.scalars(select(field.model).where(field.model.id.in_(counts)))
        by_id = {record.id: record for record in (*records, *chosen)}
        counts = {record: counts.get(number, 0) for number, record in by_id.items()}
    else:
        counts = {value: counts.get(value, 0) for value in (*counts, *(c for c in chosen if c not in counts))}
    return [
        FacetValue(field.key(value), field.label_of(value), number, value in chosen)
        for value, number in sorted(counts.items(), key=lambda item: (-item[1], field.label_of(item[0])))
    ]
