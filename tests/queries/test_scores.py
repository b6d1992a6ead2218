"""The score, held to a plain version of its rules."""

import random
from fractions import Fraction
from math import floor

import pytest
from sqlalchemy import select

from tests import make, past
from tracker.database import session, writing
from tracker.dates import today
from tracker.models import AsOf, CommitmentParty
from tracker.queries import scores
from tracker.queries.scores import Score
from tracker.vocabulary import CommitmentKind, Status

PLAIN = {"done": 1, "in_progress": 0, "partly_done": 0, "stalled": 0, "not_done": -1, "reversed": -1}


def plain(on, known_by):
    """Return {area id: (mean of its scores or nothing, how many are scored, how many not)}."""
    own = {}
    for commitment, leads in past.there(on, known_by).items():
        if commitment.kind is CommitmentKind.INTENTION:
            continue
        due = commitment.due_on is not None and commitment.due_on < on
        for status in leads.values():
            score = (-1 if due else None) if status.value == "not_started" else PLAIN.get(status.value)
            own.setdefault(commitment.area_id, []).append(score)
    return {area: told([each for each in of if each is not None], len(of)) for area, of in own.items()}


def told(scored, of):
    percentage = (Fraction(sum(scored), len(scored)) + 1) / 2 * 100 if scored else None
    return percentage and floor(percentage * 10 + Fraction(1, 2)) / 10, len(scored), of - len(scored)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_the_rules_at_any_time(app, seed):
    with app.app_context(), writing():
        past.plant(random.Random(seed), commitments=20)
    scored = 0
    with app.app_context():
        for on, known_by in ((300, None), (450, None), (450, 500), (599, 400), (599, 599)):
            as_of = AsOf(past.day(on), known_by and past.moment(known_by))
            found = scores.scores_by_area(as_of)
            asked = {area: told_of(score) for area, score in found.items()}
            assert asked == plain(as_of.on, as_of.known_by)
            scored += sum(score.scored for score in found.values())
        now = {area: told_of(score) for area, score in scores.scores_by_area(AsOf(today(), past=False)).items()}
        assert now == plain(today(), None)
    assert scored > 10


def told_of(score):
    return score.percentage, score.scored, score.unscored


@pytest.mark.parametrize(("due_on", "scored"), [("2024-02-29", True), ("2024-03-01", False), (None, False)])
def test_what_is_not_started_is_scored_only_once_its_day_has_passed(app, due_on, scored):
    with app.app_context(), writing():
        fields = {"deadline_kind": "explicit", "due_on": due_on} if due_on else {}
        area = make.area()
        commitment = make.commitment(area=area.code, made_on="2023-02-01", **fields).code
        row = make.commitment_party(commitment=commitment, role="lead").code
        lead = session.scalars(select(CommitmentParty).where(CommitmentParty.code == row)).one()
        past.store(lead, past.moment(400), Status.NOT_STARTED, past.day(390))
        found = scores.scores_by_area(AsOf(past.day(425)))[area.id]
    assert past.day(425).isoformat() == "2024-03-01"
    assert found == (Score(-1, 1, 0) if scored else Score(0, 0, 1))


def test_of_none_scored_there_is_no_percentage():
    assert Score(unscored=3).percentage is None
    assert Score(-2, 2).percentage == 0
    assert (Score(2, 2) + Score(-1, 2, 1)).percentage == 62.5


@pytest.mark.parametrize(
    ("points", "scored", "shown"),
    [(1, 8, "56.3%"), (-1, 8, "43.8%"), (1, 3, "66.7%"), (-1, 3, "33.3%"), (3, 3, "100%")],
)
def test_a_percentage_is_rounded_as_a_calculator_does(app, points, scored, shown):
    with app.test_request_context():
        assert scores.format_percentage(Score(points, scored).percentage) == shown
