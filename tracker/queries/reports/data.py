"""The data of a report from the records of today: a head with all figures and changes, and the records behind them."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from flask_babel import get_locale
from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Select,
    SQLColumnExpression,
    Subquery,
    Table,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased, selectinload

from tracker.database import session
from tracker.dates import end_of_day, zone
from tracker.models import (
    AsOf,
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
from tracker.models.as_of import existed, lead_statuses, overall_status
from tracker.models.commitments import commitment_area, commitment_framework
from tracker.models.documents import document_issuer
from tracker.models.follow_up import DUE_SOON_DAYS, deadline_state, is_closed
from tracker.queries import dashboard, export_rows, listing, scores
from tracker.queries.reports.parameters import ReportParameters
from tracker.queries.reports.stored import FORM, Head, ReportData, Row
from tracker.queries.scores import Score
from tracker.records import CATALOGUE, kind_of, record_address
from tracker.records.base import Column, Kind
from tracker.records.codebook import codebook, describe_columns
from tracker.records.filters import recorded_by
from tracker.vocabulary import (
    CommitmentKind,
    CommitmentLinkKind,
    DeadlineState,
    EvidenceRelation,
    OverallStatus,
    Status,
    Term,
)

#: The most deadlines listed, and the most items of each part of the brief; the others are only counted.
MAX_DEADLINES, MAX_ITEMS = 200, 500
#: {model: the query for its records that a report rests on}
Queries = dict[type[Record], Select[Any]]
#: The links by which something is promised again.
AGAIN = (
    CommitmentLinkKind.RESTATES,
    CommitmentLinkKind.STRENGTHENS,
    CommitmentLinkKind.WEAKENS,
    CommitmentLinkKind.REPLACES,
)
ORDER = (Commitment.made_on, Commitment.id)
EVIDENCE = selectinload(ProgressUpdate.evidence).selectinload(Evidence.passage)


def report_data(parameters: ReportParameters) -> ReportData:
    """Return the data of a report from the records of today."""
    queries = _record_queries(parameters)
    columns = {name: [*_columns(CATALOGUE[name]), CATALOGUE[name].url_column("")] for name in queries}
    figures, changes = _Figures(parameters), _Changes(parameters)
    head = {
        "format": FORM,
        "report": _parameters(parameters),
        "rows": {name: listing.count_rows(query) for name, query in queries.items()},
        "summary": figures.summary(),
        "areas": figures.areas(),
        "parties": figures.parties(changes.statuses_changed()),
        "brief": changes.standing() | changes.since(),
        "columns": {name: describe_columns(described) for name, described in columns.items()},
        "codebook": codebook(chain.from_iterable(columns.values())),
    }
    return ReportData(head, lambda name: _rows(CATALOGUE[name], queries[name], parameters))


def _parameters(parameters: ReportParameters) -> Head:
    def describe(meeting: Meeting | None) -> Head | None:
        if meeting is None:
            return None
        return {
            "meeting": meeting.code,
            "title": meeting.title,
            "starts_on": meeting.starts_on and meeting.starts_on.isoformat(),
            "date_precision": meeting.date_precision.value,
            "url": record_address(meeting, parameters.address),
        }

    return {
        "title": parameters.title,
        "cover_note": parameters.cover_note,
        "scope": parameters.scope,
        "sentence": parameters.sentence,
        "as_of": parameters.as_of.on.isoformat(),
        "known_by": parameters.known_by.isoformat(),
        "since": parameters.since.isoformat() if parameters.since else None,
        "since_meeting": describe(parameters.since_meeting),
        "next_meeting": describe(parameters.next_meeting),
        "chapters": [word.value for word in parameters.chapters],
        "address": parameters.address,
        "language": str(get_locale()),
        # Settings at the time, with which the report is drawn and compared with the records.
        "timezone": zone().key,
        "review_every": parameters.review_every,
    }


class _Figures:
    """Counts and scores of the commitments in the scope of a report."""

    def __init__(self, parameters: ReportParameters) -> None:
        self.parameters, self.as_of = parameters, parameters.as_of
        self.in_scope = Commitment.id.in_(parameters.commitments)

    def summary(self) -> Head:
        """Return the counts over all commitments in scope."""
        as_of, in_scope = self.as_of, self.in_scope
        trend = dashboard.statuses_over_time(dashboard.month_ends(as_of.on), as_of, in_scope)
        follow_up = dashboard.follow_up_counts(as_of, self.parameters.review_every, in_scope)
        return {
            "commitments": self._count(),
            "kinds": self._count_by(Commitment.kind, CommitmentKind),
            "statuses": self._count_by(overall_status(as_of), OverallStatus),
            "deadlines": self._count_by(deadline_state(as_of), DeadlineState),
            "follow_up": {word.value: count for word, count in follow_up.items() if count},
            "one_sided": self._count(Commitment.one_sided),
            "score": _score(sum(scores.scores_by_area(as_of, in_scope).values(), Score())),
            "trend": [
                {"day": day.isoformat(), "statuses": {word.value: count for word, count in trend[day].items()}}
                for day in sorted(trend)
            ],
            "ahead": self._deadlines(),
        }

    def areas(self) -> list[Head]:
        """Return the counts and the score of each area that is the primary area of commitments in scope."""
        scored = scores.scores_by_area(self.as_of, self.in_scope)
        return [
            {
                "area": counted.area.code,
                "name": str(counted.area),
                "url": record_address(counted.area, self.parameters.address),
                "commitments": counted.total,
                "statuses": {word.value: count for word, count in counted.statuses.items() if count},
                "score": _score(scored.get(counted.area.id, Score())),
            }
            for counted in dashboard.counts_by_area(self.as_of, self.in_scope)
            if counted.total
        ]

    def parties(self, changed: dict[int, tuple[int, int]]) -> list[Head]:
        """Return the counts and the score of each lead; `changed` is the result of `_Changes.statuses_changed`."""
        scored, lead = scores.scores_by_party(self.as_of, self.in_scope), lead_statuses(self.as_of)
        query = (
            select(Party, lead.c.status, func.count())
            .join(lead, lead.c.party_id == Party.id)
            .where(lead.c.commitment_id.in_(self.parameters.commitments))
            .group_by(Party.id, lead.c.status)
        )
        counts: defaultdict[Party, dict[Term, int]] = defaultdict(dict)
        for party, status, number in session.execute(query):
            counts[party][status] = number
        return [
            {
                "party": party.code,
                "name": str(party),
                "url": record_address(party, self.parameters.address),
                "commitments": sum(statuses.values()),
                "statuses": {word.value: statuses[word] for word in OverallStatus if word in statuses},
                "moved": changed.get(party.id, (0, 0))[0],
                "led_before": changed.get(party.id, (0, 0))[1],
                "score": _score(scored.get(party.id, Score())),
            }
            for party, statuses in sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0].code))
        ]

    def _deadlines(self) -> list[Head]:
        """Return the first deadlines of open commitments, past ones included."""
        state = deadline_state(self.as_of)
        query = (
            select(Commitment, state)
            .where(self.in_scope, Commitment.due_on.is_not(None), ~is_closed(self.as_of))
            .order_by(Commitment.due_on, Commitment.id)
        )
        return [
            {
                "commitment": commitment.code,
                "title": commitment.title,
                "url": record_address(commitment, self.parameters.address),
                "due_on": commitment.due_on.isoformat(),
                "state": word.value,
            }
            for commitment, word in session.execute(query.limit(MAX_DEADLINES))
        ]

    def _count_by(self, column: SQLColumnExpression[Any], words: Iterable[Term]) -> dict[str, int]:
        word = select(column.label("word")).select_from(Commitment).where(self.in_scope).subquery().c.word
        rows = session.execute(select(word, func.count()).group_by(word))
        counts: dict[Term, int] = {row[0]: row[1] for row in rows}
        return {word.value: counts[word] for word in words if word in counts}

    def _count(self, *conditions: ColumnExpressionArgument[bool]) -> int:
        return session.scalar(select(func.count(Commitment.id)).where(self.in_scope, *conditions)) or 0


def _score(score: Score) -> Head:
    return {"percentage": score.percentage, "scored": score.scored, "unscored": score.unscored}


class _Changes:
    """The parts of the brief: {part: {"count": n, "items": [the first MAX_ITEMS]}}.

    Each item is a record or a status, with the address of its record.
    """

    def __init__(self, parameters: ReportParameters) -> None:
        self.parameters, self.as_of, self.known_by = parameters, parameters.as_of, parameters.known_by
        self.in_scope = Commitment.id.in_(parameters.commitments)
        self.own = select(Commitment).where(self.in_scope)

    def standing(self) -> Head:
        """Return the parts on what wants attention now, and on what is promised again."""
        on, meeting, update = self.as_of.on, self.parameters.next_meeting, ProgressUpdate
        until = meeting.starts_on if meeting else on + DUE_SOON_DAYS
        overdue = self.own.where(deadline_state(self.as_of) == DeadlineState.OVERDUE)
        due = self.own.where(~is_closed(self.as_of), Commitment.due_on >= on, Commitment.due_on <= until)
        lead = lead_statuses(self.as_of)
        leads = (
            select(Commitment, Party, lead.c.status, update)
            .join(lead, lead.c.commitment_id == Commitment.id)
            .join(Party, Party.id == lead.c.party_id)
            .where(self.in_scope)
        )
        against = exists().where(Evidence.update_code == update.code, Evidence.relation == EvidenceRelation.CONTRADICTS)
        contradicted = leads.join(update, update.id == lead.c.finding_id).where(against)
        differs = leads.join(update, update.id == lead.c.claim_id).where(
            update.claimed_status.cast(lead.c.status.type) != lead.c.status
        )
        return {
            "overdue": _part(overdue.order_by(Commitment.due_on, Commitment.id), self._commitment),
            "due": _part(due.order_by(Commitment.due_on, Commitment.id), self._commitment),
            "again": _part(self._promised_again().order_by(*ORDER, CommitmentLink.id), self._link),
            "contradicted": _part(contradicted.order_by(*ORDER, Party.id).options(EVIDENCE), self._contradicted),
            "differs": _part(differs.order_by(*ORDER, Party.id), self._differing),
        }

    def since(self) -> Head:
        """Return the parts on what changed since a day, empty if the report has none.

        Parts on leads have the number of their "commitments"; "silent", the number "checked" in vain; "learnt", the
        number "recorded_later".
        """
        before, lead = self.parameters.before, lead_statuses(self.as_of)
        if before is None:
            return {}
        end, earlier = min(end_of_day(before.on), self.known_by), self.own.where(Commitment.made_on <= before.on)
        moved = (
            self._changed(before.on, lead_statuses(before), lead)
            .add_columns(ProgressUpdate)
            .outerjoin(ProgressUpdate, ProgressUpdate.id == lead.c.finding_id)
        )
        learnt = self._learnt(before, end)
        silent = earlier.where(~is_closed(self.as_of), ~self._news(before.on, end), Commitment.id.not_in(_ids(learnt)))
        parts = {
            "new": _part(self.own.where(Commitment.made_on > before.on).order_by(*ORDER), self._commitment),
            "moved": _part_of_leads(moved, self._moved),
            "silent": self._part_of_silent(silent, before.on),
        }
        if end < self.known_by:
            later = listing.count_rows(earlier.where(Commitment.recorded_at > end))
            parts["learnt"] = _part_of_leads(learnt, self._learnt_item) | {"recorded_later": later}
        return parts

    def statuses_changed(self) -> dict[int, tuple[int, int]]:
        """Return {id of a party: (number of commitments whose status changed since the day, number that it led)}."""
        before = self.parameters.before
        if before is None:
            return {}
        earlier, later = lead_statuses(before), lead_statuses(self.as_of)
        query = (
            select(later.c.party_id, func.sum(case((earlier.c.status != later.c.status, 1), else_=0)), func.count())
            .join(earlier, earlier.c.commitment_party_id == later.c.commitment_party_id)
            .join(Commitment, Commitment.id == later.c.commitment_id)
            .where(self.in_scope, Commitment.made_on <= before.on)
            .group_by(later.c.party_id)
        )
        return {party: (changed, led) for party, changed, led in session.execute(query)}

    # The queries

    def _promised_again(self) -> Select[*tuple[Any, ...]]:
        """Select (link, commitment, the one it promises again) where both existed by then, and one is in scope."""
        link, to, there = CommitmentLink, aliased(Commitment), select(Commitment.id).where(existed(self.as_of))
        query = (
            select(link, Commitment, to)
            .join(Commitment, Commitment.id == link.commitment_id)
            .join(to, to.id == link.to_id)
            .where(link.kind.in_(AGAIN), recorded_by(link, self.known_by))
            .where(or_(self.in_scope, to.id.in_(self.parameters.commitments)))
            .where(link.commitment_id.in_(there), link.to_id.in_(there))
        )
        since = self.parameters.since
        return query.where(Commitment.made_on > since) if since else query

    def _changed(self, by: datetime.date, earlier: Subquery, later: Subquery) -> Select[Any]:
        """Select (commitment, party, earlier status, later status) where these differ, of commitments made by a day."""
        return (
            select(Commitment, Party, earlier.c.status, later.c.status)
            .join(later, later.c.commitment_id == Commitment.id)
            .join(earlier, earlier.c.commitment_party_id == later.c.commitment_party_id)
            .join(Party, Party.id == later.c.party_id)
            .where(self.in_scope, Commitment.made_on <= by, earlier.c.status != later.c.status)
        )

    def _learnt(self, before: AsOf, end: datetime.datetime) -> Select[Any]:
        """Select the leads whose status on the day was another than known at its end, and the update that says so.

        Commitments recorded only later are left out: nothing was known of them that could be corrected. An update that
        does not give the status voids what was found then, or moves it to a later day.
        """
        earlier, later = lead_statuses(AsOf(before.on, end)), lead_statuses(before)
        finding, update = aliased(ProgressUpdate), ProgressUpdate
        says = func.coalesce(finding.recorded_at > end, false())
        undoing = select(update.id).where(update.corrects_id == earlier.c.finding_id).correlate(earlier)
        # Only these can have changed, and most commitments are not among them.
        logged = select(update.commitment_id).where(update.recorded_at > end)
        return (
            self._changed(before.on, earlier, later)
            .where(Commitment.recorded_at <= end, Commitment.id.in_(logged))
            .outerjoin(finding, finding.id == later.c.finding_id)
            .join(update, update.id == case((says, finding.id), else_=undoing.scalar_subquery()))
            .add_columns(update, says)
        )

    def _news(self, since: datetime.date, end: datetime.datetime) -> ColumnElement[bool]:
        """Return the condition that a commitment has an update true since then, or recorded only later."""
        late = and_(ProgressUpdate.recorded_at > end, Commitment.recorded_at <= end)
        return (
            exists()
            .where(
                ProgressUpdate.commitment_id == Commitment.id,
                ProgressUpdate.status.is_not(None),
                or_(ProgressUpdate.effective_on > since, late),
                ProgressUpdate.effective_on <= self.as_of.on,
                self.as_of.in_force(ProgressUpdate),
            )
            .correlate(Commitment)
        )

    def _part_of_silent(self, silent: Select[Commitment], since: datetime.date) -> Head:
        """Return the part on commitments without news, each with its last check since; unchecked ones come last."""
        counts = and_(
            CheckLog.commitment_id == Commitment.id,
            CheckLog.voids_id.is_(None),
            CheckLog.checked_on > since,
            CheckLog.checked_on <= self.as_of.on,
            self.as_of.in_force(CheckLog),
        )
        latest = select(CheckLog.id).where(counts).order_by(CheckLog.checked_on.desc(), CheckLog.id.desc()).limit(1)
        last = latest.correlate(Commitment).scalar_subquery()
        query = silent.add_columns(CheckLog).outerjoin(CheckLog, CheckLog.id == last)
        checked = listing.count_rows(silent.where(exists().where(counts).correlate(Commitment)))
        return _part(query.order_by(CheckLog.id.is_(None), *ORDER), self._silent) | {"checked": checked}

    # The items, as plain values

    def _commitment(self, commitment: Commitment) -> Head:
        days = _days(made_on=commitment.made_on, due_on=commitment.due_on)
        return {"commitment": commitment.code, "title": commitment.title, "url": self._url(commitment)} | days

    def _lead(self, commitment: Commitment, party: Party) -> Head:
        return self._commitment(commitment) | {"party": party.code, "name": str(party)}

    def _link(self, link: CommitmentLink, commitment: Commitment, to: Commitment) -> Head:
        return self._commitment(commitment) | {"kind": link.kind.value, "again": self._commitment(to)}

    def _moved(
        self, commitment: Commitment, party: Party, before: Status, after: Status, update: ProgressUpdate | None
    ) -> Head:
        statuses = {"before": before.value, "after": after.value}
        return self._lead(commitment, party) | statuses | (self._update(update) if update else {})

    def _learnt_item(
        self, commitment: Commitment, party: Party, before: Status, after: Status, update: ProgressUpdate, says: bool
    ) -> Head:
        """Return the item of a change with its update, which has no effective day if it voids an earlier one."""
        item = self._moved(commitment, party, before, after, update) | ({} if says else {"effective_on": None})
        return item | _days(recorded_on=update.recorded_at.astimezone(zone()).date())

    def _contradicted(self, commitment: Commitment, party: Party, status: Status, update: ProgressUpdate) -> Head:
        item = self._lead(commitment, party) | {"status": status.value}
        return item | self._update(update, EvidenceRelation.CONTRADICTS)

    def _differing(self, commitment: Commitment, party: Party, status: Status, update: ProgressUpdate) -> Head:
        claim = {"claimed_status": update.claimed_status and update.claimed_status.value}
        return self._lead(commitment, party) | {"status": status.value} | claim | {"claimed_by": update.claimed_by}

    def _silent(self, commitment: Commitment, check: CheckLog | None) -> Head:
        last = {"where_searched": check.where_searched} | _days(checked_on=check.checked_on) if check else {}
        return self._commitment(commitment) | last

    def _update(self, update: ProgressUpdate, relation: EvidenceRelation | None = None) -> Head:
        pieces = [self._piece(piece) for piece in update.evidence if relation in (None, piece.relation)]
        fields = {"update": update.code, "reason": update.reason, "evidence": pieces}
        return fields | _days(effective_on=update.effective_on)

    def _piece(self, piece: Evidence) -> Head:
        if piece.passage is not None:
            text, url = f"{piece.passage.document}, {piece.passage.place}", self._url(piece.passage)
        else:
            text, url = piece.title or "", piece.web_address or ""
        return {"relation": piece.relation.value, "text": text, "url": url}

    def _url(self, record: Record) -> str:
        return record_address(record, self.parameters.address)


def _days(**days: datetime.date | None) -> Head:
    return {name: day.isoformat() if day else None for name, day in days.items()}


def _part(query: Select[Any], item: Callable[..., Head]) -> Head:
    rows = session.execute(query.limit(MAX_ITEMS + 1)).all()
    count = len(rows) if len(rows) <= MAX_ITEMS else listing.count_rows(query)
    return {"count": count, "items": [item(*row) for row in rows[:MAX_ITEMS]]}


def _part_of_leads(query: Select[Any], item: Callable[..., Head]) -> Head:
    """Return a part with an item for each lead of a commitment, and the number of commitments."""
    part = _part(query.order_by(*ORDER, Party.id).options(EVIDENCE), item)
    return part | {"commitments": listing.count_rows(_ids(query).distinct())}


def _ids(query: Select[Any]) -> Select[int]:
    return query.with_only_columns(Commitment.id).correlate(None)


# The records that a report rests on, and no others


def _columns(kind: Kind) -> list[Column]:
    """Return the columns of a kind that a report holds: all but the internal ones."""
    return [column for column in kind.columns.values() if not column.field.internal]


def _rows(kind: Kind, query: Select[Any], parameters: ReportParameters) -> Iterator[Row]:
    """Yield {column: plain value} of each record, with the address of its page."""
    columns = [*_columns(kind), kind.url_column(parameters.address)]
    names, order = [column.name for column in columns], listing.Order("id", kind.model.id, False)
    for values in export_rows.iterate_rows(session.connection(), kind, columns, query, order, parameters.as_of):
        yield dict(zip(names, values, strict=True))


def _record_queries(parameters: ReportParameters) -> dict[str, Select[Any]]:
    """Return {name of a kind: the query for its records} in the order of the catalogue, referenced kinds first."""
    rows = _rows_of_commitments(parameters)
    queries = {kind_of(model).name: query for model, query in (rows | _referenced(rows)).items()}
    return {name: queries[name] for name in CATALOGUE if name in queries}


def _rows_of_commitments(parameters: ReportParameters) -> Queries:
    """Return the queries for the commitments, and for the records of them and their meetings."""
    ids, as_of, known_by = parameters.commitments, parameters.as_of, parameters.known_by

    def rows(model: Any) -> Select[Any]:
        return select(model).where(model.commitment_id.in_(ids), recorded_by(model, known_by))

    commitments = select(Commitment).where(Commitment.id.in_(ids))
    meetings = commitments.with_only_columns(Commitment.meeting_id)
    updates = rows(ProgressUpdate).where(ProgressUpdate.effective_on <= as_of.on)
    seats = select(Participation).where(Participation.meeting_id.in_(meetings), recorded_by(Participation, known_by))
    # Claims at a meeting about another area or commitment are left out.
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
        # Leads are those of today, in the figures too.
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
    """Return the queries for the records that the rows of commitments refer to."""

    def ids(*columns: InstrumentedAttribute[Any]) -> Iterator[Select[Any]]:
        for column in columns:
            yield rows[column.property.parent.class_].with_only_columns(column)

    commitments = rows[Commitment].with_only_columns(Commitment.id)
    areas = _further(commitment_area, commitment_area.c.policy_area_id, commitments)
    frameworks = _further(commitment_framework, commitment_framework.c.framework_id, commitments)
    passages = _among(
        Passage, *ids(CommitmentSource.passage_id, Evidence.passage_id, Participation.passage_id, Claim.passage_id)
    )
    documents = _among(Document, passages.with_only_columns(Passage.document_id))
    issuers = select(document_issuer.c.party_id).where(
        document_issuer.c.document_id.in_(documents.with_only_columns(Document.id))
    )
    # A party with updates may lead no longer.
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


def _further(table: Table, column: SQLColumnExpression[int], commitments: Select[Any]) -> Select[Any]:
    """Select the ids in a column of an association table of commitments."""
    return select(column).where(table.c.commitment_id.in_(commitments))


def _among(model: type[Record], *ids: Select[Any]) -> Select[Any]:
    """Select the records whose ids are in any of some queries."""
    return select(model).where(or_(*(model.id.in_(query) for query in ids)))
