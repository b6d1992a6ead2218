"""The current day, and the start and end of a day, in the tracker's time zone."""

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
    """Use another time zone in a block, such as that of an issued report."""
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
    # Of an hour that occurs twice on a day, the second is the last.
    last = datetime.datetime.combine(day, datetime.time.max, zone()).replace(fold=1)
    try:
        return last.astimezone(datetime.UTC)
    except OverflowError:
        return datetime.datetime.max.replace(tzinfo=datetime.UTC)
