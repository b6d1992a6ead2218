"""The open data set: the records that anybody may read.

It leaves out internal fields (notes, owners, priorities, review intervals, who recorded something and for whom), the
words around cited passages, the texts of documents, issued reports, and commitments recorded in error with everything
that belongs to them; a claim tied to such a commitment stays, without naming it.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from tracker.models import Commitment, Record
from tracker.records import CATALOGUE, kind_of
from tracker.records.base import Column, Kind

#: Columns filled only for commitments that are left out.
RETIREMENT = {"retired_at", "retired_because"}
#: The kinds of record in the set.
KINDS = {name: kind for name, kind in CATALOGUE.items() if not kind.internal}


def open_data_columns(kind: Kind) -> list[Column]:
    """Return the columns of the records of a kind; none names a record that is left out."""
    columns = (c for c in kind.columns.values() if not c.field.internal and c.name not in RETIREMENT)
    return [_open_column(kind, column) for column in columns]


def open_data_query(kind: Kind) -> Select[Any]:
    """Return the query for the records of a kind."""
    condition = _is_open(kind.model)
    return select(kind.model) if condition is None else select(kind.model).where(condition)


def _is_open(model: type[Record]) -> ColumnElement[bool] | None:
    """Return the condition that a record is in the set; None where all of a model are."""
    if model is Commitment:
        return Commitment.retired_at.is_(None)
    conditions = []
    for column in kind_of(model).columns.values():
        other = column.field.model
        if other and column.field.required and _names_record(column) and (condition := _is_open(other)) is not None:
            conditions.append(getattr(model, column.name).has(condition))
    return and_(*conditions) if conditions else None


def _names_record(column: Column) -> bool:
    """Return whether a column names one other record."""
    return column.field.model in {kind.model for kind in KINDS.values()} and not column.field.multiple


def _open_column(kind: Kind, column: Column) -> Column:
    """Return a column that names only what is in the set; rows of one commitment name no row of another."""
    other = column.field.model
    if other is None or not _names_record(column) or column.field.required or other is kind.model:
        return column
    condition = _is_open(other)
    if condition is None:
        return column
    codes = select(other.code).where(getattr(kind.model, column.name), condition)
    return replace(column, sql=codes.scalar_subquery())
