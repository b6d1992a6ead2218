"""The mapping of columns and values of a file to fields, words and codes, and what of it a person must decide."""

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from tracker.actions.imports.cell_parsers import ReferenceParser, choice_parser, fold_label, fold_text
from tracker.actions.imports.files import SourceTable
from tracker.actions.imports.scan import CHUNK_ROWS, ErrorReport, source_rows
from tracker.database import session
from tracker.errors import Invalid
from tracker.records.base import Kind
from tracker.records.fields import FORBIDDEN_CHARACTERS, ChoiceMixin, Flag, mask_forbidden

#: Rows that are searched for examples, and examples of each column.
EXAMPLE_ROWS, MAX_EXAMPLES = 200, 3
#: Unknown values of a field that a page asks about at once.
MAX_UNKNOWN = 40


@dataclasses.dataclass
class ImportSettings:
    """How to read a file, as a person chose; settings left empty are guessed."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    #: "dmy" or "mdy": how to read a date such as 03/04/2024.
    dates: str = ""
    #: {header: field, or "" to leave the column out}
    columns: dict[str, str] = dataclasses.field(default_factory=dict)
    #: {field: {value in the file: word or code}}
    values: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def suggest_mapping(kind: Kind, header: Sequence[str], settings: ImportSettings) -> list[str | None]:
    """Return for each column the field it fills, "" if it is left out, or None if that is unknown."""
    fields = [field.name for field in kind.form()]
    known: dict[str, str] = {}
    for column in kind.columns.values():
        target = column.name if column.name in fields else ""
        for name in fold_label(column.label):
            known.setdefault(name, target)
    # Names precede labels: "title" may be the label of another field.
    known |= {fold_text(name): name if name in fields else "" for name in kind.columns} | {"url": ""}
    known |= {fold_text(name): target for name, target in settings.columns.items()}
    return [known.get(fold_text(name)) for name in header]


def column_mapping(kind: Kind, header: Sequence[str], settings: ImportSettings) -> list[str]:
    """Return for each column the field it fills, or "" if it is left out.

    Raises Invalid, by header, for columns that are unknown, doubled or without a name.
    """
    _check_header(header)
    targets = suggest_mapping(kind, header, settings)
    fields = [field.name for field in kind.form()]
    errors: dict[str, list[str]] = {}
    filled = Counter(target for target in targets if target)
    for name, target in zip(header, targets, strict=True):
        if target is None:
            errors[name] = [_("No field is called so: say which field this column fills, or leave it out.")]
        elif filled[target] > 1:
            others = ", ".join(n for n, t in zip(header, targets, strict=True) if t == target and n != name)
            errors[name] = [_("%(others)s fills “%(field)s” too: leave one of them out.", others=others, field=target)]
        elif target and target not in fields:
            known, shown = ", ".join(fields), mask_forbidden(target[:60])
            errors[name] = [_("There is no field “%(field)s”. The fields are: %(known)s.", field=shown, known=known)]
    present = {fold_text(name) for name in header}
    for name in settings.columns:
        if fold_text(name) not in present:
            errors[name] = [_("The file has no such column. Its columns are: %(names)s.", names=", ".join(header))]
    if not errors and not filled:
        errors["file"] = [_("No column fills a field: the first row must name the columns.")]
    if errors:
        raise Invalid(errors)
    return [target or "" for target in targets]


def _check_header(header: Sequence[str]) -> None:
    """Raise Invalid for columns without a name, or with the same name."""
    errors = {}
    for number, name in enumerate(header, start=1):
        if not name:
            errors[_("Column %(n)s", n=number)] = [_("It has no name: write one into the first row.")]
    for name, times in Counter(fold_text(name) or name for name in header if name).items():
        if times > 1:
            twins = [n for n, other in enumerate(header, start=1) if (fold_text(other) or other) == name]
            errors[header[twins[0] - 1]] = [
                _("Columns %(numbers)s have the same name: rename all but one.", numbers=", ".join(map(str, twins)))
            ]
    if errors:
        raise Invalid(errors)


def header_fingerprint(header: Sequence[str]) -> str:
    """Return a hash of the names of the columns that ignores their order."""
    return hashlib.sha256(json.dumps(sorted(fold_text(name) for name in header)).encode()).hexdigest()


@dataclasses.dataclass
class SourceColumn:
    """A column of a file: its header, the field it fills ("" for none, None if unknown), and a few of its cells."""

    header: str
    fills: str | None
    examples: list[str] = dataclasses.field(default_factory=list)


def source_columns(kind: Kind, table: SourceTable, settings: ImportSettings) -> list[SourceColumn]:
    """Return the columns of a file with the fields they fill."""
    columns = list(map(SourceColumn, table.header, suggest_mapping(kind, table.header, settings)))
    for _number, cells in islice(table.rows(), EXAMPLE_ROWS):
        for column, cell in zip(columns, cells, strict=False):
            shown = mask_forbidden(cell)
            if cell.strip() and len(column.examples) < MAX_EXAMPLES and shown not in column.examples:
                column.examples.append(shown)
    return columns


def unknown_values(kind: Kind, table: SourceTable, columns: Sequence[str | None]) -> dict[str, list[str]]:
    """Return {field: its first values that are neither a word or code of it nor the label of one}."""
    choices = [field for field in kind.form() if field.name in columns and isinstance(field, ChoiceMixin | Flag)]
    # Dictionaries preserve the order, as sets do not.
    values: dict[str, dict[str, None]] = {field.name: {} for field in choices}
    own_names: set[str] = set()
    for row in source_rows(table, columns, ErrorReport()):
        for field in choices:
            cell = row.cells[field.name]
            parts = (part.strip() for part in (cell.split(";") if field.multiple else [cell]))
            values[field.name] |= dict.fromkeys(p for p in parts if p and not FORBIDDEN_CHARACTERS.search(p))
        own_names |= {fold_text(row.cells[name]) for name in ("code", kind.title_column) if name in row.cells}
    unknown = {}
    for field in choices:
        names = own_names if field.model is kind.model else set()
        unknown[field.name] = list(islice(_unknown(field, list(values[field.name]), names), MAX_UNKNOWN))
    return {name: texts for name, texts in unknown.items() if texts}


def _unknown(field: ChoiceMixin[Any] | Flag, values: Sequence[str], own_names: set[str]) -> Iterator[str]:
    parser = choice_parser(field, {})
    for start in range(0, len(values), CHUNK_ROWS):
        chunk = values[start : start + CHUNK_ROWS]
        if isinstance(parser, ReferenceParser):
            parser.expect(session.scalars(select(parser.model.code).where(parser.model.code.in_(chunk))))
        yield from (value for value in chunk if fold_text(value) not in own_names and not parser.knows(value))
