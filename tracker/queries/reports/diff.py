"""The differences between an issued report and what the records say now for the same two dates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tracker.dates import use_zone
from tracker.models import ReportRun
from tracker.queries.reports.data import report_data
from tracker.queries.reports.parameters import form_for_report, report_parameters
from tracker.queries.reports.stored import Head, Json, ReportData, Row, stored_data
from tracker.vocabulary import CommitmentKind, DeadlineState, FollowUp, OverallStatus, Term

#: The parts of the head that are computed from the records.
PARTS = ("report", "summary", "areas", "parties", "brief")
#: {name of a figure of the form {word: count}: the list of its words}; a word that is missing has the count 0.
COUNTED: Mapping[str, type[Term]] = {
    "deadlines": DeadlineState,
    "follow_up": FollowUp,
    "kinds": CommitmentKind,
    "statuses": OverallStatus,
}
#: The names of what identifies an item of a list, wherever it stands.
KEYS = ("day", "area", "commitment", "party")
#: The names of what an item repeats of records that are compared themselves.
REPEATED = frozenset({"name", "text", "url"})
#: The names of the number of items in a list, and of their commitments.
COUNTS = ("count", "commitments")


@dataclass(frozen=True)
class Difference:
    """A value that differs now; None stands for one that did not exist, or no longer does."""

    #: The name of the kind of a record; empty for a figure.
    kind: str
    #: The code of the record, or the part of the head that holds the figure: summary.deadlines.
    place: str
    #: The column; empty for a whole record, and for figures.
    column: str
    was: Any
    now: Any
    #: The record, or the item of a list, whose differing values are in `was` and `now`.
    about: Mapping[str, Any] = field(default_factory=dict)


def differences_from_now(run: ReportRun) -> Iterator[Difference]:
    """Yield the differences of now from the kept data of a report: first its records, then its figures."""
    issued = stored_data(run)
    report = issued.head["report"]
    with use_zone(report["timezone"]):
        parameters = report_parameters(form_for_report(report), report["address"])
        now = report_data(replace(parameters, review_every=report["review_every"]))
    yield from differences_between(issued, now)


def differences_between(issued: ReportData, now: ReportData) -> Iterator[Difference]:
    """Yield the differences between two reports; a value that only one of them could hold is none."""
    #: (code of a record or its commitment, value then, value now) of differences in records, which figures repeat.
    repeated: set[tuple[str, str, str]] = set()
    for kind in issued.head["rows"]:
        for difference in _records(kind, issued.rows(kind), now.rows(kind)):
            if isinstance(difference.was, str) or isinstance(difference.now, str):
                code = difference.about.get("commitment") or difference.place
                repeated.add((code, str(difference.was), str(difference.now)))
            yield difference
    for part in PARTS:
        yield from _figures(part, issued.head[part], now.head[part], repeated)


def _records(kind: str, issued: Iterable[Row], now: Iterable[Row]) -> Iterator[Difference]:
    old = {row["code"]: row for row in issued}
    for after in now:
        code = after["code"]
        if (before := old.pop(code, None)) is None:
            yield Difference(kind, code, "", None, code, after)
            continue
        for column in _shared(before, after):
            if before[column] != after[column]:
                yield Difference(kind, code, column, before[column], after[column], after)
    yield from (Difference(kind, code, "", code, None, before) for code, before in old.items())


def _shared(was: Head, now: Head) -> list[str]:
    """Return the names that both have: a figure or column that one could not hold is no difference."""
    return [name for name in was if name in now]


def _figures(place: str, was: Json, now: Json, repeated: set[tuple[str, str, str]]) -> Iterator[Difference]:
    """Yield the differences in a part of the head, except those that a record shows too."""
    either = was or now
    if isinstance(was, dict) and isinstance(now, dict) and place.rpartition(".")[2] not in COUNTED:
        was, now = ({name: values[name] for name in _shared(was, now)} for values in (was, now))
    if was == now or not either:
        return
    if isinstance(either, list) and isinstance(either[0], dict):
        yield from _items(place, _by_key(was), _by_key(now), repeated)
    elif isinstance(was, dict) and isinstance(now, dict) and any(isinstance(v, dict | list) for v in was.values()):
        # If everything counted is listed too, the items show the differences.
        listed = all(part.get("count") == len(part.get("items", ())) for part in (was, now))
        for name in was:
            if not (listed and name in COUNTS):
                yield from _figures(f"{place}.{name}", was[name], now[name], repeated)
    else:
        yield Difference("", place, "", was, now)


def _by_key(items: Json) -> dict[Any, Head]:
    keyed, alike = {}, Counter[Any]()
    for item in items if isinstance(items, list) else ():
        key = (*map(item.get, KEYS), item.get("again", {}).get("commitment"))
        alike[key] += 1
        keyed[*key, alike[key]] = item
    return keyed


def _items(
    place: str, was: Mapping[Any, Head], now: Mapping[Any, Head], repeated: set[tuple[str, str, str]]
) -> Iterator[Difference]:
    keys = {**was, **now}
    if any(day for day, *_rest in keys):
        # All days that differ are one difference.
        days = [key for key in keys if was.get(key) != now.get(key)]
        if days:
            yield Difference("", place, "", [was.get(key) for key in days], [now.get(key) for key in days])
        return
    for key, item in keys.items():
        if key not in was or key not in now:
            yield Difference("", place, "", was.get(key), now.get(key), item)
            continue
        before, after = was[key], now[key]
        names = [name for name in _shared(before, after) if not _same(name, before[name], after[name], key, repeated)]
        if names:
            differing = [{name: values[name] for name in names} for values in (before, after)]
            yield Difference("", place, "", differing[0], differing[1], after)


def _same(name: str, was: Json, now: Json, key: Iterable[Any], repeated: set[tuple[str, str, str]]) -> bool:
    """Return whether a value of an item is unchanged, or differs as in a record that is compared itself."""
    if name in REPEATED or was == now:
        return True
    if isinstance(was, dict) and isinstance(now, dict):
        if name in COUNTED:
            return False
        return all(_same(inner, was[inner], now[inner], key, repeated) for inner in _shared(was, now))
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return all(_same("", *pair, key, repeated) for pair in zip(was, now, strict=True))
    return any((code, str(was), str(now)) in repeated for code in key)
