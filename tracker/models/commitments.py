"""Commitments: what was undertaken and by whom, the sources, milestones and links to others."""

import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    SQLColumnExpression,
    Table,
    UniqueConstraint,
    and_,
    case,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from tracker.database import Base, as_term, term_type
from tracker.models.accounts import Account
from tracker.models.areas import PolicyArea
from tracker.models.base import Record
from tracker.models.documents import Passage, document_issuer
from tracker.models.frameworks import Framework
from tracker.models.meetings import Meeting
from tracker.models.parties import Party
from tracker.vocabulary import (
    CommitmentKind,
    CommitmentLinkKind,
    DeadlineKind,
    Label,
    OverallStatus,
    PartyKind,
    PartyRole,
    Priority,
    SourceRelation,
    Status,
)

commitment_area = Table(
    "commitment_area",
    Base.metadata,
    Column("commitment_id", ForeignKey("commitment.id"), primary_key=True),
    Column("policy_area_id", ForeignKey("policy_area.id"), primary_key=True, index=True),
)
commitment_framework = Table(
    "commitment_framework",
    Base.metadata,
    Column("commitment_id", ForeignKey("commitment.id"), primary_key=True),
    Column("framework_id", ForeignKey("framework.id"), primary_key=True, index=True),
)


class Commitment(Record):
    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint("due_on >= made_on", "due_after_made"),
        CheckConstraint("(deadline_kind = 'recurring') = (every_months IS NOT NULL)", "recurring_has_months"),
        CheckConstraint("deadline_kind <> 'explicit' OR due_on IS NOT NULL", "explicit_has_day"),
        CheckConstraint("deadline_kind <> 'none' OR due_on IS NULL", "no_deadline_no_day"),
        CheckConstraint("every_months BETWEEN 1 AND 1200", "every_months_in_reason"),
        CheckConstraint("review_every BETWEEN 1 AND 3650", "review_every_in_reason"),
        CheckConstraint("(retired_at IS NULL) = (retired_because IS NULL)", "retired_has_reason"),
        Index("ix_commitment_made_on", "made_on", "id"),
        Index("ix_commitment_area_id", "area_id", "made_on", "id"),
    )
    SEARCHED = ("title", "title_es", "text", "text_es", "quote", "note")

    title: Mapped[str]
    title_es: Mapped[str | None]
    #: In our own words.
    text: Mapped[str]
    text_es: Mapped[str | None]
    #: Word for word from a passage.
    quote: Mapped[str | None]
    kind: Mapped[CommitmentKind] = mapped_column(term_type(CommitmentKind), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    #: The primary area, by which commitments are counted.
    area_id: Mapped[int] = mapped_column(ForeignKey("policy_area.id"))
    made_on: Mapped[datetime.date]
    deadline_kind: Mapped[DeadlineKind] = mapped_column(term_type(DeadlineKind))
    due_on: Mapped[datetime.date | None] = mapped_column(index=True)
    every_months: Mapped[int | None]
    #: The deadline as the document puts it.
    deadline_words: Mapped[str | None]
    #: What would count as done.
    done_when: Mapped[str | None]
    #: The account that follows it up.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    priority: Mapped[Priority] = mapped_column(term_type(Priority))
    #: The days without an update or a check after which it is stale; None: the usual number.
    review_every: Mapped[int | None]
    #: Since when it is left out of lists, as recorded in error, and why.
    retired_at: Mapped[datetime.datetime | None]
    retired_because: Mapped[str | None]
    #: When it was recorded here.
    recorded_at: Mapped[datetime.datetime]

    meeting: Mapped[Meeting | None] = relationship()
    area: Mapped[PolicyArea] = relationship()
    areas: Mapped[list[PolicyArea]] = relationship(secondary=commitment_area, order_by=PolicyArea.code)
    owner: Mapped[Account | None] = relationship()
    frameworks: Mapped[list[Framework]] = relationship(secondary=commitment_framework, order_by=Framework.code)
    parties: Mapped[list["CommitmentParty"]] = relationship(viewonly=True, order_by="CommitmentParty.id")
    sources: Mapped[list["CommitmentSource"]] = relationship(viewonly=True, order_by="CommitmentSource.id")

    if TYPE_CHECKING:
        #: The status that all its leads have, else mixed (an OverallStatus).
        status: Mapped[Any]
        #: Whether no document of some lead's own side states it: only others report it.
        one_sided: Mapped[bool]

    def __str__(self) -> str:
        return self.title

    @property
    def caveat(self) -> Label | None:
        if self.retired_at:
            return _l("Retired: recorded in error")
        return _l("Reported by one side only") if self.one_sided else None


class CommitmentParty(Record):
    """A party that leads, supports or benefits from a commitment."""

    __tablename__ = "commitment_party"
    __table_args__ = (UniqueConstraint("commitment_id", "party_id", "role"),)
    PARENT = "commitment"
    SEARCHED = ("note",)
    DERIVED = frozenset({"status", "finding_id", "claim_id"})

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    role: Mapped[PartyRole] = mapped_column(term_type(PartyRole))
    #: The current status of a lead and its update; set by the session, verified by `tracker check`.
    status: Mapped[Status] = mapped_column(term_type(Status), default=Status.NOT_ASSESSED, index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("progress_update.id"), index=True)
    #: The latest update with a status that the party claims.
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("progress_update.id"), index=True)

    commitment: Mapped[Commitment] = relationship()
    party: Mapped[Party] = relationship(lazy="selectin")

    if TYPE_CHECKING:
        finding: Any
        claim: Any

    def __str__(self) -> str:
        return str(self.party)


