"""What a word of a closed list is."""

from enum import StrEnum
from typing import Any


class Word(StrEnum):
    """One word of a closed list, with its label and its published definition (empty where the label says it all)."""

    label: Any
    definition: Any

    def __new__(cls, value: str, label: Any, definition: Any = "") -> "Word":
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        word.definition = definition
        return word

    def __str__(self) -> str:
        return str(self.label)
