"""Issued status reports: their parameters, and the data they printed, unchanged ever since."""

import datetime

from sqlalchemy import JSON, CheckConstraint, Dialect, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from tracker.database import Base
from tracker.models.meetings import Meeting
from tracker.models.updates import AppendOnlyRecord
from tracker.vocabulary import Chapter


class Chapters(TypeDecorator[list[Chapter]]):
    """Several chapters, in their own order."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: list[Chapter] | None, dialect: Dialect) -> list[str]:
        return [word.value for word in Chapter if word in (value or ())]

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> list[Chapter]:
        return [word for word in Chapter if word in (value or ())]


class ReportRun(AppendOnlyRecord):
    """A report that was issued. Rows are only ever added; triggers refuse to change or remove them."""

    __tablename__ = "report_run"
    __table_args__ = (
        CheckConstraint("since <= as_of", "since_before_as_of"),
        CheckConstraint("length(sha256) = 64", "sha256_of_64"),
    )
    SEARCHED = ("title", "cover_note", "sentence", "note")

    title: Mapped[str]
    #: Printed under the title.
    cover_note: Mapped[str | None]
    #: The filters as an address holds them: area=migration&kind=intention.
    scope: Mapped[str | None]
    #: The filters in words, as of its issue.
    sentence: Mapped[str | None]
    as_of: Mapped[datetime.date]
    known_by: Mapped[datetime.datetime]
    since: Mapped[datetime.date | None]
    since_meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    chapters: Mapped[list[Chapter]] = mapped_column(Chapters)
    #: The number of commitments in it.
    commitments: Mapped[int]
    #: The head of the history: the number of changes, and the hash of the last.
    head_seq: Mapped[int]
    head_hash: Mapped[str]
    #: Of the data, in hexadecimal.
    sha256: Mapped[str]

    since_meeting: Mapped[Meeting | None] = relationship()

    def __str__(self) -> str:
        return self.title


class ReportPart(Base):
    """A compressed piece of the data of a report; all pieces in order are one zlib stream."""

    __tablename__ = "report_part"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report_run.id"))
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
