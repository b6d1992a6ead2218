"""A record and its rows as one form on one page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect
from werkzeug.datastructures import MultiDict

from tracker.actions.save import RowEdit, save
from tracker.errors import TooLarge
from tracker.models import Account, Passage, Record
from tracker.queries import listing
from tracker.queries.duplicates import COMPARED
from tracker.records import CATALOGUE, Kind, edited_rows_of
from tracker.records.base import RecordForm
from tracker.records.fields import FieldMixin
from tracker.records.record_lookup import RecordLookup
from tracker.views.forms import ErrorLine, field_errors

#: The number of rows a page takes, blank ones included, and an address can begin; the highest number of a row.
MAX_ROWS, MAX_BEGUN, MAX_ROW_NUMBER = 2_000, 100, 99_999
ROW_PREFIX = re.compile("(" + "|".join(CATALOGUE) + r")-(0|[1-9]\d{0,8})-", re.ASCII)


@dataclass
class RowTable:
    """The rows of one kind, each as a form; those at the end are blank, for adding."""

    kind: Kind
    edits: list[RowEdit]
    #: The fields that the page fills in itself.
    settled: tuple[str, ...]
    #: The fields shown at first, if not all; the others are folded.
    first: tuple[str, ...] = ()
    #: The name of the kind whose likely duplicates are shown during typing, and the compared fields as field:control,
    #: if not those of that kind.
    compared_as: str | None = None
    compared_fields: str | None = None

    @property
    def fields(self) -> list[FieldMixin[Any]]:
        """Return the fields of a row that people fill in."""
        return [field for field in self.edits[-1].form if field.short_name not in self.settled]


@dataclass(frozen=True)
class FieldConflict:
    """A field whose saved value differs from the typed one."""

    label: str
    saved: str
    typed: str


class RecordEditor:
    """The form of a record and its rows, and what was typed into it.

    Values in the address count as typed: those of a new record, and new rows of any.
    """

    def __init__(
        self, kind: Kind, record: Record, posted: MultiDict[str, str] | None, begun: MultiDict[str, str] | None
    ) -> None:
        self.kind, self.record = kind, record
        self.known = record if inspect(record).persistent else None
        self.posted = posted
        self.lookup = RecordLookup()
        self.typed = posted if posted is not None else begun or None
        self.numbers = row_numbers(self.typed or (), MAX_BEGUN if posted is None else MAX_ROWS)
        self.build()

    def build(self) -> None:
        """Read what was typed into the form and the tables."""
        self.form = self.main_form()
        self.tables = [self.table(row_kind, row_kind.form, row_kind.parent) for row_kind in edited_rows_of(self.kind)]

    def main_form(self) -> RecordForm:
        return self.kind.form(self.posted if self.known else self.typed, obj=self.known, lookup=self.lookup)

    def table(self, kind: Kind, form: type[RecordForm], owner: str, first: tuple[str, ...] = ()) -> RowTable:
        """Return the rows of a kind; `owner` is the field that names this page's record, "" if none does."""
        saved = listing.rows_of_parent(kind, self.known) if self.known and kind.parent else []
        untyped = {row.code: row for row in saved}
        numbers = sorted(self.numbers.get(kind.name, ()))
        edits = []
        for number in numbers:
            prefix = f"{kind.name}-{number}-"
            row = untyped.pop(self.typed.get(f"{prefix}code", "").strip(), None) if self.typed else None
            edits.append(self.row(kind, form, prefix, row, owner))
        prefixes = (f"{kind.name}-{number}-" for number in count(numbers[-1] + 1 if numbers else 0))
        for row, prefix in zip(untyped.values(), prefixes, strict=False):
            edits.append(RowEdit(kind, row, form(obj=row, lookup=self.lookup, prefix=prefix)))
        if self.posted is None:
            # Rows begun in the address come after the saved ones.
            edits.sort(key=lambda edit: edit.form.record is None)
        adding = self.posted is not None and self.posted.get("add") == kind.name
        if adding or not edits or not is_blank_row(edits[-1], self.typed):
            edits.append(self.row(kind, form, next(prefixes), None, owner, blank=True))
        return RowTable(kind, edits, ("code", owner), first, kind.name if kind.name in COMPARED else None)

    def row(
        self, kind: Kind, form: type[RecordForm], prefix: str, row: Record | None, owner: str, blank: bool = False
    ) -> RowEdit:
        typed = None
        if self.typed is not None and not blank:
            # The owner is not taken from what is sent; a row that was removed meanwhile is added anew.
            not_typed = {prefix + owner, f"{prefix}code"} if row is None else {prefix + owner}
            typed = MultiDict((k, v) for k, v in self.typed.items(multi=True) if k not in not_typed)
        data = {owner: self.record} if owner else {}
        filled = form(typed, obj=row, lookup=self.lookup, prefix=prefix, data=data)
        removed = self.typed is not None and f"{prefix}remove" in self.typed
        return RowEdit(kind, row if row is not None else kind.model(), filled, removed)

    @property
    def rows(self) -> list[RowEdit]:
        """Return all rows that are not blank, those to remove included."""
        return [edit for table in self.tables for edit in self.filled(table)]

    def filled(self, table: RowTable) -> list[RowEdit]:
        return [edit for edit in table.edits if edit.form.record is not None or not self._is_left_out(edit)]

    def _is_left_out(self, edit: RowEdit) -> bool:
        return edit.removed or is_blank_row(edit, self.typed)

    def save(self, account: Account | None) -> None:
        """Save the record and its rows; raises Invalid, and the forms hold the messages, or Conflict."""
        save(account, self.record, self.form, self.rows)

    @property
    def begun_from(self) -> list[Passage]:
        """Return the passages, of known words, in the fields of a new record."""
        forms = [] if self.known else [self.form, *(edit.form for table in self.tables for edit in table.edits)]
        passages = dict.fromkeys(field.data for form in forms for field in form if isinstance(field.data, Passage))
        return [passage for passage in passages if passage.exact]

    @property
    def entered(self) -> list[tuple[Kind, RecordForm]]:
        """Return the forms to compare with existing records, each with its kind."""
        return [(self.kind, self.form)]

    @property
    def errors(self) -> list[ErrorLine]:
        errors = field_errors(self.form)
        for table in self.tables:
            for number, edit in enumerate(table.edits, start=1):
                for id_, label, message in field_errors(edit.form):
                    place = _("%(kind)s, row %(n)s, %(field)s", kind=table.kind.plural, n=number, field=label)
                    errors.append((id_, place, message))
        return errors

    def differences(self) -> list[FieldConflict]:
        """Return the differences between what is saved and what is typed."""
        differences = _field_conflicts(self.form, self.record, "")
        for table in self.tables:
            for number, edit in enumerate(table.edits, start=1):
                place = _("%(kind)s, row %(n)s", kind=table.kind.plural, n=number)
                if edit.form.record is None:
                    text = "" if self._is_left_out(edit) else _row_text(edit.form, table.settled)
                    differences += [FieldConflict(place, "", text)] if text else []
                elif edit.form.code.raw_data is None:
                    differences.append(FieldConflict(place, _row_text(edit.form, table.settled), ""))
                else:
                    differences += _field_conflicts(edit.form, edit.record, f"{place}: ")
        return differences


