"""Scales of charts: the places of numbers and days in a drawing, with labels at round values."""

import datetime
import math
from collections.abc import Sequence
from decimal import Decimal

from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal
from flask_babel import format_date, format_decimal, get_locale

#: The size of a drawing without its legend, the edges of the plot, and the width of a character of text 12 high.
WIDTH, HEIGHT, TOP, RIGHT, BOTTOM, CHARACTER = 400, 220, 32, 390, 190, 6.5
#: The numbers of months that may lie between two labelled days.
MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000, 60000)


def ticks_for(low: float, high: float, whole: bool = False) -> list[Decimal]:
    """Return two to four round numbers, one of them 0, that enclose both numbers."""
    least, most = min(Decimal(0), Decimal(repr(low))), max(Decimal(0), Decimal(repr(high)))
    most = most or Decimal(0 if least else 1)
    order = max(((most - least) / 4).adjusted(), 0 if whole else -99)
    step = Decimal(1)
    for step in (Decimal(digit).scaleb(power) for power in (order, order + 1) for digit in (1, 2, 5)):
        if math.ceil(most / step) - math.floor(least / step) <= 3:
            break
    return [step * n for n in range(math.floor(least / step), math.ceil(most / step) + 1)]


class ValueAxis:
    """The axis of values on the left of a plot."""

    def __init__(self, low: float, high: float, whole: bool = False) -> None:
        self.ticks = ticks_for(low, high, whole)
        self.labels = format_numbers(self.ticks)
        #: The left edge of the plot.
        self.left = max(map(len, self.labels)) * CHARACTER + 12

    def up(self, value: float) -> float:
        """Return the vertical place of a value in the drawing."""
        low, high = float(self.ticks[0]), float(self.ticks[-1])
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    @property
    def lines(self) -> list[tuple[float, str, bool]]:
        """Return (place, label, whether it is the line of 0) of each tick."""
        return [(self.up(float(n)), label, not n) for n, label in zip(self.ticks, self.labels, strict=True)]


class DayAxis:
    """The axis of days below a plot whose left edge is `left`."""

    def __init__(self, first: datetime.date, last: datetime.date, left: float) -> None:
        self.first, self.days, self.left = first, (last - first).days, left
        #: (place, label) of each labelled day.
        self.labels = [(self.across(day), label) for day, label in day_labels(first, last)]

    def across(self, day: datetime.date) -> float:
        """Return the horizontal place of a day in the drawing; a single day is in the middle."""
        share = (day - self.first).days / self.days if self.days else 0.5
        return self.left + 10 + share * (RIGHT - self.left - 20)


def day_labels(first: datetime.date, last: datetime.date) -> list[tuple[datetime.date, str]]:
    """Return at most four (day, label) from one day to another: first days of years or months, else the two ends."""
    begin, end = (day.year * 12 + day.month - 1 for day in (first, last))
    for step in MONTHS:
        months = range(-(-(begin + (first.day > 1)) // step) * step, end + 1, step)
        if len(months) <= 4:
            break
    if len(months) < 2:
        return [(day, format_date(day, "medium")) for day in dict.fromkeys((first, last))]
    days = [datetime.date(month // 12, month % 12 + 1, 1) for month in months]
    if step % 12 == 0:
        return [(day, format_date(day, "yyyy")) for day in days]
    return [(day, format_skeleton("yMMM", day, locale=get_locale())) for day in days]


def format_numbers(values: Sequence[Decimal | int]) -> list[str]:
    """Return numbers as texts, all of them abbreviated if one is of a million or more."""
    if any(not -1_000_000 < value < 1_000_000 for value in values):
        return [format_compact_decimal(value, locale=get_locale(), fraction_digits=1) for value in values]
    return [format_decimal(value, format="#,##0.######") for value in values]
