"""The first page: what needs attention, recent changes, and the statuses of all commitments now and over time."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms.validators import StopValidation

from tracker.errors import Invalid
from tracker.models import AsOf
from tracker.queries import dashboard, history, listing, meetings, scores, status_changes
from tracker.records import CATALOGUE
from tracker.records.date_fields import Date
from tracker.records.filters import AsOfForm
from tracker.views import charts
from tracker.views.urls import list_address, tidy_url
from tracker.vocabulary import CommitmentKind, OverallStatus, Standing

pages = Blueprint("dashboard", __name__)

UPDATES = CATALOGUE["updates"]

#: The period of the recent changes, unless the address names a day.
LATELY = datetime.timedelta(days=30)
MAX_CHANGES, MAX_MEETINGS, MAX_PLANNED, MAX_STEPS = 10, 5, 3, 8


class DashboardForm(AsOfForm):
    """The parameters of the first page."""

    since = Date(_l("Changes since"))

    def validate_since(self, since: Date) -> None:
        if since.data and since.data > self.as_of_dates.on:
            raise StopValidation(_("This day comes after the one the page is asked for: choose an earlier one."))

    @property
    def dates(self) -> dict[str, str]:
        """Return those of the two dates that are set, as parameters of an address."""
        fields = (self["as_of"], self["known_by"])
        return {field.name: str(field.to_json(field.data)) for field in fields if field.data}


@dataclass(frozen=True)
class RecentChanges:
    """The latest changes since a day; all of them, `total` in number, are listed at `address`."""

    since: datetime.date
    address: str
    total: int
    latest: Sequence[status_changes.StatusChange]


@pages.get("/")
def index() -> ResponseReturnValue:
    if tidy := tidy_url():
        return redirect(tidy)
    form = DashboardForm(request.args)
    if not form.validate():
        raise Invalid(form.errors)
    as_of, review_every = form.as_of_dates, current_app.config["SETTINGS"].review_every
    on, last_held = as_of.on, meetings.last_held_meeting(as_of)
    return render_template(
        "dashboard/index.html",
        form=form,
        as_of=as_of,
        reasons=dashboard.follow_up_counts(as_of, review_every),
        last_held=last_held,
        lately=_changes(form.since.data or on - min(LATELY, on - datetime.date.min), form),
        since_held=_changes(last_held.starts_on, form) if last_held and last_held.starts_on else None,
        planned=meetings.planned_meetings(as_of, MAX_PLANNED),
        meetings=meetings.latest_meetings(as_of, MAX_MEETINGS),
        meeting_count=meetings.meeting_count(as_of),
        steps=[] if as_of.past else history.latest_changes(MAX_STEPS),
        trend=charts.status_trend(as_of),
        format_date=format_date,
        percent=scores.format_percentage,
        **_matrix(as_of),
    )


def _changes(since: datetime.date, form: DashboardForm) -> RecentChanges:
    words = {"recorded_from": since.isoformat(), "standing": Standing.YES.value, **form.dates}
    query = listing.filtered_query(UPDATES, UPDATES.filters.from_query(MultiDict(words)))
    latest = status_changes.status_changes(query, MAX_CHANGES)
    return RecentChanges(since, list_address("updates", **words), listing.count_rows(query), latest)


def _matrix(as_of: AsOf) -> dict[str, Any]:
    """Return the number of commitments of each area, by kind and by status, and the scores of their leads."""
    areas, scored = dashboard.counts_by_area(as_of), scores.scores_by_area(as_of)
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
