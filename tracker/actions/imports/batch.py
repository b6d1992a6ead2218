"""An import, all or nothing: each row of a file adds, changes or leaves a record, through the form of its kind."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, inspect, or_, select
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.datastructures import MultiDict

from tracker.actions.imports.cell_parsers import InvalidCell, ReferenceParser, cell_parser
from tracker.actions.imports.files import SourceTable
from tracker.actions.imports.mapping import ImportSettings, column_mapping
from tracker.actions.imports.scan import ErrorReport, FileScan, SourceRow, date_parsers, row_chunks, scan_file
from tracker.actions.save import TWIN, flush, mark_changed, set_actor, unique_together
from tracker.database import session
from tracker.models import Account, Record
from tracker.models.history import used_codes
from tracker.records.base import Kind
from tracker.records.fields import FORBIDDEN_CHARACTERS, Reference
from tracker.records.record_lookup import ReservedCodes

#: What becomes of the record of a row.
OUTCOMES = ("added", "changed", "left")
#: Records of each outcome in a preview.
MAX_PREVIEWED = 50


@dataclasses.dataclass(frozen=True)
class PreviewRecord:
    """A record in a preview."""

    row: int
    code: str
    title: str
    #: (field, old, new) of the fields that change.
    changes: list[tuple[str, str, str]]

    def to_json(self) -> dict[str, Any]:
        return {"row": self.row, "code": self.code, "called": self.title, "changes": self.changes}


@dataclasses.dataclass
class ImportResult:
    """What an import did, or would do."""

    total: int
    report: ErrorReport
    #: The name of the sheet that was read, if it is a workbook.
    sheet: str = ""
    #: {outcome: number of records}, and {outcome: the first ones}
    counts: dict[str, int] = dataclasses.field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    shown: dict[str, list[PreviewRecord]] = dataclasses.field(default_factory=lambda: {name: [] for name in OUTCOMES})
    notes: list[str] = dataclasses.field(default_factory=list)
    #: The columns of the file that fill no field.
    left_out: list[str] = dataclasses.field(default_factory=list)
    #: Whether it was not rolled back.
    applied: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the data of a preview."""
        return {
            "total": self.total,
            "report": {"told": [dataclasses.asdict(error) for error in self.report.errors], "count": self.report.count},
            "sheet": self.sheet,
            "counts": self.counts,
            "shown": {name: [record.to_json() for record in records] for name, records in self.shown.items()},
            "notes": self.notes,
            "left_out": self.left_out,
        }

    def count(self, outcome: str, row: SourceRow, record: Record, changes: Sequence[tuple[str, str, str]] = ()) -> None:
        self.counts[outcome] += 1
        if len(self.shown[outcome]) < MAX_PREVIEWED:
            self.shown[outcome].append(PreviewRecord(row.number, record.code, str(record), list(changes)))


def run_import(
    kind: Kind,
    table: SourceTable,
    settings: ImportSettings,
    account: Account,
    keep: Callable[[ImportResult], bool],
    report_progress: Callable[[int, int], None] = lambda done, total: None,
) -> ImportResult:
    """Import a table into the records of a kind within the current write transaction.

    All of it is rolled back if anything is wrong, or if `keep` returns false for the result. `report_progress` gets the
    number of rows done and of all rows. Raises Invalid if the file cannot be read at all.
    """
    columns = column_mapping(kind, table.header, settings)
    scan = scan_file(kind, table, columns)
    headers = {name: header for name, header in zip(columns, table.header, strict=True) if name}
    by_field, notes = date_parsers(scan, headers, settings.dates, bool(table.sheet))
    form = kind.form()
    parsers = {}
    for name in headers:
        # Cells may also name rows of this file by their titles.
        titles = scan.titles if name in scan.self_references else {}
        parsers[name] = cell_parser(form[name], titles | settings.values.get(name, {}), by_field.get(name, str))
    set_actor(account)
    report_progress(0, scan.total)
    with session.begin_nested() as savepoint:
        batch = ImportBatch(kind, headers, parsers, scan)
        result = batch.run(row_chunks(table, columns, scan), lambda done: report_progress(done, scan.total))
        result.notes, result.sheet = notes, table.sheet
        result.left_out = [header for name, header in zip(columns, table.header, strict=True) if not name]
        result.applied = not result.report and keep(result)
        if not result.applied:
            savepoint.rollback()
    result.report.errors.sort(key=lambda error: error.row)
    return result


@dataclasses.dataclass
class ParsedRow:
    """A row without errors."""

    row: SourceRow
    #: The record to change, or None.
    record: Record | None
    #: {field: value}
    data: dict[str, Any]
    changes: list[tuple[str, str, str]]


