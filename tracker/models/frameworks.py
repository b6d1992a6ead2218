"""Frameworks."""

from sqlalchemy.orm import Mapped

from tracker.models.base import Record


class Framework(Record):
    """A standing agreement that commitments are made under."""

    __tablename__ = "framework"
    SEARCHED = ("name", "name_es", "description", "note")

    name: Mapped[str]
    name_es: Mapped[str | None]
    description: Mapped[str | None]

    def __str__(self) -> str:
        return self.name
