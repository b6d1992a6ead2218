"""Frameworks: their form and how they are listed."""

from flask_babel import lazy_gettext as _l

from tracker.models import Framework
from tracker.records.base import Kind, RecordForm, note_field
from tracker.records.fields import LongText, Text


class FrameworkForm(RecordForm):
    model = Framework
    coded_by = "name"
    name = Text(_l("Name"), required=True)
    name_es = Text(_l("Name in Spanish"))
    description = LongText(_l("Description"))
    note = note_field()


KIND = Kind(
    name="frameworks",
    form=FrameworkForm,
    singular=_l("Framework"),
    plural=_l("Frameworks"),
    description=_l("Standing agreements that commitments are made under."),
    list_columns=("name", "name_es", "description"),
    sort_keys=("name", "code"),
    order="name",
)
