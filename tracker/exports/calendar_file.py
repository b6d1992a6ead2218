"""Days as a calendar that calendar programs subscribe to: the same days give the same bytes."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: How often a program should look again.
OFTEN = datetime.timedelta(hours=12)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Event:
    """A whole day, or several; every text is data, and what is empty is left out."""

    #: Another for each event of any tracker, and always the same for this one.
    uid: str
    starts_on: datetime.date
    summary: str
    description: str
    #: The whole address of the record it is about.
    address: str
    #: Steps with each edit of the record.
    version: int
    changed_at: datetime.datetime
    ends_on: datetime.date | None = None
    #: Comes round again every so many months, if not 0.
    every_months: int = 0
    category: str = ""
    location: str = ""
    #: CONFIRMED, TENTATIVE or CANCELLED.
    status: str = ""


def calendar(title: str, events: Iterable[Event]) -> bytes:
    """Return an iCalendar object of events, in their order."""
    from icalendar import Calendar

    written = Calendar()
    written.add("prodid", "-//Tracker//Commitments//EN")
    written.add("version", "2.0")
    written.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        written.add(name, title)
    written.add("refresh-interval", OFTEN, parameters={"VALUE": "DURATION"})
    for event in events:
        written.add_component(_component(event))
    return written.to_ical()


def _component(event: Event) -> Any:
    from icalendar import Event as Component

    written = Component()
    written.add("uid", event.uid)
    written.add("dtstamp", event.changed_at)
    written.add("last-modified", event.changed_at)
    written.add("sequence", event.version)
    written.add("dtstart", event.starts_on)
    if event.ends_on and event.ends_on > event.starts_on:
        # The end is the day after the last; the calendar ends with its last day.
        written.add("dtend", min(event.ends_on, datetime.date.max - DAY) + DAY)
    if event.every_months:
        written.add("rrule", recurrence_rule(event.starts_on, event.every_months))
    texts = {"summary": event.summary, "description": event.description, "location": event.location}
    for name, text in texts.items():
        if text:
            written.add(name, text)
    if event.category:
        written.add("categories", [event.category])
    if event.status:
        written.add("status", event.status)
    written.add("url", event.address)
    # A deadline keeps nobody busy.
    written.add("transp", "TRANSPARENT")
    return written


def recurrence_rule(day: datetime.date, every_months: int) -> dict[str, Any]:
    """Return the rule of a day that comes round: where a month has no such day, on its last."""
    rule: dict[str, Any] = {"freq": "monthly", "interval": every_months}
    if day.day > 28:
        # The last that there is of these: a rule that names the 31st alone would skip the other months.
        rule |= {"bymonthday": list(range(28, day.day + 1)), "bysetpos": -1}
    return rule
