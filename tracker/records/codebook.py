"""The codebook of a file: the type and definition of each column, and the words that columns hold."""

from collections.abc import Iterable

from tracker.records import CATALOGUE
from tracker.records.base import Column

#: {model: name of its kind}
KINDS = {kind.model: name for name, kind in CATALOGUE.items()}


def referenced_kind(column: Column) -> str:
    """Return the name of the kind whose codes a column holds, or ""."""
    return KINDS.get(column.field.model, "") if column.field.model else ""


def describe_columns(columns: Iterable[Column]) -> list[dict[str, str]]:
    """Return the name, label, type and definition of each column, with its vocabulary or the kind it refers to."""
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
    """Return {vocabulary: {word: its label and definition}} of all vocabularies in the columns."""
    lists = {c.field.vocabulary.__name__: c.field.vocabulary for c in columns if c.field.vocabulary}
    return {
        name: {word.value: {"label": str(word.label), "definition": str(word.definition)} for word in lists[name]}
        for name in sorted(lists)
    }
