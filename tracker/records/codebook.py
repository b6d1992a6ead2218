"""What the columns of a file mean: the type of each, and the words that some of them hold."""

from collections.abc import Iterable, Sequence
from typing import Any

from tracker.records import CATALOGUE
from tracker.records.as_of import PastMoment
from tracker.records.base import Column
from tracker.records.date_fields import Date, Timestamp
from tracker.records.fields import Flag, Number

#: {sort of field: the type of its plain values}, the first that fits; all else is text.
TYPES = {Flag: "boolean", PastMoment: "string", Date: "date", Timestamp: "datetime"}
#: {model: the kind whose codes name its records}
KINDS = {kind.model: name for name, kind in CATALOGUE.items()}


def type_of(column: Column) -> str:
    """Return the type of a column's plain values: string, integer, number, boolean, date, datetime or list."""
    if getattr(column.field, "multiple", False):
        return "list"
    if isinstance(column.field, Number):
        return "integer" if column.field.whole else "number"
    return next((name for sort, name in TYPES.items() if isinstance(column.field, sort)), "string")


def referenced_kind(column: Column) -> str:
    """Return the kind of the records whose codes a column holds, or nothing."""
    model: Any = getattr(column.field, "model", None)
    return KINDS.get(model, "")


def describe_columns(columns: Iterable[Column]) -> list[dict[str, str]]:
    """Return what each column is: name, label, type, definition, and the list of words or kind of record it holds."""
    told = []
    for column in columns:
        definition = str(getattr(column.field, "description", ""))
        meant = {"name": column.name, "label": str(column.label), "type": type_of(column), "definition": definition}
        held = {"words": column.vocabulary.__name__ if column.vocabulary else "", "records": referenced_kind(column)}
        told.append(meant | {name: value for name, value in held.items() if value})
    return told


def codebook(columns: Iterable[Column]) -> dict[str, dict[str, dict[str, str]]]:
    """Return {list of words: {word: its label and definition}} of all that the columns hold."""
    lists: dict[str, Sequence[Any]] = {
        column.vocabulary.__name__: column.vocabulary for column in columns if column.vocabulary
    }
    return {
        name: {word.value: {"label": str(word.label), "definition": str(word.definition)} for word in lists[name]}
        for name in sorted(lists)
    }
