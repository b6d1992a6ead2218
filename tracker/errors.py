"""What can go wrong, as situations every door can answer with."""

from collections.abc import Mapping, Sequence
from typing import Any


class TrackerError(Exception):
    """Something a person asked for cannot be done; the message says what, and the way out."""

    status = 400


class NotFound(TrackerError):
    status = 404


class Conflict(TrackerError):
    """The records as they stand forbid it; `records` are the ones in the way."""

    status = 409

    def __init__(self, message: str, records: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.records = records


class TooLarge(TrackerError):
    status = 413


class Busy(TrackerError):
    """Somebody else has been writing for longer than anybody is made to wait."""

    status = 503


class Invalid(TrackerError):
    """Some fields will not do; `errors` is {field: [message, …]}."""

    status = 422

    def __init__(self, errors: Mapping[str, Sequence[Any]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(map(str, said))}" for name, said in errors.items()))
        self.errors = errors


def unreadable_file(message: str) -> Invalid:
    """Return the error that says, by the field `file`, why a file cannot be read."""
    return Invalid({"file": [message]})
