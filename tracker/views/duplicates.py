"""Likely duplicates of a record, shown while somebody types and confirmed before it is saved."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from tracker.errors import Invalid, NotFound
from tracker.queries import duplicates, listing
from tracker.records import Kind
from tracker.records.base import RecordForm
from tracker.records.fields import RecordCode
from tracker.views.record_editor import RecordEditor

pages = Blueprint("duplicates", __name__)


@pages.get("/<paged:kind>/alike")
def likely_duplicates_json(kind: Kind) -> Response:
    """Return the likely duplicates of the record being typed, as JSON."""
    if kind.name not in duplicates.COMPARED:
        raise NotFound(_("%(kind)s are not compared with one another.", kind=kind.plural))
    url = kind.url_column(request.url_root)
    items = [
        {"code": match.record.code, "name": str(match.record), "url": url.value(match.record), "reason": match.reason}
        for match in duplicates.likely_duplicates(kind, _typed(kind))
    ]
    return jsonify(items=items)


def _typed(kind: Kind) -> RecordForm:
    """Return the form as typed so far; raises Invalid for fields that are not compared and for invalid values."""
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


class LikelyDuplicates(Invalid):
    """Existing records are likely the one being entered, and were not confirmed to be different."""

    def __init__(self, candidates: Sequence[duplicates.DuplicateCandidate]) -> None:
        names = ", ".join(candidate.record.code for candidate in candidates)
        super().__init__({"different": [_("Is this here already? Likely the same: %(names)s.", names=names)]})
        self.candidates = candidates


def confirm_no_duplicate(editor: RecordEditor) -> None:
    """Raise LikelyDuplicates for what is likely recorded already and was not confirmed to be different.

    Nothing is compared while a field is invalid, nor for a record whose compared fields are unchanged.
    """
    compared = [entry for entry in editor.entered if entry[0].name in duplicates.COMPARED and _is_new(*entry)]
    if not compared or not all([editor.form.validate(), *(row.removed or row.form.validate() for row in editor.rows)]):
        return
    likely = {match.record: match for kind, form in compared for match in duplicates.likely_duplicates(kind, form)}
    if any(record.code not in confirmed_different() for record in likely):
        raise LikelyDuplicates(list(likely.values()))


def _is_new(kind: Kind, form: RecordForm) -> bool:
    """Return whether a compared field differs from what is saved."""
    record, names = form.record, duplicates.COMPARED[kind.name]
    return record is None or any(form[n].to_json(form[n].data) != form[n].to_json(getattr(record, n)) for n in names)


def confirmed_different() -> list[str]:
    """Return the codes of the records confirmed to be different."""
    return [code for code in request.form.get("different", "").split() if RecordCode.SHAPE.fullmatch(code)]
