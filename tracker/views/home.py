"""The first page."""

from flask import Blueprint, render_template

from tracker.queries import history, overview
from tracker.vocabulary import CommitmentKind, OverallStatus

pages = Blueprint("home", __name__)


@pages.get("/")
def index() -> str:
    areas = overview.by_area()
    statuses = [word for word in OverallStatus if any(area.statuses[word] for area in areas)]
    return render_template(
        "home/index.html",
        areas=areas,
        steps=history.latest(8),
        commitment_kinds=list(CommitmentKind),
        meeting_count=overview.meeting_count(),
        meetings=overview.meetings(8),
        statuses=statuses,
        totals={
            **{word: sum(area.kinds[word] for area in areas) for word in CommitmentKind},
            **{word: sum(area.statuses[word] for area in areas) for word in OverallStatus},
        },
        total=sum(area.total for area in areas),
    )
