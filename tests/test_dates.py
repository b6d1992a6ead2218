"""What day it is, when it begins and when it ends, in the time zone of the setting."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from tracker import dates
from tracker.config import Settings

DAY = datetime.date(2024, 3, 1)


@pytest.fixture
def in_zone(app, monkeypatch):
    def use(name):
        monkeypatch.setitem(app.config, "SETTINGS", Settings(timezone=name))

    with app.app_context():
        yield use


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("UTC", "2024-03-01T23:59:59.999999+00:00"),
        ("America/Mexico_City", "2024-03-02T05:59:59.999999+00:00"),
        ("Asia/Kathmandu", "2024-03-01T18:14:59.999999+00:00"),
    ],
)
def test_a_day_ends_where_its_days_are_counted(in_zone, zone, end):
    in_zone(zone)
    assert dates.end_of_day(DAY) == datetime.datetime.fromisoformat(end)
    assert dates.end_of_day(DAY).tzinfo is datetime.UTC


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_today_is_the_day_of_the_zone(in_zone, zone):
    """One of the two is never on the day of UTC, whenever this runs."""
    in_zone(zone)
    before = datetime.datetime.now(ZoneInfo(zone)).date()
    assert before <= dates.today() <= datetime.datetime.now(ZoneInfo(zone)).date()


# In São Paulo its last hour came twice.
@example(day=datetime.date(2018, 2, 17))
@given(day=some.dates(max_value=datetime.date(9999, 12, 29)))
def test_a_day_ends_where_the_next_begins(shared_app, day):
    with shared_app.app_context():
        kept = shared_app.config["SETTINGS"]
        try:
            for zone in ("UTC", "America/Sao_Paulo", "America/Havana", "Atlantic/Azores", "Asia/Beirut"):
                shared_app.config["SETTINGS"] = Settings(timezone=zone)
                end = dates.end_of_day(day)
                assert end.astimezone(ZoneInfo(zone)).date() == day
                after = (end + datetime.timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
                assert after == day + datetime.timedelta(days=1)
                following = dates.start_of_day(day + datetime.timedelta(days=1))
                assert following == end + datetime.timedelta(microseconds=1)
        finally:
            shared_app.config["SETTINGS"] = kept


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_the_first_and_the_last_day_there_is_end_too(in_zone, zone):
    in_zone(zone)
    assert dates.end_of_day(datetime.date.min) < dates.end_of_day(DAY) < dates.end_of_day(datetime.date.max)
    assert dates.start_of_day(datetime.date.min) < dates.start_of_day(DAY) < dates.start_of_day(datetime.date.max)
