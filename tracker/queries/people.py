"""Finding people by their names."""

from sqlalchemy import and_, or_, select

from tracker.database import session
from tracker.models import Participant, Participation
from tracker.models.base import words_of


def named(name: str) -> list[Participant]:
    """Return the participants who have this name, or another form of it, or were printed so; accents and case aside."""
    wanted = words_of(name)
    # A name of signs alone has no words to look for.
    holding = (Participant.search.contains(f" {word}", autoescape=True) for word in wanted)
    likely = and_(*holding) if wanted else Participant.name == name
    printed = select(Participation.participant_id).where(Participation.name_as_printed == name)
    found = session.scalars(
        select(Participant).where(or_(likely, Participant.id.in_(printed))).order_by(Participant.id)
    )
    return [person for person in found if _is_called(person, name) or _was_printed(person, name)]


def _is_called(person: Participant, name: str) -> bool:
    wanted = words_of(name)
    called = (person.name, *(person.other_names or "").splitlines())
    return any(words_of(each) == wanted if wanted else each == name for each in called)


def _was_printed(person: Participant, name: str) -> bool:
    same = Participation.participant == person, Participation.name_as_printed == name
    return session.scalar(select(Participation.id).where(*same).limit(1)) is not None
