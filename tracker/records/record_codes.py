"""Codes for records whose code nobody typed."""

from babel import Locale

from tracker.database import session
from tracker.models import Record
from tracker.models.history import code_was_used, next_number
from tracker.passage_text import search_words
from tracker.records.fields import RecordCode
from tracker.records.record_lookup import ReservedCodes
from tracker.vocabulary import PartyKind

#: Short enough to read in an address, and to append a number.
MAX_LENGTH = 48
#: The languages of country names.
LANGUAGES = ("en", "es")


def code_from_words(model: type[Record], text: str | None, reserved: ReservedCodes | None = None) -> str:
    """Return a code made from the words of a text, which no record of the kind ever had."""
    words = [word for word in search_words(text or "") if word.isascii() and "_" not in word]
    code = ""
    for word in words:
        if len(code) + len(word) > MAX_LENGTH:
            break
        code = f"{code}-{word}" if code else word
    if not code:
        return numbered_code(model, f"{model.__tablename__.replace('_', '-')}-", reserved)
    return code if is_unused(model, code, reserved) else numbered_code(model, f"{code}-", reserved, first=2)


def numbered_code(model: type[Record], start: str, reserved: ReservedCodes | None = None, first: int = 1) -> str:
    """Return a code that begins with `start`, with a number above those of all records of the kind, ever."""
    reserved = reserved or ReservedCodes()
    last = reserved.numbers.get(start)
    number = max(first, next_number(session, model, start)) if last is None else last + 1
    while f"{start}{number}" in reserved.codes:
        number += 1
    reserved.numbers[start] = number
    return f"{start}{number}"


def code_within(model: type[Record], whole: Record | None, end: str, reserved: ReservedCodes | None = None) -> str:
    """Return the next code within that of another record; "" without one, or if its code is too long."""
    if whole is None or len(whole.code) > MAX_LENGTH:
        return ""
    return numbered_code(model, f"{whole.code}{end}", reserved)


def is_unused(model: type[Record], code: str, reserved: ReservedCodes | None = None) -> bool:
    unsaved = {record.code for record in session.new if isinstance(record, model)}
    return (
        code not in RecordCode.RESERVED | unsaved
        and (reserved is None or code not in reserved.codes)
        and not code_was_used(session, model, code)
    )


def country_code(kind: PartyKind | None, name: str | None) -> str:
    """Return the ISO 3166 code of a country by its name in one of LANGUAGES, in lower case; else ""."""
    if kind is not PartyKind.COUNTRY or not name:
        return ""
    words = search_words(name)
    territories = (territory for language in LANGUAGES for territory in Locale(language).territories.items())
    codes = (code for code, territory in territories if len(code) == 2 and search_words(territory) == words)
    return next((code.lower() for code in codes if code.isalpha()), "")
