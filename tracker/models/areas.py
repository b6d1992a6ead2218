"""Policy areas."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Record


class PolicyArea(Record):
    __tablename__ = "policy_area"
    SEARCHED = ("name", "name_es", "description", "note")

    name: Mapped[str]
    name_es: Mapped[str | None]
    description: Mapped[str | None]
    #: The place of the area in lists, the lowest number first.
    order: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("policy_area.id"), index=True)

    parent: Mapped["PolicyArea | None"] = relationship(remote_side="PolicyArea.id")

    def __str__(self) -> str:
        return self.name
