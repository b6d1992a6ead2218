"""Charts as SVG: plain numbers and days in, one drawing out, for a page or for a document."""

import datetime
import math
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from flask_babel import format_decimal
from markupsafe import Markup

from tracker.exports.drawing import (
    CHARACTER,
    FACES,
    HEIGHT,
    RIGHT,
    WIDTH,
    drawing,
    finished,
    hatching,
    labelled_days,
    shape,
    ticks_for,
    upright,
    write,
    write_below,
)
from tracker.records.references import shortened

Point = tuple[datetime.date, datetime.date | None, float, str]


def line(
    title: str,
    description: str,
    points: Iterable[Point],
    unit: str,
    key: str = "chart",
) -> Markup:
    """Return figures over time as an SVG; nothing for no points.

    A point is (its day, or the first day of its period; the last day of that; the value; what it is, in words).
    A period is a bar as long as it. A thin line joins figures that follow one another: those of periods about as
    long, or of days, and none whose time another shares. `key` begins the ids: another for each chart of a page.
    """
    points = sorted(points, key=lambda point: (point[0], point[1] or point[0]))
    if not points:
        return Markup("")
    svg = drawing(key, title, description, HEIGHT)
    write(svg, 2, 16, shortened(unit, 56))
    values = [value for _start, _end, value, _label in points]
    left, up = upright(svg, ticks_for(min(values), max(values)))
    first, last = points[0][0], max(end or start for start, end, *_rest in points)
    length = (last - first).days

    def across(day: datetime.date) -> float:
        return left + 10 + ((day - first).days / length if length else 0.5) * (RIGHT - left - 20)

    for day, label in labelled_days(first, last):
        write_below(svg, across(day), label)
    places = [((across(start) + across(end or start)) / 2, up(value)) for start, end, value, _label in points]
    for (here, there), joined in zip(pairwise(places), _joined(points), strict=True):
        if joined:
            shape(svg, "path", "join", d="M{:.1f} {:.1f}L{:.1f} {:.1f}".format(*here, *there))
    for (_x, y), (start, end, *_rest) in zip(places, points, strict=True):
        if end and end > start:
            shape(svg, "path", "period", d=f"M{across(start):.1f} {y:.1f}H{across(end):.1f}")
    for (x, y), (*_when, label) in zip(places, points, strict=True):
        shape(svg, "circle", "mark", label, cx=x, cy=y, r=4.5)
    return finished(svg)


def stacked(
    title: str,
    description: str,
    columns: Sequence[str],
    series: Iterable[tuple[str, str, Sequence[int]]],
    key: str = "chart",
) -> Markup:
    """Return counts as an SVG of stacked columns with a legend; nothing where all counts are 0.

    A series is (a word of OverallStatus, its label, its count in each column); the first stands lowest. `key` begins
    the ids, so it is another for each chart of a page.
    """
    series = [each for each in series if any(each[2])]
    if not series:
        return Markup("")
    svg = drawing(key, title, description, HEIGHT + 18 * math.ceil(len(series) / 2))
    heights = [sum(counts) for counts in zip(*(counts for _word, _label, counts in series), strict=True)]
    left, up = upright(svg, ticks_for(0, max(heights), whole=True))
    step = (RIGHT - left) / len(columns)
    width, below = min(step * 0.7, 44), [0] * len(columns)
    for row, (word, label, counts) in enumerate(series):
        fill = hatching(svg, f"{key}-{word}", *FACES[word])
        for place, count in enumerate(counts):
            foot, below[place] = up(below[place]), below[place] + count
            x, y = left + step * (place + 0.5) - width / 2, up(below[place])
            if count:
                told = f"{label}, {columns[place]}: {format_decimal(count)}"
                shape(svg, "rect", "part", told, fill=fill, x=x, y=y, width=width, height=foot - y)
        x, y = 2 + row % 2 * WIDTH / 2, HEIGHT + 18 * (row // 2)
        shape(svg, "rect", "part", fill=fill, x=x, y=y - 4, width=18, height=13)
        write(svg, x + 24, y + 7, shortened(label, 26))
    labels = [shortened(label, 20) for label in columns]
    # As many as have room; the last is always told.
    every = math.ceil((max(map(len, labels)) * CHARACTER + 22) / step)
    for place in range(len(labels) - 1, -1, -every):
        write_below(svg, left + step * (place + 0.5), labels[place])
    return finished(svg)


def _joined(points: Sequence[Point]) -> list[bool]:
    """Return of each two neighbours whether a line between them would compare like with like."""
    times = [(start, end or start) for start, end, *_rest in points]
    latest = list(accumulate((end for _start, end in times), max))
    apart = [True, *(start > before for before, (start, _end) in zip(latest, times[1:], strict=False)), True]
    alone = [before and after for before, after in pairwise(apart)]
    lengths = [(end - start).days for start, end in times]
    return [
        all(both) and min(long) >= 0.8 * max(long)
        for both, long in zip(pairwise(alone), pairwise(lengths), strict=True)
    ]
