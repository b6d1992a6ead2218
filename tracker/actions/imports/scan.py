"""A first walk through a file: what its columns hold, and what no record is needed to see."""

import graphlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from tracker.actions.imports.cell_parsers import NUMERIC, SERIALS, DateParser
from tracker.actions.imports.files import SourceTable
from tracker.actions.imports.mapping import fold_text
from tracker.errors import Invalid
from tracker.records import Kind
from tracker.records.fields import FORBIDDEN_CHARACTERS

#: How many wrong cells are told; the others are counted.
MOST_WRONG = 10_000


@dataclass(frozen=True)
class CellError:
    """A cell that will not do."""

    row: int
    column: str
    value: str
    reason: str


#: The columns of a report as a file.
REPORTED = ("sheet", "row", "column", "value", "reason")


@dataclass
class ErrorReport:
    """What is wrong, at most so many in full."""

    told: list[CellError] = field(default_factory=list)
    count: int = 0
    rows: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.count)

    def add(self, row: int, column: str, value: str, reason: Any) -> None:
        self.count += 1
        self.rows.add(row)
        if len(self.told) < MOST_WRONG:
            self.told.append(CellError(row, column, FORBIDDEN_CHARACTERS.sub("�", value[:200]), str(reason)))


@dataclass
class DateOrder:
    """How the days of one column are written, as far as its cells tell."""

    first_over_12: bool = False
    second_over_12: bool = False
    #: One of the days that can be read both ways.
    unclear: str = ""
    numbers: int = 0
    filled: int = 0

    def see(self, cell: str) -> None:
        self.filled += 1
        if cell.isdigit() and len(cell) == 5 and int(cell) in SERIALS:
            self.numbers += 1
        elif parts := NUMERIC.fullmatch(cell):
            first, second = int(parts[1]), int(parts[3])
            self.first_over_12 |= first > 12
            self.second_over_12 |= second > 12
            if first <= 12 and second <= 12 and first != second:
                self.unclear = self.unclear or cell


@dataclass
class FileScan:
    """What the first walk through a file found."""

    total: int = 0
    #: {code: the row that has it}
    codes: dict[str, int] = field(default_factory=dict)
    #: {name that one record of the file has, folded: its code}, where the kind can name records of its own
    names: dict[str, str] = field(default_factory=dict)
    #: {code: how many rows must come before}, where a row names one further down
    ranks: dict[str, int] = field(default_factory=dict)
    dates: dict[str, DateOrder] = field(default_factory=dict)
    report: ErrorReport = field(default_factory=ErrorReport)


def scan_file(kind: Kind, table: SourceTable, columns: Sequence[str]) -> FileScan:
    """Walk through a file once."""
    form, survey = kind.form(), FileScan()
    places = {name: place for place, name in enumerate(columns) if name}
    survey.dates = {name: DateOrder() for name in places if form[name].json_type == "date"}
    own = [name for name in places if form[name].model is kind.model]
    named: dict[str, list[str]] = {}
    twice: set[str] = set()
    for number, cells in complete_rows(table, survey.report):
        survey.total += 1
        for name, dates in survey.dates.items():
            if cell := cells[places[name]].strip():
                dates.see(cell)
        code = cells[places["code"]].strip() if "code" in places else ""
        if code in survey.codes:
            said = _("Row %(row)s has this code too: a code is used once.", row=survey.codes[code])
            survey.report.add(number, table.header[places["code"]], code, said)
        elif code:
            survey.codes[code] = number
            if own and kind.title_column in places:
                called = fold_text(cells[places[kind.title_column]])
                twice |= {called} & survey.names.keys()
                survey.names[called] = code
            if others := [cells[places[name]].strip() for name in own if cells[places[name]].strip()]:
                named[code] = others
    survey.names = {called: code for called, code in survey.names.items() if called not in twice}
    _rank(survey, named, table.header[places[own[0]]] if own else "")
    return survey


def complete_rows(table: SourceTable, report: ErrorReport) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that have a cell for each column; report the others."""
    width = len(table.header)
    for number, cells in table.rows():
        if len(cells) == width:
            yield number, cells
        else:
            said = _("Row %(row)s has %(n)s cells, the header has %(width)s.", row=number, n=len(cells), width=width)
            report.add(number, "", "", said)


def _rank(survey: FileScan, named: dict[str, list[str]], column: str) -> None:
    """Put records before those that name them; report those that, step by step, name themselves."""
    within = {
        code: {other if other in survey.codes else survey.names.get(fold_text(other), "") for other in others} - {""}
        for code, others in named.items()
    }
    if not any(survey.codes[other] >= survey.codes[code] for code, others in within.items() for other in others):
        return
    while True:
        sorter = graphlib.TopologicalSorter(within)
        try:
            sorter.prepare()
            break
        except graphlib.CycleError as error:
            cycle = set(error.args[1])
            for code in sorted(cycle, key=survey.codes.__getitem__):
                said = _("That leads back to this record itself: choose another.")
                survey.report.add(survey.codes[code], column, ", ".join(named[code]), said)
            within = {code: others for code, others in within.items() if code not in cycle}
    rank = 0
    while sorter.is_active():
        ready = sorter.get_ready()
        survey.ranks |= dict.fromkeys(ready, rank)
        sorter.done(*ready)
        rank += 1


def date_parsers(
    survey: FileScan, labels: dict[str, str], said: str, workbook: bool
) -> tuple[dict[str, DateParser], list[str]]:
    """Return how to read the days of each field, and in words what was found out.

    `labels` is {field: header}, `said` what a person chose. Raises Invalid, by "dates", if a person must choose.
    """
    found, notes, unclear = {}, [], []
    for name, dates in survey.dates.items():
        serial = workbook and 0 < dates.numbers == dates.filled
        order = said or ("dmy" if dates.first_over_12 else "mdy" if dates.second_over_12 else "")
        found[name] = DateParser(order, serial)
        if serial:
            notes.append(_("“%(column)s” holds numbers, read as days the way Excel counts them.", column=labels[name]))
        elif order and (dates.first_over_12 or dates.second_over_12 or dates.unclear):
            form = _("day/month/year") if order == "dmy" else _("month/day/year")
            notes.append(_("“%(column)s” is read as %(form)s.", column=labels[name], form=form))
        elif dates.unclear:
            unclear.append(_("“%(column)s” has %(cell)s", column=labels[name], cell=dates.unclear))
    if unclear:
        said = _("%(cells)s: say whether the day or the month comes first.", cells=", ".join(unclear))
        raise Invalid({"dates": [said]})
    return found, notes
