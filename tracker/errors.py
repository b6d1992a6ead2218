"""Errors that pages and the command line report alike."""

from collections.abc import Mapping, Sequence


class TrackerError(Exception):
    """Something cannot be done; the message says what, and what to do instead."""

    status = 400


class NotFound(TrackerError):
    status = 404


class Conflict(TrackerError):
    """Existing records forbid it; `records` are those in the way."""

    status = 409

    def __init__(self, message: str, records: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.records = records


class TooLarge(TrackerError):
    status = 413


class Busy(TrackerError):
    """Somebody else has been writing for longer than a request waits."""

    status = 503


class Invalid(TrackerError):
    """Some fields are invalid; `errors` is {field: [message, …]}."""

    status = 422

    def __init__(self, errors: Mapping[str, Sequence[object]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(map(str, messages))}" for name, messages in errors.items()))
        self.errors = errors


def unreadable_file(message: str) -> Invalid:
    """Return the error of the field `file` for a file that cannot be read."""
    return Invalid({"file": [message]})
