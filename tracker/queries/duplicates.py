"""Which records can be the same person, party, document or meeting as one that is being entered."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from rapidfuzz import fuzz, process
from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import aliased

from tracker.database import session
from tracker.models import Document, Meeting, Participant, Party
from tracker.passage_text import search_words, sha256_of
from tracker.queries import name_matching
from tracker.records import Kind
from tracker.records.base import RecordForm
from tracker.records.date_fields import format_date_range
from tracker.vocabulary import DatePrecision

#: {kind: the fields that are compared}, what it is called first; other kinds are not asked about.
COMPARED: Mapping[str, tuple[str, ...]] = {
    "participants": ("name", "other_names"),
    "parties": ("name", "name_es", "kind", "parent"),
    "documents": ("title", "published_precision", "published_on", "web_address", "sha256"),
    "meetings": ("title", "title_es", "date_precision", "starts_on", "venue", "city", "country"),
}
#: How many records are asked about at once, the likeliest first.
MAX_CANDIDATES = 8
#: Of how many forms of a person's name the first are compared.
MAX_FORMS = 10
#: How like, of 100, a name or title must be at a first glance to be looked at closely.
WORTH_COMPARING = 80

#: How likely it is, from 0 to 100; the id of a record; and why, in words for people.
Likeness = tuple[float, int, str]


@dataclass(frozen=True)
class DuplicateCandidate:
    """A record that can be the one being entered, and a sentence saying why."""

    record: Any
    reason: str


def likely_duplicates(kind: Kind, form: RecordForm) -> list[DuplicateCandidate]:
    """Return the records likely to be the one in a form, the likeliest first; the form's own record is left out."""
    if kind.name not in COMPARED:
        return []
    own = form.record.id if form.record is not None else None
    found = sorted(
        (each for each in COMPARING[kind.name](form) if each[1] != own), key=lambda each: (-each[0], each[1])
    )
    reasons = {number: reason for _likely, number, reason in found[:MAX_CANDIDATES]}
    records = session.scalars(select(kind.model).where(kind.model.id.in_(reasons)).options(*kind.loads(())))
    by_id = {record.id: record for record in records}
    return [DuplicateCandidate(by_id[number], reason) for number, reason in reasons.items() if number in by_id]


def _participants(form: Any) -> Iterator[Likeness]:
    typed = _forms_of_name(form.name.data, form.other_names.data)
    # A word of three letters, or whatever there is where no word has them, must stand in both.
    wanted = {each for _name, words in typed for each in [word for word in words if len(word) >= 3] or words}
    holds = [Participant.search.contains(f" {word}", autoescape=True) for word in sorted(wanted)]
    if not holds:
        return
    query = select(Participant.id, Participant.name, Participant.other_names).where(or_(*holds))
    for number, name, other_names in session.execute(query):
        pairs = [
            (one, other)
            for other, words in _forms_of_name(name, other_names)
            for one, entered in typed
            if name_matching.could_be_same_person(entered, words)
        ]
        if pairs:
            yield _likeliest(pairs, number, name)


def _forms_of_name(name: str | None, other_names: str | None) -> list[tuple[str, list[str]]]:
    """Return (a form of a person's name, its words)."""
    forms = [name or "", *(other_names or "").splitlines()][:MAX_FORMS]
    return [(form, name_matching.person_name_words(form)) for form in forms if search_words(form)]


