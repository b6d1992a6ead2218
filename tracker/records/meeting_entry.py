"""Forms for records that are entered on one page with a meeting, with less to type than on their own pages."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from tracker.models import Participant, Party
from tracker.passage_text import normalise_line_ends
from tracker.records.claims import ClaimForm
from tracker.records.commitments import CommitmentForm, CommitmentSourceForm
from tracker.records.date_fields import Date
from tracker.records.documents import DocumentForm
from tracker.records.fields import (
    Choice,
    ExtraValidators,
    FieldMixin,
    Flag,
    LongText,
    Reference,
    V,
    describe_forbidden_character,
)
from tracker.records.meetings import MeetingLinkForm, ParticipationForm
from tracker.records.passage_field import PassageField
from tracker.vocabulary import Attendance, DatePrecision, SourceRelation

#: The longest text of a document, in characters.
MAX_TEXT_LENGTH = 2_000_000


@contextmanager
def temporary_value(field: FieldMixin[V], value: V | None) -> Iterator[None]:
    """Let a field hold a value while the context lasts; the page still shows what was typed."""
    typed, field.data = field.data, value
    try:
        yield
    finally:
        field.data = typed


class VerbatimText(LongText):
    """A text that is stored unchanged but for its line ends, since the places of passages count every blank."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = normalise_line_ends(valuelist[0]) if valuelist[0].strip() else None

    def pre_validate(self, form: BaseForm) -> None:
        if problem := describe_forbidden_character(self.data or ""):
            raise StopValidation(problem)
        super().pre_validate(form)


class DocumentEntry(DocumentForm):
    """A document with its text; a publication date left empty is unknown."""

    text = VerbatimText(
        _l("Text"), max_length=MAX_TEXT_LENGTH, description=_l("Pasted whole; it can then be read beside.")
    )

    def validate(self, extra_validators: ExtraValidators = None) -> bool:
        with temporary_value(self.published_precision, self.precision):
            return super().validate(extra_validators)

    def populate_obj(self, obj: object) -> None:
        with temporary_value(self.published_precision, self.precision):
            super().populate_obj(obj)

    @property
    def precision(self) -> DatePrecision | None:
        """The precision of the publication date."""
        precision: DatePrecision | None = self.published_precision.data
        return DatePrecision.UNKNOWN if self.published_on.is_blank else precision


class SeatEntry(ParticipationForm):
    """A seat; if no participant is chosen, the name decides."""

    participant = Reference(
        _l("Participant"), Participant, description=_l("Empty: whoever has that name, added if nobody has.")
    )
    attendance = Choice(_l("Attendance"), Attendance, required=True, default=Attendance.ATTENDED)
    passage = PassageField(_l("Passage"))

    def validate_is_group(self, is_group: Flag) -> None:
        if is_group.data and self.participant.data:
            raise StopValidation(_("A group is not one participant: untick this, or empty the participant."))


class CommitmentEntry(CommitmentForm):
    """A commitment with its leads and its passage."""

    text = LongText(_l("What was undertaken"), description=_l("In our own words. Empty: the title says it all."))
    made_on = Date(_l("Made on"), description=_l("Empty: the day the meeting began."))
    leads = Reference(_l("Leads"), Party, required=True, multiple=True)
    passage = PassageField(_l("Passage"))
    relation = Choice(_l("Relation"), SourceRelation, required=True, default=SourceRelation.STATES)
    attributed_to = CommitmentSourceForm.attributed_to

    #: The first day of the meeting, once it is typed.
    usual_day: datetime.date | None = None

    def validate(self, extra_validators: ExtraValidators = None) -> bool:
        with temporary_value(self.made_on, self.made_on.data or self.usual_day):
            valid = super().validate(extra_validators)
            if not self.made_on.data and not self.made_on.errors:
                self.made_on.errors = [_("Fill this in, since the day of the meeting is not known.")]
        return valid and not self.made_on.errors

    def populate_obj(self, obj: object) -> None:
        day, text = self.made_on.data or self.usual_day, self.text.data or self.title.data
        with temporary_value(self.made_on, day), temporary_value(self.text, text):
            super().populate_obj(obj)


class LinkEntry(MeetingLinkForm):
    """A link to another meeting with its passage."""

    passage = PassageField(_l("Passage"))


class ClaimEntry(ClaimForm):
    """A claim with its passage."""

    passage = PassageField(_l("Passage"))
