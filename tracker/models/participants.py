"""Participants: the people at meetings."""

from sqlalchemy.orm import Mapped

from tracker.models.base import Record


class Participant(Record):
    """A person. The office belongs to a seat, as it was on the day."""

    __tablename__ = "participant"
    SEARCHED = ("name", "other_names", "note")

    name: Mapped[str]
    other_names: Mapped[str | None]

    def __str__(self) -> str:
        return self.name
