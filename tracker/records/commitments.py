"""Commitments, their parties, sources, links and milestones: the forms, filters and columns."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, CompoundSelect, select, union
from wtforms.validators import StopValidation

from tracker.database import as_term
from tracker.models import (
    AsOf,
    Commitment,
    CommitmentLink,
    CommitmentParty,
    CommitmentSource,
    Document,
    Framework,
    Meeting,
    Milestone,
    Participant,
    Participation,
    Party,
    Passage,
    PolicyArea,
    Record,
)
from tracker.models.as_of import existed, is_retired, lead_statuses, overall_status
from tracker.models.commitments import commitment_area, commitment_framework
from tracker.models.follow_up import deadline_state, follow_up
from tracker.records import record_codes
from tracker.records.base import Column, Kind, RecordForm, RowForm, attribute_column, derived_column, note_field
from tracker.records.date_fields import KNOWN_SINCE, Date, Timestamp, check_order
from tracker.records.fields import AccountReference, Choice, Flag, LongText, Number, Reference, Text, WebAddress
from tracker.records.filters import Filters, ValueSource, any_of, date_range
from tracker.vocabulary import (
    Attendance,
    CommitmentKind,
    CommitmentLinkKind,
    DeadlineKind,
    DeadlineState,
    FollowUp,
    Label,
    OverallStatus,
    PartyRole,
    Priority,
    Retired,
    SourceRelation,
    Status,
)


class CommitmentForm(RecordForm):
    model = Commitment
    title = Text(_l("Title"), required=True)
    title_es = Text(_l("Title in Spanish"))
    text = LongText(_l("What was undertaken"), required=True, description=_l("In our own words."))
    text_es = LongText(_l("What was undertaken, in Spanish"))
    quote = LongText(_l("Quote"), description=_l("Word for word from the passage."))
    kind = Choice(_l("Kind"), CommitmentKind, required=True)
    meeting = Reference(_l("Meeting"), Meeting)
    area = Reference(_l("Primary area"), PolicyArea, required=True, description=_l("The one it is counted under."))
    areas = Reference(_l("Other areas"), PolicyArea, multiple=True)
    frameworks = Reference(_l("Frameworks"), Framework, multiple=True)
    made_on = Date(_l("Made on"), required=True)
    deadline_kind = Choice(_l("Deadline"), DeadlineKind, required=True, default=DeadlineKind.NONE)
    due_on = Date(_l("Due on"))
    every_months = Number(
        _l("Every so many months"),
        minimum=1,
        maximum=1200,
        description=_l(
            "For a recurring deadline. “Due on” is then the next day; move it on when a round is delivered."
        ),
    )
    deadline_words = Text(_l("Deadline as printed"))
    done_when = LongText(_l("What would count as done"), max_length=2000)
    owner = AccountReference(_l("Owner"), description=_l("Who follows it up."), internal=True)
    priority = Choice(_l("Priority"), Priority, required=True, default=Priority.NORMAL, internal=True)
    review_every = Number(
        _l("Review every so many days"),
        minimum=1,
        maximum=3650,
        description=_l("Left empty, the usual interval. Without an update or a check for longer, it is stale."),
        internal=True,
    )
    note = note_field()

    def usual_code(self) -> str:
        within = record_codes.code_within(Commitment, self.meeting.data, ".c", self.lookup.reserved)
        return within or super().usual_code()

    def validate_due_on(self, _due_on: Date) -> None:
        check_order(self.made_on, self.due_on, _("It is due before it was made: change one of the two days."))

    def validate_every_months(self, _field: Number) -> None:
        if self.deadline_kind.data is not DeadlineKind.RECURRING:
            raise StopValidation(_("Empty this, or choose the deadline “Recurring”."))

    def validate_deadline_kind(self, field: Choice) -> None:
        if field.data is DeadlineKind.EXPLICIT and self.due_on.is_blank:
            raise StopValidation(_("An explicit deadline has a day: fill in “Due on”."))
        if field.data is DeadlineKind.NONE and self.due_on.data:
            raise StopValidation(_("A day it is due on is given: choose another deadline, or empty the day."))
        if field.data is DeadlineKind.RECURRING and self.every_months.is_blank:
            raise StopValidation(_("A recurring deadline comes round: fill in “Every so many months”."))


def _status(filters: Filters) -> ValueSource:
    """Return the overall status or, if parties are chosen too, the status of each of them that leads."""
    if not filters["party"].data:
        return overall_status(filters.as_of_dates)
    lead = lead_statuses(filters.as_of_dates).c
    return select(lead.commitment_id, lead.status).where(lead.party_id.in_([p.id for p in filters["party"].data]))


def _party(filters: Filters) -> ValueSource:
    """Return the parties in any role or, if statuses are chosen too, the leads with one of them."""
    if not filters["status"].data:
        return select(CommitmentParty.commitment_id, CommitmentParty.party_id)
    lead = lead_statuses(filters.as_of_dates).c
    return select(lead.commitment_id, lead.party_id).where(lead.status.in_(filters["status"].data))


def _follow_up(filters: Filters, words: list[FollowUp]) -> CompoundSelect[Any]:
    return follow_up(filters.as_of_dates, current_app.config["SETTINGS"].review_every, words)


#: The passages that commitments rest on.
CITED_PASSAGES = select(CommitmentSource.commitment_id).join(Passage, Passage.id == CommitmentSource.passage_id)


class CommitmentFilters(Filters):
    together = {"party": ("status",)}

    def there(self, model: type[Record], but: str = "") -> list[ColumnElement[bool]]:
        shown = bool(self["retired"].data) or but == "retired"
        return [existed(self.as_of_dates, retired=shown)]

    area = any_of(
        CommitmentForm.area,
        union(select(Commitment.id, Commitment.area_id), select(commitment_area)),
        label=_l("Policy area"),
    )
    kind = any_of(CommitmentForm.kind, Commitment.kind)
    status = any_of(Choice(_l("Status"), OverallStatus), _status)
    party = any_of(Reference(_l("Party"), Party), _party)
    meeting = any_of(CommitmentForm.meeting, Commitment.meeting_id)
    document = any_of(Reference(_l("Document"), Document), CITED_PASSAGES.add_columns(Passage.document_id))
    participant = any_of(
        Reference(_l("Participant"), Participant),
        select(Commitment.id, Participation.participant_id)
        .join(Participation, Participation.meeting_id == Commitment.meeting_id)
        .where(Participation.attendance != Attendance.MENTIONED_ONLY),
    )
    deadline = any_of(Choice(_l("Deadline state"), DeadlineState), lambda filters: deadline_state(filters.as_of_dates))
    follow_up = any_of(
        Choice(_l("Follow-up"), FollowUp),
        lambda filters: _follow_up(filters, list(FollowUp)),
        ids=lambda filters: select(_follow_up(filters, filters["follow_up"].data).subquery().c[0]),
    )
    owner = any_of(CommitmentForm.owner, Commitment.owner_id)
    priority = any_of(CommitmentForm.priority, Commitment.priority)
    retired = any_of(Choice(_l("Recorded in error"), Retired), lambda filters: is_retired(filters.as_of_dates))
    framework = any_of(CommitmentForm.frameworks, select(commitment_framework), label=_l("Framework"))
    primary_area = any_of(CommitmentForm.area, Commitment.area_id)
    made_from, made_to = date_range(_l("Made from"), _l("Made to"), Commitment.made_on)
    due_from, due_to = date_range(_l("Due from"), _l("Due to"), Commitment.due_on)


def _parties(name: str, label: Label, role: PartyRole) -> Column:
    """Return the column of the parties in one role."""
    row = CommitmentParty
    return derived_column(
        name,
        Reference(label, Party, multiple=True, description=role.definition),
        select(row.commitment_id, Party.code).join(Party, Party.id == row.party_id).where(row.role == role),
        lambda commitment: [row.party for row in commitment.parties if row.role is role],
        (Commitment.parties,),
    )


KIND = Kind(
    name="commitments",
    form=CommitmentForm,
    singular=_l("Commitment"),
    plural=_l("Commitments"),
    description=_l("What the parties undertook, each with the passage it rests on and how it stands."),
    list_columns=("title", "area", "kind", "status", "leads", "meeting", "made_on", "due_on"),
    sort_keys=("made_on", "due_on", "title", "code", "recorded_at"),
    order="-made_on",
    filters=CommitmentFilters,
    extra_columns=(
        derived_column(
            "status",
            Choice(_l("Status"), OverallStatus, description=_l("The word that all its leads have, else “mixed”.")),
            overall_status,
        ),
        derived_column(
            "deadline_state",
            Choice(_l("Deadline state"), DeadlineState, description=_l("On the day that is asked for.")),
            deadline_state,
        ),
        _parties("leads", _l("Leads"), PartyRole.LEAD),
        _parties("supporters", _l("Support"), PartyRole.SUPPORT),
        _parties("beneficiaries", _l("Beneficiaries"), PartyRole.BENEFICIARY),
        attribute_column(Commitment.recorded_at, Timestamp(_l("Recorded at"), description=KNOWN_SINCE)),
        attribute_column(Commitment.retired_at, Timestamp(_l("Retired at"))),
        attribute_column(Commitment.retired_because, Text(_l("Retired because"))),
        attribute_column(
            Commitment.one_sided,
            Flag(
                _l("Reported by one side only"),
                description=_l("Some lead has not said it in a document of its own side."),
            ),
        ),
        derived_column(
            "passages",
            Reference(
                _l("Passages"), Passage, multiple=True, description=_l("The places in documents that it rests on.")
            ),
            CITED_PASSAGES.add_columns(Passage.code),
            lambda commitment: [row.passage for row in commitment.sources],
            (Commitment.sources,),
        ),
    ),
)


def _lead_status(as_of: AsOf) -> ColumnElement[Status]:
    """Return the status of a lead as of two dates; NULL for other parties."""
    lead = lead_statuses(as_of).c
    query = select(as_term(lead.status, Status)).where(lead.commitment_party_id == CommitmentParty.id)
    return query.scalar_subquery()


class CommitmentPartyForm(RowForm):
    model = CommitmentParty
    letter = "p"
    commitment = Reference(_l("Commitment"), Commitment, required=True)
    party = Reference(_l("Party"), Party, required=True)
    role = Choice(_l("Role"), PartyRole, required=True, default=PartyRole.LEAD)
    note = note_field()


class CommitmentPartyFilters(Filters):
    commitment = any_of(CommitmentPartyForm.commitment, CommitmentParty.commitment_id)
    party = any_of(CommitmentPartyForm.party, CommitmentParty.party_id)
    role = any_of(CommitmentPartyForm.role, CommitmentParty.role)


PARTIES = Kind(
    name="commitment-parties",
    form=CommitmentPartyForm,
    singular=_l("Party to a commitment"),
    plural=_l("Parties to commitments"),
    description=_l("Who leads, supports or is to gain from each commitment, and how each lead stands."),
    list_columns=("code", "commitment", "party", "role", "status"),
    filters=CommitmentPartyFilters,
    extra_columns=(
        derived_column("status", Choice(_l("Status"), Status, description=_l("How a lead stands.")), _lead_status),
    ),
)


class CommitmentSourceForm(RowForm):
    model = CommitmentSource
    letter = "s"
    commitment = Reference(_l("Commitment"), Commitment, required=True)
    passage = Reference(_l("Passage"), Passage, required=True)
    relation = Choice(_l("Relation"), SourceRelation, required=True, default=SourceRelation.STATES)
    attributed_to = Text(_l("Attributed to"), description=_l("Whose word it is, where the document reports it."))
    note = note_field()


class CommitmentSourceFilters(Filters):
    commitment = any_of(CommitmentSourceForm.commitment, CommitmentSource.commitment_id)
    relation = any_of(CommitmentSourceForm.relation, CommitmentSource.relation)


SOURCES = Kind(
    name="commitment-sources",
    form=CommitmentSourceForm,
    singular=_l("Source of a commitment"),
    plural=_l("Sources of commitments"),
    description=_l("The passages each commitment rests on, and whose word they are."),
    list_columns=("code", "commitment", "passage", "relation", "attributed_to"),
    filters=CommitmentSourceFilters,
)


class CommitmentLinkForm(RowForm):
    model = CommitmentLink
    letter = "l"
    commitment = Reference(_l("From"), Commitment, required=True)
    kind = Choice(_l("Link"), CommitmentLinkKind, required=True)
    to = Reference(_l("To"), Commitment, required=True)
    note = note_field()

    def validate_to(self, to: Reference) -> None:
        if to.data is self.commitment.data:
            raise StopValidation(_("A commitment is not linked to itself: choose another."))


class CommitmentLinkFilters(Filters):
    commitment = any_of(CommitmentLinkForm.commitment, CommitmentLink.commitment_id)
    to = any_of(CommitmentLinkForm.to, CommitmentLink.to_id)
    kind = any_of(CommitmentLinkForm.kind, CommitmentLink.kind)


LINKS = Kind(
    name="commitment-links",
    form=CommitmentLinkForm,
    singular=_l("Link to a commitment"),
    plural=_l("Links between commitments"),
    description=_l("Which commitment restates, strengthens, weakens, replaces, splits or depends on which other."),
    list_columns=("code", "commitment", "kind", "to", "note"),
    filters=CommitmentLinkFilters,
)


class MilestoneForm(RowForm):
    model = Milestone
    letter = "m"
    commitment = Reference(_l("Commitment"), Commitment, required=True)
    title = Text(_l("Milestone"), required=True)
    due_on = Date(_l("Due on"))
    done_on = Date(_l("Reached on"))
    passage = Reference(_l("Passage"), Passage)
    web_address = WebAddress(_l("Web address"))
    note = note_field()

    def validate_done_on(self, _done_on: Date) -> None:
        if self.passage.is_blank and self.web_address.is_blank:
            raise StopValidation(_("Say where that is written: name a passage, or a web address."))


class MilestoneFilters(Filters):
    commitment = any_of(MilestoneForm.commitment, Milestone.commitment_id)
    due_from, due_to = date_range(_l("Due from"), _l("Due to"), Milestone.due_on)


MILESTONES = Kind(
    name="milestones",
    form=MilestoneForm,
    singular=_l("Milestone"),
    plural=_l("Milestones"),
    description=_l("Steps on the way to what was undertaken; that one was reached needs evidence."),
    list_columns=("code", "title", "commitment", "due_on", "done_on", "passage"),
    sort_keys=("code", "due_on", "title"),
    filters=MilestoneFilters,
)
