"""The codes that records get where nobody typed one."""

from typing import Any

from babel import Locale

from tracker.database import session
from tracker.models import Record
from tracker.models.base import words_of
from tracker.models.history import code_was_used, next_number
from tracker.records.fields import RecordCode
from tracker.vocabulary import PartyKind

#: Short enough to be read in an address, and to take a number behind it.
LONGEST = 48
COUNTRIES_IN = ("en", "es")


def from_words(model: type[Record], text: Any) -> str:
    """Return the words of a text as a code that no record of the kind ever had."""
    words = [word for word in words_of(str(text or "")) if word.isascii() and "_" not in word]
    code = ""
    for word in words:
        if len(code) + len(word) > LONGEST:
            break
        code = f"{code}-{word}" if code else word
    if not code:
        return numbered(model, f"{model.__tablename__.replace('_', '-')}-")
    return code if is_free(model, code) else numbered(model, f"{code}-", first=2)


def numbered(model: type[Record], start: str, first: int = 1) -> str:
    """Return a code that begins so and ends in a number, one more than any record of the kind ever had."""
    return f"{start}{max(first, next_number(session, model, start))}"


def is_free(model: type[Record], code: str) -> bool:
    unsaved = {record.code for record in session.new if isinstance(record, model)}
    return code not in RecordCode.RESERVED | unsaved and not code_was_used(session, model, code)


def of_country(kind: PartyKind | None, name: str | None) -> str:
    """Return the ISO 3166 code of a country's name in a language we know, in lower case, or nothing."""
    if kind is not PartyKind.COUNTRY or not name:
        return ""
    wanted = words_of(name)
    for language in COUNTRIES_IN:
        for code, called in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and words_of(called) == wanted:
                return code.lower()
    return ""
