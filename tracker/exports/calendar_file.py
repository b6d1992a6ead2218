"""Days as an iCalendar file to subscribe to: the same bytes for the same days."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import icalendar

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: How often a program should refresh the file.
REFRESH_INTERVAL = datetime.timedelta(hours=12)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Event:
    """An event of one or several whole days; empty values are left out."""

    #: Globally unique and permanent.
    uid: str
    starts_on: datetime.date
    summary: str
    description: str
    #: The full address of the record.
    address: str
    #: Grows with each edit of the record.
    version: int
    changed_at: datetime.datetime
    ends_on: datetime.date | None = None
    #: Months until it recurs; 0 if it does not.
    every_months: int = 0
    category: str = ""
    location: str = ""
    #: CONFIRMED, TENTATIVE or CANCELLED.
    status: str = ""


def build_calendar(title: str, events: Iterable[Event]) -> bytes:
    """Return an iCalendar object of events in the same order."""
    component = icalendar.Calendar()
    component.add("prodid", "-//Tracker//Commitments//EN")
    component.add("version", "2.0")
    component.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        component.add(name, title)
    component.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    for event in events:
        component.add_component(_event_component(event))
    content: bytes = component.to_ical()
    return content


def _event_component(event: Event) -> icalendar.Event:
    # The end is exclusive, and the day after the last possible date does not exist.
    several = event.ends_on and event.ends_on > event.starts_on
    end = min(event.ends_on or event.starts_on, datetime.date.max - DAY) + DAY
    properties = {
        "uid": event.uid,
        "dtstamp": event.changed_at,
        "last-modified": event.changed_at,
        "sequence": event.version,
        "dtstart": event.starts_on,
        "dtend": end if several else None,
        "rrule": recurrence_rule(event.starts_on, event.every_months) if event.every_months else None,
        "summary": event.summary,
        "description": event.description,
        "location": event.location,
        "categories": [event.category] if event.category else None,
        "status": event.status,
        "url": event.address,
        # A deadline does not block anybody’s time.
        "transp": "TRANSPARENT",
    }
    component = icalendar.Event()
    for name, value in properties.items():
        if value not in (None, ""):
            component.add(name, value)
    return component


def recurrence_rule(day: datetime.date, every_months: int) -> dict[str, Any]:
    """Return the rule of a monthly recurrence: on the last day of a month that lacks the day."""
    rule: dict[str, Any] = {"freq": "monthly", "interval": every_months}
    if day.day > 28:
        # The last of these days in the month: a rule for the 31st alone would skip shorter months.
        rule |= {"bymonthday": list(range(28, day.day + 1)), "bysetpos": -1}
    return rule
