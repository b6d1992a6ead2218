"""What of the records anybody may read: the open data set.

Left out are: what is for those who keep the records (the fields marked as internal: notes, owners, priorities, review
intervals, who recorded something and for whom); the words around a cited passage, and the texts of documents; the
reports that were issued, which were written for somebody. Left out too are commitments that were recorded in error,
and whatever hangs on them; a claim that was tied to one stays, and names none.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from tracker.models import Commitment, Record
from tracker.records import CATALOGUE, Kind, kind_of
from tracker.records.base import Column

#: Told of commitments that are left out, and of no others.
RETIRED = {"retired_at", "retired_because"}
#: The kinds of record in the set.
KINDS = {name: kind for name, kind in CATALOGUE.items() if not kind.internal}


def open_data_columns(kind: Kind) -> list[Column]:
    """Return what is told of the records of a kind; no column names a record that is left out."""
    told = (column for column in kind.columns.values() if not column.field.internal and column.name not in RETIRED)
    return [_column(kind, column) for column in told]


def open_data_query(kind: Kind) -> Select[Any]:
    """Return the query for the records of a kind."""
    there = _there(kind.model)
    return select(kind.model) if there is None else select(kind.model).where(there)


def _there(model: type[Record]) -> ColumnElement[bool] | None:
    """Return the condition that a record is in the set; nothing where all of a model are."""
    if model is Commitment:
        return Commitment.retired_at.is_(None)
    required = [c for c in kind_of(model).columns.values() if c.field.required and c.field.model and _one(c)]
    found = [(getattr(model, c.name), _there(c.field.model)) for c in required if c.field.model]
    conditions = [to.has(there) for to, there in found if there is not None]
    return and_(*conditions) if conditions else None


def _one(column: Column) -> bool:
    """Return whether a column names one other record."""
    return column.field.model in {kind.model for kind in KINDS.values()} and not column.field.multiple


def _column(kind: Kind, column: Column) -> Column:
    """Return a column that names only what is in the set; rows of one commitment name no row of another."""
    other = column.field.model
    if other is None or not _one(column) or column.field.required or other is kind.model:
        return column
    there = _there(other)
    if there is None:
        return column
    codes = select(other.code).where(getattr(kind.model, column.name), there)
    return replace(column, sql=codes.scalar_subquery())
