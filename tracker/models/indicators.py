"""Indicators: the quantities that claims report."""

from sqlalchemy.orm import Mapped

from tracker.models.base import Record


class Indicator(Record):
    __tablename__ = "indicator"
    SEARCHED = ("name", "name_es", "unit", "note")

    name: Mapped[str]
    name_es: Mapped[str | None]
    unit: Mapped[str]

    def __str__(self) -> str:
        return self.name
