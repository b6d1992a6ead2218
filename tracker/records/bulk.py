"""The form for changing some fields of many commitments at once, and logging a check for each."""

from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.core import UnboundField
from wtforms.validators import StopValidation

from tracker.records.commitments import CommitmentForm
from tracker.records.fields import ExtraValidators, FieldMixin, Flag, LongText, PlainValue, TrackerForm
from tracker.records.updates import CheckForm

#: The fields of a commitment that can be changed.
FIELDS = ("owner", "priority", "area", "review_every")
#: {tick box: the field that it empties}
EMPTYING = {"no_owner": "owner", "usual_review": "review_every"}


F = TypeVar("F", bound=FieldMixin[Any])


def _optional(field: "UnboundField[F]", without: tuple[str, ...] = ("required", "default", "description")) -> F:
    """Return a copy of a field, without some of its arguments, that can be left empty and then changes nothing."""
    kwargs = {name: value for name, value in field.kwargs.items() if name not in without}
    return field.field_class(*field.args, **kwargs)


class BulkForm(TrackerForm):
    """The new values of many commitments; a field left empty changes none of them."""

    owner = _optional(CommitmentForm.owner)
    no_owner = Flag(_l("Nobody: empty the owner"))
    priority = _optional(CommitmentForm.priority)
    area = _optional(CommitmentForm.area)
    review_every = _optional(CommitmentForm.review_every)
    usual_review = Flag(_l("The usual interval: empty the field"))
    where_searched = _optional(CheckForm.where_searched, without=())
    checked_on = _optional(CheckForm.checked_on)
    settle = Flag(_l("Set the status “No evidence found” for leads that nobody assessed"))

    def validate(self, extra_validators: ExtraValidators = None) -> bool:
        valid = super().validate(extra_validators)
        if valid and not self.changes:
            self.owner.errors = [_("Nothing is chosen yet: fill in what the commitments shall be given.")]
        return valid and bool(self.changes)

    def validate_no_owner(self, ticked: Flag) -> None:
        self._check_empty(ticked, self.owner)

    def validate_usual_review(self, ticked: Flag) -> None:
        self._check_empty(ticked, self.review_every)

    def _check_empty(self, ticked: Flag, field: FieldMixin[Any]) -> None:
        if ticked.data and field.data is not None:
            raise StopValidation(_("“%(field)s” is filled in too: choose one of the two.", field=field.label.text))

    def validate_where_searched(self, _field: LongText) -> None:
        if self.checked_on.is_blank:
            raise StopValidation(_("Say in “%(field)s” when you searched.", field=self.checked_on.label.text))

    def validate_settle(self, ticked: Flag) -> None:
        if ticked.data and not self.where_searched.data:
            raise StopValidation(_("Say where you searched: the status rests on that."))

    @property
    def changes(self) -> dict[str, PlainValue]:
        """Return {field of a commitment or check, or settle: plain value} of the fields that are filled in."""
        changes = {name: self[name].to_json(self[name].data) for name in FIELDS if self[name].data is not None}
        changes |= {name: None for ticked, name in EMPTYING.items() if self[ticked].data}
        if self.where_searched.data:
            names = ("where_searched", "checked_on", "settle")
            changes |= {name: self[name].to_json(self[name].data) for name in names}
        return changes
