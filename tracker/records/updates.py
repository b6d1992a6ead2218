"""The log of commitments, updates with their evidence and checks: the forms, filters and columns."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased
from wtforms.validators import StopValidation

from tracker.models import AsOf, CheckLog, Commitment, Document, Evidence, Party, Passage, PolicyArea, ProgressUpdate
from tracker.models.as_of import update_in_force
from tracker.records.base import Kind, RowForm, attribute_column, derived_column, log_columns, note_field
from tracker.records.date_fields import Date, not_after_today
from tracker.records.fields import Choice, LongText, Reference, Text, WebAddress
from tracker.records.filters import Filters, any_of, date_range
from tracker.vocabulary import WITHOUT_EVIDENCE, Confidence, EvidenceRelation, Standing, Status


class UpdateForm(RowForm):
    model = ProgressUpdate
    letter = "u"
    commitment = Reference(_l("Commitment"), Commitment, required=True)
    party = Reference(_l("Lead party"), Party, required=True)
    status = Choice(_l("Status"), Status)
    effective_on = Date(
        _l("Effective on"),
        required=True,
        validators=[not_after_today],
        description=_l("Since when it is so in the world: 2024-03-01, 1 March 2024, yesterday."),
    )
    reason = LongText(
        _l("Reason"),
        required=True,
        max_length=5000,
        description=_l("Why this status, in two sentences a minister can read."),
    )
    confidence = Choice(_l("Confidence"), Confidence)
    claimed_status = Choice(_l("What the party says of itself"), Status)
    claimed_by = Text(
        _l("Who says so"), description=_l("A name or an office, and where: “Foreign Ministry, in a reply”.")
    )
    on_behalf_of = Text(
        _l("Entered on behalf of"), description=_l("Whose finding it is, if it is not yours."), internal=True
    )
    corrects = Reference(_l("Corrects"), ProgressUpdate)
    note = note_field()

    def validate_claimed_status(self, field: Choice) -> None:
        if self.claimed_by.is_blank:
            raise StopValidation(_("Say in “Who says so” who claims this."))

    def validate_claimed_by(self, field: Text) -> None:
        if self.claimed_status.is_blank:
            raise StopValidation(_("Choose above what the party says of itself, or empty this."))

    def complete(self, supported: bool) -> bool:
        """Return whether the update is complete, `supported` by evidence or not; add errors if it is not."""
        voids = self.status.data is None and self.corrects.data is not None
        if self.status.is_blank and not voids:
            self.status.errors = [_("Choose a status.")]
        if self.confidence.is_blank and not voids:
            self.confidence.errors = [_("Choose how sure you are.")]
        if self.status.data is not None and self.status.data not in WITHOUT_EVIDENCE and not supported:
            message = _("“%(status)s” needs at least one piece of evidence that supports it.", status=self.status.data)
            self.status.errors = [message + " " + _("Add it below, or choose another status.")]
        return not self.errors


class UpdateFilters(Filters):
    true_on = ProgressUpdate.effective_on
    commitment = any_of(UpdateForm.commitment, ProgressUpdate.commitment_id)
    area = any_of(
        Reference(_l("Primary area"), PolicyArea),
        select(ProgressUpdate.id, Commitment.area_id).join(Commitment, Commitment.id == ProgressUpdate.commitment_id),
    )
    party = any_of(UpdateForm.party, ProgressUpdate.party_id)
    status = any_of(UpdateForm.status, ProgressUpdate.status)
    claimed_status = any_of(UpdateForm.claimed_status, ProgressUpdate.claimed_status)
    confidence = any_of(UpdateForm.confidence, ProgressUpdate.confidence)
    effective_from, effective_to = date_range(_l("Effective from"), _l("Effective to"), ProgressUpdate.effective_on)
    recorded_from, recorded_to = date_range(_l("Recorded from"), _l("Recorded to"), ProgressUpdate.recorded_at)
    standing = any_of(Choice(_l("Still stands"), Standing), lambda filters: update_in_force(filters.as_of_dates))


def _corrected_by(as_of: AsOf) -> ColumnElement[str]:
    """Return the code of the update that corrects or voids one, if it was recorded by then."""
    later = aliased(ProgressUpdate)
    return select(later.code).where(later.corrects_id == ProgressUpdate.id, as_of.recorded(later)).scalar_subquery()


UPDATES = Kind(
    name="updates",
    form=UpdateForm,
    singular=_l("Update"),
    plural=_l("Updates"),
    description=_l(
        "What was found of each lead, on what evidence: since when it is so, and since when it is known here."
    ),
    list_columns=("code", "commitment", "party", "status", "effective_on", "recorded_at", "reason"),
    sort_keys=("code", "effective_on", "recorded_at"),
    order="-recorded_at",
    filters=UpdateFilters,
    extra_columns=log_columns(
        ProgressUpdate,
        attribute_column(ProgressUpdate.evidence, Reference(_l("Evidence"), Evidence, multiple=True)),
        derived_column("corrected_by", Reference(_l("Corrected by"), ProgressUpdate), _corrected_by),
        attribute_column(
            ProgressUpdate.joint_id,
            Text(_l("Logged jointly with"), description=_l("The first of those logged for all leads at once.")),
        ),
    ),
)


class EvidenceForm(RowForm):
    model = Evidence
    letter = "e"
    update = Reference(_l("Update"), ProgressUpdate, required=True)
    relation = Choice(_l("Relation"), EvidenceRelation, required=True, default=EvidenceRelation.SUPPORTS)
    passage = Reference(_l("Passage"), Passage)
    web_address = WebAddress(_l("Web address"))
    title = Text(_l("Title of the page"))
    retrieved_on = Date(_l("Read on"), validators=[not_after_today])
    note = note_field()

    def validate_relation(self, field: Choice) -> None:
        if self.passage.is_blank and self.web_address.is_blank:
            raise StopValidation(_("Name a passage, or a web address."))

    def validate_passage(self, field: Reference) -> None:
        if self.web_address.data:
            raise StopValidation(_("A passage or a web address, not both: add another row for the other."))

    def validate_web_address(self, _address: WebAddress) -> None:
        missing = [str(field.label.text) for field in (self.title, self.retrieved_on) if field.is_blank]
        if missing:
            raise StopValidation(_("A page changes: fill in “%(fields)s” too.", fields=_("” and “").join(missing)))


class EvidenceFilters(Filters):
    true_on = select(ProgressUpdate.effective_on).where(ProgressUpdate.code == Evidence.update_code).scalar_subquery()
    relation = any_of(EvidenceForm.relation, Evidence.relation)
    commitment = any_of(
        Reference(_l("Commitment"), Commitment),
        select(Evidence.id, ProgressUpdate.commitment_id).join(
            ProgressUpdate, ProgressUpdate.code == Evidence.update_code
        ),
    )
    document = any_of(
        Reference(_l("Document"), Document),
        select(Evidence.id, Passage.document_id).join(Passage, Passage.id == Evidence.passage_id),
    )


EVIDENCE = Kind(
    name="evidence",
    form=EvidenceForm,
    singular=_l("Evidence"),
    plural=_l("Evidence"),
    description=_l("The passages and pages that updates rest on, and what each shows of the finding."),
    list_columns=("code", "relation", "passage", "web_address", "title", "retrieved_on"),
    filters=EvidenceFilters,
    extra_columns=log_columns(Evidence),
)


class CheckForm(RowForm):
    model = CheckLog
    letter = "k"
    commitment = Reference(_l("Commitment"), Commitment, required=True)
    checked_on = Date(_l("Checked on"), required=True, validators=[not_after_today])
    where_searched = LongText(
        _l("Where you searched"), max_length=2000, description=_l("The places you looked at, and what for.")
    )
    voids = Reference(_l("Voids"), CheckLog)
    reason = LongText(_l("Why it is void"), max_length=2000)
    note = note_field()

    def validate_where_searched(self, field: LongText) -> None:
        if self.voids.data:
            raise StopValidation(_("A row that voids a check says why, not where."))

    def validate_voids(self, field: Reference) -> None:
        if self.reason.is_blank:
            raise StopValidation(_("Say why it is void."))


class CheckFilters(Filters):
    true_on = CheckLog.checked_on
    commitment = any_of(CheckForm.commitment, CheckLog.commitment_id)
    checked_from, checked_to = date_range(_l("Checked from"), _l("Checked to"), CheckLog.checked_on)


CHECKS = Kind(
    name="checks",
    form=CheckForm,
    singular=_l("Check"),
    plural=_l("Checks"),
    description=_l("Where somebody searched for news of a commitment, and found nothing."),
    list_columns=("code", "commitment", "checked_on", "where_searched", "voids", "recorded_at"),
    sort_keys=("code", "checked_on"),
    order="-checked_on",
    filters=CheckFilters,
    extra_columns=log_columns(CheckLog),
)
