"""A field for the passage that a record rests on, typed as its place in a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from flask_babel import gettext as _
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from tracker import passage_text
from tracker.models import Document, Passage
from tracker.records.fields import Text

#: Separates a place from the key of its text, where that is not the one being read.
OF = " of "


@dataclass
class SourceText:
    """A document whose text can be read, with the passages known in it and those that are new."""

    document: Document
    #: The code of the document, or the key of its row while it is unsaved.
    key: str
    title: str
    language: str
    paragraphs: passage_text.Paragraphs
    known: Sequence[Passage] = ()
    new: list[Passage] = field(default_factory=list)

    def sentences(self, paragraph: int) -> list[tuple[int, int]]:
        """Return the (start, end) of each sentence of a paragraph."""
        return passage_text.sentence_spans(self.paragraphs[paragraph], self.language)

    def passage(self, typed: str) -> Passage:
        """Return the passage at a place, a new one if none is known there; raises ValueError for what is no place."""
        paragraph, sentence, start, end = passage_text.parse_place(self.paragraphs, self.language, typed)
        for passage in (*self.known, *self.new):
            if _position(passage) == (paragraph, start, end):
                return passage
        new = Passage(paragraph=paragraph, sentence=sentence, start=start, end=end)
        self.new.append(new)
        return new

    def typed(self, passage: Passage) -> str:
        """Return the text that people would type for a passage: its place if that means this passage, else its code."""
        here = [known for known in self.known if _position(known) == (passage.paragraph, passage.start, passage.end)]
        for typed in (passage.place, f"p{passage.paragraph} {passage.start}-{passage.end}"):
            try:
                paragraph, _sentence, start, end = passage_text.parse_place(self.paragraphs, self.language, typed)
            except ValueError:
                continue
            if here[:1] == [passage] and (paragraph, start, end) == _position(passage):
                return typed
        return passage.code


def _position(passage: Passage) -> tuple[int | None, int | None, int]:
    """Return (paragraph, start, end) of the words of a passage in the text that is read."""
    if passage.id is None:
        return passage.paragraph, passage.start, passage.end
    start = passage.found_start
    return passage.found_paragraph, start, (start or 0) + len(passage.exact or "")


class PassageField(Text):
    """A passage, typed as its code or as a place: p3 s2 in the text being read, “p3 s2 of KEY” in another."""

    control = "input"
    #: The texts that can be read, by their keys, and the one being read.
    readings: Mapping[str, SourceText] = {}
    reading: SourceText | None = None
    passage: Passage | None = None

    def process_data(self, value: Passage | None) -> None:
        self.passage, self.data = value, value.code if value is not None else None

    def read_in(self, readings: Mapping[str, SourceText], reading: SourceText | None, before: str | None) -> None:
        """Set the texts that can be read and the one being read; `before` is the key of the one read until now.

        A typed place goes on meaning the same passage when another text is read.
        """
        self.readings, self.reading = readings, reading
        if not self.raw_data:
            self.data = self.display(self.passage)
        elif self.data and before:
            within, _of, key = self.data.partition(OF)
            if passage_text.PLACE.fullmatch(within.strip()):
                key = key.strip() or before
                self.data = within if reading and key == reading.key else f"{within}{OF}{key}"

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        self.passage = None
        if self.data:
            within, separator, key = self.data.partition(OF)
            if separator or passage_text.PLACE.fullmatch(within.strip()):
                self.passage = self._read(within, key.strip() if separator else None)
            else:
                by_code = cast(Passage | None, self.lookup.record(Passage, self.data))
                self.passage = by_code or self._read(within, None)

    def _read(self, typed: str, key: str | None) -> Passage:
        shown = (self.data or "")[:60]
        if not self.readings:
            way_out = _("Choose a document whose text can be read beside, or write the code of a passage.")
            raise StopValidation(f"{_('“%(typed)s” is no passage.', typed=shown)} {way_out}")
        reading = self.reading if key is None else self.readings.get(key)
        if reading is None:
            keys = ", ".join(self.readings)
            way_out = _(
                "After “of” write which document of this meeting it is; those with a text: %(keys)s.", keys=keys
            )
            raise StopValidation(f"“{shown}”: {way_out}")
        try:
            return reading.passage(typed)
        except ValueError as error:
            raise StopValidation(f"“{shown}”: {error}") from error

    def display(self, value: str | Passage | None) -> str:
        if isinstance(value, Passage):
            return self.reading.typed(value) if self.reading else value.code
        return value or ""

    def populate_obj(self, obj: object, name: str) -> None:
        setattr(obj, name, self.passage if self.data else None)
