"""What charts are drawn of: a frame that says what it is, shapes, words, axes, hatchings and legends.

Colours are attributes, for where a drawing stands alone; on a page the classes in tracker.css take their place.
"""

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal
from flask_babel import format_date, format_decimal, get_locale
from markupsafe import Markup

from tracker.records.lookup import shortened

#: {word: (sort of colours, hatching in a square of 8, how thick it is)}
Appearance = Mapping[str, tuple[str, str, float]]
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
#: How a status looks; no two hatchings are alike.
FACES: Appearance = {
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
#: How a deadline looks by where it stands, and the corners of its mark about its middle; none for a circle.
DEADLINES: Appearance = {
    "overdue": FACES["not_done"],
    "due_soon": FACES["stalled"],
    "not_yet_due": FACES["in_progress"],
}
CORNERS: dict[str, list[tuple[float, float]]] = {
    "overdue": [(-5.5, 5), (5.5, 5), (0, -5)],
    "due_soon": [(0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)],
    "not_yet_due": [],
}
#: {what a shape is: its looks standing alone}
APPEARANCES: dict[str, dict[str, Any]] = {
    "ground": {"fill": PAPER},
    "grid": {"stroke": LINE},
    "zero": {"stroke": MUTED},
    "join": {"stroke": MUTED, "stroke-width": 1.25},
    "period": {"stroke": ACCENT, "stroke-width": 4, "stroke-opacity": 0.4},
    "mark": {"fill": ACCENT, "stroke": PAPER, "stroke-width": 1.5},
    "part": {"stroke": INK, "stroke-width": 0.75},
    "tag": {"fill": PAPER, "stroke": INK, "stroke-width": 0.5},
    "today": {"stroke": INK, "stroke-width": 1.5, "stroke-dasharray": "4 3"},
    "overdue": {"fill": COLOURS["bad"][1]},
    "due_soon": {"fill": COLOURS["warn"][1]},
    "not_yet_due": {"fill": PAPER, "stroke": ACCENT, "stroke-width": 1.75},
    "text": {},
    **{f"soft-{name}": {"fill": ground} for name, (ground, _hatching) in COLOURS.items()},
    **{f"strong-{name}": {"stroke": hatching} for name, (_ground, hatching) in COLOURS.items()},
}
#: How many months may lie between two labelled days.
MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000, 60000)


def ticks_for(low: float, high: float, whole: bool = False) -> list[Decimal]:
    """Return two to four round numbers, one of them 0, that hold both numbers between them."""
    least, most = min(Decimal(0), Decimal(repr(low))), max(Decimal(0), Decimal(repr(high)))
    most = most or Decimal(0 if least else 1)
    order = max(((most - least) / 4).adjusted(), 0 if whole else -99)
    step = Decimal(1)
    for step in (Decimal(digit).scaleb(power) for power in (order, order + 1) for digit in (1, 2, 5)):
        if math.ceil(most / step) - math.floor(least / step) <= 3:
            break
    return [step * n for n in range(math.floor(least / step), math.ceil(most / step) + 1)]


def draw_value_axis(svg: Element, ticks: list[Decimal]) -> tuple[float, Callable[[float], float]]:
    """Draw the axis of values; return where the plot begins beside it, and the way from a value to its height."""
    told = format_numbers(ticks)
    left = max(map(len, told)) * CHARACTER + 12
    low, high = float(ticks[0]), float(ticks[-1])

    def up(value: float) -> float:
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    for tick, label in zip(ticks, told, strict=True):
        y = up(float(tick))
        add_shape(svg, "path", "grid" if tick else "zero", d=f"M{left:.1f} {y:.1f}H{RIGHT}")
        add_text(svg, left - 6, y + 4, label, "end")
    return left, up


def format_numbers(values: Sequence[Decimal | int]) -> list[str]:
    """Return numbers as texts, all of them in short where one is of a million or more."""
    if any(not -1_000_000 < value < 1_000_000 for value in values):
        return [format_compact_decimal(value, locale=get_locale(), fraction_digits=1) for value in values]
    return [format_decimal(value, format="#,##0.######") for value in values]


def day_scale(first: datetime.date, last: datetime.date, left: float) -> Callable[[datetime.date], float]:
    """Return the way from a day to its place on an axis of days that begins where the plot does."""
    length = (last - first).days
    return lambda day: left + 10 + ((day - first).days / length if length else 0.5) * (RIGHT - left - 20)


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


