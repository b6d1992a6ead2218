"""Meetings between governments, who sat there, and how meetings are linked."""

import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Base, term_type
from tracker.models.base import Record
from tracker.models.documents import Document, Passage
from tracker.models.participants import Participant
from tracker.models.parties import Party
from tracker.vocabulary import (
    Attendance,
    Basis,
    Certainty,
    DatePrecision,
    MeetingLinkKind,
    MeetingStatus,
    SeatRole,
)

meeting_document = Table(
    "meeting_document",
    Base.metadata,
    Column("meeting_id", ForeignKey("meeting.id"), primary_key=True),
    Column("document_id", ForeignKey("document.id"), primary_key=True, index=True),
)


class Meeting(Record):
    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", "end_after_start"),
        CheckConstraint("(date_precision = 'unknown') = (starts_on IS NULL)", "starts_on_known"),
    )
    SEARCHED = ("title", "title_es", "series", "venue", "city", "date_note", "note")

    title: Mapped[str]
    title_es: Mapped[str | None]
    #: The first day of the month or year where the precision says no more.
    starts_on: Mapped[datetime.date | None] = mapped_column(index=True)
    ends_on: Mapped[datetime.date | None]
    date_precision: Mapped[DatePrecision] = mapped_column(term_type(DatePrecision))
    date_basis: Mapped[Basis] = mapped_column(term_type(Basis, "date_basis"))
    #: What is printed; then what is known from outside the documents, and from where.
    date_note: Mapped[str | None]
    venue: Mapped[str | None]
    city: Mapped[str | None]
    #: ISO 3166 alpha-2, lower case.
    country: Mapped[str | None]
    place_basis: Mapped[Basis | None] = mapped_column(term_type(Basis, "place_basis"))
    status: Mapped[MeetingStatus] = mapped_column(term_type(MeetingStatus))
    series: Mapped[str | None]

    documents: Mapped[list[Document]] = relationship(secondary=meeting_document, order_by=Document.code)
    participations: Mapped[list["Participation"]] = relationship(viewonly=True, order_by="Participation.id")

    def __str__(self) -> str:
        return self.title


class Participation(Record):
    """A seat at a meeting, or a mention: one person or one group, in the office printed that day."""

    __tablename__ = "participation"
    __table_args__ = (
        CheckConstraint("is_group = (participant_id IS NULL)", "person_or_group"),
        CheckConstraint("role IS NULL OR attendance <> 'mentioned_only'", "mention_has_no_role"),
    )
    PARENT = "meeting"
    SEARCHED = ("name_as_printed", "office_as_printed", "note")

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"), index=True)
    is_group: Mapped[bool]
    name_as_printed: Mapped[str]
    office_as_printed: Mapped[str | None]
    #: On whose behalf.
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    #: Empty where the person or group is only mentioned.
    role: Mapped[SeatRole | None] = mapped_column(term_type(SeatRole))
    attendance: Mapped[Attendance] = mapped_column(term_type(Attendance))
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"), index=True)

    meeting: Mapped[Meeting] = relationship()
    participant: Mapped[Participant | None] = relationship(lazy="selectin")
    party: Mapped[Party] = relationship()
    passage: Mapped[Passage | None] = relationship()

    def __str__(self) -> str:
        return str(self.participant or self.name_as_printed)


class MeetingLink(Record):
    __tablename__ = "meeting_link"
    __table_args__ = (
        UniqueConstraint("meeting_id", "to_id", "kind"),
        CheckConstraint("meeting_id <> to_id", "two_meetings"),
    )
    PARENT = "meeting"
    SEARCHED = ("note",)

    #: Where the link starts.
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    kind: Mapped[MeetingLinkKind] = mapped_column(term_type(MeetingLinkKind))
    certainty: Mapped[Certainty] = mapped_column(term_type(Certainty))
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"), index=True)

    meeting: Mapped[Meeting] = relationship(foreign_keys=[meeting_id])
    to: Mapped[Meeting] = relationship(foreign_keys=[to_id])
    passage: Mapped[Passage | None] = relationship()
