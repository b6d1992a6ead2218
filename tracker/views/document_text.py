"""The text of a document: attaching it, its original file, and citing places in it."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, g, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import undefer

from tracker.actions import documents
from tracker.actions.text_extraction import extract_text
from tracker.database import session
from tracker.errors import Invalid, NotFound, TrackerError
from tracker.models import Document, DocumentText, Passage, current_text
from tracker.queries import duplicates
from tracker.queries.documents import meetings_reported_in
from tracker.records import CATALOGUE, record_address
from tracker.records.fields import FORBIDDEN_CHARACTERS, mask_forbidden
from tracker.views.forms import StaleForm, handle_form
from tracker.views.records import get_or_404, render_record

pages = Blueprint("document_text", __name__)
KIND = CATALOGUE["documents"]
#: Names that Windows keeps for devices.
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


@pages.post("/documents/<code:code>/text")
def attach(code: str) -> ResponseReturnValue:
    """Attach the text that is pasted or uploaded, or do what another button of the form says."""
    document = get_or_404(KIND, code)
    pasted = request.form.get("text", "")

    def act() -> str:
        if "detach" in request.form:
            documents.detach_text(g.account, document)
            flash(_("The text is detached; its passages are kept."))
        elif "take-over" in request.form:
            moved = documents.accept_moved_passages(g.account, document)
            flash(_("Recorded where they are now: %(codes)s.", codes=", ".join(p.code for p in moved) or _("none")))
        else:
            flash(attachment_message(_attach_sent_text(document, pasted)))
        return f"{record_address(document)}#text"

    return handle_form(lambda refusal: _render(document, refusal, pasted=mask_forbidden(pasted)), act)


def _render(document: Document, refusal: TrackerError | None, **typed: Any) -> str:
    """Render the page of a document, with what was typed into a form on it and why that was refused."""
    wrong: Mapping[str, Sequence[object]] = {"": [str(refusal)]}
    if isinstance(refusal, StaleForm):
        wrong = {
            "text": [_("The page was open for long: your text is below, and nothing was attached yet. Send it again.")]
        }
    elif isinstance(refusal, Invalid):
        wrong = refusal.errors
    return render_record(KIND, document, wrong=wrong, **typed)


def _attach_sent_text(document: Document, pasted: str) -> documents.AttachmentResult:
    file = request.files.get("file")
    if file is None or not file.filename:
        if not pasted.strip():
            raise Invalid({"text": [_("Choose a file, or paste the text.")]})
        return documents.attach_text(g.account, document, pasted)
    if pasted.strip():
        raise Invalid({"file": [_("Choose a file or paste the text, not both.")]})
    data, name = file.read(), safe_file_name(file.filename)
    text, media_type = extract_text(data, name)
    try:
        return documents.attach_text(g.account, document, text, name, media_type, data)
    except Invalid as error:
        raise Invalid({"file": error.errors["text"]}) from error


def attachment_message(result: documents.AttachmentResult) -> str:
    """Return sentences on the result of attaching a text."""
    sentences = [_("The text is attached.") if result.changed else _("This is the text that was attached already.")]
    if result.document.text_differs:
        sentences.append(_("It is not the one catalogued: its sha256 differs."))
    for other in duplicates.documents_with_text([result.document.text_sha256 or ""]):
        if other is not result.document:
            sentences.append(_("“%(document)s” has the same text: is it here twice?", document=other))
    return " ".join([*sentences, result.sentence()] if result.passages else sentences)


def safe_file_name(typed: str) -> str:
    """Return the name of a file without folders and forbidden characters."""
    return FORBIDDEN_CHARACTERS.sub("", re.split(r"[\\/:]", typed)[-1]).strip(" .")[-200:] or "text"


@pages.get("/documents/<code:code>/original")
def original(code: str) -> ResponseReturnValue:
    """Send the file that the text was extracted from: to be saved, never shown in the browser."""
    document = get_or_404(KIND, code)
    text = current_text(session, document)
    row = session.get(DocumentText, text.id, options=[undefer(DocumentText.original)]) if text else None
    if row is None or row.original is None:
        raise NotFound(_("No file is kept of the text of “%(document)s”.", document=document))
    name = row.file_name or "text"
    name = f"_{name}" if DEVICES.match(name) else name
    return send_file(
        io.BytesIO(row.original), "application/octet-stream", as_attachment=True, download_name=name, etag=False
    )


@pages.post("/documents/<code:code>/passages")
def cite(code: str) -> ResponseReturnValue:
    """Record the passage at a place, unless it is recorded, and go on to the record that will cite it."""
    document = get_or_404(KIND, code)
    places = {name: request.form.get(name, "").strip()[:20] for name in ("paragraph", "sentence", "start", "end")}

    def act() -> str:
        passage = documents.cite_passage(g.account, document, **places)
        return _address_to_use(document, passage, request.form.get("to", ""))

    return handle_form(lambda refusal: _render(document, refusal, cited=places), act)


def _address_to_use(document: Document, passage: Passage, to: str) -> str:
    """Return the address of the form for a record that cites a passage; where there is none, flash a message."""
    meetings, code = meetings_reported_in(document), passage.code
    meeting = meetings[0].code if len(meetings) == 1 else None
    begun: dict[str, Any] = {"meeting": meeting} if meeting else {}
    if to == "commitment":
        if meeting and meetings[0].starts_on:
            begun["made_on"] = meetings[0].starts_on.isoformat()
        begun |= {"commitment-sources-0-code": "", "commitment-sources-0-passage": code}
        return url_for("records.new", kind="commitments", **begun)
    if to == "claim":
        return url_for("records.new", kind="claims", passage=code, **begun)
    if to == "seat" and meeting:
        row: dict[str, Any] = {"participations-0-passage": code, "participations-0-code": ""}
        return url_for("records.edit", kind="meetings", code=meeting, _anchor="participations", **row)
    if to == "seat":
        named = _("Several meetings name this document") if meetings else _("No meeting names this document yet")
        flash(_("%(code)s is recorded. %(named)s: open the meeting, and add the seat there.", code=code, named=named))
    elif to == "evidence":
        evidence: dict[str, Any] = {"evidence-0-passage": code}
        return url_for("updates.choose", **evidence)
    else:
        raise Invalid({"to": [_("Choose what shall rest on it: a commitment, a claim, a seat or evidence.")]})
    return record_address(passage)
