"""What day it is, and when a day begins and ends, where the tracker's days are counted."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from flask import current_app, g


def zone() -> ZoneInfo:
    """Return the time zone of `use_zone`, else of the setting TRACKER_TIMEZONE."""
    chosen: ZoneInfo = g.get("zone") or current_app.config["SETTINGS"].timezone
    return chosen


@contextmanager
def use_zone(name: str) -> Iterator[None]:
    """Count days in a time zone, as a report did when it was issued."""
    before, g.zone = g.get("zone"), ZoneInfo(name)
    try:
        yield
    finally:
        g.zone = before


def today() -> datetime.date:
    return datetime.datetime.now(zone()).date()


def start_of_day(day: datetime.date) -> datetime.datetime:
    """Return the first moment of a day, in UTC."""
    try:
        return datetime.datetime.combine(day, datetime.time.min, zone()).astimezone(datetime.UTC)
    except OverflowError:
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)


def end_of_day(day: datetime.date) -> datetime.datetime:
    """Return the last microsecond of a day, in UTC."""
    # Of an hour that comes twice on a day, the second is its last.
    last = datetime.datetime.combine(day, datetime.time.max, zone()).replace(fold=1)
    try:
        return last.astimezone(datetime.UTC)
    except OverflowError:
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)
