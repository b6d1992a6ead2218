"""Parties: their form and filters."""

from flask_babel import lazy_gettext as _l

from tracker.models import Party
from tracker.records import record_codes
from tracker.records.base import Kind, RecordForm, not_its_own_ancestor, note_field
from tracker.records.fields import Choice, Reference, Text
from tracker.records.filters import Filters, any_of
from tracker.vocabulary import PartyKind


class PartyForm(RecordForm):
    model = Party
    coded_by = "name"
    name = Text(_l("Name"), required=True)
    name_es = Text(_l("Name in Spanish"))
    kind = Choice(_l("Kind"), PartyKind, required=True)
    parent = Reference(
        _l("Part of"), Party, validators=[not_its_own_ancestor], description=_l("The country or body it belongs to.")
    )
    note = note_field()

    def usual_code(self) -> str:
        country = record_codes.country_code(self.kind.data, self.name.data)
        unused = country and record_codes.is_unused(Party, country, self.lookup.reserved)
        return country if unused else super().usual_code()


class PartyFilters(Filters):
    kind = any_of(PartyForm.kind, Party.kind)
    parent = any_of(PartyForm.parent, Party.parent_id)


KIND = Kind(
    name="parties",
    form=PartyForm,
    singular=_l("Party"),
    plural=_l("Parties"),
    description=_l(
        "Countries, government bodies and international organisations: whoever undertakes, hosts or publishes."
    ),
    list_columns=("name", "name_es", "kind", "parent"),
    sort_keys=("name", "code"),
    order="name",
    filters=PartyFilters,
)
