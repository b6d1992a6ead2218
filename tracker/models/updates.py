"""Progress: the findings on each lead party, their evidence, and checks that found nothing.

Rows are only ever added; triggers refuse to change or remove them. A wrong one is corrected or voided by another.
"""

import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from tracker.database import term_type
from tracker.models.accounts import Account
from tracker.models.base import Record
from tracker.models.commitments import Commitment, CommitmentParty
from tracker.models.documents import Passage
from tracker.models.parties import Party
from tracker.vocabulary import Confidence, EvidenceRelation, Status


class AppendOnlyRecord(Record):
    """A record that is added once, at a moment the server sets, and stays as it is."""

    __abstract__ = True

    #: When it became known here.
    recorded_at: Mapped[datetime.datetime] = mapped_column(sort_order=88)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), sort_order=89)

    @declared_attr
    def recorded_by(cls) -> Mapped[Account]:
        return relationship(Account)


class ProgressUpdate(AppendOnlyRecord):
    """The status of a lead party: true in the world since one day, known here since another."""

    __tablename__ = "progress_update"
    __table_args__ = (
        CheckConstraint("status IS NOT NULL OR corrects_id IS NOT NULL", "void_corrects"),
        CheckConstraint("status IS NULL OR confidence IS NOT NULL", "finding_has_confidence"),
        CheckConstraint("(claimed_status IS NULL) = (claimed_by IS NULL)", "claim_has_speaker"),
        CheckConstraint("length(trim(reason)) > 0", "has_reason"),
        CheckConstraint("corrects_id <> id", "corrects_another"),
        Index("ix_progress_update_lead", "commitment_id", "party_id", "effective_on", "recorded_at"),
    )
    PARENT = "commitment"
    SEARCHED = ("reason", "claimed_by", "on_behalf_of", "note")
    #: The column of the update that this one corrects or voids.
    UNDOES: ClassVar = "corrects_id"

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    #: None for a void: the update it corrects should not have been logged.
    status: Mapped[Status | None] = mapped_column(term_type(Status))
    #: Since when it is true in the world.
    effective_on: Mapped[datetime.date]
    reason: Mapped[str]
    confidence: Mapped[Confidence | None] = mapped_column(term_type(Confidence))
    #: The status that the party claims, and its speaker.
    claimed_status: Mapped[Status | None] = mapped_column(term_type(Status, "claimed_status"))
    claimed_by: Mapped[str | None]
    on_behalf_of: Mapped[str | None]
    #: The code of the first of the updates logged for all leads at once.
    joint_id: Mapped[str | None]
    #: At most one correction of each.
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("progress_update.id"), unique=True)
    recorded_at: Mapped[datetime.datetime] = mapped_column(unique=True, sort_order=88)

    commitment: Mapped[Commitment] = relationship()
    party: Mapped[Party] = relationship()
    corrects: Mapped["ProgressUpdate | None"] = relationship(remote_side="ProgressUpdate.id")
    corrected_by: Mapped["ProgressUpdate | None"] = relationship(viewonly=True, remote_side=corrects_id)
    evidence: Mapped[list["Evidence"]] = relationship(viewonly=True, order_by="Evidence.id")


class Evidence(AppendOnlyRecord):
    """A passage or web page, and its relation to a finding."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("(passage_id IS NULL) <> (web_address IS NULL)", "passage_or_page"),
        CheckConstraint(
            "web_address IS NULL OR (title IS NOT NULL AND retrieved_on IS NOT NULL)", "page_has_title_and_day"
        ),
    )
    PARENT = "update"
    SEARCHED = ("title", "web_address", "note")

    #: By its code, and checked at the end of the transaction: evidence is stored before the update that needs it.
    update_code: Mapped[str] = mapped_column(
        ForeignKey("progress_update.code", deferrable=True, initially="DEFERRED"), index=True
    )
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"), index=True)
    web_address: Mapped[str | None]
    title: Mapped[str | None]
    #: The day the page was read.
    retrieved_on: Mapped[datetime.date | None]
    relation: Mapped[EvidenceRelation] = mapped_column(term_type(EvidenceRelation))

    update: Mapped[ProgressUpdate] = relationship(viewonly=True)
    passage: Mapped[Passage | None] = relationship()


class CheckLog(AppendOnlyRecord):
    """A search that found nothing."""

    __tablename__ = "check_log"
    __table_args__ = (
        CheckConstraint("(voids_id IS NULL) = (where_searched IS NOT NULL)", "check_says_where"),
        CheckConstraint("(voids_id IS NULL) = (reason IS NULL)", "void_has_reason"),
        CheckConstraint("voids_id <> id", "voids_another"),
        Index("ix_check_log_commitment_id", "commitment_id", "checked_on"),
    )
    PARENT = "commitment"
    SEARCHED = ("where_searched", "reason", "note")
    #: The column of the check that this one voids.
    UNDOES: ClassVar = "voids_id"

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"))
    checked_on: Mapped[datetime.date]
    where_searched: Mapped[str | None]
    #: The check that should not have been logged, and why.
    voids_id: Mapped[int | None] = mapped_column(ForeignKey("check_log.id"), unique=True)
    reason: Mapped[str | None]

    commitment: Mapped[Commitment] = relationship()
    voids: Mapped["CheckLog | None"] = relationship(remote_side="CheckLog.id")
    voided_by: Mapped["CheckLog | None"] = relationship(viewonly=True, remote_side=voids_id)


# Set here because updates are defined after the parties of commitments.
CommitmentParty.finding = relationship(ProgressUpdate, viewonly=True, foreign_keys=[CommitmentParty.finding_id])
CommitmentParty.claim = relationship(ProgressUpdate, viewonly=True, foreign_keys=[CommitmentParty.claim_id])
