"""Parties: the countries and bodies that make commitments."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import term_type
from tracker.models.base import Record
from tracker.vocabulary import PartyKind


class Party(Record):
    """A country, government body or international organisation; a country's code is its ISO 3166 alpha-2."""

    __tablename__ = "party"
    SEARCHED = ("name", "name_es", "note")

    name: Mapped[str]
    name_es: Mapped[str | None]
    kind: Mapped[PartyKind] = mapped_column(term_type(PartyKind))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), index=True)

    parent: Mapped["Party | None"] = relationship(remote_side="Party.id", lazy="selectin", join_depth=2)

    def __str__(self) -> str:
        return self.name
