"""How a file that cannot be read is refused."""

from tracker.errors import Invalid


def unreadable_file(message: str) -> Invalid:
    """Return the error that says what is wrong with a file."""
    return Invalid({"file": [message]})
