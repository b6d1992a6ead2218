"""The looks of statuses and deadlines in charts, and charts rendered by their templates in templates/charts/."""

import math
from collections.abc import Iterable, Mapping

from flask import current_app
from markupsafe import Markup

from tracker.exports.charts import scales
from tracker.records.record_lookup import shortened

#: {word: (sort of colours, hatching in a square of 8, width of its lines)}
Appearance = Mapping[str, tuple[str, str, float]]
#: {sort: (background, hatching)} in strong contrast.
COLOURS = {
    "plain": ("#f3f1ea", "#566066"),
    "accent": ("#e2eeed", "#0f5c63"),
    "good": ("#e4f2e8", "#1d5f33"),
    "warn": ("#fdf0da", "#7a4300"),
    "bad": ("#fbe9e7", "#9c1f1b"),
}
#: The looks of statuses; all hatchings differ.
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
#: The looks of deadlines by state; each mark also has a shape of its own.
DEADLINES: Appearance = {
    "overdue": FACES["not_done"],
    "due_soon": FACES["stalled"],
    "not_yet_due": FACES["in_progress"],
}


def render_chart(
    name: str,
    key: str,
    title: str,
    description: str,
    legend: Iterable[tuple[str, str]] = (),
    bottom: float = scales.HEIGHT,
    **shapes: object,
) -> Markup:
    """Return the chart of a template, with a legend of (word, label) below the height `bottom`.

    `key` begins the ids and must differ for each chart of a page.
    """
    legend = [(word, shortened(label, 26)) for word, label in legend]
    template = current_app.jinja_env.get_template(f"charts/{name}.svg")
    drawing = template.render(
        {"key": key, "title": title, "description": description, "legend": legend, "legend_top": bottom} | shapes,
        height=bottom + 18 * math.ceil(len(legend) / 2),
        scales=scales,
        colours=COLOURS,
        appearance={**FACES, **DEADLINES},
    )
    # The template escapes all values.
    return Markup(drawing)  # noqa: S704
