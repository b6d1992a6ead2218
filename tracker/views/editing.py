"""A record and its rows as one form on one page."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect
from werkzeug.datastructures import MultiDict

from tracker.actions.save import RowEdit
from tracker.queries import find
from tracker.records import Kind, rows_of


@dataclass
class Table:
    """The rows of one kind, each as a form; those at the end are blank, for adding."""

    kind: Kind
    edits: list[RowEdit]

    @property
    def fields(self) -> list[Any]:
        """Return the fields of a row that people fill in."""
        return [field for field in self.kind.form() if field.name not in ("code", self.kind.parent)]


@dataclass(frozen=True)
class Difference:
    """A field that somebody else saved otherwise than it is typed here."""

    label: str
    saved: str
    typed: str


class Sheet:
    """What a page for adding or editing a record shows, and what was typed into it."""

    def __init__(self, kind: Kind, record: Any, posted: MultiDict[str, str] | None = None) -> None:
        self.kind, self.record, self.posted = kind, record, posted
        self.known = record if inspect(record).persistent else None
        self.form = kind.form(posted, obj=self.known)
        self.tables = [self._table(row_kind) for row_kind in rows_of(kind)]

    def _table(self, kind: Kind) -> Table:
        kept = {row.code: row for row in find.rows(kind, self.known)} if self.known else {}
        edits = []
        if self.posted is not None:
            number = 0
            while (prefix := f"{kind.name}-{number}-") + "code" in self.posted:
                edits.append(self._edit(kind, prefix, kept.pop(self.posted[f"{prefix}code"].strip(), None)))
                number += 1
        for row in kept.values():
            edits.append(RowEdit(kind, row, kind.form(obj=row, prefix=f"{kind.name}-{len(edits)}-")))
        asked = self.posted is not None and self.posted.get("add") == kind.name
        if asked or not edits or not is_blank(edits[-1], self.posted):
            edits.append(self._edit(kind, f"{kind.name}-{len(edits)}-", None, blank=True))
        return Table(kind, edits)

    def _edit(self, kind: Kind, prefix: str, row: Any, blank: bool = False) -> RowEdit:
        posted = None
        if self.posted is not None and not blank:
            # The row is this record's, whatever is sent; a row that somebody removed meanwhile is typed anew.
            ours = {prefix + kind.parent} | ({f"{prefix}code"} if row is None else set())
            posted = MultiDict((k, v) for k, v in self.posted.items(multi=True) if k not in ours)
        form = kind.form(posted, obj=row, prefix=prefix, data={kind.parent: self.record})
        removed = self.posted is not None and f"{prefix}remove" in self.posted
        return RowEdit(kind, row if row is not None else kind.model(), form, removed)

    @property
    def rows(self) -> list[RowEdit]:
        """Return the rows to save: what was kept, changed, removed or added, but no blank ones."""
        edits = [edit for table in self.tables for edit in table.edits]
        return [
            edit for edit in edits if edit.form.record is not None or not (edit.removed or is_blank(edit, self.posted))
        ]

    @property
    def errors(self) -> list[tuple[str, str, Any]]:
        """Return (id of the field, what it is called, message) of all that is wrong."""
        wrong = [(f.id, f.label.text, said) for f in self.form for said in f.errors]
        for table in self.tables:
            for number, edit in enumerate(table.edits, start=1):
                for f in edit.form:
                    called = _("%(kind)s, row %(n)s, %(field)s", kind=table.kind.many, n=number, field=f.label.text)
                    wrong += [(f.id, called, said) for said in f.errors]
        return wrong

    def differences(self) -> list[Difference]:
        """Return where what is saved and what is typed differ."""
        found = _differing(self.form, self.record, "")
        for table in self.tables:
            for number, edit in enumerate(table.edits, start=1):
                start = _("%(kind)s, row %(n)s: ", kind=table.kind.many, n=number)
                if edit.form.record is not None:
                    found += _differing(edit.form, edit.record, start)
        return found


def _differing(form: Any, record: Any, start: str) -> list[Difference]:
    pairs = [(f, f.text(getattr(record, f.short_name)), f.text(f.data)) for f in form]
    return [Difference(start + str(f.label.text), saved, typed) for f, saved, typed in pairs if saved != typed]


def is_blank(edit: RowEdit, posted: MultiDict[str, str] | None) -> bool:
    """Return whether nothing was typed into a new row."""
    if edit.form.record is not None:
        return False
    fresh = edit.kind.form(prefix=edit.form._prefix)
    for field in fresh:
        if field.short_name in ("code", edit.kind.parent):
            continue
        usual = [] if field.type == "Flag" else field.entered(field.plain(field.data))
        if posted is not None and posted.getlist(field.name) not in ([], [""], usual):
            return False
    return True
