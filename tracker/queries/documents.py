"""The text of a document with its passages, and the records that cite them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.database import session
from tracker.models import (
    Claim,
    CommitmentSource,
    Document,
    DocumentText,
    Meeting,
    MeetingLink,
    Milestone,
    Participation,
    Passage,
    Record,
    current_text,
)
from tracker.passage_text import split_paragraphs
from tracker.vocabulary import PassageCheck

#: With more paragraphs, a browser lays out only those in sight.
LONG = 300


@dataclass(frozen=True)
class TextSegment:
    """A part of a paragraph between boundaries of passages, with the passages around it and those it begins."""

    text: str
    passages: Sequence[Passage] = ()
    begins: Sequence[Passage] = ()


@dataclass
class AnnotatedParagraph:
    number: int
    pieces: list[TextSegment]
    #: The passages listed beside it, including those not found.
    passages: list[Passage]


@dataclass
class AnnotatedText:
    """A text with its passages; `elsewhere` are those recorded for none of its paragraphs."""

    text: DocumentText
    paragraphs: list[AnnotatedParagraph]
    elsewhere: list[Passage] = field(default_factory=list)
    counts: dict[PassageCheck, int] = field(default_factory=dict)

    @property
    def is_long(self) -> bool:
        return len(self.paragraphs) > LONG


def annotated_text(document: Document, passages: Sequence[Passage]) -> AnnotatedText | None:
    """Return the text of a document with its passages, or None if it has none."""
    text = current_text(session, document)
    if text is None:
        return None
    paragraphs = split_paragraphs(text.text, text.first_paragraph)
    passages_of: dict[int, list[Passage]] = defaultdict(list)
    annotated = AnnotatedText(text, [])
    for passage in passages:
        annotated.counts[passage.check_result] = annotated.counts.get(passage.check_result, 0) + 1
        number = passage.paragraph if passage.found_paragraph is None else passage.found_paragraph
        if number in paragraphs:
            passages_of[number].append(passage)
        else:
            annotated.elsewhere.append(passage)
    for number, words in paragraphs.items():
        beside = sorted(passages_of[number], key=lambda p: (p.start if p.found_start is None else p.found_start, p.id))
        annotated.paragraphs.append(AnnotatedParagraph(number, _segments(words, beside), beside))
    return annotated


def _segments(words: str, passages: Sequence[Passage]) -> list[TextSegment]:
    """Cut a paragraph at every boundary of the passages found in it."""
    spans = [(p.found_start, p.found_start + len(p.exact or ""), p) for p in passages if p.found_start is not None]
    cuts = sorted({0, len(words), *(at for start, end, _p in spans for at in (start, end))})
    return [
        TextSegment(
            words[start:end],
            [p for begin, finish, p in spans if begin <= start and end <= finish],
            [p for begin, _finish, p in spans if begin == start],
        )
        for start, end in pairwise(cuts)
    ]


def meetings_reported_in(document: Document) -> Sequence[Meeting]:
    """Return the meetings that a document reports."""
    return session.scalars(select(Meeting).where(Meeting.documents.contains(document)).order_by(Meeting.id)).all()


def citing_records(passages: Sequence[Passage]) -> dict[Passage, list[Record]]:
    """Return the commitments, claims, seats, links of meetings and milestones that cite each passage."""
    records: dict[Passage, list[Record]] = defaultdict(list)
    numbers = [passage.id for passage in passages]
    model: Any
    for model in (CommitmentSource, Claim, Participation, MeetingLink, Milestone):
        query = select(model).where(model.passage_id.in_(numbers)).order_by(model.id)
        loads = [selectinload(model.passage)] + ([selectinload(getattr(model, model.PARENT))] if model.PARENT else [])
        for record in session.scalars(query.options(*loads)):
            records[record.passage].append(record)
    return records
