"""Policy areas: their form and how they are listed."""

from flask_babel import lazy_gettext as _l

from tracker.models import PolicyArea
from tracker.records.base import Kind, RecordForm, not_its_own_ancestor, note_field
from tracker.records.fields import LongText, Number, Reference, Text


class AreaForm(RecordForm):
    model = PolicyArea
    coded_by = "name"
    name = Text(_l("Name"), required=True)
    name_es = Text(_l("Name in Spanish"))
    description = LongText(_l("Description"), description=_l("What belongs here, and what does not."))
    parent = Reference(_l("Part of"), PolicyArea, validators=[not_its_own_ancestor])
    order = Number(_l("Order"), required=True, default=100, description=_l("Lists show the lowest number first."))
    note = note_field()


KIND = Kind(
    name="areas",
    form=AreaForm,
    singular=_l("Policy area"),
    plural=_l("Policy areas"),
    description=_l("The subjects that commitments are counted by; each commitment has one primary area."),
    list_columns=("name", "name_es", "description", "parent"),
    sort_keys=("order", "code", "name"),
    order="order",
)
