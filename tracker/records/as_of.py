"""Two fields by which a page or file is asked for as things stood: as of a day, as known by a moment."""

import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form
from wtforms.validators import StopValidation

from tracker.dates import end_of_day, today, zone
from tracker.models import AsOf
from tracker.records.date_fields import Date


class PastMoment(Date):
    """A past moment: a day, which means its end, or a point in time such as 2024-03-05T12:00+01:00."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        if "T" in typed:
            try:
                # A plus stands for a blank in an address.
                at = datetime.datetime.fromisoformat(typed.replace(" ", "+"))
                at = at if at.tzinfo else at.replace(tzinfo=zone())
                self.data = at.astimezone(datetime.UTC)
                return
            except (ValueError, OverflowError):
                pass
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = end_of_day(self.data)

    @staticmethod
    def _day(value: datetime.datetime) -> datetime.date | None:
        """Return the day a moment is the end of, or nothing."""
        day = value.astimezone(zone()).date()
        return day if end_of_day(day) == value else None

    def to_json(self, value: Any) -> str | None:
        return value and (self._day(value) or value).isoformat()

    def display(self, value: Any) -> str:
        if value is None:
            return ""
        day = self._day(value)
        return super().display(day) if day else f"{format_datetime(value, 'medium')} UTC"


def not_in_future(_form: Any, field: Any) -> None:
    """Refuse a moment that has not come yet."""
    if field.data and field.data > end_of_day(today()):
        raise StopValidation(_("This moment has not come yet: choose one up to today."))


class AsOfForm(Form):
    """When a page or file is asked for as of."""

    as_of = Date(_l("As of"), description=_l("How things stood on a past day."))
    known_by = PastMoment(
        _l("As known by"),
        validators=[not_in_future],
        description=_l("By what was recorded here until the end of a past day."),
    )

    def validate_as_of(self, as_of: Any) -> None:
        if as_of.data and as_of.data > today():
            raise StopValidation(_("This day has not come yet: choose one up to today."))

    @property
    def as_of_dates(self) -> AsOf:
        """Return the two dates that are asked for; left out, today and now."""
        known_by: Any = self.known_by.data
        return AsOf(self.as_of.data or today(), known_by, bool(self.as_of.data or known_by))
