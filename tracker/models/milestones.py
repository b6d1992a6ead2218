"""Milestones: steps on the way to what was undertaken."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Record
from tracker.models.commitments import Commitment
from tracker.models.documents import Passage


class Milestone(Record):
    """A step that can be seen to be reached; that it was needs evidence."""

    __tablename__ = "milestone"
    __table_args__ = (
        CheckConstraint("done_on IS NULL OR passage_id IS NOT NULL OR web_address IS NOT NULL", "done_has_evidence"),
    )
    PARENT = "commitment"
    SEARCHED = ("title", "note")

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    title: Mapped[str]
    due_on: Mapped[datetime.date | None] = mapped_column(index=True)
    done_on: Mapped[datetime.date | None]
    #: Where it is written that it was reached: a passage, or a page that was read.
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"), index=True)
    web_address: Mapped[str | None]

    commitment: Mapped[Commitment] = relationship()
    passage: Mapped[Passage | None] = relationship()

    def __str__(self) -> str:
        return self.title
