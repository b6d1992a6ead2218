"""Participants: their form and filters."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from tracker.models import Meeting, Participant, Participation, Party
from tracker.records.base import Kind, RecordForm, note_field
from tracker.records.fields import LongText, Reference, Text
from tracker.records.filters import Filters, any_of


class ParticipantForm(RecordForm):
    model = Participant
    coded_by = "name"
    name = Text(
        _l("Name"), required=True, description=_l("As best known; what a document printed belongs to the seat.")
    )
    other_names = LongText(_l("Other forms of the name"), max_length=1000, description=_l("One a line."))
    note = note_field()


class ParticipantFilters(Filters):
    meeting = any_of(Reference(_l("Meeting"), Meeting), select(Participation.participant_id, Participation.meeting_id))
    party = any_of(Reference(_l("On behalf of"), Party), select(Participation.participant_id, Participation.party_id))


KIND = Kind(
    name="participants",
    form=ParticipantForm,
    singular=_l("Participant"),
    plural=_l("Participants"),
    description=_l(
        "The people who sat at the meetings or were named there. Their office stands at each seat, as printed that day."
    ),
    list_columns=("name", "other_names"),
    sort_keys=("name", "code"),
    order="name",
    filters=ParticipantFilters,
)
