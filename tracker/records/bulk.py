"""What can be given to many commitments at once: some of their fields, and a check."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form
from wtforms.fields.core import UnboundField
from wtforms.validators import StopValidation

from tracker.records.checks import CheckForm
from tracker.records.commitments import CommitmentForm
from tracker.records.fields import Flag

#: The fields of a commitment that can be given.
FIELDS = ("owner", "priority", "area", "review_every")
#: {what is ticked: the field that it empties}
EMPTYING = {"no_owner": "owner", "usual_review": "review_every"}


def _offered(field: UnboundField) -> UnboundField:
    """Return a field as one that can be left empty, and then gives nothing."""
    kept = {name: value for name, value in field.kwargs.items() if name not in ("required", "default", "description")}
    return UnboundField(field.field_class, *field.args, **kept)


class BulkForm(Form):
    """What many commitments are given; what is left empty stays as it is in each of them."""

    owner = _offered(CommitmentForm.owner)
    no_owner = Flag(_l("Nobody: empty the owner"))
    priority = _offered(CommitmentForm.priority)
    area = _offered(CommitmentForm.area)
    review_every = _offered(CommitmentForm.review_every)
    usual_review = Flag(_l("The usual interval: empty the field"))
    where_searched = CheckForm.where_searched
    checked_on = _offered(CheckForm.checked_on)
    settle = Flag(_l("Set the status “No evidence found” for leads that nobody assessed"))

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if fine and not self.given:
            self.owner.errors = [_("Nothing is chosen yet: fill in what the commitments shall be given.")]
        return fine and bool(self.given)

    def validate_no_owner(self, ticked: Any) -> None:
        self._one_of(ticked, self.owner)

    def validate_usual_review(self, ticked: Any) -> None:
        self._one_of(ticked, self.review_every)

    def _one_of(self, ticked: Any, field: Any) -> None:
        if ticked.data and field.data is not None:
            raise StopValidation(_("“%(field)s” is filled in too: choose one of the two.", field=field.label.text))

    def validate_where_searched(self, _field: Any) -> None:
        if self.checked_on.data is None and not self.checked_on.process_errors:
            raise StopValidation(_("Say in “%(field)s” when you searched.", field=self.checked_on.label.text))

    def validate_settle(self, ticked: Any) -> None:
        if ticked.data and not self.where_searched.data:
            raise StopValidation(_("Say where you searched: the status rests on that."))

    @property
    def given(self) -> dict[str, Any]:
        """Return {field of a commitment or a check, or settle: plain value} of what is given."""
        found = {name: self[name].to_json(self[name].data) for name in FIELDS if self[name].data is not None}
        found |= {name: None for ticked, name in EMPTYING.items() if self[ticked].data}
        if self.where_searched.data:
            checked = ("where_searched", "checked_on", "settle")
            found |= {name: self[name].to_json(self[name].data) for name in checked}
        return found
