"""What a word of a closed list is."""

from enum import StrEnum
from typing import Any


class Term(StrEnum):
    """One word of a closed list, with its label and its published definition (empty where the label says it all)."""

    label: Any
    definition: Any

    def __new__(cls, value: str, label: Any, definition: Any = "") -> "Term":
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        word.definition = definition
        return word

    def __str__(self) -> str:
        return str(self.label)
