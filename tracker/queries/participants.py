"""Finding people by their names."""

from sqlalchemy import and_, or_, select

from tracker.database import session
from tracker.models import Participant, Participation
from tracker.passage_text import search_words

#: The length of a name in characters; nobody has a longer one.
MAX_LENGTH = 300


def participants_named(name: str) -> list[Participant]:
    """Return the participants with this name, in any form or as printed, accents and case aside."""
    if len(name) > MAX_LENGTH:
        return []
    words = search_words(name)
    if words:
        likely = and_(*(Participant.search.contains(f" {word}", autoescape=True) for word in words))
        # The printed name comes first in the words of a seat, and ends with its line.
        printed = Participation.search.startswith(f" {' '.join(words)}\n", autoescape=True)
    else:
        # A name of signs alone has no words to search for.
        likely, printed = Participant.name == name, Participation.name_as_printed == name
    seats = select(Participation.participant_id).where(printed, ~Participation.is_group).distinct()
    ids = set(session.scalars(seats))
    people = session.scalars(select(Participant).where(or_(likely, Participant.id.in_(ids))).order_by(Participant.id))
    return [person for person in people if person.id in ids or _has_name(person, name, words)]


def _has_name(person: Participant, name: str, words: list[str]) -> bool:
    forms = (person.name, *(person.other_names or "").splitlines())
    return any(search_words(form) == words if words else form == name for form in forms)
