"""Fields for days and points in time."""

import datetime
import re
from calendar import monthrange
from functools import cache
from typing import Any

from babel.dates import format_interval, format_skeleton, get_month_names
from flask_babel import format_date, format_datetime, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields import Field
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from tracker.dates import end_of_day, today, zone
from tracker.passage_text import search_words
from tracker.records.fields import MAX_TYPED_LENGTH, FieldMixin, ParsedField, mask_forbidden
from tracker.vocabulary import DatePrecision

#: A number, perhaps with an ordinal ending: 24th, 1.º
NUMBER = re.compile(r"(\d+)(?:st|nd|rd|th|o|er|ro)?", re.ASCII)
#: Words to skip in a date: the 24th of July, 1.º de enero del 2024.
AROUND = frozenset({"de", "del", "el", "er", "o", "of", "ro", "the"})
#: {word for a day: how many days ago it was}
AGO = {"today": 0, "hoy": 0, "yesterday": 1, "ayer": 1}
#: The characters of a date: any other may mean that it is uncertain, or more than one day.
SIGNS = re.compile("[\\w\\s.,/°\u0300-\u036f-]*")


class Date(ParsedField[datetime.date]):
    """A day in the calendar, typed in English or Spanish, with the month's name or in numbers."""

    json_type = "date"

    def parse(self, typed: str) -> datetime.date:
        return parse_date(typed)

    def to_json(self, value: datetime.date | None) -> str | None:
        return value.isoformat() if value else None

    def display(self, value: datetime.date | None) -> str:
        return str(format_date(value, "long")) if value else ""


class PastMoment(ParsedField[datetime.datetime]):
    """A past moment: the end of a day, or a point in time such as 2024-03-05T12:00+01:00."""

    def parse(self, typed: str) -> datetime.datetime:
        if "T" in typed:
            try:
                # In an address a plus is read as a blank.
                at = datetime.datetime.fromisoformat(typed.replace(" ", "+"))
                return (at if at.tzinfo else at.replace(tzinfo=zone())).astimezone(datetime.UTC)
            except (ValueError, OverflowError):
                pass
        return end_of_day(parse_date(typed))

    @staticmethod
    def _day(value: datetime.datetime) -> datetime.date | None:
        """Return the day that ends at a moment, or None."""
        day = value.astimezone(zone()).date()
        return day if end_of_day(day) == value else None

    def to_json(self, value: datetime.datetime | None) -> str | None:
        return (self._day(value) or value).isoformat() if value else None

    def display(self, value: datetime.datetime | None) -> str:
        if value is None:
            return ""
        day = self._day(value)
        return str(format_date(day, "long")) if day else f"{format_datetime(value, 'medium')} UTC"


def not_in_future(_form: BaseForm, field: Field) -> None:
    """Refuse a moment that has not come yet."""
    if field.data and field.data > end_of_day(today()):
        raise StopValidation(_("This moment has not come yet: choose one up to today."))


def not_after_today(_form: BaseForm, field: Field) -> None:
    """Refuse a day that has not come yet."""
    if field.data and field.data > today():
        raise StopValidation(_("This day has not come yet: nothing can be known of it."))


def check_precision(precision: FieldMixin[Any], day: Date, unexpected: str, missing: str) -> None:
    """Refuse an unknown date with a day and a known date without one, each with its message."""
    if precision.data is DatePrecision.UNKNOWN and day.data:
        raise StopValidation(unexpected)
    if precision.data is not DatePrecision.UNKNOWN and day.is_blank:
        raise StopValidation(missing)


def check_order(earlier: Date, later: Date, message: str) -> None:
    """Refuse a later day that lies before the earlier one."""
    if earlier.data and later.data and later.data < earlier.data:
        raise StopValidation(message)


