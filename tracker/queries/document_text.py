"""The text of a document for reading: its paragraphs with the passages in them, and what rests on each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from tracker.database import session
from tracker.models import Document, DocumentText, Meeting, Passage, current_text
from tracker.passage_text import split_paragraphs
from tracker.vocabulary import PassageCheck

#: From how many paragraphs on a browser lays out only those in sight.
LONG = 300


@dataclass(frozen=True)
class TextSegment:
    """A stretch of a paragraph between two boundaries of passages, the passages it is in, and those it begins."""

    text: str
    passages: Sequence[Passage] = ()
    begins: Sequence[Passage] = ()


@dataclass
class AnnotatedParagraph:
    number: int
    pieces: list[TextSegment]
    #: The passages to be told beside it, those that are not found too.
    passages: list[Passage]


@dataclass
class AnnotatedText:
    """A text to be read, and the passages that no paragraph of it is recorded for."""

    text: DocumentText
    paragraphs: list[AnnotatedParagraph]
    elsewhere: list[Passage] = field(default_factory=list)
    counts: dict[PassageCheck, int] = field(default_factory=dict)

    @property
    def is_long(self) -> bool:
        return len(self.paragraphs) > LONG


def annotated_text(document: Document, passages: Sequence[Passage]) -> AnnotatedText | None:
    """Return the text of a document with its passages, or nothing if it has none."""
    text = current_text(session, document)
    if text is None:
        return None
    parted = split_paragraphs(text.text, text.first_paragraph)
    placed: dict[int, list[Passage]] = defaultdict(list)
    reading = AnnotatedText(text, [])
    for passage in passages:
        reading.counts[passage.check_result] = reading.counts.get(passage.check_result, 0) + 1
        number = passage.paragraph if passage.found_paragraph is None else passage.found_paragraph
        if number in parted:
            placed[number].append(passage)
        else:
            reading.elsewhere.append(passage)
    for number, words in parted.items():
        beside = sorted(placed[number], key=lambda p: (p.start if p.found_start is None else p.found_start, p.id))
        reading.paragraphs.append(AnnotatedParagraph(number, _pieces(words, beside), beside))
    return reading


def _pieces(words: str, passages: Sequence[Passage]) -> list[TextSegment]:
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


def meetings_reported_in(document: Document) -> list[Any]:
    """Return the meetings that a document tells of."""
    return list(session.scalars(select(Meeting).where(Meeting.documents.contains(document)).order_by(Meeting.id)))
