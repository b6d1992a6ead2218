"""Meetings, their seats and their links: the forms and filters."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms.validators import StopValidation

from tracker.models import Document, Meeting, MeetingLink, Participant, Participation, Party, Passage
from tracker.models.meetings import meeting_document
from tracker.records import record_codes
from tracker.records.base import Kind, RecordForm, RowForm, note_field
from tracker.records.date_fields import Date, check_order, check_precision, format_date_range
from tracker.records.fields import Choice, Code, ExtraValidators, FieldMixin, Flag, LongText, Reference, Text
from tracker.records.filters import Filters, any_of, date_range
from tracker.vocabulary import Attendance, Basis, Certainty, DatePrecision, MeetingLinkKind, MeetingStatus, SeatRole


class MeetingForm(RecordForm):
    model = Meeting
    title = Text(_l("Title"), required=True)
    title_es = Text(_l("Title in Spanish"))
    status = Choice(_l("Status"), MeetingStatus, required=True, default=MeetingStatus.HELD)
    date_precision = Choice(_l("Date is known to the"), DatePrecision, required=True, default=DatePrecision.DAY)
    starts_on = Date(_l("Starts on"), description=_l("The first day, where only a month or year is known."))
    ends_on = Date(_l("Ends on"), description=_l("Empty for a meeting of one day."))
    date_basis = Choice(_l("Date is"), Basis, required=True, default=Basis.STATED)
    date_note = LongText(
        _l("Note on the date"),
        max_length=2000,
        description=_l("What is printed; if the date is inferred, from what, and from where that is known."),
    )
    venue = Text(_l("Venue"))
    city = Text(_l("City"))
    country = Code(_l("Country"), "territories")
    place_basis = Choice(_l("Place is"), Basis)
    series = Text(_l("Series"), description=_l("What it is one of: “High-Level Security Dialogue”."))
    documents = Reference(_l("Documents"), Document, multiple=True, description=_l("Those that tell of it."))
    note = note_field()

    #: The parties whose delegations sat there, as far as they are known.
    sides: Sequence[Party] = ()

    def usual_code(self) -> str:
        day = self.starts_on.data.isoformat() if self.starts_on.data else ""
        known = {DatePrecision.YEAR: day[:4], DatePrecision.MONTH: day[:7]}.get(self.date_precision.data, day)
        sides = " ".join(sorted({side.code for side in self.sides}))
        return record_codes.code_from_words(Meeting, f"{sides or self.title.data} {known}", self.lookup.reserved)

    def validate_ends_on(self, _ends_on: Date) -> None:
        check_order(self.starts_on, self.ends_on, _("It ends before it starts: change one of the two days."))

    def validate_date_precision(self, field: Choice) -> None:
        unexpected = _("A first day is given: say how well it is known, or empty it.")
        missing = _("No first day is given: choose “Unknown”, or fill in the day.")
        check_precision(field, self.starts_on, unexpected, missing)

    def validate_date_basis(self, field: Choice) -> None:
        if field.data is Basis.INFERRED and not self.date_note.data:
            raise StopValidation(_("Say in the note on the date what it is inferred from."))

    def validate(self, extra_validators: ExtraValidators = None) -> bool:
        valid = super().validate(extra_validators)
        if (self.venue.data or self.city.data or self.country.data) and not self.place_basis.data:
            self.place_basis.errors = [*self.place_basis.errors, _("Say whether the place is stated or inferred.")]
            return False
        return valid


#: The meetings of all seats, without those who were only mentioned.
SEATS = select(Participation.meeting_id).where(Participation.attendance != Attendance.MENTIONED_ONLY)


def meeting_dates(meeting: Meeting) -> str:
    """Return the day or days of a meeting in words, no more exactly than is known."""
    return format_date_range(meeting.starts_on, meeting.date_precision, meeting.ends_on)


class MeetingFilters(Filters):
    true_on = Meeting.starts_on
    status = any_of(MeetingForm.status, Meeting.status)
    party = any_of(Reference(_l("Party"), Party), SEATS.add_columns(Participation.party_id))
    participant = any_of(Reference(_l("Participant"), Participant), SEATS.add_columns(Participation.participant_id))
    document = any_of(MeetingForm.documents, select(meeting_document), label=_l("Document"))
    held_from, held_to = date_range(_l("Held from"), _l("Held to"), Meeting.starts_on)


KIND = Kind(
    name="meetings",
    form=MeetingForm,
    singular=_l("Meeting"),
    plural=_l("Meetings"),
    description=_l("Where governments met, who sat there in what office, and what each side undertook."),
    list_columns=("title", "starts_on", "date_basis", "venue", "country", "status", "documents"),
    sort_keys=("starts_on", "title", "code"),
    order="-starts_on",
    filters=MeetingFilters,
    shown={"starts_on": meeting_dates},
)


class ParticipationForm(RowForm):
    model = Participation
    letter = "s"
    meeting = Reference(_l("Meeting"), Meeting, required=True)
    participant = Reference(_l("Participant"), Participant, description=_l("Empty for a group."))
    is_group = Flag(_l("Group"))
    name_as_printed = Text(_l("Name as printed"), required=True)
    office_as_printed = Text(_l("Office as printed"))
    party = Reference(_l("On behalf of"), Party, required=True)
    role = Choice(_l("Role"), SeatRole)
    attendance = Choice(_l("Attendance"), Attendance, required=True)
    passage: FieldMixin[Any] = Reference(_l("Passage"), Passage)
    note = note_field()

    def validate_is_group(self, is_group: Flag) -> None:
        if is_group.data and self.participant.data:
            raise StopValidation(_("A group is not one participant: untick this, or empty the participant."))
        if not is_group.data and self.participant.is_blank:
            raise StopValidation(_("Choose the participant, or tick this if it is a group."))

    def validate_attendance(self, attendance: Choice) -> None:
        if attendance.data is Attendance.MENTIONED_ONLY and self.role.data:
            raise StopValidation(_("Who is only mentioned has no role at the meeting: empty the role."))


class ParticipationFilters(Filters):
    meeting = any_of(ParticipationForm.meeting, Participation.meeting_id)
    participant = any_of(ParticipationForm.participant, Participation.participant_id)
    party = any_of(ParticipationForm.party, Participation.party_id)
    attendance = any_of(ParticipationForm.attendance, Participation.attendance)


PARTICIPATIONS = Kind(
    name="participations",
    form=ParticipationForm,
    singular=_l("Seat or mention"),
    plural=_l("Seats and mentions"),
    description=_l("Who sat at a meeting or was only named there: on whose behalf, and in what office that day."),
    list_columns=("code", "name_as_printed", "office_as_printed", "party", "role", "attendance", "passage"),
    sort_keys=("code", "name_as_printed"),
    filters=ParticipationFilters,
)


class MeetingLinkForm(RowForm):
    model = MeetingLink
    letter = "l"
    meeting = Reference(_l("From"), Meeting, required=True)
    kind = Choice(_l("Link"), MeetingLinkKind, required=True)
    to = Reference(_l("To"), Meeting, required=True)
    certainty = Choice(_l("Certainty"), Certainty, required=True)
    passage: FieldMixin[Any] = Reference(_l("Passage"), Passage)
    note = note_field()

    def validate_to(self, to: Reference) -> None:
        if to.data is self.meeting.data:
            raise StopValidation(_("A meeting is not linked to itself: choose another."))


class MeetingLinkFilters(Filters):
    meeting = any_of(MeetingLinkForm.meeting, MeetingLink.meeting_id)


LINKS = Kind(
    name="meeting-links",
    form=MeetingLinkForm,
    singular=_l("Link to a meeting"),
    plural=_l("Links between meetings"),
    description=_l("Which meeting follows, refers to or is the same as which other, and how sure that is."),
    list_columns=("code", "meeting", "kind", "to", "certainty", "passage"),
    filters=MeetingLinkFilters,
)
