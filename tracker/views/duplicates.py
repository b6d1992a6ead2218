"""Asks, while somebody types and before anything is saved, whether a record is here already."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from tracker.errors import Invalid, NotFound
from tracker.queries import alike, find, people
from tracker.records import CATALOGUE, Kind, kind_of
from tracker.records.base import RecordForm
from tracker.records.entry import SeatEntry
from tracker.records.fields import RecordCode
from tracker.records.participants import ParticipantForm
from tracker.views import files
from tracker.views.editing import Sheet

pages = Blueprint("duplicates", __name__)

KEY = re.compile("|".join(rf"{name}/{RecordCode.SHAPE.pattern}" for name in alike.COMPARED))


@dataclass(frozen=True)
class Hint:
    """What a script asks about a kind while somebody types: which kind, by which fields (in the page=in the ask)."""

    kind: str
    fields: tuple[str, ...]


HINTED = {name: Hint(name, fields) for name, fields in alike.COMPARED.items()}
HINTED["participations"] = Hint("participants", ("name_as_printed=name",))


@pages.get("/<paged:kind>/alike")
def alike_ones(kind: Kind) -> Response:
    """Tell the records likely to be the one that is being typed, as JSON."""
    if kind.name not in alike.COMPARED:
        raise NotFound(_("%(kind)s are not compared with one another.", kind=kind.many))
    url = files.url(kind)
    items = [
        {"code": each.record.code, "name": str(each.record), "url": url.value(each.record), "reason": each.reason}
        for each in alike.of(kind, _typed(kind))
    ]
    return jsonify(items=items)


def _typed(kind: Kind) -> RecordForm:
    """Return the form as far as it is typed; raises Invalid for a field that is not compared, or holds no value."""
    names = alike.COMPARED[kind.name]
    wrong: dict[str, Any] = {}
    for name in request.args:
        if name not in (*names, "but"):
            known = ", ".join((*names, "but"))
            wrong[name[:60]] = [_("This is not compared. What is compared: %(names)s.", names=known)]
    code = request.args.get("but")
    record = find.get(kind, code[:80]) if code else None
    if code and record is None:
        wrong["but"] = [_("No record has the code “%(code)s”.", code=code[:60])]
    form = kind.form(request.args, obj=record)
    for name in names:
        if request.args.get(name, "").strip() and not form[name].validate(form):
            wrong[name] = form[name].errors
    if wrong:
        raise Invalid(wrong)
    return form


@dataclass(frozen=True)
class Asked:
    """A record asked about before a page is saved; `typed` is what it can be, if not the page's own record."""

    typed: str
    record: Any
    reason: str

    @property
    def key(self) -> str:
        return f"{kind_of(self.record).name}/{self.record.code}"


def to_ask(sheet: Sheet) -> list[Asked]:
    """Return the records to ask about before a sheet is saved: likely the same, and not said to be different.

    Nothing while the sheet is to be put right anyway.
    """
    entered = list(_entered(sheet))
    rows = (row for row in sheet.rows if not row.removed)
    if not entered or not all([sheet.form.validate(), *(row.form.validate() for row in rows)]):
        return []
    found = [Asked(typed, each.record, each.reason) for typed, kind, form in entered for each in alike.of(kind, form)]
    return found if any(each.key not in said_different() for each in found) else []


def _entered(sheet: Sheet) -> Iterator[tuple[str, Kind, RecordForm]]:
    """Tell (what is typed, kind, form) of what is new on a page, or is to be called otherwise."""
    record, form = sheet.known, sheet.form
    names = alike.COMPARED.get(sheet.kind.name, ())
    if any(record is None or form[n].plain(form[n].data) != form[n].plain(getattr(record, n)) for n in names):
        yield "", sheet.kind, form
    coming = set()
    for row in sheet.rows:
        if row.removed or row.form.record is not None:
            continue
        called = str(row.form[row.form.coded_by].data) if row.form.coded_by in row.form else ""
        if row.kind.name in alike.COMPARED:
            coming.add((row.kind.name, called))
            yield called, row.kind, row.form
        elif isinstance(row.form, SeatEntry) and not (row.form["participant"].data or row.form["is_group"].data):
            # A seat adds the person whose name nobody has.
            printed = row.form["name_as_printed"].data
            if printed and ("participants", printed) not in coming and not people.named(printed):
                yield printed, CATALOGUE["participants"], ParticipantForm(data={"name": printed})


def said_different() -> list[str]:
    """Return the keys of the records that somebody was asked about, and said to be others."""
    return [key for key in request.form.get("different", "").split() if KEY.fullmatch(key)]
