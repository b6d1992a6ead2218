"""How statuses moved, and what each update moved, held to a plain version of the rules."""

import datetime
import random
from collections import Counter

import pytest
from sqlalchemy import select

from tests import make, past
from tracker.database import session, writing
from tracker.dates import today
from tracker.models import AsOf, CommitmentParty, ProgressUpdate
from tracker.queries import dashboard, meetings, status_changes
from tracker.vocabulary import Status


@pytest.fixture(params=range(3))
def planted(app, request):
    with app.app_context():
        with writing():
            past.plant(random.Random(request.param), commitments=20)
        yield


def plain(on, known_by=None):
    return Counter(past.overall(leads) for leads in past.there(on, known_by).values())


@pytest.mark.parametrize("known_by", [None, past.moment(350)])
def test_statuses_over_time_are_those_of_each_day(planted, known_by, monkeypatch):
    monkeypatch.setattr(dashboard, "BATCH", 3)
    days = [past.day(number) for number in range(0, 600, 40)]
    found = dashboard.statuses_over_time(days, AsOf(days[-1], known_by))
    assert len(found) > 5
    told = {day: {word.value: number for word, number in found.get(day, {}).items()} for day in days}
    assert told == {day: dict(plain(day, known_by)) for day in days}


def test_the_last_point_is_how_things_stand_now(planted):
    with writing():
        make.commitment(made_on=(today() + datetime.timedelta(days=9)).isoformat())
    as_of = AsOf(today(), past=False)
    (counted,) = dashboard.statuses_over_time([today()], as_of).values()
    statuses = Counter()
    for area in dashboard.counts_by_area(as_of):
        statuses.update({word: n for word, n in area.statuses.items() if n})
    assert counted == statuses


def test_an_update_tells_how_its_lead_stood_before(planted):
    found = status_changes.status_changes(select(ProgressUpdate), 1000)
    assert len(found) == len(session.scalars(select(ProgressUpdate)).all()) > 20
    moments = [moved.update.recorded_at for moved in found]
    assert moments == sorted(moments, reverse=True)
    for moved in found:
        it = moved.update
        stood = past.standings(it.effective_on, before=it.recorded_at)
        before = stood.get((it.commitment_id, it.party_id), Status.NOT_ASSESSED)
        assert moved.before == (it.corrects.status if it.corrects else before)
    assert {bool(moved.update.corrects) for moved in found} == {True, False}


def test_meetings_are_those_that_had_begun_and_those_that_are_planned(app):
    with app.app_context(), writing():
        make.meeting(code="ahead", starts_on="2024-03-05", status="planned")
        make.meeting(code="later", starts_on="2024-04-05", status="planned")
        make.meeting(code="off", starts_on="2024-03-06", status="cancelled")
        make.meeting(code="today", starts_on="2024-03-01", status="planned")
        make.meeting(code="held", starts_on="2024-02-05")
        make.meeting(code="unknown", starts_on=None, date_precision="unknown")
    with app.app_context():
        as_of = AsOf(datetime.date(2024, 3, 1))
        assert [each.code for each in meetings.planned_meetings(as_of, 2)] == ["today", "ahead"]
        assert meetings.last_held_meeting(as_of).code == "held"
        latest = [meeting.code for meeting, _number in meetings.latest_meetings(as_of, 9)]
        assert latest == ["today", "held", "mx-us-2023-07-24", "mx-us-2023-05-30", "unknown"]
        # Nothing was recorded here by then.
        unknown = AsOf(as_of.on, past.moment(0))
        assert meetings.last_held_meeting(unknown) is None
        assert not [*meetings.planned_meetings(unknown, 9), *meetings.latest_meetings(unknown, 9)]


def test_what_comes_true_on_a_day_holds_from_that_day_on(app):
    with app.app_context(), writing():
        commitment = make.commitment(made_on="2023-02-01").code
        row = make.commitment_party(commitment=commitment, role="lead").code
        lead = session.scalars(select(CommitmentParty).where(CommitmentParty.code == row)).one()
        for number, (status, effective_on) in enumerate(
            ((Status.STALLED, 50), (Status.DONE, 60), (Status.REVERSED, 60))
        ):
            past.store(lead, past.moment(100 + number), status, past.day(effective_on))
        days = [past.day(number) for number in (30, 31, 49, 50, 59, 60)]
        found = dashboard.statuses_over_time(days, AsOf(days[-1]))
        told = [moved.before for moved in status_changes.status_changes(select(ProgressUpdate), 9)]
    words = [[word.value for word in found.get(day, {})] for day in days]
    assert words == [[], ["not_assessed"], ["not_assessed"], ["stalled"], ["stalled"], ["reversed"]]
    assert told == [Status.DONE, Status.STALLED, Status.NOT_ASSESSED]
