"""The rows of a file: first a scan of their columns, then chunks in an order in which they can be stored."""

import graphlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from tracker.actions.imports.cell_parsers import (
    DateParser,
    date_format,
    describe_date_order,
    fold_text,
    without_formula_guard,
)
from tracker.actions.imports.files import SourceTable
from tracker.errors import Invalid
from tracker.records.base import Kind
from tracker.records.fields import mask_forbidden

#: Errors that a report lists; the others are only counted.
MAX_ERRORS = 10_000
#: Rows in memory at once.
CHUNK_ROWS = 500
#: The columns of an error report as a file.
REPORT_COLUMNS = ("sheet", "row", "column", "value", "reason")


@dataclass(frozen=True)
class SourceRow:
    """A row of a file."""

    #: As in a spreadsheet.
    number: int
    #: {field: cell}
    cells: dict[str, str]

    @property
    def code(self) -> str:
        return self.cells.get("code", "").strip()


@dataclass(frozen=True)
class CellError:
    """An error in a cell, or in a whole row, which then has no column."""

    row: int
    column: str
    value: str
    reason: str


@dataclass
class ErrorReport:
    """The errors in a file."""

    #: The first MAX_ERRORS.
    errors: list[CellError] = field(default_factory=list)
    count: int = 0
    rows: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.count)

    def add(self, row: int, column: str, value: str, reason: str) -> None:
        self.count += 1
        self.rows.add(row)
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(CellError(row, column, mask_forbidden(value[:200]), reason))


@dataclass
class FileScan:
    """The results of the first scan of a file."""

    #: {field: {date format: the first cell in it}}
    date_formats: dict[str, dict[str, str]]
    #: The fields that refer to records of the same kind.
    self_references: list[str]
    total: int = 0
    #: {code: number of its row}
    codes: dict[str, int] = field(default_factory=dict)
    #: {unique title of a row, folded: its code}, if rows can refer to one another
    titles: dict[str, str] = field(default_factory=dict)
    #: {code: rank in the order of storing}, if a row refers to one further down
    ranks: dict[str, int] = field(default_factory=dict)
    report: ErrorReport = field(default_factory=ErrorReport)

    def code_of(self, name: str) -> str:
        """Return the code of the row with a code or title, or ""."""
        return name if name in self.codes else self.titles.get(fold_text(name), "")


def source_rows(table: SourceTable, columns: Sequence[str | None], report: ErrorReport) -> Iterator[SourceRow]:
    """Yield the rows with one cell for each column; report the others."""
    width = len(table.header)
    for number, cells in table.rows():
        if len(cells) != width:
            message = _("Row %(row)s has %(n)s cells, the header has %(width)s.", row=number, n=len(cells), width=width)
            report.add(number, "", "", message)
            continue
        texts = cells if table.sheet else map(without_formula_guard, cells)
        yield SourceRow(number, {name: text for name, text in zip(columns, texts, strict=True) if name})


def scan_file(kind: Kind, table: SourceTable, columns: Sequence[str]) -> FileScan:
    """Scan a file whose columns fill some fields ("" for none)."""
    fields = [field for field in kind.form() if field.name in columns]
    scan = FileScan(
        {field.name: {} for field in fields if field.json_type == "date"},
        [field.name for field in fields if field.model is kind.model],
    )
    headers = dict(zip(columns, table.header, strict=True))
    named: dict[str, list[str]] = {}
    ambiguous: set[str] = set()
    for row in source_rows(table, columns, scan.report):
        scan.total += 1
        for name, formats in scan.date_formats.items():
            if cell := row.cells[name].strip():
                formats.setdefault(date_format(cell), cell)
        if row.code in scan.codes:
            message = _("Row %(row)s has this code too: a code is used once.", row=scan.codes[row.code])
            scan.report.add(row.number, headers["code"], row.code, message)
        elif row.code:
            scan.codes[row.code] = row.number
            if scan.self_references and (title := fold_text(row.cells.get(kind.title_column, ""))):
                ambiguous |= {title} & scan.titles.keys()
                scan.titles[title] = row.code
            if others := [cell for name in scan.self_references if (cell := row.cells[name].strip())]:
                named[row.code] = others
    for title in ambiguous:
        del scan.titles[title]
    if named:
        _rank(scan, named, headers[scan.self_references[0]])
    return scan


def _rank(scan: FileScan, named: Mapping[str, list[str]], header: str) -> None:
    """Rank rows before those that refer to them; report those that refer, directly or not, to themselves."""
    graph = {code: {scan.code_of(name) for name in names} - {""} for code, names in named.items()}
    if not any(scan.codes[other] >= scan.codes[code] for code, others in graph.items() for other in others):
        return
    while True:
        sorter = graphlib.TopologicalSorter(graph)
        try:
            sorter.prepare()
            break
        except graphlib.CycleError as error:
            cycle = set(error.args[1])
            for code in sorted(cycle, key=scan.codes.__getitem__):
                message = _("That leads back to this record itself: choose another.")
                scan.report.add(scan.codes[code], header, ", ".join(named[code]), message)
            graph = {code: others for code, others in graph.items() if code not in cycle}
    rank = 0
    while sorter.is_active():
        ready = sorter.get_ready()
        scan.ranks |= dict.fromkeys(ready, rank)
        sorter.done(*ready)
        rank += 1


def row_chunks(table: SourceTable, columns: Sequence[str], scan: FileScan) -> Iterator[list[SourceRow]]:
    """Yield the rows of a file in chunks; no row refers to another in its own chunk or a later one."""
    rows = source_rows(table, columns, ErrorReport())
    if scan.ranks:
        rows = iter(sorted(rows, key=lambda row: scan.ranks.get(row.code, 0)))
    if not scan.self_references:
        yield from iter(lambda: list(itertools.islice(rows, CHUNK_ROWS)), [])
        return
    chunk: list[SourceRow] = []
    codes: set[str] = set()
    for row in rows:
        names = (row.cells[name].strip() for name in scan.self_references)
        if len(chunk) == CHUNK_ROWS or any(scan.code_of(name) in codes for name in names if name):
            yield chunk
            chunk, codes = [], set()
        chunk.append(row)
        codes.add(row.code)
    if chunk:
        yield chunk


def date_parsers(
    scan: FileScan, headers: Mapping[str, str], chosen: str, is_workbook: bool
) -> tuple[dict[str, DateParser], list[str]]:
    """Return {field: parser of its dates}, and notes on how they are read.

    `headers` is {field: header}, `chosen` the order that a person chose, or "". Raises Invalid, by "dates", if a person
    must choose.
    """
    parsers, notes, unclear = {}, [], []
    for name, formats in scan.date_formats.items():
        header = headers[name]
        is_serial = is_workbook and formats.keys() == {"serial"}
        order = chosen or next((order for order in ("dmy", "mdy") if order in formats), "")
        parsers[name] = DateParser(order, is_serial)
        if is_serial:
            notes.append(_("“%(column)s” holds numbers, read as days the way Excel counts them.", column=header))
        elif order and formats.keys() & {"dmy", "mdy", "either"}:
            form = describe_date_order(order)
            notes.append(_("“%(column)s” is read as %(form)s.", column=header, form=form))
        elif "either" in formats:
            unclear.append(_("“%(column)s” has %(cell)s", column=header, cell=formats["either"]))
    if unclear:
        message = _("%(cells)s: say whether the day or the month comes first.", cells=", ".join(unclear))
        raise Invalid({"dates": [message]})
    return parsers, notes
