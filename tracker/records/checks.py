"""Checks: their form, filters and columns."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from tracker.models import CheckLog, Commitment
from tracker.records.base import Kind, RowForm, log_columns, note_field
from tracker.records.date_fields import Date, not_after_today
from tracker.records.fields import LongText, Reference
from tracker.records.filters import Filters, any_of, date_range


class CheckForm(RowForm):
    model = CheckLog
    letter = "k"
    commitment = Reference(_l("Commitment"), Commitment, required=True)
    checked_on = Date(_l("Checked on"), required=True, validators=[not_after_today])
    where_searched = LongText(
        _l("Where you searched"), max_length=2000, description=_l("The places you looked at, and what for.")
    )
    voids = Reference(_l("Voids"), CheckLog)
    reason = LongText(_l("Why it is void"), max_length=2000)
    note = note_field()

    def validate_where_searched(self, field: LongText) -> None:
        if self.voids.data:
            raise StopValidation(_("A row that voids a check says why, not where."))

    def validate_voids(self, field: Reference) -> None:
        if self.reason.is_blank:
            raise StopValidation(_("Say why it is void."))


class CheckFilters(Filters):
    true_on = CheckLog.checked_on
    commitment = any_of(CheckForm.commitment, CheckLog.commitment_id)
    checked_from, checked_to = date_range(_l("Checked from"), _l("Checked to"), CheckLog.checked_on)


KIND = Kind(
    name="checks",
    form=CheckForm,
    singular=_l("Check"),
    plural=_l("Checks"),
    description=_l("Where somebody searched for news of a commitment, and found nothing."),
    list_columns=("code", "commitment", "checked_on", "where_searched", "voids", "recorded_at"),
    sort_keys=("code", "checked_on"),
    order="-checked_on",
    filters=CheckFilters,
    extra_columns=log_columns(CheckLog),
    title_column="code",
)
