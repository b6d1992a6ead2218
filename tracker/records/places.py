"""A field for the place in a text that a record rests on, as people type it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from wtforms.validators import StopValidation

from tracker import texts
from tracker.database import session
from tracker.models import Document, Passage
from tracker.records.fields import Text


@dataclass
class Reading:
    """A document whose text is being read, with the passages known in it and those made while reading."""

    document: Document
    called: str
    language: str
    paragraphs: texts.Paragraphs
    known: Sequence[Passage] = ()
    made: list[Passage] = field(default_factory=list)

    def sentences(self, paragraph: int) -> list[tuple[int, int]]:
        """Return the (start, end) of each sentence of a paragraph."""
        return texts.sentences(self.paragraphs[paragraph], self.language)

    def passage(self, typed: str) -> Passage:
        """Return the passage at a place, a new one where none is known; raises ValueError for what is no place."""
        paragraph, sentence, start, end = texts.place(self.paragraphs, self.language, typed)
        for each in (*self.known, *self.made):
            if (each.paragraph, each.start, each.end) == (paragraph, start, end):
                return each
        made = Passage(paragraph=paragraph, sentence=sentence, start=start, end=end)
        self.made.append(made)
        return made

    def told(self, passage: Passage) -> str:
        """Return a passage as people type it, so that reading it again gives the same one."""
        for typed in (passage.place, f"p{passage.paragraph} {passage.start}-{passage.end}"):
            try:
                paragraph, _sentence, start, end = texts.place(self.paragraphs, self.language, typed)
            except ValueError:
                continue
            if passage in self.known and (paragraph, start, end) == (passage.paragraph, passage.start, passage.end):
                return typed
        return passage.code


class Place(Text):
    """A passage, typed as a place in the text being read (p3 s2) or by its code."""

    #: The text being read, where there is one.
    reading: Reading | None = None
    data: Any
    #: The passage that is meant.
    passage: Passage | None = None

    def process_data(self, value: Any) -> None:
        self.passage, self.data = value, value.code if value is not None else None

    def read_in(self, reading: Reading | None) -> None:
        """Say which text is being read."""
        self.reading = reading
        if not self.raw_data:
            self.data = self.text(self.passage)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        self.passage = None
        if self.data:
            self.passage = session.scalar(select(Passage).where(Passage.code == self.data)) or self._read()

    def _read(self) -> Passage:
        if self.reading is None:
            said = _("Choose a document whose text can be read beside, or write the code of a passage.")
            raise StopValidation(f"{_('“%(typed)s” is no passage.', typed=self.data[:60])} {said}")
        try:
            return self.reading.passage(self.data)
        except ValueError as error:
            raise StopValidation(f"“{self.data[:60]}”: {error}") from error

    def text(self, value: Any) -> str:
        if isinstance(value, Passage):
            return self.reading.told(value) if self.reading else value.code
        return value or ""

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, self.passage if self.data else None)