def _field_conflicts(form: RecordForm, record: Record, place: str) -> list[FieldConflict]:
    pairs = [(f, f.display(getattr(record, f.short_name)), f.display(f.data)) for f in form]
    return [FieldConflict(f"{place}{f.label.text}", saved, typed) for f, saved, typed in pairs if saved != typed]


def _row_text(form: RecordForm, settled: tuple[str, ...]) -> str:
    """Return the values of a row that was added or removed meanwhile, as text."""
    shown = [(f.label.text, f.display(f.data)) for f in form if f.short_name not in settled and f.data]
    return "; ".join(f"{label}: {text}" for label, text in shown if text)


def row_numbers(names: Iterable[str], max_rows: int) -> dict[str, set[int]]:
    """Return {kind: the numbers of its rows} from the names of fields; raises TooLarge for too many rows."""
    numbers: dict[str, set[int]] = {}
    for row in filter(None, map(ROW_PREFIX.match, names)):
        numbers.setdefault(row[1], set()).add(int(row[2]))
    if sum(map(len, numbers.values())) > max_rows or max(map(max, numbers.values()), default=0) > MAX_ROW_NUMBER:
        raise TooLarge(_("A page takes at most %(most)s rows: save some first.", most=f"{max_rows:,}"))
    return numbers


def is_blank_row(edit: RowEdit, typed: MultiDict[str, str] | None) -> bool:
    """Return whether nothing was typed into a new row."""
    if edit.form.record is not None:
        return False
    fresh = type(edit.form)(prefix=edit.form._prefix)
    for field in fresh:
        if typed is None or field.short_name in ("code", edit.kind.parent):
            continue
        default = [] if field.control == "checkbox" else field.to_input(field.to_json(field.data))
        if typed.getlist(field.name) not in ([], [""], default):
            return False
    return True
