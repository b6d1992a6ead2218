"""Charts as SVG: plain numbers and days in, one drawing out, for a page or for a document.

Its colours are attributes, for where it stands alone; on a page the classes in tracker.css take their place.
"""

import datetime
import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal
from flask_babel import format_date, format_decimal, get_locale
from markupsafe import Markup

from tracker.records.references import shortened

#: The size of a drawing without its legend, and of the plot in it; text is 12 high, and about so wide a character.
WIDTH, HEIGHT, TOP, RIGHT, BOTTOM, CHARACTER = 400, 220, 32, 390, 190, 6.5
INK, MUTED, LINE, PAPER, ACCENT = "#1c2326", "#566066", "#ddd8cc", "#ffffff", "#0f5c63"
#: {sort: (ground, hatching)}, darker and lighter than one another by far.
COLOURS = {
    "plain": ("#f3f1ea", "#566066"),
    "accent": ("#e2eeed", "#0f5c63"),
    "good": ("#e4f2e8", "#1d5f33"),
    "warn": ("#fdf0da", "#7a4300"),
    "bad": ("#fbe9e7", "#9c1f1b"),
}
#: {word: (colours, hatching in a square of 8, how thick it is)}; no two hatchings are alike.
FACES = {
    "not_assessed": ("plain", "", 0),
    "no_evidence_found": ("plain", "M1 2h2M5 6h2", 2),
    "not_started": ("warn", "M4 0v8", 1),
    "in_progress": ("accent", "M-2 2 2-2M0 8 8 0M6 10 10 6", 1),
    "partly_done": ("good", "M-2 2 2-2M0 8 8 0M6 10 10 6", 3.5),
    "done": ("good", "M0 4h8", 8),
    "stalled": ("warn", "M0 4h8", 2.5),
    "not_done": ("bad", "M0 0 8 8M8 0 0 8", 2.5),
    "reversed": ("bad", "M-2 6 2 10M0 0 8 8M6-2 10 2", 1.5),
    "withdrawn": ("plain", "M0 2h4M4 6h4", 1.5),
    "uncheckable": ("plain", "M4 0v8M0 4h8", 1),
    "mixed": ("accent", "M0 2h4M4 6h4", 4),
}
#: {what a shape is: its looks standing alone}
LOOKS: dict[str, dict[str, Any]] = {
    "ground": {"fill": PAPER},
    "grid": {"stroke": LINE},
    "zero": {"stroke": MUTED},
    "join": {"stroke": MUTED, "stroke-width": 1.25},
    "period": {"stroke": ACCENT, "stroke-width": 4, "stroke-opacity": 0.4},
    "mark": {"fill": ACCENT, "stroke": PAPER, "stroke-width": 1.5},
    "part": {"stroke": INK, "stroke-width": 0.75},
    "text": {},
    **{f"soft-{name}": {"fill": ground} for name, (ground, _hatching) in COLOURS.items()},
    **{f"strong-{name}": {"stroke": hatching} for name, (_ground, hatching) in COLOURS.items()},
}
Point = tuple[datetime.date, datetime.date | None, float, str]
#: How many months may lie between two labelled days.
MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000, 60000)


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
    svg = _drawing(key, title, description, HEIGHT)
    _text(svg, 2, 16, shortened(unit, 56))
    values = [value for _start, _end, value, _label in points]
    left, up = _upright(svg, _ticks(min(values), max(values)))
    first, last = points[0][0], max(end or start for start, end, *_rest in points)
    length = (last - first).days

    def across(day: datetime.date) -> float:
        return left + 10 + ((day - first).days / length if length else 0.5) * (RIGHT - left - 20)

    for day, label in _days(first, last):
        _below(svg, across(day), label)
    places = [((across(start) + across(end or start)) / 2, up(value)) for start, end, value, _label in points]
    for (here, there), joined in zip(pairwise(places), _joined(points), strict=True):
        if joined:
            _shape(svg, "path", "join", d="M{:.1f} {:.1f}L{:.1f} {:.1f}".format(*here, *there))
    for (_x, y), (start, end, *_rest) in zip(places, points, strict=True):
        if end and end > start:
            _shape(svg, "path", "period", d=f"M{across(start):.1f} {y:.1f}H{across(end):.1f}")
    for (x, y), (*_when, label) in zip(places, points, strict=True):
        _shape(svg, "circle", "mark", label, cx=x, cy=y, r=4.5)
    return _told(svg)


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
    svg = _drawing(key, title, description, HEIGHT + 18 * math.ceil(len(series) / 2))
    heights = [sum(counts) for counts in zip(*(counts for _word, _label, counts in series), strict=True)]
    left, up = _upright(svg, _ticks(0, max(heights), whole=True))
    step = (RIGHT - left) / len(columns)
    width, below = min(step * 0.7, 44), [0] * len(columns)
    for row, (word, label, counts) in enumerate(series):
        fill = _pattern(svg, f"{key}-{word}", *FACES[word])
        for place, count in enumerate(counts):
            foot, below[place] = up(below[place]), below[place] + count
            x, y = left + step * (place + 0.5) - width / 2, up(below[place])
            if count:
                told = f"{label}, {columns[place]}: {format_decimal(count)}"
                _shape(svg, "rect", "part", told, fill=fill, x=x, y=y, width=width, height=foot - y)
        x, y = 2 + row % 2 * WIDTH / 2, HEIGHT + 18 * (row // 2)
        _shape(svg, "rect", "part", fill=fill, x=x, y=y - 4, width=18, height=13)
        _text(svg, x + 24, y + 7, shortened(label, 26))
    labels = [shortened(label, 20) for label in columns]
    # As many as have room; the last is always told.
    every = math.ceil((max(map(len, labels)) * CHARACTER + 22) / step)
    for place in range(len(labels) - 1, -1, -every):
        _below(svg, left + step * (place + 0.5), labels[place])
    return _told(svg)


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


def _ticks(low: float, high: float, whole: bool = False) -> list[Decimal]:
    """Return two to four round numbers, one of them 0, that hold both numbers between them."""
    least, most = min(Decimal(0), Decimal(repr(low))), max(Decimal(0), Decimal(repr(high)))
    most = most or Decimal(0 if least else 1)
    order = max(((most - least) / 4).adjusted(), 0 if whole else -99)
    step = Decimal(1)
    for step in (Decimal(digit).scaleb(power) for power in (order, order + 1) for digit in (1, 2, 5)):
        if math.ceil(most / step) - math.floor(least / step) <= 3:
            break
    return [step * n for n in range(math.floor(least / step), math.ceil(most / step) + 1)]


def _upright(svg: Element, ticks: list[Decimal]) -> tuple[float, Callable[[float], float]]:
    """Draw the axis of values; return where the plot begins beside it, and the way from a value to its height."""
    compact = max(abs(ticks[0]), ticks[-1]) >= 1_000_000
    told = [
        format_compact_decimal(tick, locale=get_locale(), fraction_digits=1)
        if compact
        else format_decimal(tick, format="#,##0.######")
        for tick in ticks
    ]
    left = max(map(len, told)) * CHARACTER + 12
    low, high = float(ticks[0]), float(ticks[-1])

    def up(value: float) -> float:
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    for tick, label in zip(ticks, told, strict=True):
        y = up(float(tick))
        _shape(svg, "path", "grid" if tick else "zero", d=f"M{left:.1f} {y:.1f}H{RIGHT}")
        _text(svg, left - 6, y + 4, label, "end")
    return left, up


def _days(first: datetime.date, last: datetime.date) -> list[tuple[datetime.date, str]]:
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


def _drawing(key: str, title: str, description: str, height: float) -> Element:
    """Return an empty drawing that says what it is."""
    named = {"role": "img", "aria-labelledby": f"{key}-title {key}-desc"}
    font = {"font-family": "sans-serif", "font-size": "12", "fill": INK}
    size = {"class": "chart", "viewBox": f"0 0 {WIDTH} {height}"}
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg"} | size | named | font)
    SubElement(svg, "title", id=f"{key}-title").text = title
    SubElement(svg, "desc", id=f"{key}-desc").text = description
    _shape(svg, "rect", "ground", width=WIDTH, height=height)
    return svg


def _shape(parent: Element, name: str, look: str, told: str = "", **attributes: Any) -> Element:
    """Add an element, with what it is in words, which browsers show beside the pointer."""
    given = {"class": f"chart-{look}"} | LOOKS[look] | attributes
    shape = SubElement(parent, name, {k: f"{v:.1f}" if isinstance(v, float) else str(v) for k, v in given.items()})
    if told:
        SubElement(shape, "title").text = told
    return shape


def _text(svg: Element, x: float, y: float, text: str, anchor: str = "start") -> None:
    _shape(svg, "text", "text", x=x, y=y, **{"text-anchor": anchor}).text = text


def _below(svg: Element, x: float, label: str) -> None:
    """Add a label below the plot, kept within the drawing, and a tick above it at its place."""
    half = len(label) * CHARACTER / 2 + 2
    _shape(svg, "path", "zero", d=f"M{x:.1f} {BOTTOM}v4")
    _text(svg, min(max(x, half), WIDTH - half), BOTTOM + 17, label, "middle")


def _pattern(svg: Element, name: str, colours: str, hatching: str, thick: float) -> str:
    """Add a hatching; return what fills a shape with it."""
    pattern = SubElement(svg, "pattern", {"id": name, "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"})
    _shape(pattern, "rect", f"soft-{colours}", width=8, height=8)
    if hatching:
        _shape(pattern, "path", f"strong-{colours}", d=hatching).set("stroke-width", str(thick))
    return f"url(#{name})"


def _told(svg: Element) -> Markup:
    # Whatever was given is escaped by the writer of XML.
    return Markup(tostring(svg, encoding="unicode"))  # noqa: S704
