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
from tracker.models import Account, Passage
from tracker.queries import listing
from tracker.records import CATALOGUE, Kind, edited_rows_of
from tracker.records.base import RecordForm
from tracker.records.lookup import RecordLookup

#: How many rows a page takes, blank ones too; how many can be begun in an address; and the highest number of one.
MOST_ROWS, MOST_BEGUN, HIGHEST_ROW = 2_000, 100, 99_999
ROW = re.compile("(" + "|".join(CATALOGUE) + r")-(0|[1-9]\d{0,8})-", re.ASCII)


@dataclass
class RowTable:
    """The rows of one kind, each as a form; those at the end are blank, for adding."""

    kind: Kind
    edits: list[RowEdit]
    #: The fields that the page settles, so that nobody fills them in.
    settled: tuple[str, ...]
    #: The fields shown at first, if not all; the others are folded away.
    first: tuple[str, ...] = ()

    @property
    def fields(self) -> list[Any]:
        """Return the fields of a row that people fill in."""
        return [field for field in self.edits[-1].form if field.short_name not in self.settled]


@dataclass(frozen=True)
class FieldConflict:
    """A field that somebody else saved otherwise than it is typed here."""

    label: str
    saved: str
    typed: str


class RecordEditor:
    """What a page for adding or editing a record shows, and what was typed into it.

    What stands in the address is typed already: values of a new record, and new rows of any.
    """

    def __init__(self, kind: Kind, record: Any, posted: MultiDict[str, str] | None = None, begun: Any = None) -> None:
        self.kind, self.record = kind, record
        self.known = record if inspect(record).persistent else None
        self.posted = posted
        self.lookup = RecordLookup()
        self.typed = posted if posted is not None else begun or None
        self.numbers = row_numbers(self.typed or (), MOST_BEGUN if posted is None else MOST_ROWS)
        self.build()

    def build(self) -> None:
        """Read what was typed into the form and the tables."""
        self.form = self.main_form()
        self.tables = [self.table(row_kind, row_kind.form) for row_kind in edited_rows_of(self.kind)]

    def main_form(self) -> RecordForm:
        return self.kind.form(self.posted if self.known else self.typed, obj=self.known, lookup=self.lookup)

    def table(
        self, kind: Kind, form: type[RecordForm], owner: str | None = None, first: tuple[str, ...] = ()
    ) -> RowTable:
        """Return the rows of a kind; `owner` is the field that names this page's record, if not the rows' parent."""
        owner = kind.parent if owner is None else owner
        saved = listing.rows_of_parent(kind, self.known) if self.known and kind.parent else []
        kept = {row.code: row for row in saved}
        numbers = sorted(self.numbers.get(kind.name, ()))
        edits = []
        for number in numbers:
            prefix = f"{kind.name}-{number}-"
            row = kept.pop(self.typed.get(f"{prefix}code", "").strip(), None) if self.typed else None
            edits.append(self.row(kind, form, prefix, row, owner))
        following = count(numbers[-1] + 1 if numbers else 0)
        edits += [
            RowEdit(kind, row, form(obj=row, lookup=self.lookup, prefix=f"{kind.name}-{next(following)}-"))
            for row in kept.values()
        ]
        if self.posted is None:
            # Rows begun in the address come after those that are there.
            edits.sort(key=lambda edit: edit.form.record is None)
        asked = self.posted is not None and self.posted.get("add") == kind.name
        if asked or not edits or not is_blank(edits[-1], self.typed):
            edits.append(self.row(kind, form, f"{kind.name}-{next(following)}-", None, owner, blank=True))
        return RowTable(kind, edits, ("code", owner), first)

    def row(
        self, kind: Kind, form: type[RecordForm], prefix: str, row: Any, owner: str, blank: bool = False
    ) -> RowEdit:
        typed = None
        if self.typed is not None and not blank:
            # The row is this record's, whatever is sent; a row that somebody removed meanwhile is typed anew.
            ours = {prefix + owner} | ({f"{prefix}code"} if row is None else set())
            typed = MultiDict((k, v) for k, v in self.typed.items(multi=True) if k not in ours)
        filled = form(typed, obj=row, lookup=self.lookup, prefix=prefix, data={owner: self.record} if owner else {})
        removed = self.typed is not None and f"{prefix}remove" in self.typed
        return RowEdit(kind, row if row is not None else kind.model(), filled, removed)

    @property
    def rows(self) -> list[RowEdit]:
        """Return the rows to save: what was kept, changed, removed or added, but no blank ones."""
        return [edit for table in self.tables for edit in self.filled(table)]

    def filled(self, table: RowTable) -> list[RowEdit]:
        return [
            edit
            for edit in table.edits
            if edit.form.record is not None or not (edit.removed or is_blank(edit, self.typed))
        ]

    def save(self, account: Account | None) -> None:
        """Save the record and its rows; raises Invalid, and the forms hold the messages, or Conflict."""
        save(account, self.record, self.form, self.rows)

    @property
    def begun_from(self) -> list[Passage]:
        """Return the passages of known words that a new record is begun from."""
        forms = [] if self.known else [self.form, *(edit.form for table in self.tables for edit in table.edits)]
        named = dict.fromkeys(each.data for form in forms for each in form if isinstance(each.data, Passage))
        return [passage for passage in named if passage.exact]

    @property
    def entered(self) -> list[tuple[Kind, RecordForm]]:
        """Return what may be here already under another code."""
        return [(self.kind, self.form)]

    @property
    def errors(self) -> list[tuple[str, str, Any]]:
        """Return (id of the field, what it is called, message) of all that is wrong."""
        wrong = [(f.id, f.label.text, said) for f in self.form for said in f.errors]
        for table in self.tables:
            for number, edit in enumerate(table.edits, start=1):
                for f in edit.form:
                    called = _("%(kind)s, row %(n)s, %(field)s", kind=table.kind.plural, n=number, field=f.label.text)
                    wrong += [(f.id, called, said) for said in f.errors]
        return wrong

    def differences(self) -> list[FieldConflict]:
        """Return where what is saved and what is typed differ."""
        found = _differing(self.form, self.record, "")
        for table in self.tables:
            for number, edit in enumerate(table.edits, start=1):
                start = _("%(kind)s, row %(n)s", kind=table.kind.plural, n=number)
                if edit.form.record is None:
                    whole = "" if edit.removed or is_blank(edit, self.typed) else _told(edit.form, table.settled)
                    found += [FieldConflict(start, "", whole)] if whole else []
                elif edit.form.code.raw_data is None:
                    found.append(FieldConflict(start, _told(edit.form, table.settled), ""))
                else:
                    found += _differing(edit.form, edit.record, start)
        return found


