"""The page that defines every word, and how every figure is calculated."""

import datetime

from flask import Blueprint, current_app, render_template
from flask_babel import format_date

from tracker import vocabulary
from tracker.vocabulary import SCORES, Status

pages = Blueprint("methods", __name__)

#: (text, score) of each score; None for statuses that are not scored.
SHOWN = (("+1", 1), ("0", 0), ("−1", -1), ("", None))


@pages.get("/methods/")
def index() -> str:
    scored = [(text, [word for word in Status if SCORES[word] == score]) for text, score in SHOWN]
    return render_template(
        "methods/index.html", day=_day, scored=scored, settings=current_app.config["SETTINGS"], vocabulary=vocabulary
    )


def _day(month: int, day: int) -> str:
    """Return a day of 2024, the year of the worked example."""
    return str(format_date(datetime.date(2024, month, day), "long"))
