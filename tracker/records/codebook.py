"""What the columns of a file mean: the type of each, and the words that some of them hold."""

from collections.abc import Iterable

from tracker.records import CATALOGUE
from tracker.records.base import Column

#: {model: the kind whose codes name its records}
KINDS = {kind.model: name for name, kind in CATALOGUE.items()}


def referenced_kind(column: Column) -> str:
    """Return the kind of the records whose codes a column holds; "" if it holds none."""
    return KINDS.get(column.field.model, "") if column.field.model else ""


def describe_columns(columns: Iterable[Column]) -> list[dict[str, str]]:
    """Return what each column is: name, label, type, definition, and the list of words or kind of record it holds."""
    descriptions = []
    for column in columns:
        field = column.field
        description = {
            "name": column.name,
            "label": str(column.label),
            "type": column.json_type,
            "definition": str(field.description),
            "words": field.vocabulary.__name__ if field.vocabulary else "",
            "records": referenced_kind(column),
        }
        descriptions.append({k: v for k, v in description.items() if v or k not in ("words", "records")})
    return descriptions


def codebook(columns: Iterable[Column]) -> dict[str, dict[str, dict[str, str]]]:
    """Return {list of words: {word: its label and definition}} of all that the columns hold."""
    lists = {c.field.vocabulary.__name__: c.field.vocabulary for c in columns if c.field.vocabulary}
    return {
        name: {word.value: {"label": str(word.label), "definition": str(word.definition)} for word in lists[name]}
        for name in sorted(lists)
    }