class ImportBatch:
    """Imports the rows of one file into the records of one kind."""

    def __init__(
        self, kind: Kind, headers: Mapping[str, str], parsers: Mapping[str, Callable[[str], str]], scan: FileScan
    ) -> None:
        #: `headers` is {field: header}, `parsers` {field: parser of its cells}.
        self.kind, self.headers, self.parsers, self.scan = kind, headers, parsers, scan
        self.form: Any = kind.form()
        self.defaults = {field.name: field.to_input(field.to_json(field.data)) for field in self.form}
        self.references = [field for field in self.form if isinstance(field, Reference) and field.name in headers]
        self.loads = kind.loads([kind.columns[field.name] for field in self.form])
        self.result = ImportResult(scan.total, scan.report)
        self.existing = ExistingRecords(kind, [name for name in headers if name != "code"], self.loads)

    def run(self, chunks: Iterable[list[SourceRow]], report_progress: Callable[[int], None]) -> ImportResult:
        """Import all rows; `report_progress` gets the number of rows done."""
        done = 0
        self.form.lookup.reserved = ReservedCodes(self.scan.codes)
        for chunk in chunks:
            with session.no_autoflush:
                self._import_chunk([row for row in chunk if row.number not in self.scan.report.rows])
            flush()
            # Then the session drops them too, and does not grow with the file.
            self.form.lookup.forget_records()
            report_progress(done := done + len(chunk))
        return self.result

    def _import_chunk(self, rows: list[SourceRow]) -> None:
        self._load_references(rows)
        row_codes = [row.code for row in rows if row.code and not FORBIDDEN_CHARACTERS.search(row.code)]
        model = self.kind.model
        query = select(model).where(model.code.in_(row_codes)).options(*self.loads)
        records = {record.code: record for record in session.scalars(query)}
        self.form.was_used = used_codes(session, model, row_codes).__contains__
        #: {field: its last input}; emptied with each chunk, whose records the form may hold.
        self.inputs: dict[str, list[str]] = {}
        parsed = [parsed for row in rows if (parsed := self._parse(row, records.get(row.code)))]
        # If all rows have codes, and none need be unique otherwise, no record can repeat another.
        self.compares = bool(self.existing.unique) or not all(row.row.code for row in parsed)
        self.existing.look_up([row.data for row in parsed] if self.compares else [])
        for parsed_row in parsed:
            self._store(parsed_row)

    def _load_references(self, rows: list[SourceRow]) -> None:
        """Read the records that the rows refer to by code, all at once."""
        codes_by_model: dict[type[Record], set[str]] = {}
        for field in self.references:
            cells = (row.cells[field.name] for row in rows)
            parts = (part.strip() for cell in cells for part in (cell.split(";") if field.multiple else [cell]))
            valid = {part for part in parts if not FORBIDDEN_CHARACTERS.search(part)}
            codes_by_model.setdefault(field.model, set()).update(valid)
        known = {model: self.form.lookup.read(model, model_codes) for model, model_codes in codes_by_model.items()}
        for field in self.references:
            cast(ReferenceParser, self.parsers[field.name]).expect(known[field.model])

    def _parse(self, row: SourceRow, record: Record | None) -> ParsedRow | None:
        """Return a row with its parsed values, or None if it changes nothing or has errors."""
        inputs, errors = dict(self.defaults), {}
        if record is not None:
            kept_fields = (field for field in self.form if field.name not in row.cells)
            inputs = {field.name: field.to_input(field.to_json(getattr(record, field.name))) for field in kept_fields}
        for name, cell in row.cells.items():
            try:
                text = self.parsers[name](cell)
            except InvalidCell as error:
                text, errors[name] = cell, [error]
            inputs[name] = self.form[name].to_input(text)
        self._fill_form(inputs)
        self.form.record = record
        changes = [] if record is None else self._changes(record)
        if record is not None and not changes and not errors:
            self.result.count("left", row, record)
            return None
        if not self.form.validate() or errors:
            self._report(row, {**self.form.errors, **errors})
            return None
        return ParsedRow(row, record, dict(self.form.data), changes)

    def _fill_form(self, inputs: dict[str, list[str]]) -> None:
        """Process inputs in the form, except in fields whose input is that of the row before."""
        formdata: MultiDict[str, str] = MultiDict(inputs)
        for field in self.form:
            if self.inputs.get(field.name) != inputs[field.name]:
                field.process(formdata)
        self.inputs = inputs

    def _changes(self, record: Record) -> list[tuple[str, str, str]]:
        """Return (field, old, new) of the fields that the form changes."""
        changes = []
        for name in self.headers:
            field, old = self.form[name], getattr(record, name)
            if field.process_errors or field.to_json(field.data) != field.to_json(old):
                changes.append((str(field.label.text), field.display(old), field.display(field.data)))
        return changes

    def _report(self, row: SourceRow, errors: Mapping[str, Sequence[object]]) -> None:
        for name, messages in errors.items():
            cell, field, header = row.cells.get(name, ""), self.form[name], self.headers.get(name)
            if field.model is self.kind.model:
                above = self.scan.codes.get(self.scan.code_of(cell.strip()))
                if above in self.scan.report.rows:
                    messages = [_("Row %(row)s, which it names, must be put right first.", row=above)]
            if header is None:
                header = _("%(field)s (no column)", field=field.label.text)
                messages = [*messages, _("The file has no column for it: add one, named %(name)s.", name=name)]
            self.scan.report.add(row.number, header, cell, " ".join(map(str, messages)))

    def _store(self, parsed: ParsedRow) -> None:
        """Put the record of a row into the session, unless it repeats another."""
        if not parsed.row.code and (twin := self.existing.equal_to(parsed.data)) is not None:
            self.result.count("left", parsed.row, twin)
            return
        if name := self.existing.clash(parsed.data, parsed.record):
            self._report(parsed.row, {name: [TWIN]})
            return
        record = self.kind.model() if parsed.record is None else parsed.record
        for name, value in parsed.data.items():
            self.form[name].data = value
        self.form.populate_obj(record)
        session.add(record)
        if self.compares:
            self.existing.add(record, parsed.data)
        for stepping in (record, record.belongs_to):
            if stepping is not None:
                mark_changed(stepping)
        self.result.count("added" if parsed.record is None else "changed", parsed.row, record, parsed.changes)


