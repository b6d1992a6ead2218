"""The first page: what needs somebody, what changed, how everything stands, and how that moved."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms.validators import StopValidation

from tracker.errors import Invalid
from tracker.models import Clock
from tracker.queries import find, history, overview, scores, updates
from tracker.records import CATALOGUE
from tracker.records.clocked import Clocked
from tracker.records.days import Day
from tracker.views import figures
from tracker.views.addresses import tidy_address
from tracker.vocabulary import CommitmentKind, OverallStatus, Standing

pages = Blueprint("home", __name__)

UPDATES = CATALOGUE["updates"]

#: How far back the page looks for what changed, unless it is asked for another day.
LATELY = datetime.timedelta(days=30)
MOST_CHANGES, MOST_MEETINGS, MOST_PLANNED, MOST_STEPS = 10, 5, 3, 8


class Asked(Clocked):
    """What the first page is asked for."""

    since = Day(_l("Changes since"))

    def validate_since(self, since: Any) -> None:
        if since.data and since.data > self.clock.on:
            raise StopValidation(_("This day comes after the one the page is asked for: choose an earlier one."))

    @property
    def words(self) -> dict[str, str]:
        """Return the two hands of the clock as an address holds them."""
        hands = (self.as_of, self.known_by)
        return {hand.name: hand.plain(hand.data) or "" for hand in hands if hand.data}


@dataclass(frozen=True)
class Changes:
    """What changed since a day: the last movements, and how many there are in the list at an address."""

    since: datetime.date
    address: str
    total: int
    told: Sequence[updates.Movement]


@pages.get("/")
def index() -> ResponseReturnValue:
    if tidy := tidy_address():
        return redirect(tidy)
    asked = Asked(request.args)
    if not asked.validate():
        raise Invalid(asked.errors)
    clock, review_every = asked.clock, current_app.config["SETTINGS"].review_every
    on, held = clock.on, overview.last_held(clock)
    return render_template(
        "home/index.html",
        asked=asked,
        clock=clock,
        reasons=overview.reasons(clock, review_every),
        last_held=held,
        lately=_changes(asked.since.data or on - min(LATELY, on - datetime.date.min), asked),
        since_held=_changes(held.starts_on, asked) if held and held.starts_on else None,
        planned=overview.planned(clock, MOST_PLANNED),
        meetings=overview.meetings(clock, MOST_MEETINGS),
        meeting_count=overview.meeting_count(clock),
        steps=[] if clock.past else history.latest(MOST_STEPS),
        trend=figures.of_statuses(clock),
        format_date=format_date,
        percent=scores.percent,
        **_matrix(clock),
    )


def _changes(since: datetime.date, asked: Asked) -> Changes:
    words = {"recorded_from": since.isoformat(), "standing": Standing.YES.value, **asked.words}
    query = find.filtered(UPDATES, UPDATES.filters.from_query(MultiDict(words)))
    told = updates.movements(query, MOST_CHANGES)
    return Changes(since, f"/updates/?{urlencode(words)}", find.count(query), told)


def _matrix(clock: Clock) -> dict[str, Any]:
    """Return how many commitments each area has, by kind and by status, and the score of their leads."""
    areas, scored = overview.by_area(clock), scores.by_area(clock)
    statuses = [word for word in OverallStatus if any(area.statuses[word] for area in areas)]
    return {
        "areas": areas,
        "commitment_kinds": list(CommitmentKind),
        "statuses": statuses,
        "totals": {
            **{word: sum(area.kinds[word] for area in areas) for word in CommitmentKind},
            **{word: sum(area.statuses[word] for area in areas) for word in OverallStatus},
        },
        "total": sum(area.total for area in areas),
        "scored": {area.area: scored.get(area.area.id, scores.Score()) for area in areas},
        "scored_in_all": sum(scored.values(), scores.Score()),
    }