def _parties(form: Any) -> Iterator[Likeness]:
    typed = [name for name in (form.name.data, form.name_es.data) if name]
    kind, parent, whole = form.kind.data, form.parent.data, aliased(Party)
    query = select(Party.id, Party.search, Party.name, Party.name_es, Party.kind, Party.parent_id)
    query = query.add_columns(whole.name.label("whole")).outerjoin(whole, Party.parent_id == whole.id)
    for row in _called_like(typed, session.execute(query) if typed else (), 2):
        known = [name for name in (row.name, row.name_es) if name]
        pairs = [
            (one, other)
            for one in typed
            for other in known
            if name_matching.could_be_same_body(search_words(one), search_words(other))
        ]
        equal = any(name_matching.same_words(search_words(one), search_words(other)) for one, other in pairs)
        elsewhere = parent is not None and (row.id == parent.id or row.parent_id not in (None, parent.id))
        if equal or (pairs and not elsewhere and kind in (None, row.kind)):
            likely, number, reason = _likeliest(pairs, row.id, row.name)
            belongs = _("It is part of: %(party)s.", party=row.whole) if row.whole else ""
            yield likely, number, f"{reason} {belongs}".strip()


def _called_like(typed: Sequence[str], rows: Iterable[Row[Any]], names_each: int) -> list[Row[Any]]:
    """Choose, quickly, the rows worth comparing: the first so many attributes that a search looks at are names."""
    by_id = {row.id: row for row in rows}
    told = {
        (number, place): line
        for number, row in by_id.items()
        for place, line in enumerate(row.search.split("\n", names_each)[:names_each])
    }
    near = set()
    for name in typed:
        wanted = " ".join(search_words(name))
        near |= {
            key[0]
            for _line, _likely, key in process.extract(
                wanted, told, scorer=fuzz.token_ratio, score_cutoff=WORTH_COMPARING, limit=None
            )
        }
    return [by_id[number] for number in near]


def _how_like(one: str, other: str) -> float:
    return fuzz.token_sort_ratio(" ".join(search_words(one)), " ".join(search_words(other)))


def _likeliest(pairs: Sequence[tuple[str, str]], number: int, name: str) -> Likeness:
    """Tell of the most alike of several (name typed, name known) why they can be those of a record of this name."""
    typed, known = max(pairs, key=lambda pair: _how_like(*pair))
    likely, same = _how_like(typed, known), name_matching.same_words(search_words(typed), search_words(known))
    if known == name:
        reason = _("The name is the same.") if same else _("“%(typed)s” can be another form of this name.", typed=typed)
    elif same:
        reason = _("It is also called “%(known)s”.", known=known)
    else:
        reason = _("It is also called “%(known)s”, as “%(typed)s” can be.", known=known, typed=typed)
    return likely, number, reason


def _documents(form: Any) -> Iterator[Likeness]:
    yielded = set()
    for likeness in (*_same_text(form), *_titled_alike(form)):
        if likeness[1] not in yielded:
            yielded.add(likeness[1])
            yield likeness


def _same_text(form: Any) -> Iterator[Likeness]:
    """Compare the sha256 and the web address."""
    texts = {form.sha256.data, form.record.text_sha256 if form.record is not None else None} - {None}
    if "text" in form and form["text"].data:
        texts.add(sha256_of(form["text"].data))
    for document in documents_with_text(texts) if texts else ():
        yield 102, document.id, _("Its text has the same sha256.")
    if form.web_address.data:
        wanted = normalise_address(form.web_address.data)
        at_host = func.lower(Document.web_address).contains(wanted.partition("/")[0], autoescape=True)
        for number, web_address in session.execute(select(Document.id, Document.web_address).where(at_host)):
            if normalise_address(web_address or "") == wanted:
                yield 101, number, _("It has the same web address.")


def documents_with_text(sha256s: Iterable[str]) -> Sequence[Document]:
    """Return the documents whose text, catalogued or attached, has one of these sha256."""
    has_one = or_(Document.sha256.in_(sha256s), Document.text_sha256.in_(sha256s))
    return session.scalars(select(Document).where(has_one).order_by(Document.id).limit(MAX_CANDIDATES + 1)).all()


def normalise_address(address: str) -> str:
    """Return a web address without what makes no other page of it: the scheme, www, a last slash and the fragment."""
    rest = re.sub(r"^https?://(www\.)?", "", address, flags=re.IGNORECASE).partition("#")[0]
    host, _slash, path = rest.partition("/")
    return f"{host.lower()}/{path.rstrip('/')}"


