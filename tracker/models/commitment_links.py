"""How one commitment stands to another."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import term_type
from tracker.models.base import Record
from tracker.models.commitments import Commitment
from tracker.vocabulary import CommitmentLinkKind


class CommitmentLink(Record):
    """A typed link: the commitment whose row it is restates, strengthens, replaces … another."""

    __tablename__ = "commitment_link"
    __table_args__ = (
        UniqueConstraint("commitment_id", "to_id", "kind"),
        CheckConstraint("commitment_id <> to_id", "two_commitments"),
    )
    PARENT = "commitment"
    SEARCHED = ("note",)

    #: Where the link starts.
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    kind: Mapped[CommitmentLinkKind] = mapped_column(term_type(CommitmentLinkKind))

    commitment: Mapped[Commitment] = relationship(foreign_keys=[commitment_id])
    to: Mapped[Commitment] = relationship(foreign_keys=[to_id])
