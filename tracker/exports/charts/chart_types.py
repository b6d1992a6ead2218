"""The types of chart, each as SVG for a page or a document: lines over time, stacked columns, bars, and deadlines."""

import datetime
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from textwrap import wrap

from babel.dates import format_interval
from flask_babel import format_date, format_decimal, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.exports.charts.scales import (
    BOTTOM,
    CHARACTER,
    HEIGHT,
    MONTHS,
    RIGHT,
    TOP,
    DayAxis,
    ValueAxis,
    format_numbers,
)
from tracker.exports.charts.svg import DEADLINES, render_chart
from tracker.records.record_lookup import shortened
from tracker.vocabulary import DeadlineState, OverallStatus

#: The height of a line in the label of a bar, and its most characters.
LINE_HEIGHT, LABEL_CHARACTERS = 12, 23
#: (The day, or the first day of the period; the last day of the period; the value; its description.)
Point = tuple[datetime.date, datetime.date | None, float, str]
#: (A word of OverallStatus or DeadlineState, its label, its count in each column.)
Series = tuple[str, str, Sequence[int]]
#: The least distance between the middles of two marks, the most marks in a stack, and the most columns.
APART, MAX_STACKED, MAX_COLUMNS = 13, 8, 24
STATES = [state for state in DeadlineState if state in DEADLINES]
#: (A day, what is due on it, its state: overdue, due soon or not yet due.)
Due = tuple[datetime.date, str, DeadlineState]


def line_chart(title: str, description: str, points: Iterable[Point], unit: str, key: str = "chart") -> Markup:
    """Return figures over time as an SVG, empty without points.

    A period is a bar as long as it. A thin line joins figures that follow one another: those of periods about as
    long, or of days, and none whose time another shares. `key` begins the ids and must
    differ for each chart of a page.
    """
    points = sorted(points, key=lambda point: (point[0], point[1] or point[0]))
    if not points:
        return Markup("")
    values = [value for _start, _end, value, _label in points]
    axis = ValueAxis(min(values), max(values))
    days = DayAxis(points[0][0], max(end or start for start, end, *_rest in points), axis.left)
    spans = [(days.across(start), days.across(end or start)) for start, end, *_rest in points]
    places = [((left + right) / 2, axis.up(value)) for (left, right), value in zip(spans, values, strict=True)]
    return render_chart(
        "lines",
        key,
        title,
        description,
        unit=shortened(unit, 56),
        axis=axis,
        days=days,
        joins=[pair for pair, comparable in zip(pairwise(places), _comparable(points), strict=True) if comparable],
        periods=[(left, y, right) for (left, right), (_x, y) in zip(spans, places, strict=True) if right > left],
        marks=[(x, y, label) for (x, y), (*_when, label) in zip(places, points, strict=True)],
    )


def stacked_columns(
    title: str,
    description: str,
    columns: Sequence[str],
    series: Iterable[Series],
    key: str = "chart",
    line: tuple[int, str] | None = None,
) -> Markup:
    """Return counts as an SVG of stacked columns with a legend, empty where all counts are 0.

    The first series is the lowest. `key` begins the ids and must differ for each chart of a page. `line` is the number
    of the column that a line stands before, and its label.
    """
    series = [one_series for one_series in series if any(one_series[2])]
    if not series:
        return Markup("")
    axis = ValueAxis(0, max(map(sum, zip(*(counts for _word, _label, counts in series), strict=True))), whole=True)
    step = (RIGHT - axis.left) / len(columns)
    width, below, parts = min(step * 0.7, 44), [0] * len(columns), []
    for word, label, counts in series:
        for place, count in enumerate(counts):
            foot, below[place] = axis.up(below[place]), below[place] + count
            x, y = axis.left + step * (place + 0.5) - width / 2, axis.up(below[place])
            if count:
                parts.append((word, f"{label}, {columns[place]}: {format_decimal(count)}", x, y, width, foot - y))
    labels = [shortened(label, 20) for label in columns]
    # As many as have room; the last always has.
    every = math.ceil((max(map(len, labels)) * CHARACTER + 22) / step)
    return render_chart(
        "columns",
        key,
        title,
        description,
        [(word, label) for word, label, _counts in series],
        axis=axis,
        parts=parts,
        labels=[(axis.left + step * (n + 0.5), labels[n]) for n in range(len(labels) - 1, -1, -every)],
        line=line and (axis.left + step * line[0], line[1]),
    )


def bar_chart(
    title: str, description: str, rows: Iterable[tuple[str, Mapping[str, int]]], key: str = "chart"
) -> Markup:
    """Return counts as an SVG of a bar for each row, with totals and a legend, empty where all counts are 0.

    A row is (its label, {word of OverallStatus: count}). `key` begins the ids and must differ for each
    chart of a page.
    """
    rows = list(rows)
    words = [(word.value, str(word)) for word in OverallStatus if any(counts.get(word) for _label, counts in rows)]
    if not words:
        return Markup("")
    lines = [wrap(label, LABEL_CHARACTERS, max_lines=3, placeholder="…") or [""] for label, _counts in rows]
    totals = [sum(counts.values()) for _label, counts in rows]
    total_labels = format_numbers(totals)
    left = max(len(line) for label in lines for line in label) * CHARACTER + 10
    unit_width = (RIGHT - left - max(map(len, total_labels)) * CHARACTER - 6) / max(totals)
    bars, top = [], 0
    for label_lines, (label, counts), total in zip(lines, rows, total_labels, strict=True):
        height = max(24, 8 + LINE_HEIGHT * len(label_lines))
        x, y, segments = left, top + height / 2, []
        for word, meaning in words:
            if count := counts.get(word):
                width, (number,) = count * unit_width, format_numbers([count])
                tag = len(number) * CHARACTER + 5
                what = f"{label}, {meaning}: {format_decimal(count)}"
                segments.append((word, what, x, width, number if tag + 4 <= width else "", tag))
                x += width
        offsets = [LINE_HEIGHT * (n - (len(label_lines) - 1) / 2) for n in range(len(label_lines))]
        bars.append((y, list(zip(label_lines, offsets, strict=True)), segments, x, total))
        top += height
    return render_chart("bars", key, title, description, words, top + 10, left=left, length=top, bars=bars)


def _comparable(points: Sequence[Point]) -> list[bool]:
    """Return for each pair of neighbours whether a line between them would compare like with like."""
    times = [(start, end or start) for start, end, *_rest in points]
    latest = list(accumulate((end for _start, end in times), max))
    apart = [True, *(start > before for before, (start, _end) in zip(latest, times[1:], strict=False)), True]
    alone = [before and after for before, after in pairwise(apart)]
    lengths = [(end - start).days for start, end in times]
    return [
        all(both) and min(long) >= 0.8 * max(long)
        for both, long in zip(pairwise(alone), pairwise(lengths), strict=True)
    ]


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
