"""What a report that was issued said, beside what the records would say now for the same two dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.models import ReportRun
from tracker.queries.reports import asked, kept
from tracker.queries.reports.data import Data, data

#: What the head of a report repeats of its records.
TOLD = frozenset({"title", "name", "url", "reason", "text", "where_searched"})


@dataclass(frozen=True)
class Difference:
    """One value that is another now; nothing stands for what was not there, or is no more."""

    #: Of a record: the name of its kind; of a figure: nothing.
    kind: str
    #: The code of the record, or the place of the figure.
    place: str
    field: str
    was: Any
    now: Any


def with_now(run: ReportRun) -> Iterator[Difference]:
    """Yield what differs now from the kept data of a report: first its figures, then its records."""
    then = kept.data(run)
    again = asked.asked(asked.form_of(then.head["report"]), then.head["report"]["address"])
    yield from between(then, data(again))


def between(then: Data, now: Data) -> Iterator[Difference]:
    """Yield what differs between two reports."""
    for part in ("summary", "areas", "parties", "brief"):
        was, is_now = dict(_flat(then.head[part])), dict(_flat(now.head[part]))
        for place in {**was, **is_now}:
            if was.get(place) != is_now.get(place) and place.rpartition(".")[2] not in TOLD:
                yield Difference("", part, place, was.get(place), is_now.get(place))
    for kind in then.head["rows"]:
        old = {row["code"]: row for row in then.rows(kind)}
        for after in now.rows(kind):
            code = after["code"]
            if (before := old.pop(code, None)) is None:
                yield Difference(kind, code, "", None, code)
                continue
            for field in {**before, **after}:
                if before.get(field) != after.get(field):
                    yield Difference(kind, code, field, before.get(field), after.get(field))
        yield from (Difference(kind, code, "", code, None) for code in old)


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (place, value) of all that stands in objects and lists within one another."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if inner:
        for key, each in inner:
            yield from _flat(each, f"{place}.{key}" if place else str(key))
    elif not isinstance(value, dict | list):
        yield place, value
