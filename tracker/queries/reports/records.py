"""The records a report rests on, kind by kind: as many as its commitments call for, and none besides."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, or_, select

from tracker.database import session
from tracker.models import (
    CheckLog,
    Claim,
    Commitment,
    CommitmentLink,
    CommitmentParty,
    CommitmentSource,
    Document,
    Evidence,
    Framework,
    Indicator,
    Meeting,
    Milestone,
    Participant,
    Participation,
    Party,
    Passage,
    PolicyArea,
    ProgressUpdate,
)
from tracker.models.commitments import commitment_area, commitment_framework
from tracker.models.documents import document_issuer
from tracker.queries import export_rows, listing
from tracker.queries.reports.parameters import ReportParameters
from tracker.records import CATALOGUE, Kind, kind_of
from tracker.records.base import Column
from tracker.records.filters import recorded_by


def report_columns(kind: Kind) -> list[Column]:
    """Return what a report tells of the records of a kind: all but what is for those who keep them."""
    return [column for column in kind.columns.values() if not column.field.internal]


def report_rows(kind: Kind, query: Select[Any], asked: ReportParameters) -> Iterator[dict[str, Any]]:
    """Yield {column: plain value} of each record, with the address of its page."""
    told = [*report_columns(kind), kind.url_column(asked.address)]
    names, order = [column.name for column in told], listing.Order("id", kind.model.id, False)
    for values in export_rows.iterate_rows(session.connection(), kind, told, query, order, asked.clock):
        yield dict(zip(names, values, strict=True))


def report_queries(asked: ReportParameters) -> dict[str, Select[Any]]:
    """Return the query for the records of each kind, in the order of the catalogue: those referred to come first."""
    ids, clock, known_by = asked.commitments, asked.clock, asked.known_by

    def of(model: Any) -> Select[Any]:
        """Select the rows of the commitments."""
        return select(model).where(model.commitment_id.in_(ids), recorded_by(model, known_by))

    updates = of(ProgressUpdate).where(ProgressUpdate.effective_on <= clock.on)
    evidence = select(Evidence).where(
        Evidence.update_code.in_(updates.with_only_columns(ProgressUpdate.code)), clock.recorded(Evidence)
    )
    own = select(Commitment).where(Commitment.id.in_(ids))
    meetings = own.with_only_columns(Commitment.meeting_id)
    seats = select(Participation).where(Participation.meeting_id.in_(meetings), recorded_by(Participation, known_by))
    own_areas = own.with_only_columns(Commitment.area_id)
    areas = select(commitment_area.c.policy_area_id).where(commitment_area.c.commitment_id.in_(ids))
    # What was said at a meeting about something else is no matter of these commitments.
    matter = or_(
        and_(Claim.area_id.is_(None), Claim.commitment_id.is_(None)),
        Claim.area_id.in_(own_areas),
        Claim.area_id.in_(areas),
    )
    claims = select(Claim).where(
        or_(Claim.commitment_id.in_(ids), and_(Claim.meeting_id.in_(meetings), matter)), recorded_by(Claim, known_by)
    )
    links = select(CommitmentLink).where(
        or_(CommitmentLink.commitment_id.in_(ids), CommitmentLink.to_id.in_(ids)),
        recorded_by(CommitmentLink, known_by),
    )
    # Who leads is as it is today, in the figures too.
    sources, leads = of(CommitmentSource), select(CommitmentParty).where(CommitmentParty.commitment_id.in_(ids))
    passages = _among(
        Passage,
        sources.with_only_columns(CommitmentSource.passage_id),
        evidence.with_only_columns(Evidence.passage_id),
        seats.with_only_columns(Participation.passage_id),
        claims.with_only_columns(Claim.passage_id),
    )
    documents = _among(Document, passages.with_only_columns(Passage.document_id))
    frameworks = select(commitment_framework.c.framework_id).where(commitment_framework.c.commitment_id.in_(ids))
    issuers = select(document_issuer.c.party_id).where(
        document_issuer.c.document_id.in_(documents.with_only_columns(Document.id))
    )
    found: Any = [
        (
            Party,
            _among(
                Party,
                leads.with_only_columns(CommitmentParty.party_id),
                # Who was found to stand somehow need not lead any more.
                updates.with_only_columns(ProgressUpdate.party_id),
                seats.with_only_columns(Participation.party_id),
                issuers,
            ),
        ),
        (Participant, _among(Participant, seats.with_only_columns(Participation.participant_id))),
        (PolicyArea, _among(PolicyArea, own_areas, areas, claims.with_only_columns(Claim.area_id))),
        (Framework, _among(Framework, frameworks)),
        (Indicator, _among(Indicator, claims.with_only_columns(Claim.indicator_id))),
        (Document, documents),
        (Passage, passages),
        (Meeting, _among(Meeting, meetings)),
        (Participation, seats),
        (Commitment, own),
        (CommitmentParty, leads),
        (CommitmentSource, sources),
        (CommitmentLink, links),
        (Milestone, of(Milestone)),
        (Claim, claims),
        (ProgressUpdate, updates),
        (Evidence, evidence),
        (CheckLog, of(CheckLog).where(CheckLog.checked_on <= clock.on)),
    ]
    queries = {kind_of(model).name: query for model, query in found}
    return {name: queries[name] for name in CATALOGUE if name in queries}


def _among(model: Any, *ids: Any) -> Select[Any]:
    """Select the records that some queries for ids name."""
    return select(model).where(or_(*(model.id.in_(each) for each in ids)))
