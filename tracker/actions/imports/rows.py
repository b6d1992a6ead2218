"""The rows of a file, a few hundred at a time, each after those it names."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.actions.imports.files import Table
from tracker.actions.imports.mapping import folded
from tracker.actions.imports.survey import Report, Survey, sound_rows
from tracker.actions.imports.values import unheld
from tracker.records import Kind

#: How many rows are held at once.
CHUNK = 500


@dataclass(frozen=True)
class Row:
    #: As a spreadsheet shows it.
    number: int
    #: {field: cell}
    cells: dict[str, str]

    @property
    def code(self) -> str:
        return self.cells.get("code", "").strip()


def chunks(kind: Kind, table: Table, columns: Sequence[str], survey: Survey) -> Iterator[list[Row]]:
    """Yield the rows of a file, none of which names another of its own chunk or of a later one."""
    rows = _rows(table, columns)
    if survey.ranks:
        rows = iter(sorted(rows, key=lambda row: survey.ranks.get(row.code, 0)))
    form: Any = kind.form()
    own = [name for name in columns if name and getattr(form[name], "model", None) is kind.model]
    if not own:
        yield from iter(lambda: list(itertools.islice(rows, CHUNK)), [])
        return
    chunk: list[Row] = []
    codes: set[str] = set()
    for row in rows:
        named = (row.cells[name].strip() for name in own)
        if len(chunk) == CHUNK or any((n if n in codes else survey.names.get(folded(n))) in codes for n in named):
            yield chunk
            chunk, codes = [], set()
        chunk.append(row)
        codes.add(row.code)
    if chunk:
        yield chunk


def _rows(table: Table, columns: Sequence[str]) -> Iterator[Row]:
    for number, cells in sound_rows(table, Report()):
        named = zip(columns, cells, strict=True)
        yield Row(number, {name: cell if table.sheet else unheld(cell) for name, cell in named if name})
