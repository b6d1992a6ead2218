"""Fields for days and points in time."""

import datetime
from typing import Any

from babel.dates import format_interval, format_skeleton
from flask_babel import format_date, format_datetime, get_locale
from flask_babel import gettext as _
from wtforms import fields, widgets

from tracker.records.fields import SHORT, UNFIT, Told
from tracker.vocabulary import DatePrecision


class Day(Told, fields.DateField):
    """A day in the calendar, typed as 2023-07-24 or 24 July 2023."""

    widget = widgets.TextInput()
    FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y")

    def __init__(self, label: Any = None, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.format = list(self.FORMATS)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        typed, self.data = valuelist[0].strip(), None
        for form in self.FORMATS if len(typed) <= SHORT else ():
            try:
                self.data = datetime.datetime.strptime(typed, form).date()
                return
            except ValueError:
                continue
        if typed:
            raise ValueError(
                _(
                    "“%(typed)s” is not a day in the calendar; write it as 2023-07-24 or 24 July 2023.",
                    typed=UNFIT.sub("�", typed[:40]),
                )
            )

    def plain(self, value: datetime.date | None) -> str | None:
        return value.isoformat() if value else None

    def text(self, value: datetime.date | None) -> str:
        return format_date(value, "long") if value else ""


class Time(Told):
    """A point in time, which the server sets and nobody types."""

    def plain(self, value: datetime.datetime | None) -> str | None:
        return value.astimezone(datetime.UTC).isoformat() if value else None

    def text(self, value: datetime.datetime | None) -> str:
        return f"{format_datetime(value, 'medium')} UTC" if value else ""


def date_text(first: datetime.date | None, precision: DatePrecision, last: datetime.date | None = None) -> str:
    """Return a day, or a time from one day to another, no more exact than it is known."""
    if first is None:
        return _("date unknown")
    if precision is DatePrecision.YEAR:
        return format_date(first, "yyyy")
    if precision is DatePrecision.MONTH:
        return format_skeleton("yMMMM", first, locale=get_locale())
    if last is not None and last != first:
        return format_interval(first, last, "yMMMMd", locale=get_locale())
    return format_date(first, "long")
