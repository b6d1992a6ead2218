"""What a word of a closed list is."""

from enum import StrEnum
from typing import Self

from flask_babel.speaklater import LazyString

#: A text for people: translated where it is shown, or as it is.
Label = str | LazyString


class Term(StrEnum):
    """One word of a closed list, with its label and its published definition (empty where the label says it all)."""

    label: Label
    definition: Label

    def __new__(cls, value: str, label: Label, definition: Label = "") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.label = label
        term.definition = definition
        return term

    @classmethod
    def from_value(cls, value: str) -> Self | None:
        """Return the word that is stored as this value, or None."""
        return next((term for term in cls if term.value == value), None)

    def __str__(self) -> str:
        return str(self.label)