def new_drawing(key: str, title: str, description: str, height: float) -> Element:
    """Return an empty drawing that says what it is."""
    named = {"role": "img", "aria-labelledby": f"{key}-title {key}-desc"}
    font = {"font-family": "sans-serif", "font-size": "12", "fill": INK}
    size = {"class": "chart", "viewBox": f"0 0 {WIDTH} {height}"}
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg"} | size | named | font)
    SubElement(svg, "title", id=f"{key}-title").text = title
    SubElement(svg, "desc", id=f"{key}-desc").text = description
    add_shape(svg, "rect", "ground", width=WIDTH, height=height)
    return svg


def add_shape(parent: Element, name: str, look: str, told: str = "", **attributes: Any) -> Element:
    """Add an element, with what it is in words, which browsers show beside the pointer."""
    given = {"class": f"chart-{look}"} | APPEARANCES[look] | attributes
    added = SubElement(parent, name, {k: f"{v:.1f}" if isinstance(v, float) else str(v) for k, v in given.items()})
    if told:
        SubElement(added, "title").text = told
    return added


def add_text(svg: Element, x: float, y: float, text: str, anchor: str = "start") -> None:
    add_shape(svg, "text", "text", x=x, y=y, **{"text-anchor": anchor}).text = text


def add_text_within(svg: Element, x: float, y: float, label: str) -> None:
    """Add a label about a place, kept within the drawing."""
    half = len(label) * CHARACTER / 2 + 2
    add_text(svg, min(max(x, half), WIDTH - half), y, label, "middle")


def add_text_below(svg: Element, x: float, label: str, bottom: float = BOTTOM) -> None:
    """Add a label below the plot, kept within the drawing, and a tick above it at its place."""
    add_shape(svg, "path", "zero", d=f"M{x:.1f} {bottom:.1f}v4")
    add_text_within(svg, x, bottom + 17, label)


def add_hatching(svg: Element, name: str, colours: str, strokes: str, thick: float) -> str:
    """Add a hatching; return what fills a shape with it."""
    pattern = SubElement(svg, "pattern", {"id": name, "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"})
    add_shape(pattern, "rect", f"soft-{colours}", width=8, height=8)
    if strokes:
        add_shape(pattern, "path", f"strong-{colours}", d=strokes).set("stroke-width", str(thick))
    return f"url(#{name})"


def add_mark(svg: Element, state: str, x: float, y: float, told: str = "") -> None:
    """Add the mark of a state of a deadline about a place."""
    if CORNERS[state]:
        around = " L".join(f"{x + across:.1f} {y + down:.1f}" for across, down in CORNERS[state])
        add_shape(svg, "path", state, told, d=f"M{around} Z")
    else:
        add_shape(svg, "circle", state, told, cx=x, cy=y, r=4.5)


def legend_height(entries: int) -> int:
    return 18 * math.ceil(entries / 2)


def draw_legend(svg: Element, labels: Iterable[str], top: float) -> list[tuple[float, float]]:
    """Write what signs mean, two beside one another; return the left end of each sign and the middle of its height."""
    places = []
    for row, label in enumerate(labels):
        x, y = 2 + row % 2 * WIDTH / 2, top + 18 * (row // 2) + 2.5
        add_text(svg, x + 24, y + 4.5, shortened(label, 26))
        places.append((x, y))
    return places


def draw_fills(
    svg: Element, key: str, words: Iterable[tuple[str, str]], looks: Appearance, top: float
) -> dict[str, str]:
    """Add the hatchings of (word, label) and their legend; return {word: what fills a shape with its hatching}."""
    words = list(words)
    fills = {word: add_hatching(svg, f"{key}-{word}", *looks[word]) for word, _label in words}
    for fill, (x, y) in zip(fills.values(), draw_legend(svg, [label for _word, label in words], top), strict=True):
        add_shape(svg, "rect", "part", fill=fill, x=x, y=y - 6.5, width=18, height=13)
    return fills


def to_svg(svg: Element) -> Markup:
    # Whatever was given is escaped by the writer of XML.
    return Markup(tostring(svg, encoding="unicode"))  # noqa: S704
