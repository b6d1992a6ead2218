"""Claims: reported facts and figures."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.areas import PolicyArea
from tracker.models.base import Record
from tracker.models.commitments import Commitment
from tracker.models.documents import Passage
from tracker.models.indicators import Indicator
from tracker.models.meetings import Meeting


class Claim(Record):
    """A fact that a document reports, not an undertaking."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("period_end >= period_start", "period_in_order"),
        CheckConstraint("value IS NULL OR unit IS NOT NULL", "value_has_unit"),
        CheckConstraint("supersedes_id <> id", "supersedes_another"),
    )
    SEARCHED = ("text", "text_es", "attributed_to", "note")

    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("policy_area.id"), index=True)
    text: Mapped[str]
    text_es: Mapped[str | None]
    attributed_to: Mapped[str | None]
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"), index=True)
    value: Mapped[float | None]
    unit: Mapped[str | None]
    period_start: Mapped[datetime.date | None]
    period_end: Mapped[datetime.date | None]
    published_on: Mapped[datetime.date | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id"), index=True)
    #: The commitment to which an analyst tied it.
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitment.id"), index=True)

    meeting: Mapped[Meeting | None] = relationship()
    passage: Mapped[Passage | None] = relationship()
    area: Mapped[PolicyArea | None] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
    supersedes: Mapped["Claim | None"] = relationship(remote_side="Claim.id")
    commitment: Mapped[Commitment | None] = relationship()

    def __str__(self) -> str:
        return self.text
