"""Claims and figures: their form and filters."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms.validators import StopValidation

from tracker.database import session
from tracker.models import Claim, Commitment, Document, Indicator, Meeting, Passage, PolicyArea
from tracker.records import record_codes
from tracker.records.base import Kind, RecordForm, not_its_own_ancestor, note_field
from tracker.records.date_fields import Date, check_order, format_date_range
from tracker.records.fields import FieldMixin, LongText, Number, Reference, Text
from tracker.records.filters import Filters, any_of, date_range
from tracker.vocabulary import DatePrecision


class ClaimForm(RecordForm):
    model = Claim
    coded_by = "text"
    text = LongText(_l("Claim"), required=True, max_length=2000, description=_l("In our own words."))
    text_es = LongText(_l("Claim in Spanish"), max_length=2000)
    attributed_to = Text(_l("Attributed to"))
    meeting = Reference(_l("Meeting"), Meeting)
    area = Reference(_l("Policy area"), PolicyArea)
    passage: FieldMixin[Any] = Reference(_l("Passage"), Passage)
    indicator = Reference(_l("Indicator"), Indicator)
    value = Number(_l("Value"), minimum=-999_999_999_999_999, maximum=999_999_999_999_999, whole=False)
    unit = Text(_l("Unit"), max_length=60)
    period_start = Date(_l("Period from"))
    period_end = Date(_l("Period to"))
    published_on = Date(_l("Figure published on"))
    supersedes = Reference(
        _l("Supersedes"),
        Claim,
        validators=[not_its_own_ancestor],
        description=_l("The earlier figure that this one revises."),
    )
    commitment = Reference(
        _l("Commitment"),
        Commitment,
        description=_l("Only where you choose to tie it to one; a claim is no progress by itself."),
    )
    note = note_field()

    def usual_code(self) -> str:
        within = record_codes.code_within(Claim, self.meeting.data, ".claim-", self.lookup.reserved)
        return within or super().usual_code()

    def validate_period_end(self, _period_end: Date) -> None:
        message = _("The period ends before it starts: change one of the two days.")
        check_order(self.period_start, self.period_end, message)

    def validate_value(self, _value: Number) -> None:
        if not self.unit.data:
            raise StopValidation(_("Say in “Unit” what this is a number of."))

    def validate_supersedes(self, earlier: Reference) -> None:
        theirs, ours = earlier.data.indicator, self.indicator.data
        if theirs and ours and theirs is not ours:
            raise StopValidation(_("That is a figure of “%(other)s”: choose one of the same indicator.", other=theirs))

    def validate_indicator(self, indicator: Reference) -> None:
        if self.record is None or self.record.id is None:
            return
        others = Claim.supersedes == self.record, Claim.indicator_id != indicator.data.id
        if later := session.scalar(select(Claim).where(*others).order_by(Claim.id).limit(1)):
            codes = {"later": later.code, "other": later.indicator}
            raise StopValidation(_("“%(later)s” revises this as a figure of “%(other)s”: change that first.", **codes))


def claim_period(claim: Claim) -> str:
    """Return the period of a figure in words, or ""."""
    start, end = claim.period_start, claim.period_end
    if start and end:
        return format_date_range(start, DatePrecision.DAY, end)
    if start:
        return _("from %(day)s", day=format_date_range(start, DatePrecision.DAY))
    return _("to %(day)s", day=format_date_range(end, DatePrecision.DAY)) if end else ""


class ClaimFilters(Filters):
    area = any_of(ClaimForm.area, Claim.area_id)
    meeting = any_of(ClaimForm.meeting, Claim.meeting_id)
    document = any_of(
        Reference(_l("Document"), Document),
        select(Claim.id, Passage.document_id).join(Passage, Passage.id == Claim.passage_id),
    )
    indicator = any_of(ClaimForm.indicator, Claim.indicator_id)
    commitment = any_of(ClaimForm.commitment, Claim.commitment_id)
    published_from, published_to = date_range(_l("Published from"), _l("Published to"), Claim.published_on)


KIND = Kind(
    name="claims",
    form=ClaimForm,
    singular=_l("Claim"),
    plural=_l("Claims"),
    description=_l(
        "What a document reports as fact, not as an undertaking. A claim is no progress on a commitment by itself."
    ),
    list_columns=("text", "attributed_to", "area", "value", "unit", "meeting", "passage"),
    sort_keys=("code", "value", "published_on"),
    filters=ClaimFilters,
)
