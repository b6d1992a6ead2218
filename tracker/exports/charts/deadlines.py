"""The chart of days that something is due on, before and after the day it is told as of."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from babel.dates import format_interval
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.exports.charts.bars_and_lines import draw_columns
from tracker.exports.charts.svg import (
    BOTTOM,
    DEADLINES,
    HEIGHT,
    MONTHS,
    RIGHT,
    TOP,
    add_mark,
    add_shape,
    add_text_below,
    add_text_within,
    day_labels,
    day_scale,
    draw_legend,
    legend_height,
    new_drawing,
    to_svg,
)
from tracker.vocabulary import DeadlineState

#: How far apart the middles of two marks are at least, how many may lie on one another, and how many columns there are.
APART, HIGHEST, COLUMNS = 13, 8, 24
STATES = [state for state in DeadlineState if state in DEADLINES]

Due = tuple[datetime.date, str, DeadlineState]


def deadline_chart(title: str, description: str, on: datetime.date, days: Iterable[Due], key: str = "chart") -> Markup:
    """Return what is due when as an SVG: on the left of a line what was due before a day; nothing for nothing due.

    Each is (its day, what is due, its DeadlineState: overdue, due soon or not yet due). It is a mark, on those it would
    cover; where too many would lie on one another, they are counted by month, or by a longer time where they reach far.
    `key` begins the ids: another for each chart of a page.
    """
    days = sorted(days)
    if not days:
        return Markup("")
    first, last = min(days[0][0], on), max(days[-1][0], on)
    across = day_scale(first, last, 0)
    heights = _heights([across(day) for day, *_rest in days])
    counted = Counter(state for _day, _label, state in days)
    if not heights:
        return _by_period(key, title, description, on, days)
    bottom = TOP + APART * (max(heights) + 1)
    svg = new_drawing(key, title, description, bottom + HEIGHT - BOTTOM + legend_height(len(counted)))
    add_shape(svg, "path", "zero", d=f"M10 {bottom}H{RIGHT}")
    for day, label in day_labels(first, last):
        add_text_below(svg, across(day), label, bottom)
    _line(svg, across(on), on, bottom)
    for height, (day, label, state) in zip(heights, days, strict=True):
        told = f"{label}, {format_date(day, 'medium')}"
        add_mark(svg, state.value, across(day), bottom - APART * (height + 0.5), told)
    shown = [state for state in STATES if counted[state]]
    labels = [f"{state}: {counted[state]}" for state in shown]
    for state, (x, y) in zip(shown, draw_legend(svg, labels, bottom + HEIGHT - BOTTOM), strict=True):
        add_mark(svg, state.value, x + 9, y)
    return to_svg(svg)


def _heights(places: Iterable[float]) -> list[int]:
    """Return on how many others each mark lies; nothing where any would lie too high. Places are in order."""
    latest: list[float] = []
    heights = []
    for place in places:
        height = next((height for height, taken in enumerate(latest) if taken + APART <= place), len(latest))
        if height == HIGHEST:
            return []
        latest[height : height + 1] = [place]
        heights.append(height)
    return heights


def _by_period(key: str, title: str, description: str, on: datetime.date, days: Sequence[Due]) -> Markup:
    """Draw what is due when as counts of periods; the one that `on` is in has a column on either side of the line."""
    first, last = min(days[0][0], on), max(days[-1][0], on)
    step = next(step for step in MONTHS if _month(last) // step - _month(first) // step < COLUMNS - 1)
    # What was due on the day before is in the last column on the left.
    past = range(_month(first) // step, _month(on - datetime.timedelta(1)) // step + 1) if first < on else range(0)
    periods = [(True, n) for n in past]
    periods += [(False, n) for n in range(_month(on) // step, _month(last) // step + 1)]
    counted = Counter((state, day < on, _month(day) // step) for day, _label, state in days)
    shown = [state for state in STATES if any(state == each for each, *_period in counted)]
    series = [(state.value, str(state), [counted[state, *period] for period in periods]) for state in shown]
    svg = new_drawing(key, title, description, HEIGHT + legend_height(len(series)))
    left, wide = draw_columns(svg, key, [_told(n * step, step) for _past, n in periods], series, DEADLINES)
    _line(svg, left + wide * len(past), on, BOTTOM)
    return to_svg(svg)


def _month(day: datetime.date) -> int:
    return day.year * 12 + day.month - 1


def _told(month: int, months: int) -> str:
    """Return a period of some months in words: Nov 2026, Oct – Dec 2026, 2026."""
    first, last = (
        datetime.date(min(max(n // 12, datetime.MINYEAR), datetime.MAXYEAR), n % 12 + 1, 1)
        for n in (month, month + months - 1)
    )
    return format_interval(first, last, "y" if months % 12 == 0 else "yMMM", locale=get_locale())


def _line(svg: Element, x: float, on: datetime.date, bottom: float) -> None:
    add_shape(svg, "path", "today", d=f"M{x:.1f} {TOP - 10}V{bottom:.1f}")
    add_text_within(svg, x, TOP - 16, _("As of %(day)s", day=format_date(on, "medium")))