def _titled_alike(form: Any) -> Iterator[Likeness]:
    on, precision, title = form.published_on.data, form.published_precision.data, form.title.data
    query = select(Document.id, Document.search, Document.title, Document.published_on, Document.published_precision)
    query = _around(query, Document.published_on, Document.published_precision, on, precision)
    for row in _called_like([title], session.execute(query), 1) if title else ():
        same_day = _one_day(on, precision, row.published_on, row.published_precision)
        pair = search_words(title), search_words(row.title)
        if same_day and name_matching.similar_titles(*pair):
            day = format_date_range(on, precision)
            yield _how_like(title, row.title), row.id, _("The title is alike, and both are of %(day)s.", day=day)
        elif same_day is None and name_matching.nearly_equal_titles(*pair):
            said = _("The title is nearly the same, and the publication dates as they are known do not differ.")
            yield _how_like(title, row.title), row.id, said


def _meetings(form: Any) -> Iterator[Likeness]:
    on, precision = form.starts_on.data, form.date_precision.data
    typed = [title for title in (form.title.data, form.title_es.data) if title]
    told = ("id", "search", "title", "title_es", "starts_on", "date_precision", "venue", "city", "country")
    query = select(*(getattr(Meeting, name) for name in told))
    rows = session.execute(_around(query, Meeting.starts_on, Meeting.date_precision, on, precision)).all()
    like = {row.id for row in _called_like(typed, rows, 2)}
    for row in rows:
        same_day = _one_day(on, precision, row.starts_on, row.date_precision)
        pairs = [(a, b) for a in typed for b in (row.title, row.title_es) if b and row.id in like]
        likely = max((_how_like(*pair) for pair in pairs), default=0)
        day = format_date_range(on, precision) if same_day else ""
        if same_day and any(name_matching.similar_titles(search_words(a), search_words(b)) for a, b in pairs):
            yield likely, row.id, _("The title is alike, and both began on %(day)s.", day=day)
        elif same_day is not False and any(title in (row.title, row.title_es) for title in typed):
            # A title of signs alone has no words to compare.
            yield 100, row.id, _("The title is the same, and the dates as they are known do not differ.")
        elif same_day and (place := _one_place(form, row)):
            yield likely, row.id, _("Both began on %(day)s at the same place: %(place)s.", day=day, place=place)
        elif same_day is None and any(
            name_matching.nearly_equal_titles(search_words(a), search_words(b)) for a, b in pairs
        ):
            yield likely, row.id, _("The title is nearly the same, and the dates as they are known do not differ.")


def _around(query: Any, day: Any, its_precision: Any, on: Any, precision: DatePrecision | None) -> Any:
    """Narrow a query to what can be of a date, if that is known to the day."""
    if on is None or precision is not DatePrecision.DAY:
        return query
    return query.where(or_(day == on, its_precision != DatePrecision.DAY))


def _one_day(on: Any, precision: DatePrecision | None, other: Any, its_precision: DatePrecision) -> bool | None:
    """Return whether two dates are one day; nothing where they are not known well enough to differ."""
    if on is None or other is None:
        return None
    known = {precision, its_precision}
    if known == {DatePrecision.DAY}:
        return bool(on == other)
    same = on.year == other.year and (DatePrecision.YEAR in known or on.month == other.month)
    return None if same else False


def _one_place(form: Any, row: Row[Any]) -> str:
    """Return the venue, city or country that both have, or nothing."""
    for name in ("venue", "city", "country"):
        typed, known = form[name].data, getattr(row, name)
        if typed and known and search_words(typed) == search_words(known):
            return form[name].display(typed)
        if name == "city" and typed and known:
            return ""
    return ""


COMPARING: Mapping[str, Callable[[Any], Iterable[Likeness]]] = {
    "participants": _participants,
    "parties": _parties,
    "documents": _documents,
    "meetings": _meetings,
}
