"""Asks, while somebody types and before anything is saved, whether a record is here already."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from tracker.errors import Invalid, NotFound
from tracker.queries import duplicates, listing
from tracker.records import Kind
from tracker.records.base import RecordForm
from tracker.records.fields import RecordCode
from tracker.views import downloads

pages = Blueprint("duplicates", __name__)


@pages.get("/<paged:kind>/alike")
def likely_duplicates_json(kind: Kind) -> Response:
    """Tell the records likely to be the one that is being typed, as JSON."""
    if kind.name not in duplicates.COMPARED:
        raise NotFound(_("%(kind)s are not compared with one another.", kind=kind.plural))
    url = downloads.url(kind)
    items = [
        {"code": each.record.code, "name": str(each.record), "url": url.value(each.record), "reason": each.reason}
        for each in duplicates.likely_duplicates(kind, _typed(kind))
    ]
    return jsonify(items=items)


def _typed(kind: Kind) -> RecordForm:
    """Return the form as far as it is typed; raises Invalid for a field that is not compared, or holds no value."""
    names = duplicates.COMPARED[kind.name]
    wrong: dict[str, Any] = {}
    for name in request.args:
        if name not in (*names, "but"):
            known = ", ".join((*names, "but"))
            wrong[name[:60]] = [_("This is not compared. What is compared: %(names)s.", names=known)]
    code = request.args.get("but")
    record = listing.get_record(kind, code[:80]) if code else None
    if code and record is None:
        wrong["but"] = [_("No record has the code “%(code)s”.", code=code[:60])]
    form = kind.form(request.args, obj=record)
    for name in names:
        if request.args.get(name, "").strip() and not form[name].validate(form):
            wrong[name] = form[name].errors
    if wrong:
        raise Invalid(wrong)
    return form


def duplicates_to_confirm(sheet: Any) -> list[duplicates.DuplicateCandidate]:
    """Return the records to ask about before a sheet is saved: likely the same, and not said to be different.

    Nothing while the sheet is to be put right anyway, and for a record whose compared fields stay as they are.
    """
    entered = [(kind, form) for kind, form in sheet.entered if kind.name in duplicates.COMPARED and _is_new(kind, form)]
    if not entered or not all([sheet.form.validate(), *(row.removed or row.form.validate() for row in sheet.rows)]):
        return []
    found = {each.record: each for kind, form in entered for each in duplicates.likely_duplicates(kind, form)}
    return list(found.values()) if any(record.code not in confirmed_different() for record in found) else []


def _is_new(kind: Kind, form: RecordForm) -> bool:
    """Return whether anything that is compared differs from what is saved."""
    record, names = form.record, duplicates.COMPARED[kind.name]
    return record is None or any(form[n].to_json(form[n].data) != form[n].to_json(getattr(record, n)) for n in names)


def confirmed_different() -> list[str]:
    """Return the codes of the records that somebody was asked about, and said to be others."""
    return [code for code in request.form.get("different", "").split() if RecordCode.SHAPE.fullmatch(code)]