def _differing(form: Any, record: Any, start: str) -> list[FieldConflict]:
    pairs = [(f, f.display(getattr(record, f.short_name)), f.display(f.data)) for f in form]
    start = f"{start}: " if start else ""
    return [FieldConflict(f"{start}{f.label.text}", saved, typed) for f, saved, typed in pairs if saved != typed]


def _told(form: Any, settled: tuple[str, ...]) -> str:
    """Return in words what stands in a row that only one of two editors has."""
    told = [(f.label.text, f.display(f.data)) for f in form if f.short_name not in settled and f.data]
    return "; ".join(f"{label}: {text}" for label, text in told if text)


def row_numbers(names: Iterable[str], most: int) -> dict[str, set[int]]:
    """Return {kind: the numbers of its rows} as the names of fields have them; raises TooLarge for too many rows."""
    numbers: dict[str, set[int]] = {}
    for row in filter(None, map(ROW.match, names)):
        numbers.setdefault(row[1], set()).add(int(row[2]))
    if sum(map(len, numbers.values())) > most or max(map(max, numbers.values()), default=0) > HIGHEST_ROW:
        raise TooLarge(_("A page takes at most %(most)s rows: save some first.", most=f"{most:,}"))
    return numbers


def is_blank(edit: RowEdit, typed: MultiDict[str, str] | None) -> bool:
    """Return whether nothing was typed into a new row."""
    if edit.form.record is not None:
        return False
    fresh = type(edit.form)(prefix=edit.form._prefix)
    for field in fresh:
        if field.short_name == "code" or field.name.removeprefix(fresh._prefix) == edit.kind.parent:
            continue
        usual = [] if field.control == "checkbox" else field.to_input(field.to_json(field.data))
        if typed is not None and typed.getlist(field.name) not in ([], [""], usual):
            return False
    return True
