"""The figures of a report, all worked out of the records in its scope."""

from typing import Any

from sqlalchemy import func, select

from tracker.database import session
from tracker.models import Commitment, Party
from tracker.models.as_of import lead_statuses, overall_status
from tracker.models.follow_up import deadline_state, is_closed
from tracker.queries import dashboard, scores
from tracker.queries.reports.changes import changes_by_party
from tracker.queries.reports.parameters import ReportParameters
from tracker.queries.scores import Score
from tracker.records import record_address
from tracker.vocabulary import CommitmentKind, DeadlineState, OverallStatus

#: How many deadlines ahead are told.
MOST_AHEAD = 200


def report_summary(asked: ReportParameters) -> dict[str, Any]:
    """Return the counts over all commitments in scope."""
    clock, within = asked.clock, Commitment.id.in_(asked.commitments)
    trend = dashboard.statuses_over_time(dashboard.month_ends(clock.on), clock, within)
    return {
        "commitments": _counted(Commitment.id, within),
        "kinds": _by_word(Commitment.kind, CommitmentKind, within),
        "statuses": _by_word(overall_status(clock), OverallStatus, within),
        "deadlines": _by_word(deadline_state(clock), DeadlineState, within),
        "follow_up": {
            word.value: n for word, n in dashboard.follow_up_counts(clock, asked.review_every, within).items() if n
        },
        "one_sided": _counted(Commitment.id, within, Commitment.one_sided),
        "score": _score(sum(scores.scores_by_area(clock, within).values(), Score())),
        "trend": [
            {"day": day.isoformat(), "statuses": {word.value: trend[day][word] for word in trend[day]}}
            for day in sorted(trend)
        ],
        "ahead": _ahead(asked, within),
    }


def area_summaries(asked: ReportParameters) -> list[dict[str, Any]]:
    """Return the counts and the score of each area that has commitments in scope as their primary one."""
    within = Commitment.id.in_(asked.commitments)
    scored = scores.scores_by_area(asked.clock, within)
    return [
        {
            "area": each.area.code,
            "name": str(each.area),
            "url": record_address(each.area, asked.address),
            "commitments": each.total,
            "statuses": {word.value: number for word, number in each.statuses.items() if number},
            "score": _score(scored.get(each.area.id, Score())),
        }
        for each in dashboard.counts_by_area(asked.clock, within)
        if each.total
    ]


def party_summaries(asked: ReportParameters) -> list[dict[str, Any]]:
    """Return how each lead stands over what it leads, and of how much its status moved since the day asked for."""
    within, moved = Commitment.id.in_(asked.commitments), changes_by_party(asked)
    scored, lead = scores.scores_by_party(asked.clock, within), lead_statuses(asked.clock)
    query = (
        select(Party, lead.c.status, func.count())
        .join(lead, lead.c.party_id == Party.id)
        .where(lead.c.commitment_id.in_(asked.commitments))
        .group_by(Party.id, lead.c.status)
    )
    found: dict[Party, dict[Any, int]] = {}
    for party, status, number in session.execute(query):
        found.setdefault(party, {})[status] = number
    return [
        {
            "party": party.code,
            "name": str(party),
            "url": record_address(party, asked.address),
            "commitments": sum(statuses.values()),
            "statuses": {word.value: statuses[word] for word in OverallStatus if word in statuses},
            "moved": moved.get(party.id, (0, 0))[0],
            "led_before": moved.get(party.id, (0, 0))[1],
            "score": _score(scored.get(party.id, Score())),
        }
        for party, statuses in sorted(found.items(), key=lambda item: (-sum(item[1].values()), item[0].code))
    ]


def _ahead(asked: ReportParameters, within: Any) -> list[dict[str, Any]]:
    """Return the first days on which open commitments are or were due."""
    state = deadline_state(asked.clock)
    query = (
        select(Commitment, state)
        .where(within, Commitment.due_on.is_not(None), ~is_closed(asked.clock))
        .order_by(Commitment.due_on, Commitment.id)
    )
    return [
        {
            "commitment": commitment.code,
            "title": commitment.title,
            "url": record_address(commitment, asked.address),
            "due_on": commitment.due_on.isoformat(),
            "state": word.value,
        }
        for commitment, word in session.execute(query.limit(MOST_AHEAD))
    ]


def _by_word(column: Any, words: Any, *conditions: Any) -> dict[str, int]:
    each = select(column.label("word")).select_from(Commitment).where(*conditions).subquery()
    counts: Any = session.execute(select(each.c.word, func.count()).group_by(each.c.word))
    found = dict(counts.all())
    return {word.value: found[word] for word in words if word in found}


def _counted(column: Any, *conditions: Any) -> int:
    return session.scalar(select(func.count(column)).where(*conditions)) or 0


def _score(score: Score) -> dict[str, Any]:
    return {
        "percentage": score.percentage,
        "scored": score.scored,
        "unscored": score.unscored,
    }
