"""The rows of a file, a few hundred at a time, each after those it names."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.actions.imports.cell_parsers import without_formula_guard
from tracker.actions.imports.files import SourceTable
from tracker.actions.imports.mapping import fold_text
from tracker.actions.imports.scan import ErrorReport, FileScan, complete_rows
from tracker.records import Kind

#: How many rows are held at once.
CHUNK = 500


@dataclass(frozen=True)
class SourceRow:
    #: As a spreadsheet shows it.
    number: int
    #: {field: cell}
    cells: dict[str, str]

    @property
    def code(self) -> str:
        return self.cells.get("code", "").strip()


def row_chunks(kind: Kind, table: SourceTable, columns: Sequence[str], survey: FileScan) -> Iterator[list[SourceRow]]:
    """Yield the rows of a file, none of which names another of its own chunk or of a later one."""
    rows = _rows(table, columns)
    if survey.ranks:
        rows = iter(sorted(rows, key=lambda row: survey.ranks.get(row.code, 0)))
    form: Any = kind.form()
    own = [name for name in columns if name and form[name].model is kind.model]
    if not own:
        yield from iter(lambda: list(itertools.islice(rows, CHUNK)), [])
        return
    chunk: list[SourceRow] = []
    codes: set[str] = set()
    for row in rows:
        named = (row.cells[name].strip() for name in own)
        if len(chunk) == CHUNK or any((n if n in codes else survey.names.get(fold_text(n))) in codes for n in named):
            yield chunk
            chunk, codes = [], set()
        chunk.append(row)
        codes.add(row.code)
    if chunk:
        yield chunk


def _rows(table: SourceTable, columns: Sequence[str]) -> Iterator[SourceRow]:
    for number, cells in complete_rows(table, ErrorReport()):
        named = zip(columns, cells, strict=True)
        yield SourceRow(
            number, {name: cell if table.sheet else without_formula_guard(cell) for name, cell in named if name}
        )
