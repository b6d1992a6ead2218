"""Finding people by their names."""

from sqlalchemy import and_, or_, select

from tracker.database import session
from tracker.models import Participant, Participation
from tracker.passage_text import search_words

#: Characters of a name; nobody has a longer one, and no database would look for it.
LONGEST = 300


def participants_named(name: str) -> list[Participant]:
    """Return the participants who have this name, or another form of it, or were printed so; accents and case aside."""
    if len(name) > LONGEST:
        return []
    wanted = search_words(name)
    if wanted:
        likely = and_(*(Participant.search.contains(f" {word}", autoescape=True) for word in wanted))
        # What was printed is the first that a search of seats looks at, and ends with its line.
        printed = Participation.search.startswith(f" {' '.join(wanted)}\n", autoescape=True)
    else:
        # Signs alone have no words to look for.
        likely, printed = Participant.name == name, Participation.name_as_printed == name
    seen = set(session.scalars(select(Participation.participant_id).where(printed, ~Participation.is_group).distinct()))
    found = session.scalars(select(Participant).where(or_(likely, Participant.id.in_(seen))).order_by(Participant.id))
    return [person for person in found if person.id in seen or _is_called(person, name, wanted)]


def _is_called(person: Participant, name: str, wanted: list[str]) -> bool:
    called = (person.name, *(person.other_names or "").splitlines())
    return any(search_words(each) == wanted if wanted else each == name for each in called)
