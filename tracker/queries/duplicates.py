"""Likely duplicates of a person, party, document or meeting that is being entered."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _
from rapidfuzz import fuzz
from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tracker.database import session
from tracker.models import Document, Meeting, Participant, Party, Record
from tracker.passage_text import search_words, sha256_of
from tracker.queries.name_matching import (
    could_be_same_body,
    could_be_same_person,
    nearly_equal_titles,
    person_name_words,
    similar_titles,
)
from tracker.records.base import Kind, RecordForm
from tracker.records.date_fields import format_date_range
from tracker.vocabulary import DatePrecision

#: {kind: the fields compared}, the name or title first; records of other kinds are not compared.
COMPARED: Mapping[str, tuple[str, ...]] = {
    "participants": ("name", "other_names"),
    "parties": ("name", "name_es", "kind", "parent"),
    "documents": ("title", "published_precision", "published_on", "web_address", "sha256"),
    "meetings": ("title", "title_es", "date_precision", "starts_on", "venue", "city", "country"),
}
#: The number of candidates shown, the likeliest first.
MAX_CANDIDATES = 8
#: The number of forms of a person's name that are compared, the first ones.
MAX_FORMS = 10


@dataclass(frozen=True)
class DuplicateCandidate:
    """A record that may be the one being entered, and the reason, a sentence."""

    record: Record
    reason: str


class Likeness(NamedTuple):
    """How likely a record is the one being entered, from 0 to 100, more where no name is compared, and the reason."""

    score: float
    id: int
    reason: str


def likely_duplicates(kind: Kind, form: RecordForm) -> list[DuplicateCandidate]:
    """Return the likely duplicates of the record in a form, the likeliest first."""
    if kind.name not in COMPARED:
        return []
    own_id = form.record.id if form.record is not None else None
    reasons: dict[int, str] = {}
    for likeness in sorted(COMPARISONS[kind.name](form), key=lambda likeness: (-likeness.score, likeness.id)):
        if likeness.id != own_id:
            reasons.setdefault(likeness.id, likeness.reason)
    ids = list(reasons)[:MAX_CANDIDATES]
    records = session.scalars(select(kind.model).where(kind.model.id.in_(ids)).options(*kind.loads(())))
    by_id = {record.id: record for record in records}
    return [DuplicateCandidate(by_id[number], reasons[number]) for number in ids if number in by_id]


def _participants(form: RecordForm) -> Iterator[Likeness]:
    typed = {name: person_name_words(name) for name in _forms_of_name(form["name"].data, form["other_names"].data)}
    # A word of three letters, or any word of a name that has none such, must occur in both.
    required = {word for words in typed.values() for word in [w for w in words if len(w) >= 3] or words}
    if not required:
        return
    shares_word = or_(*(Participant.search.contains(f" {word}", autoescape=True) for word in sorted(required)))
    query = select(Participant.id, Participant.name, Participant.other_names).where(shares_word)
    for number, name, other_names in session.execute(query):
        known = {name: person_name_words(name) for name in _forms_of_name(name, other_names)}
        if match := _closest(typed, known, could_be_same_person):
            yield Likeness(match.score, number, _name_reason(match, name))


def _forms_of_name(name: str | None, other_names: str | None) -> list[str]:
    return [name or "", *(other_names or "").splitlines()][:MAX_FORMS]


def _parties(form: RecordForm) -> Iterator[Likeness]:
    typed = _words_of(form["name"].data, form["name_es"].data)
    kind, parent, whole = form["kind"].data, form["parent"].data, aliased(Party)
    columns = (Party.id, Party.name, Party.name_es, Party.kind, Party.parent_id, whole.name.label("whole"))
    for row in session.execute(select(*columns).outerjoin(whole, Party.parent_id == whole.id)) if typed else ():
        match = _closest(typed, _words_of(row.name, row.name_es), could_be_same_body)
        elsewhere = parent is not None and (row.id == parent.id or row.parent_id not in (None, parent.id))
        if match and (match.score == 100 or (not elsewhere and kind in (None, row.kind))):
            belongs = _("It is part of: %(party)s.", party=row.whole) if row.whole else ""
            yield Likeness(match.score, row.id, f"{_name_reason(match, row.name)} {belongs}".strip())


def _words_of(*names: str | None) -> dict[str, list[str]]:
    """Return {name: its words}, without empty names."""
    return {name: search_words(name) for name in names if name}


class _Match(NamedTuple):
    """Two names that can belong to one record, and their similarity: 100 for the same words in any order."""

    score: float
    typed: str
    known: str


def _closest(
    typed: Mapping[str, list[str]],
    known: Mapping[str, list[str]],
    could_be_same: Callable[[Sequence[str], Sequence[str]], bool],
) -> _Match | None:
    """Return the most similar pair of a typed and a known name, from {name: words}, that can be the same, or None."""
    pairs = [(t, k) for t in typed for k in known if could_be_same(typed[t], known[k])]
    matches = (_Match(fuzz.token_sort_ratio(*(" ".join(search_words(n)) for n in pair)), *pair) for pair in pairs)
    return max(matches, key=lambda match: match.score, default=None)


def _name_reason(match: _Match, name: str) -> str:
    """Return why a record of this name, with a match, can be the one being entered."""
    if match.known == name and match.score == 100:
        return str(_("The name is the same."))
    if match.known == name:
        return str(_("“%(typed)s” can be another form of this name.", typed=match.typed))
    if match.score == 100:
        return str(_("It is also called “%(known)s”.", known=match.known))
    return str(_("It is also called “%(known)s”, as “%(typed)s” can be.", known=match.known, typed=match.typed))


def _documents(form: RecordForm) -> Iterator[Likeness]:
    sha256s = {form["sha256"].data, form.record.text_sha256 if isinstance(form.record, Document) else None} - {None}
    if "text" in form and form["text"].data:
        sha256s.add(sha256_of(form["text"].data))
    for document in documents_with_text(sha256s):
        yield Likeness(102, document.id, _("Its text has the same sha256."))
    if form["web_address"].data:
        address = normalise_address(form["web_address"].data)
        at_host = func.lower(Document.web_address).contains(address.partition("/")[0], autoescape=True)
        for number, web_address in session.execute(select(Document.id, Document.web_address).where(at_host)):
            if normalise_address(web_address or "") == address:
                yield Likeness(101, number, _("It has the same web address."))
    typed = _words_of(form["title"].data)
    day = format_date_range(form["published_on"].data, form["published_precision"].data)
    day_fields = (Document.published_on, Document.published_precision)
    for row, same_day in _rows_of_day(form, *day_fields, Document.id, Document.title) if typed else ():
        match = _closest(typed, _words_of(row.title), similar_titles if same_day else nearly_equal_titles)
        if match and same_day:
            yield Likeness(match.score, row.id, _("The title is alike, and both are of %(day)s.", day=day))
        elif match:
            reason = _("The title is nearly the same, and the publication dates as they are known do not differ.")
            yield Likeness(match.score, row.id, reason)


def documents_with_text(sha256s: Iterable[str]) -> Sequence[Document]:
    """Return the documents whose text, catalogued or attached, has one of these sha256."""
    has_one = or_(Document.sha256.in_(sha256s), Document.text_sha256.in_(sha256s))
    return session.scalars(select(Document).where(has_one).order_by(Document.id).limit(MAX_CANDIDATES + 1)).all()


def normalise_address(address: str) -> str:
    """Return a web address without scheme, www, last slash and fragment."""
    rest = re.sub(r"^https?://(www\.)?", "", address, flags=re.IGNORECASE).partition("#")[0]
    host, _slash, path = rest.partition("/")
    return f"{host.lower()}/{path.rstrip('/')}"


def _meetings(form: RecordForm) -> Iterator[Likeness]:
    typed = _words_of(form["title"].data, form["title_es"].data)
    day = format_date_range(form["starts_on"].data, form["date_precision"].data)
    columns = (Meeting.id, Meeting.title, Meeting.title_es, Meeting.venue, Meeting.city, Meeting.country)
    for row, same_day in _rows_of_day(form, Meeting.starts_on, Meeting.date_precision, *columns):
        known = _words_of(row.title, row.title_es)
        match = _closest(typed, known, similar_titles if same_day else nearly_equal_titles)
        if match and same_day:
            yield Likeness(match.score, row.id, _("The title is alike, and both began on %(day)s.", day=day))
        elif typed.keys() & known.keys():
            # A title of signs alone has no words to compare.
            reason = _("The title is the same, and the dates as they are known do not differ.")
            yield Likeness(100, row.id, reason)
        elif same_day and (place := _common_place(form, row)):
            reason = _("Both began on %(day)s at the same place: %(place)s.", day=day, place=place)
            yield Likeness(0, row.id, reason)
        elif match:
            reason = _("The title is nearly the same, and the dates as they are known do not differ.")
            yield Likeness(match.score, row.id, reason)


def _common_place(form: RecordForm, row: Row[Any]) -> str:
    """Return the venue, city or country that both share, or ""."""
    for name in ("venue", "city", "country"):
        typed, known = form[name].data, getattr(row, name)
        if typed and known and search_words(typed) == search_words(known):
            return str(form[name].display(typed))
        if name == "city" and typed and known:
            return ""
    return ""


def _rows_of_day(
    form: RecordForm, day: InstrumentedAttribute[Any], precision: InstrumentedAttribute[Any], *columns: Any
) -> Iterator[tuple[Row[Any], bool]]:
    """Yield (row, whether its day is that of a form), without rows of another day; False where too little is known."""
    on, known_to = form[day.key].data, form[precision.key].data
    query = select(*columns, day.label("day"), precision.label("precision"))
    if on is not None and known_to is DatePrecision.DAY:
        query = query.where(or_(day == on, precision != DatePrecision.DAY))
    rows: Iterable[Any] = session.execute(query)
    for row in rows:
        same_day = _same_day(on, known_to, row.day, row.precision)
        if same_day is not False:
            yield row, bool(same_day)


def _same_day(
    on: datetime.date | None, precision: DatePrecision | None, other: datetime.date | None, its_precision: DatePrecision
) -> bool | None:
    """Return whether two dates are one day; None where they are too vague to differ."""
    if on is None or other is None:
        return None
    known_to = {precision, its_precision}
    if known_to == {DatePrecision.DAY}:
        return on == other
    same = on.year == other.year and (DatePrecision.YEAR in known_to or on.month == other.month)
    return None if same else False


COMPARISONS: Mapping[str, Callable[[RecordForm], Iterable[Likeness]]] = {
    "participants": _participants,
    "parties": _parties,
    "documents": _documents,
    "meetings": _meetings,
}