def parse_date(typed: str) -> datetime.date:
    """Return the day that was typed; raises ValueError, whose message people read, for no day or several."""
    shown = mask_forbidden(typed[:40])
    words = [word for word in search_words(typed) if word not in AROUND] if len(typed) <= MAX_TYPED_LENGTH else []
    if len(words) == 1 and words[0] in AGO:
        return today() - datetime.timedelta(days=AGO[words[0]])
    named = [month for month in map(month_number, words) if month]
    numbers = [match[1] for match in map(NUMBER.fullmatch, words) if match]
    year = next((int(number) for number in numbers if len(number) == 4), 0)
    short = [int(number) for number in numbers if len(number) <= 2]
    if len(words) == 3 and len(named) <= 1 and len(short) == 3 - len(named):
        raise ValueError(_("“%(typed)s” has a year of two digits; write all four, as in 24 July 2023.", typed=shown))
    if len(words) != 3 or len(named) + len(short) != 2 or not short or not year or not SIGNS.fullmatch(typed):
        raise ValueError(_not_a_day(shown))
    if named:
        readings = {(named[0], short[0])}
    elif len(numbers[0]) == 4:
        readings = {(short[0], short[1])}
    else:
        readings = {(short[1], short[0]), (short[0], short[1])} if len(numbers[2]) == 4 else set()
    return _one_day(shown, year, {(month, day) for month, day in readings if 1 <= month <= 12})


def month_number(word: str) -> int:
    """Return the number of the only month whose name begins with a folded word of at least three letters; else 0."""
    numbers = {number for name, number in _months() if name.startswith(word)} if len(word) >= 3 else set()
    return numbers.pop() if len(numbers) == 1 else 0


@cache
def _months() -> frozenset[tuple[str, int]]:
    months = [month for language in ("en", "es") for month in get_month_names("wide", locale=language).items()]
    return frozenset((search_words(name)[0], number) for number, name in months)


def _one_day(shown: str, year: int, readings: set[tuple[int, int]]) -> datetime.date:
    """Return the day of the only valid reading, a (month, day); raises ValueError for none or several."""
    if not readings:
        raise ValueError(_not_a_day(shown))
    lengths = {month: monthrange(year, month)[1] for month, _day in readings}
    days = sorted(datetime.date(year, month, day) for month, day in readings if 1 <= day <= lengths[month])
    if len(days) > 1:
        first, second = days
        readable = {"typed": shown, "one": format_date(first, "long"), "other": format_date(second, "long")}
        plain = {"one_plain": first.isoformat(), "other_plain": second.isoformat()}
        message = _(
            "“%(typed)s” can be %(one)s or %(other)s; write %(one_plain)s or %(other_plain)s.", **readable, **plain
        )
        raise ValueError(message)
    if not days:
        (month, length), *_rest = lengths.items()
        name = format_skeleton("yMMMM", datetime.date(year, month, 1), locale=get_locale())
        message = _(
            "“%(typed)s” is not a day in the calendar: %(month)s has %(n)s days.", typed=shown, month=name, n=length
        )
        raise ValueError(message)
    return days[0]


def _not_a_day(shown: str) -> str:
    return _(
        "“%(typed)s” is not a day in the calendar; write it as 2023-07-24, 24 July 2023 or 24/07/2023.", typed=shown
    )


class Timestamp(FieldMixin[datetime.datetime]):
    """A point in time that the server sets."""

    json_type = "datetime"

    def to_json(self, value: datetime.datetime | None) -> str | None:
        return value.astimezone(datetime.UTC).isoformat() if value else None

    def display(self, value: datetime.datetime | None) -> str:
        return f"{format_datetime(value, 'medium')} UTC" if value else ""


#: The definition of the time at which something was recorded.
KNOWN_SINCE = _l("Since when it is known here.")


def format_date_range(first: datetime.date | None, precision: DatePrecision, last: datetime.date | None = None) -> str:
    """Return a day, or the days from the first to the last, no more exactly than is known."""
    if first is None:
        return _("date unknown")
    if precision is DatePrecision.YEAR:
        return str(format_date(first, "yyyy"))
    if precision is DatePrecision.MONTH:
        return format_skeleton("yMMMM", first, locale=get_locale())
    if last is not None and last != first:
        return format_interval(first, last, "yMMMMd", locale=get_locale())
    return str(format_date(first, "long"))
