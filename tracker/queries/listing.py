"""Finding records of any kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, SelectBase, SQLColumnExpression, and_, false, func, or_, select, true

from tracker.database import session
from tracker.dates import today
from tracker.errors import Invalid
from tracker.models import AsOf, Record
from tracker.models.base import search_words
from tracker.records import Kind
from tracker.records.filters import Filters, value_in_query

#: How many records a page of a list holds.
PAGE_SIZE = 50
#: How many values of a filter are offered, the most frequent first.
MAX_FACET_VALUES = 30
#: How many records are suggested to somebody who types the name of one.
MAX_SUGGESTIONS = 20


def get_record(kind: Kind, code: str, clock: AsOf | None = None) -> Any:
    """Return the record of a kind that has a code, as it stands (or stood, by a clock), or nothing."""
    record = session.scalar(select(kind.model).where(kind.model.code == code).options(*kind.loads()))
    return with_as_of(kind, [record], clock)[0] if record is not None else None


def rows_of_parent(kind: Kind, parent: Record, clock: AsOf | None = None) -> list[Any]:
    """Return the rows of this kind that belong to a record, in the order they were added.

    Of what is logged, only what was true and known by the clock.
    """
    query = select(kind.model).where(getattr(kind.model, kind.parent) == parent).order_by(kind.model.id)
    if clock and clock.past and kind.append_only:
        then = kind.filters.true_on
        query = query.where(clock.recorded(kind.model), true() if then is None else then <= clock.on)
    return list(with_as_of(kind, session.scalars(query.options(*kind.loads())).all(), clock))


def with_as_of(kind: Kind, records: Sequence[Any], clock: AsOf | None = None) -> Sequence[Any]:
    """Return records with what of them depends on the day: today, or that of a clock."""
    if kind.add_as_of and records:
        kind.add_as_of(records, clock or AsOf(today(), past=False))
    return records


def filtered_query(kind: Kind, filters: Filters) -> Select[Any]:
    """Return the query for the records that the filters let through; nothing is read yet."""
    return select(kind.model).where(*filters.conditions(kind.model))


def count_rows(query: Select[Any], reading: Any = session) -> int:
    return reading.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def suggestions(kind: Kind, typed: str) -> Sequence[Any]:
    """Return the first records of a kind that somebody may mean: by words of theirs, or a part of their code."""
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

    name: str
    expression: Any
    down: bool

    @classmethod
    def of(cls, kind: Kind, name: str | None) -> "Order":
        """Read an order such as "-made_on"; raises Invalid."""
        name = name or kind.order
        if name.removeprefix("-") not in kind.sort_keys:
            known = ", ".join(each for sort in kind.sort_keys for each in (sort, f"-{sort}"))
            raise Invalid({"sort": [_("“%(name)s” is not one of: %(known)s.", name=name[:60], known=known)]})
        return cls(name, kind.sort_expression(name.removeprefix("-")), name.startswith("-"))

    def by(self, kind: Kind, backwards: bool = False) -> list[Any]:
        """Return the terms to order a query by."""
        terms = [self.expression.desc() if self.down is not backwards else self.expression.asc()]
        if getattr(self.expression, "nullable", True):
            terms.insert(0, self.expression.is_(None).desc() if backwards else self.expression.is_(None))
        return [*terms, kind.model.id.desc() if backwards else kind.model.id.asc()]

    def beyond(self, kind: Kind, value: Any, number: int, backwards: bool) -> Any:
        """Return the condition that a record comes after (or before) the one with this value and id."""
        key, model = self.expression, kind.model
        tie = model.id < number if backwards else model.id > number
        if value is None:
            return or_(key.is_not(None), tie) if backwards else and_(key.is_(None), tie)
        up = self.down is backwards
        # Said twice, so that an index on the key is entered at the value.
        here_on = and_(key >= value if up else key <= value, or_(key > value if up else key < value, tie))
        return or_(here_on, key.is_(None)) if not backwards and getattr(key, "nullable", True) else here_on


@dataclass(frozen=True)
class Page:
    """A stretch of a list, and the codes that the stretches beside it begin from."""

    records: Sequence[Any]
    before: str | None
    after: str | None


def list_page(
    kind: Kind, query: Select[Any], order: Order, before: str | None, after: str | None, loads: Any, clock: AsOf
) -> Page:
    """Return the records that follow (or precede) the one whose code is given, or the first ones.

    It costs the same on the last page as on the first. Raises Invalid for a code that is not there.
    """
    backwards, code = before is not None, before if before is not None else after
    if code is not None:
        mark = session.execute(select(order.expression, kind.model.id).where(kind.model.code == code[:80])).first()
        if mark is None:
            name = "before" if backwards else "after"
            message = _("Nothing has the code “%(code)s” any more; begin again at the first page.", code=code[:80])
            raise Invalid({name: [message]})
        query = query.where(order.beyond(kind, mark[0], mark[1], backwards))
    found = list(session.scalars(query.order_by(*order.by(kind, backwards)).limit(PAGE_SIZE + 1).options(*loads)))
    more, records = len(found) > PAGE_SIZE, list(with_as_of(kind, found[:PAGE_SIZE], clock))
    if backwards:
        records.reverse()
    earlier = more if backwards else code is not None
    later = code is not None if backwards else more
    return Page(
        records,
        before=records[0].code if records and earlier else None,
        after=records[-1].code if records and later else None,
    )


@dataclass(frozen=True)
class FacetValue:
    """One value a filter can take, and how many records of the list it would leave."""

    key: str
    label: str
    count: int
    chosen: bool


def facets(kind: Kind, filters: Filters) -> dict[str, list[FacetValue]]:
    """Return what each filter of several values offers, counted under the other filters: {filter: offers}."""
    return {field.name: facet_values(kind, filters, field.name) for field in filters.multiple}


def facet_values(kind: Kind, filters: Filters, name: str) -> list[FacetValue]:
    """Return what one filter of several values offers, counted under the others."""
    field, link = filters.choice(name), filters.link(name)
    chosen = field.values(field.data)
    others = filters.conditions(kind.model, but=name)
    if isinstance(link, SelectBase):
        pairs = link.subquery()
        value: SQLColumnExpression[Any] = pairs.c[1]
        counted = func.count(pairs.c[0].distinct())
        others = [pairs.c[0].in_(select(kind.model.id).where(*others))] if others else []
    else:
        value, counted = link, func.count(kind.model.id)
    query = (
        select(value, counted)
        .where(*others, value.is_not(None))
        .group_by(value)
        .order_by(value.in_([value_in_query(each) for each in chosen]).desc(), counted.desc(), value)
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
