"""Indicators: their form and how they are listed."""

from flask_babel import lazy_gettext as _l

from tracker.models import Indicator
from tracker.records.base import Kind, RecordForm, note_field
from tracker.records.fields import Text


class IndicatorForm(RecordForm):
    model = Indicator
    coded_by = "name"
    name = Text(_l("Name"), required=True, description=_l("What is counted."))
    name_es = Text(_l("Name in Spanish"))
    unit = Text(_l("Unit"), required=True, max_length=60, description=_l("For example: people, kilograms, US dollars."))
    note = note_field()


KIND = Kind(
    name="indicators",
    form=IndicatorForm,
    singular=_l("Indicator"),
    plural=_l("Indicators"),
    description=_l("What is counted, so that figures from different documents can be set side by side."),
    list_columns=("name", "name_es", "unit"),
    sort_keys=("name", "code"),
    order="name",
)
