"""What a report that was issued said, beside what the records would say now for the same two dates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tracker.dates import use_zone
from tracker.models import ReportRun
from tracker.queries.reports import parameters, stored
from tracker.queries.reports.data import report_data
from tracker.queries.reports.stored import ReportData

#: The parts of the head that are worked out of the records; what was asked for is the same.
PARTS = ("report", "summary", "areas", "parties", "brief")
#: What an item of a list is about, by which one is told from another wherever it stands.
KEYS = ("day", "area", "commitment", "party")
#: What an item repeats of records that are compared themselves.
REPEATED = frozenset({"name", "text", "url"})
#: How many items a list has, and of how many commitments.
COUNTS = ("count", "commitments")
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Difference:
    """What is another now; nothing stands for what was not there, or is no more."""

    #: Of a record: the name of its kind; of a figure: nothing.
    kind: str
    #: The code of the record, or the part of the head that the figure stands in: summary.deadlines.
    place: str
    #: The column; nothing for a whole record, and for figures.
    field: str
    was: Any
    now: Any
    #: The record, or the item of a list that is told of: the values of both are what differs in it.
    about: Mapping[str, Any]


def differences_from_now(run: ReportRun) -> Iterator[Difference]:
    """Yield what differs now from the kept data of a report: first its records, then the figures made of them."""
    then = stored.stored_data(run)
    report = then.head["report"]
    with use_zone(report["timezone"]):
        again = parameters.report_parameters(parameters.form_for_report(report), report["address"])
        now = report_data(replace(again, review_every=report["review_every"]))
    yield from differences_between(then, now)


def differences_between(then: ReportData, now: ReportData) -> Iterator[Difference]:
    """Yield what differs between two reports."""
    told: set[Any] = set()
    for kind in then.head["rows"]:
        for each in _records(kind, then.rows(kind), now.rows(kind)):
            if isinstance(each.was, str) or isinstance(each.now, str):
                told.add((each.about.get("commitment") or each.place, str(each.was), str(each.now)))
            yield each
    for part in PARTS:
        yield from _figures(part, then.head[part], now.head[part], told)


def _records(kind: str, then: Iterable[dict[str, Any]], now: Iterable[dict[str, Any]]) -> Iterator[Difference]:
    old = {row["code"]: row for row in then}
    for after in now:
        code = after["code"]
        if (before := old.pop(code, None)) is None:
            yield Difference(kind, code, "", None, code, after)
            continue
        for field in {**before, **after}:
            if before.get(field) != after.get(field):
                yield Difference(kind, code, field, before.get(field), after.get(field), after)
    yield from (Difference(kind, code, "", code, None, before) for code, before in old.items())


def _figures(place: str, was: Any, now: Any, told: set[Any]) -> Iterator[Difference]:
    """Yield what differs in a part of the head, but for what differs just so in a record that is `told`."""
    either = was or now
    if was == now or not either:
        return
    if isinstance(either, list) and isinstance(either[0], dict):
        yield from _listed(place, _by_key(was), _by_key(now), told)
    elif isinstance(either, dict) and any(isinstance(each, dict | list) for each in either.values()):
        before, after = was or NOTHING, now or NOTHING
        # Where all that was counted is listed too, the items say what differs.
        counted = all(each.get("count") == len(each.get("items", ())) for each in (before, after))
        for name in {**before, **after}:
            if not (counted and name in COUNTS):
                yield from _figures(f"{place}.{name}", before.get(name), after.get(name), told)
    else:
        yield Difference("", place, "", was, now, NOTHING)


def _by_key(items: Iterable[dict[str, Any]] | None) -> dict[Any, dict[str, Any]]:
    found, alike = {}, Counter[Any]()
    for item in items or ():
        key = (*map(item.get, KEYS), item.get("again", NOTHING).get("commitment"))
        alike[key] += 1
        found[*key, alike[key]] = item
    return found


def _listed(place: str, was: Mapping[Any, Any], now: Mapping[Any, Any], told: set[Any]) -> Iterator[Difference]:
    keys = {**was, **now}
    if any(day for day, *_rest in keys):
        # All days on which it is another are one difference.
        days = [key for key in keys if was.get(key) != now.get(key)]
        if days:
            yield Difference("", place, "", [was.get(key) for key in days], [now.get(key) for key in days], NOTHING)
        return
    for key in keys:
        if key not in was or key not in now:
            yield Difference("", place, "", was.get(key), now.get(key), keys[key])
            continue
        before, after = was[key], now[key]
        names = [name for name in {**before, **after} if not _same(name, before.get(name), after.get(name), key, told)]
        if names:
            differing = [{name: each.get(name) for name in names} for each in (before, after)]
            yield Difference("", place, "", differing[0], differing[1], after)


def _same(name: str, was: Any, now: Any, key: Iterable[Any], told: set[Any]) -> bool:
    """Return whether a value of an item is what it was, or differs as a record does that is told of."""
    if name in REPEATED or was == now:
        return True
    if isinstance(was, dict) and isinstance(now, dict):
        return all(_same(each, was.get(each), now.get(each), key, told) for each in {**was, **now})
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return all(_same("", *pair, key, told) for pair in zip(was, now, strict=True))
    return any((code, str(was), str(now)) in told for code in key)
