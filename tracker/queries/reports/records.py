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
    Record,
)
from tracker.models.commitments import commitment_area, commitment_framework
from tracker.models.documents import document_issuer
from tracker.queries import export_rows, listing
from tracker.queries.reports.parameters import ReportParameters
from tracker.queries.reports.stored import Row
from tracker.records import CATALOGUE, kind_of
from tracker.records.base import Column, Kind
from tracker.records.filters import recorded_by

Queries = dict[type[Record], Select[Any]]


def report_columns(kind: Kind) -> list[Column]:
    """Return what a report says of the records of a kind: all but what is for those who keep them."""
    return [column for column in kind.columns.values() if not column.field.internal]


def report_rows(kind: Kind, query: Select[Any], parameters: ReportParameters) -> Iterator[Row]:
    """Yield {column: plain value} of each record, with the address of its page."""
    columns = [*report_columns(kind), kind.url_column(parameters.address)]
    names, order = [column.name for column in columns], listing.Order("id", kind.model.id, False)
    for values in export_rows.iterate_rows(session.connection(), kind, columns, query, order, parameters.as_of):
        yield dict(zip(names, values, strict=True))


def report_queries(parameters: ReportParameters) -> dict[str, Select[Any]]:
    """Return the query for the records of each kind, in the order of the catalogue: those referred to come first."""
    rows = _rows_of_commitments(parameters)
    queries = {kind_of(model).name: query for model, query in (rows | _referenced(rows)).items()}
    return {name: queries[name] for name in CATALOGUE if name in queries}


def _rows_of_commitments(parameters: ReportParameters) -> Queries:
    """Return the queries for the commitments, and for what belongs to them and their meetings."""
    ids, as_of, known_by = parameters.commitments, parameters.as_of, parameters.known_by

    def rows(model: Any) -> Select[Any]:
        return select(model).where(model.commitment_id.in_(ids), recorded_by(model, known_by))

    commitments = select(Commitment).where(Commitment.id.in_(ids))
    meetings = commitments.with_only_columns(Commitment.meeting_id)
    updates = rows(ProgressUpdate).where(ProgressUpdate.effective_on <= as_of.on)
    seats = select(Participation).where(Participation.meeting_id.in_(meetings), recorded_by(Participation, known_by))
    # What was said at a meeting about something else is no matter of these commitments.
    matter = or_(
        and_(Claim.area_id.is_(None), Claim.commitment_id.is_(None)),
        Claim.area_id.in_(commitments.with_only_columns(Commitment.area_id)),
        Claim.area_id.in_(_further(commitment_area, commitment_area.c.policy_area_id, ids)),
    )
    claims = or_(Claim.commitment_id.in_(ids), and_(Claim.meeting_id.in_(meetings), matter))
    links = or_(CommitmentLink.commitment_id.in_(ids), CommitmentLink.to_id.in_(ids))
    return {
        Participation: seats,
        Commitment: commitments,
        # Who leads is as it is today, in the figures too.
        CommitmentParty: select(CommitmentParty).where(CommitmentParty.commitment_id.in_(ids)),
        CommitmentSource: rows(CommitmentSource),
        CommitmentLink: select(CommitmentLink).where(links, recorded_by(CommitmentLink, known_by)),
        Milestone: rows(Milestone),
        Claim: select(Claim).where(claims, recorded_by(Claim, known_by)),
        ProgressUpdate: updates,
        Evidence: select(Evidence).where(
            Evidence.update_code.in_(updates.with_only_columns(ProgressUpdate.code)), as_of.recorded(Evidence)
        ),
        CheckLog: rows(CheckLog).where(CheckLog.checked_on <= as_of.on),
    }


def _referenced(rows: Queries) -> Queries:
    """Return the queries for what the rows of commitments refer to."""

    def ids(*columns: Any) -> Iterator[Select[Any]]:
        for column in columns:
            yield rows[column.class_].with_only_columns(column)

    commitments = rows[Commitment].with_only_columns(Commitment.id)
    areas = _further(commitment_area, commitment_area.c.policy_area_id, commitments)
    frameworks = _further(commitment_framework, commitment_framework.c.framework_id, commitments)
    passages = _among(
        Passage,
        *ids(CommitmentSource.passage_id, Evidence.passage_id, Participation.passage_id, Claim.passage_id),
    )
    documents = _among(Document, passages.with_only_columns(Passage.document_id))
    issuers = select(document_issuer.c.party_id).where(
        document_issuer.c.document_id.in_(documents.with_only_columns(Document.id))
    )
    # Who was found to stand somehow need not lead any more.
    parties = ids(CommitmentParty.party_id, ProgressUpdate.party_id, Participation.party_id)
    return {
        Party: _among(Party, *parties, issuers),
        Participant: _among(Participant, *ids(Participation.participant_id)),
        PolicyArea: _among(PolicyArea, *ids(Commitment.area_id, Claim.area_id), areas),
        Framework: _among(Framework, frameworks),
        Indicator: _among(Indicator, *ids(Claim.indicator_id)),
        Document: documents,
        Passage: passages,
        Meeting: _among(Meeting, *ids(Commitment.meeting_id)),
    }


def _further(table: Any, column: Any, commitments: Select[Any]) -> Select[Any]:
    """Return the query for the ids in a column of a table of pairs of commitments and something else."""
    return select(column).where(table.c.commitment_id.in_(commitments))


def _among(model: Any, *ids: Select[Any]) -> Select[Any]:
    """Select the records whose ids some queries give."""
    return select(model).where(or_(*(model.id.in_(query) for query in ids)))
