"""The chart of due days, before and after the day it is as of."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence

from babel.dates import format_interval
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.exports.charts.bars_and_lines import stacked_columns
from tracker.exports.charts.scales import BOTTOM, HEIGHT, MONTHS, TOP, DayAxis
from tracker.exports.charts.svg import DEADLINES, render_chart
from tracker.vocabulary import DeadlineState

#: The least distance between the middles of two marks, the most marks in a stack, and the most columns.
APART, MAX_STACKED, MAX_COLUMNS = 13, 8, 24
STATES = [state for state in DeadlineState if state in DEADLINES]
#: (A day, what is due on it, its state: overdue, due soon or not yet due.)
Due = tuple[datetime.date, str, DeadlineState]


def deadline_chart(title: str, description: str, on: datetime.date, days: Iterable[Due], key: str = "chart") -> Markup:
    """Return due days as an SVG, those before the day `on` on the left of a line; empty if nothing is due.

    Each is a mark, stacked on those it would cover. Where a stack would be too high, they are counted by month, or by
    a longer period if they span many. `key` begins the ids and must differ for each chart of a page.
    """
    days = sorted(days)
    if not days:
        return Markup("")
    axis = DayAxis(min(days[0][0], on), max(days[-1][0], on), 0)
    levels = _levels([axis.across(day) for day, *_rest in days])
    as_of = _("As of %(day)s", day=format_date(on, "medium"))
    if not levels:
        return _by_period(key, title, description, on, days, as_of)
    counts, bottom = Counter(state for _day, _label, state in days), TOP + APART * (max(levels) + 1)
    return render_chart(
        "deadlines",
        key,
        title,
        description,
        [(state.value, f"{state}: {counts[state]}") for state in STATES if counts[state]],
        bottom + HEIGHT - BOTTOM,
        base=bottom,
        days=axis,
        line=(axis.across(on), as_of),
        marks=[
            (state.value, axis.across(day), bottom - APART * (level + 0.5), f"{label}, {format_date(day, 'medium')}")
            for level, (day, label, state) in zip(levels, days, strict=True)
        ],
    )


def _levels(places: Iterable[float]) -> list[int]:
    """Return how many others each mark lies on, empty if any would lie too high. The places are sorted."""
    latest: list[float] = []
    levels = []
    for place in places:
        level = next((level for level, taken in enumerate(latest) if taken + APART <= place), len(latest))
        if level == MAX_STACKED:
            return []
        latest[level : level + 1] = [place]
        levels.append(level)
    return levels


def _by_period(key: str, title: str, description: str, on: datetime.date, days: Sequence[Due], as_of: str) -> Markup:
    """Return due days counted by period; the period of `on` has a column on either side of the line."""
    first, last = (_month(day) for day in (min(days[0][0], on), max(days[-1][0], on)))
    step = next(step for step in MONTHS if last // step - first // step < MAX_COLUMNS - 1)
    # The last column on the left holds the day before.
    past = range(first // step, _month(on - datetime.timedelta(1)) // step + 1) if days[0][0] < on else range(0)
    periods = [(True, n) for n in past] + [(False, n) for n in range(_month(on) // step, last // step + 1)]
    counts = Counter((state, day < on, _month(day) // step) for day, _label, state in days)
    series = [(state.value, str(state), [counts[state, *period] for period in periods]) for state in STATES]
    labels = [_period_label(n * step, step) for _past, n in periods]
    return stacked_columns(title, description, labels, series, key, (len(past), as_of))


def _month(day: datetime.date) -> int:
    return day.year * 12 + day.month - 1


def _period_label(month: int, months: int) -> str:
    """Return a period of months in words: Nov 2026, Oct – Dec 2026, 2026."""
    first, last = (
        datetime.date(min(max(n // 12, datetime.MINYEAR), datetime.MAXYEAR), n % 12 + 1, 1)
        for n in (month, month + months - 1)
    )
    return format_interval(first, last, "y" if months % 12 == 0 else "yMMM", locale=get_locale())
