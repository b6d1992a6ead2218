"""Milestones: their form and filters."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from tracker.models import Commitment, Milestone, Passage
from tracker.records.base import Kind, RowForm, note_field
from tracker.records.date_fields import Date
from tracker.records.fields import Reference, Text, WebAddress
from tracker.records.filters import Filters, any_of, date_range


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


KIND = Kind(
    name="milestones",
    form=MilestoneForm,
    singular=_l("Milestone"),
    plural=_l("Milestones"),
    description=_l("Steps on the way to what was undertaken; that one was reached needs evidence."),
    list_columns=("code", "title", "commitment", "due_on", "done_on", "passage"),
    sort_keys=("code", "due_on", "title"),
    filters=MilestoneFilters,
)