class ExistingRecords:
    """The records that rows may repeat or clash with: those of the same parent, or with the same short values."""

    def __init__(self, kind: Kind, names: Sequence[str], loads: Sequence[ExecutableOption]) -> None:
        #: `names` are the fields that the file fills, without the code.
        self.kind, self.names, self.loads = kind, names, loads
        self.unique = unique_together(kind)
        self.fields = {field.name: field for field in kind.form()}
        #: {values: the record that has them}, by all fields and by those that must be unique
        self.by_values: dict[tuple[object, ...], Record] = {}
        self.by_unique_values: dict[tuple[object, ...], Record] = {}

    def look_up(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Read the records that these rows may repeat, each row as {field: value}, in place of those read before."""
        self.by_values.clear()
        self.by_unique_values.clear()
        shared = [self.kind.parent] if self.unique else [name for name in self.names if self._is_short(name)]
        if not rows or not shared:
            return
        conditions = [self._has_one_of(name, [row[name] for row in rows]) for name in shared]
        for record in session.scalars(select(self.kind.model).where(*conditions).options(*self.loads)):
            self.add(record, {name: getattr(record, name) for name in self.fields})

    def add(self, record: Record, data: Mapping[str, Any]) -> None:
        """Add a record with its values, which later rows may repeat."""
        self.by_values.setdefault(self._key(data), record)
        for names in self.unique:
            self.by_unique_values.setdefault((*names, *(data[name] for name in names)), record)

    def equal_to(self, data: Mapping[str, Any]) -> Record | None:
        """Return a record with all values of a row, or None."""
        return self.by_values.get(self._key(data))

    def clash(self, data: Mapping[str, Any], record: Record | None) -> str:
        """Return the last of the unique fields in which a row repeats a record other than its own, or ""."""
        for names in self.unique:
            other = self.by_unique_values.get((*names, *(data[name] for name in names)))
            if other is not None and other is not record:
                return names[-1]
        return ""

    def _key(self, data: Mapping[str, Any]) -> tuple[object, ...]:
        values = (self.fields[name].to_json(data[name]) for name in self.names)
        return tuple(tuple(value) if isinstance(value, list) else value for value in values)

    def _is_short(self, name: str) -> bool:
        return self.fields[name].control != "textarea" and not self.fields[name].multiple

    def _has_one_of(self, name: str, values: Sequence[Any]) -> ColumnElement[bool]:
        attribute = getattr(self.kind.model, name)
        if name in inspect(self.kind.model).relationships:
            attribute, values = next(iter(attribute.property.local_columns)), [v and v.id for v in values]
        condition = attribute.in_({value for value in values if value is not None})
        return or_(condition, attribute.is_(None)) if None in values else condition
