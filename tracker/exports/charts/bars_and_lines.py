"""Charts as SVG: plain numbers and days in, one drawing out, for a page or for a document."""

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from textwrap import wrap
from xml.etree.ElementTree import Element

from flask_babel import format_decimal
from markupsafe import Markup

from tracker.exports.charts.svg import (
    CHARACTER,
    FACES,
    HEIGHT,
    RIGHT,
    Appearance,
    add_shape,
    add_text,
    add_text_below,
    day_labels,
    day_scale,
    draw_fills,
    draw_value_axis,
    format_numbers,
    legend_height,
    new_drawing,
    ticks_for,
    to_svg,
)
from tracker.records.lookup import shortened
from tracker.vocabulary import OverallStatus

#: How high a line of the label of a bar is, and how many characters are in it.
LINE, LABEL = 12, 23

Point = tuple[datetime.date, datetime.date | None, float, str]


def line_chart(
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
    svg = new_drawing(key, title, description, HEIGHT)
    add_text(svg, 2, 16, shortened(unit, 56))
    values = [value for _start, _end, value, _label in points]
    left, up = draw_value_axis(svg, ticks_for(min(values), max(values)))
    first, last = points[0][0], max(end or start for start, end, *_rest in points)
    across = day_scale(first, last, left)
    for day, label in day_labels(first, last):
        add_text_below(svg, across(day), label)
    places = [((across(start) + across(end or start)) / 2, up(value)) for start, end, value, _label in points]
    for (here, there), joined in zip(pairwise(places), _joined(points), strict=True):
        if joined:
            add_shape(svg, "path", "join", d="M{:.1f} {:.1f}L{:.1f} {:.1f}".format(*here, *there))
    for (_x, y), (start, end, *_rest) in zip(places, points, strict=True):
        if end and end > start:
            add_shape(svg, "path", "period", d=f"M{across(start):.1f} {y:.1f}H{across(end):.1f}")
    for (x, y), (*_when, label) in zip(places, points, strict=True):
        add_shape(svg, "circle", "mark", label, cx=x, cy=y, r=4.5)
    return to_svg(svg)


def stacked_columns(
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
    svg = new_drawing(key, title, description, HEIGHT + legend_height(len(series)))
    draw_columns(svg, key, columns, series, FACES)
    return to_svg(svg)


def draw_columns(
    svg: Element, key: str, columns: Sequence[str], series: Sequence[tuple[str, str, Sequence[int]]], looks: Appearance
) -> tuple[float, float]:
    """Draw counts as stacked columns with a legend; return where the first begins, and how far it is to the next."""
    heights = [sum(counts) for counts in zip(*(counts for _word, _label, counts in series), strict=True)]
    left, up = draw_value_axis(svg, ticks_for(0, max(heights), whole=True))
    fills = draw_fills(svg, key, [(word, label) for word, label, _counts in series], looks, HEIGHT)
    step = (RIGHT - left) / len(columns)
    width, below = min(step * 0.7, 44), [0] * len(columns)
    for word, label, counts in series:
        for place, count in enumerate(counts):
            foot, below[place] = up(below[place]), below[place] + count
            x, y = left + step * (place + 0.5) - width / 2, up(below[place])
            if count:
                told = f"{label}, {columns[place]}: {format_decimal(count)}"
                add_shape(svg, "rect", "part", told, fill=fills[word], x=x, y=y, width=width, height=foot - y)
    labels = [shortened(label, 20) for label in columns]
    # As many as have room; the last is always told.
    every = math.ceil((max(map(len, labels)) * CHARACTER + 22) / step)
    for place in range(len(labels) - 1, -1, -every):
        add_text_below(svg, left + step * (place + 0.5), labels[place])
    return left, step


def bar_chart(
    title: str, description: str, rows: Iterable[tuple[str, Mapping[str, int]]], key: str = "chart"
) -> Markup:
    """Return counts as an SVG of a bar for each row, with totals and a legend; nothing where all counts are 0.

    A row is (its label, {word of OverallStatus: count}). `key` begins the ids: another for each chart of a page.
    """
    rows = list(rows)
    words = [(word.value, str(word)) for word in OverallStatus if any(counts.get(word) for _label, counts in rows)]
    if not words:
        return Markup("")
    labels = [wrap(label, LABEL, max_lines=3, placeholder="…") or [""] for label, _counts in rows]
    heights = [max(24, 8 + LINE * len(lines)) for lines in labels]
    svg = new_drawing(key, title, description, sum(heights) + 10 + legend_height(len(words)))
    fills = draw_fills(svg, key, words, FACES, sum(heights) + 10)
    totals = [sum(counts.values()) for _label, counts in rows]
    told = format_numbers(totals)
    left = max(len(line) for lines in labels for line in lines) * CHARACTER + 10
    of_one = (RIGHT - left - max(map(len, told)) * CHARACTER - 6) / max(totals)
    add_shape(svg, "path", "zero", d=f"M{left:.1f} 0v{sum(heights)}")
    for n, (label, counts) in enumerate(rows):
        x, y = left, sum(heights[:n]) + heights[n] / 2
        for place, text in enumerate(labels[n]):
            add_text(svg, left - 8, y + 4 + LINE * (place - (len(labels[n]) - 1) / 2), text, "end")
        for word, meaning in words:
            if count := counts.get(word):
                what = f"{label}, {meaning}: {format_decimal(count)}"
                x += _segment(svg, x, y, count * of_one, fills[word], count, what)
        add_text(svg, x + 6, y + 4, told[n])
    return to_svg(svg)


def _segment(svg: Element, x: float, y: float, width: float, fill: str, count: int, what: str) -> float:
    """Draw a count as a part of a bar about a height, with its number where there is room; return how wide it is."""
    add_shape(svg, "rect", "part", what, fill=fill, x=x, y=y - 9, width=width, height=18)
    (number,) = format_numbers([count])
    tag = len(number) * CHARACTER + 5
    if tag + 4 <= width:
        add_shape(svg, "rect", "tag", x=x + (width - tag) / 2, y=y - 7, width=tag, height=14, rx=3)
        add_text(svg, x + width / 2, y + 4, number, "middle")
    return width


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
