"""The current text of a document, and the check of its passages against it, which the session keeps up to date."""

import datetime
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session, UOWTransaction, undefer

from tracker.database import AnySession
from tracker.models.documents import Document, DocumentText, Passage
from tracker.passage_text import Paragraphs, PassageSelector, locate, sha256_of, split_paragraphs, surrounding_text
from tracker.vocabulary import PassageCheck

PLACE = ("document", "paragraph", "start", "end")


def current_text(session: AnySession, document: Document) -> DocumentText | None:
    """Return the text attached to a document now, with its words loaded, or None."""
    if document.text_sha256 is None:
        return None
    query = select(DocumentText).where(DocumentText.document_id == document.id).order_by(DocumentText.id.desc())
    return session.scalars(query.limit(1).options(undefer(DocumentText.text))).first()


def current_paragraphs(session: AnySession, document: Document) -> Paragraphs | None:
    text = current_text(session, document)
    return split_paragraphs(text.text, text.first_paragraph) if text else None


def check_passage(passage: Passage, text: Paragraphs | None) -> None:
    """Check a passage against the current text of its document, and store the result."""
    for name, value in passage_check(passage, text).items():
        setattr(passage, name, value)
    passage.checked_at = datetime.datetime.now(datetime.UTC) if text is not None else None


def passage_check(passage: Passage, text: Paragraphs | None) -> dict[str, Any]:
    """Return {attribute: value} from checking a passage against a text; repeating it gives the same."""
    if text is None:
        return {"check_result": PassageCheck.NO_TEXT, "found_paragraph": None, "found_start": None}
    selector = PassageSelector(*(getattr(passage, name) for name in PassageSelector.__dataclass_fields__))
    location = locate(text, selector)
    result = next(word for word in PassageCheck if word.value == location.result)
    paragraph, start = location.paragraph, location.start
    values: dict[str, Any] = {"check_result": result, "found_paragraph": paragraph, "found_start": start}
    if location.exact is not None and paragraph is not None and start is not None:
        values |= {"exact": location.exact, "sha256": passage.sha256 or sha256_of(location.exact)}
        if result is PassageCheck.FOUND or passage.prefix is None:
            prefix, suffix = surrounding_text(text[paragraph], start, start + len(location.exact))
            values |= {"prefix": prefix, "suffix": suffix}
    return values


@event.listens_for(Session, "before_flush")
def _check_passages(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Check each new or changed passage."""
    texts: dict[Document, Paragraphs | None] = {}
    for passage in (*session.new, *session.dirty):
        if isinstance(passage, Passage) and (passage in session.new or _changed(passage, *PLACE, "sha256")):
            if passage.document not in texts:
                texts[passage.document] = current_paragraphs(session, passage.document)
            text = texts[passage.document]
            if text is not None:
                _forget_old_words(passage, text)
            check_passage(passage, text)


def _changed(passage: Passage, *names: str) -> bool:
    return any(inspect(passage).attrs[name].history.has_changes() for name in names)


def _forget_old_words(passage: Passage, text: Paragraphs) -> None:
    """Clear the words of a passage moved to another place: the words there become its own."""
    inside = passage.start < passage.end <= len(text.get(passage.paragraph, ""))
    if inspect(passage).persistent and inside and _changed(passage, *PLACE) and not _changed(passage, "sha256"):
        passage.sha256 = passage.exact = passage.prefix = passage.suffix = None
