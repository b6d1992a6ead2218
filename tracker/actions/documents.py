"""Attaching texts to documents, and checking passages against them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from tracker.actions.save import flush, save, set_actor
from tracker.database import session
from tracker.errors import Invalid
from tracker.models import Account, Document, DocumentText, Passage
from tracker.models.document_texts import check_passage, current_paragraphs, current_text
from tracker.passage_text import (
    Paragraphs,
    begins_with_title,
    normalise_line_ends,
    parse_place,
    sentence_spans,
    sha256_of,
    split_paragraphs,
)
from tracker.records.documents import PassageForm
from tracker.records.fields import describe_forbidden_character
from tracker.records.meeting_entry import MAX_TEXT_LENGTH
from tracker.vocabulary import PassageCheck


@dataclass(frozen=True)
class AttachmentResult:
    """The result of attaching a text: whether it was new, and the passages of the document with their checks."""

    document: Document
    changed: bool
    passages: Sequence[Passage]

    def passages_with(self, result: PassageCheck) -> list[Passage]:
        return [passage for passage in self.passages if passage.check_result is result]

    def sentence(self) -> str:
        """Return a sentence with the numbers of passages that were found, moved and not found."""
        counts = {
            "found": len(self.passages_with(PassageCheck.FOUND)),
            "moved": len(self.passages_with(PassageCheck.MOVED)),
            "lost": len(self.passages_with(PassageCheck.NOT_FOUND)),
        }
        return str(_("Passages: %(found)s found, %(moved)s moved, %(lost)s not found.", **counts))


def attach_text(
    account: Account | None,
    document: Document,
    text: str,
    file_name: str | None = None,
    media_type: str | None = None,
    original: bytes | None = None,
) -> AttachmentResult:
    """Attach a text to a document, and check its passages; the same text again changes nothing.

    The last three parameters describe the file that the text was read from. Raises Invalid, by `text`.
    """
    text = normalise_line_ends(text)
    _check_text(text)
    set_actor(account)
    current = current_text(session, document)
    same = current is not None and current.text == text
    if current is not None and same and (original is None or original == current.original):
        return AttachmentResult(document, False, _passages(document))
    first = 0 if not document.title_supplied and begins_with_title(text, document.title) else 1
    row = DocumentText(document=document, text=text, sha256=sha256_of(text), first_paragraph=first, account=account)
    row.file_name, row.media_type, row.original = file_name, media_type, original
    session.add(row)
    flush()
    document.text_sha256 = row.sha256
    return AttachmentResult(document, not same, _check_all(document, split_paragraphs(text, first)))


def cite_passage(
    account: Account | None, document: Document, paragraph: str, sentence: str, start: str, end: str
) -> Passage:
    """Return the passage at a place in the text of a document, a new one if there is none; the numbers are as typed.

    Without a sentence or characters it is the whole paragraph. Raises Invalid, by `place`.
    """
    text = current_paragraphs(session, document)
    if text is None:
        raise Invalid({"place": [_("No text is attached: attach it, or add the passage on the page for editing.")]})
    within = f" s{sentence}" if sentence else f" {start}-{end}" if start or end else ""
    try:
        number, nth, first, last = parse_place(text, document.language, f"p{paragraph}{within}")
    except ValueError as error:
        raise Invalid({"place": [str(error)]}) from error
    if within and nth is None:
        spans = sentence_spans(text[number], document.language)
        nth = spans.index((first, last)) + 1 if (first, last) in spans and len(spans) > 1 else None
    for passage in _passages(document):
        place = (passage.found_paragraph, passage.found_start)
        if place == (number, first) and first + len(passage.exact or "") == last:
            return passage
    new = Passage()
    values = {"document": document.code, "paragraph": number, "sentence": nth, "start": first, "end": last}
    save(account, new, PassageForm.from_plain(values))
    return new


def detach_text(account: Account | None, document: Document) -> None:
    """Detach the text of a document. It stays stored, and can be attached again."""
    set_actor(account)
    document.text_sha256 = None
    _check_all(document, None)


def accept_moved_passages(account: Account | None, document: Document) -> list[Passage]:
    """Move each moved passage to where its words are now; return those passages."""
    set_actor(account)
    text = current_paragraphs(session, document) or Paragraphs()
    moved = [passage for passage in _passages(document) if passage.check_result is PassageCheck.MOVED]
    for passage in moved:
        passage.paragraph, passage.start = passage.found_paragraph or 0, passage.found_start or 0
        passage.end = passage.start + len(passage.exact or "")
        if passage.sentence is not None:
            spans = sentence_spans(text[passage.paragraph], document.language)
            # Words that are no longer a whole sentence are located by their characters alone.
            place = (passage.start, passage.end)
            passage.sentence = spans.index(place) + 1 if place in spans else None
    if moved:
        flag_modified(document, "search")
    flush()
    return moved


def _check_text(text: str) -> None:
    if not text.strip():
        raise Invalid({"text": [_("There is no text in it: nothing was attached.")]})
    if len(text) > MAX_TEXT_LENGTH:
        most, n = f"{MAX_TEXT_LENGTH:,}", f"{len(text):,}"
        message = _("A text has at most %(most)s characters; this one has %(n)s.", most=most, n=n)
        raise Invalid({"text": [message]})
    if message := describe_forbidden_character(text):
        raise Invalid({"text": [message]})


def _passages(document: Document) -> list[Passage]:
    query = select(Passage).where(Passage.document == document).order_by(Passage.paragraph, Passage.start, Passage.id)
    return list(session.scalars(query))


def _check_all(document: Document, text: Paragraphs | None) -> list[Passage]:
    passages = _passages(document)
    for passage in passages:
        check_passage(passage, text)
    flush()
    return passages
