"""What a person is asked about a file before it is imported: its columns, and the words that nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select

from tracker.actions.imports.cell_parsers import InvalidCell, ReferenceParser, TermParser, cell_parser
from tracker.actions.imports.files import SourceTable
from tracker.actions.imports.mapping import ImportSettings, fold_text, suggest_mapping
from tracker.database import session
from tracker.records import Kind
from tracker.records.fields import FORBIDDEN_CHARACTERS, Flag

#: How many rows are looked at for examples, and how many of them are shown.
EXAMPLE_ROWS, EXAMPLES = 200, 3
#: How many values of a field are asked about at once.
MOST_ASKED = 40


@dataclass
class SourceColumn:
    """A column of a file: its header, the field it fills ("" for none, None if unknown), and a few of its cells."""

    header: str
    fills: str | None
    examples: list[str] = field(default_factory=list)


def source_columns(kind: Kind, table: SourceTable, settings: ImportSettings) -> list[SourceColumn]:
    """Return the columns of a file with what they fill, as far as is known."""
    found = [
        SourceColumn(h, f) for h, f in zip(table.header, suggest_mapping(kind, table.header, settings), strict=True)
    ]
    for _number, cells in islice(table.rows(), EXAMPLE_ROWS):
        for column, cell in zip(found, cells, strict=False):
            shown = FORBIDDEN_CHARACTERS.sub("�", cell)
            if cell.strip() and len(column.examples) < EXAMPLES and shown not in column.examples:
                column.examples.append(shown)
    return found


def unknown_values(
    kind: Kind, table: SourceTable, columns: Sequence[str | None], settings: ImportSettings
) -> dict[str, list[str]]:
    """Return {field: values that are neither a word or code of it nor the label of one}, the first ones of each."""
    form: Any = kind.form()
    places = {
        name: place
        for place, name in enumerate(columns)
        if name and name in form and (form[name].is_choice or _is_flag(form[name]))
    }
    held: dict[str, dict[str, None]] = {name: {} for name in places}
    within: set[str] = set()
    for _number, cells in table.rows():
        for name, place in places.items():
            cell = cells[place] if place < len(cells) else ""
            parts = cell.split(";") if form[name].multiple else [cell]
            held[name] |= dict.fromkeys(
                part.strip() for part in parts if part.strip() and not FORBIDDEN_CHARACTERS.search(part)
            )
        for own in ("code", kind.title_column):
            if own in columns and (place := columns.index(own)) < len(cells):
                within.add(fold_text(cells[place]))
    found = {name: _unknown(kind, form[name], list(values), within, settings) for name, values in held.items()}
    return {name: values for name, values in found.items() if values}


def _is_flag(told: Any) -> bool:
    return isinstance(told, Flag)


def _unknown(kind: Kind, told: Any, values: list[str], within: set[str], settings: ImportSettings) -> list[str]:
    meant: Any = cell_parser(told, {}, str)
    if isinstance(meant, TermParser):
        known = {*Flag.YES, *Flag.NO} if _is_flag(told) else told.options()
        return [value for value in values if meant.one(value) not in known][:MOST_ASKED]
    unknown: list[str] = []
    model = told.model
    for start in range(0, len(values), 500):
        some = values[start : start + 500]
        codes = set(session.scalars(select(model.code).where(model.code.in_(some))))
        left = [v for v in some if v not in codes and not (model is kind.model and fold_text(v) in within)]
        for value in left:
            if len(unknown) == MOST_ASKED:
                return unknown
            if not _is_name(meant, value):
                unknown.append(value)
    return unknown


def _is_name(names: ReferenceParser, value: str) -> bool:
    try:
        return names.one(value) != value
    except InvalidCell:
        return False
