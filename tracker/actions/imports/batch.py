"""From rows to records: each is added, changed or left, through the form that every door fills."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tracker.actions.imports.cell_parsers import InvalidCell, ReferenceParser
from tracker.actions.imports.existing_records import ExistingRecords
from tracker.actions.imports.mapping import fold_text
from tracker.actions.imports.rows import SourceRow
from tracker.actions.imports.scan import ErrorReport, FileScan
from tracker.actions.save import TWIN, flush, mark_changed
from tracker.database import session
from tracker.models.history import used_codes
from tracker.records import Kind, codes
from tracker.records.fields import FORBIDDEN_CHARACTERS, Reference

#: How many records of each sort a preview shows.
MOST_SHOWN = 50


@dataclass(frozen=True)
class PreviewRecord:
    """A record in a preview."""

    row: int
    code: str
    called: str
    #: (field, old, new) of what changes.
    changes: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class ImportResult:
    """What an import does, or would do."""

    total: int = 0
    #: Which one was read, of a workbook.
    sheet: str = ""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("added", "changed", "left"), 0))
    shown: dict[str, list[PreviewRecord]] = field(default_factory=lambda: {"added": [], "changed": [], "left": []})
    notes: list[str] = field(default_factory=list)
    #: The columns of the file that fill no field.
    left_out: list[str] = field(default_factory=list)
    report: ErrorReport = field(default_factory=ErrorReport)
    #: Whether it was done, and not undone again.
    kept: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        told = asdict(self)
        del told["report"]["rows"]
        return told

    def count(self, sort: str, shown: Callable[[], PreviewRecord]) -> None:
        self.counts[sort] += 1
        if len(self.shown[sort]) < MOST_SHOWN:
            self.shown[sort].append(shown())


@dataclass
class ParsedRow:
    """A row that was read and found fit."""

    row: SourceRow
    #: The record it changes, if there is one.
    record: Any
    #: {field: value}
    data: dict[str, Any]
    changes: list[tuple[str, str, str]]


class ImportBatch:
    """The rows of one file on their way into one kind of record."""

    def __init__(
        self, kind: Kind, headers: dict[str, str], readers: dict[str, Callable[[str], str]], survey: FileScan
    ) -> None:
        #: `headers` is {field: header}, `readers` {field: what reads its cells}.
        self.kind, self.headers, self.readers, self.survey = kind, headers, readers, survey
        self.form: Any = kind.form()
        self.usual = {each.name: each.to_input(each.to_json(each.data)) for each in self.form}
        self.references = [each for each in self.form if isinstance(each, Reference) and each.name in self.headers]
        self.loads = kind.loads([kind.columns[each.name] for each in self.form])
        self.outcome = ImportResult(total=survey.total, report=survey.report)
        self.peers = ExistingRecords(kind, [name for name in self.headers if name != "code"], self.loads)

    def run(self, chunks: Iterable[list[SourceRow]], told: Callable[[int], None]) -> ImportResult:
        """Put all rows into the session and flush them; `told` is called with how many are done."""
        done = 0
        codes.reserve(self.survey.codes)
        session.info.pop("named", None)
        for chunk in chunks:
            with session.no_autoflush:
                self._chunk([row for row in chunk if row.number not in self.survey.report.rows])
            flush()
            # The session lets go of what nobody holds: its size does not grow with the file.
            session.info.pop("named")
            told(done := done + len(chunk))
        return self.outcome

    def _chunk(self, rows: list[SourceRow]) -> None:
        self._expect_references(rows)
        named = [row.code for row in rows if row.code and not FORBIDDEN_CHARACTERS.search(row.code)]
        model = self.kind.model
        found = session.scalars(select(model).where(model.code.in_(named)).options(*self.loads))
        existing = {record.code: record for record in found}
        used = used_codes(session, model, named)
        self.form.was_used = used.__contains__
        #: {field: what was typed into the form last}; the records it names are those of this chunk.
        self.typed: dict[str, list[str]] = {}
        drafts = [draft for row in rows if (draft := self._read(row, existing.get(row.code)))]
        # With codes, and no rule that rows differ, no record can be in another's way.
        self.compared = bool(self.peers.unique) or not all(draft.row.code for draft in drafts)
        self.peers.look_up([draft.data for draft in drafts] if self.compared else [])
        for draft in drafts:
            self._put(draft)

    def _expect_references(self, rows: list[SourceRow]) -> None:
        """Read at once the records that the rows name by their codes."""
        parts: dict[Any, set[str]] = {}
        for each in self.references:
            cells = (row.cells[each.name] for row in rows)
            split = (cell.split(";") if each.multiple else [cell] for cell in cells)
            named = {part.strip() for cell in split for part in cell}
            parts.setdefault(each.model, set()).update(part for part in named if not FORBIDDEN_CHARACTERS.search(part))
        kept = session.info.setdefault("named", {})
        for model, keys in parts.items():
            found = session.scalars(select(model).where(model.code.in_(keys)))
            kept |= {(model, record.code): record for record in found}
        for each in self.references:
            names = cast(ReferenceParser, self.readers[each.name])
            names.expect(code for model, code in kept if model is each.model)

    def _read(self, row: SourceRow, record: Any) -> ParsedRow | None:
        """Fill the form with a row; return what it holds, or nothing if it is left or wrong."""
        entered, wrong = dict(self.usual), {}
        if record is not None:
            kept = (each for each in self.form if each.name not in row.cells)
            entered = {each.name: each.to_input(each.to_json(getattr(record, each.name))) for each in kept}
        for name, cell in row.cells.items():
            try:
                meant = self.readers[name](cell)
            except InvalidCell as error:
                meant, wrong[name] = cell, [error]
            entered[name] = self.form[name].to_input(meant)
        self._enter(entered)
        self.form.record = record
        if not wrong and record is not None and not (changes := self._changes(record)):
            self._left(row, record)
            return None
        if not self.form.validate() or wrong:
            self._report(row, {**self.form.errors, **wrong})
            return None
        return ParsedRow(row, record, dict(self.form.data), changes if record is not None else [])

    def _enter(self, entered: dict[str, list[str]]) -> None:
        """Put texts into the form; a field that already holds its text, from the row before, is left as it is."""
        typed: MultiDict[str, str] = MultiDict(entered)
        for each in self.form:
            if self.typed.get(each.name) != entered[each.name]:
                each.process(typed)
        self.typed = entered

    def _changes(self, record: Any) -> list[tuple[str, str, str]]:
        """Return (field, old, new) of what the form would change."""
        found = []
        for name in self.headers:
            each = self.form[name]
            held = getattr(record, name)
            if each.process_errors or each.to_json(each.data) != each.to_json(held):
                found.append((str(each.label.text), each.display(held), each.display(each.data)))
        return found

    def _report(self, row: SourceRow, errors: dict[str, Any]) -> None:
        for name, said in errors.items():
            cell, told = row.cells.get(name, ""), self.form[name]
            if told.model is self.kind.model:
                above = self.survey.codes.get(self.survey.names.get(fold_text(cell), cell.strip()))
                if above in self.survey.report.rows:
                    said = [_("Row %(row)s, which it names, must be put right first.", row=above)]
            label = self.headers.get(name)
            if label is None:
                label = _("%(field)s (no column)", field=told.label.text)
                said = [*said, _("The file has no column for it: add one, named %(name)s.", name=name)]
            self.survey.report.add(row.number, label, cell, " ".join(map(str, said)))

    def _left(self, row: SourceRow, record: Any) -> None:
        self.outcome.count("left", lambda: PreviewRecord(row.number, record.code, str(record)))

    def _put(self, draft: ParsedRow) -> None:
        """Put one record into the session, unless another already says the same."""
        if not draft.row.code and (twin := self.peers.holding(draft.data)) is not None:
            self._left(draft.row, twin)
            return
        if name := self.peers.clash(draft.data, draft.record):
            self._report(draft.row, {name: [TWIN]})
            return
        record = draft.record if draft.record is not None else self.kind.model()
        for name, value in draft.data.items():
            self.form[name].data = value
        self.form.populate_obj(record)
        session.add(record)
        if self.compared:
            self.peers.add(record, draft.data)
        for stepping in (record, record.belongs_to):
            if stepping is not None:
                mark_changed(stepping)
        sort = "added" if draft.record is None else "changed"
        self.outcome.count(sort, lambda: PreviewRecord(draft.row.number, record.code, str(record), draft.changes))