class CommitmentSource(Record):
    """A passage that a commitment rests on."""

    __tablename__ = "commitment_source"
    __table_args__ = (UniqueConstraint("commitment_id", "passage_id", "relation"),)
    PARENT = "commitment"
    SEARCHED = ("attributed_to", "note")

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), index=True)
    relation: Mapped[SourceRelation] = mapped_column(term_type(SourceRelation))
    #: The speaker, where the document reports somebody's words.
    attributed_to: Mapped[str | None]

    commitment: Mapped[Commitment] = relationship()
    passage: Mapped[Passage] = relationship(lazy="selectin")


class CommitmentLink(Record):
    """A typed link: a commitment restates, strengthens, replaces … another."""

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


class Milestone(Record):
    """A visible step on the way to a commitment; evidence shows that it was reached."""

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
    #: The evidence that it was reached: a passage, or a web page.
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passage.id"), index=True)
    web_address: Mapped[str | None]

    commitment: Mapped[Commitment] = relationship()
    passage: Mapped[Passage | None] = relationship()

    def __str__(self) -> str:
        return self.title


def common_status(status: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """Return the status that all of a group have, else mixed; of none, not assessed."""
    word = case(
        (func.count(status.distinct()) == 1, func.min(status)),
        (func.count(status) == 0, literal(Status.NOT_ASSESSED.value)),
        else_=literal(OverallStatus.MIXED.value),
    )
    return as_term(word, OverallStatus)


def _overall_status() -> ColumnElement[Any]:
    leads = (CommitmentParty.commitment_id == Commitment.id, CommitmentParty.role == PartyRole.LEAD)
    query = select(common_status(CommitmentParty.status)).where(*leads)
    return query.correlate_except(CommitmentParty).scalar_subquery()


def side_of(party: type[Party], whole: type[Party]) -> ColumnElement[int]:
    """Return the party that a party, up to two steps down (country, ministry, agency), speaks for.

    A country speaks for itself, whatever it is part of.
    """
    return case(
        (party.kind == PartyKind.COUNTRY, party.id),
        (whole.kind == PartyKind.COUNTRY, whole.id),
        else_=func.coalesce(whole.parent_id, whole.id, party.id),
    )


def _one_sided() -> ColumnElement[bool]:
    lead, lead_whole, issuer, issuer_whole = (aliased(Party) for _ in range(4))
    own_words = (
        select(CommitmentSource.id)
        .join(Passage, Passage.id == CommitmentSource.passage_id)
        .join(document_issuer, document_issuer.c.document_id == Passage.document_id)
        .join(issuer, issuer.id == document_issuer.c.party_id)
        .outerjoin(issuer_whole, issuer_whole.id == issuer.parent_id)
        .where(
            CommitmentSource.commitment_id == Commitment.id,
            CommitmentSource.relation.in_([SourceRelation.STATES, SourceRelation.RESTATES]),
            side_of(issuer, issuer_whole) == side_of(lead, lead_whole),
        )
        .correlate(Commitment, lead, lead_whole)
        .exists()
    )
    silent_lead = (
        select(CommitmentParty.id)
        .join(lead, lead.id == CommitmentParty.party_id)
        .outerjoin(lead_whole, lead_whole.id == lead.parent_id)
        .where(CommitmentParty.commitment_id == Commitment.id, CommitmentParty.role == PartyRole.LEAD, ~own_words)
        .correlate(Commitment)
        .exists()
    )
    return and_(exists().where(CommitmentSource.commitment_id == Commitment.id).correlate(Commitment), silent_lead)


Commitment.status = column_property(_overall_status())
Commitment.one_sided = column_property(_one_sided())
