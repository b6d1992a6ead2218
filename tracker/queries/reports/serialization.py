"""The data of a report as JSON, always the same for the same data: what is kept, and what its checksum is of.

The head is the first line; then each kind of record has a line that opens it, and a line for each record.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from tracker.queries.reports.data import ReportData


def serialize(data: ReportData) -> Iterator[str]:
    """Yield a report a line at a time; all of them together are one object of JSON."""
    yield '{"head": ' + _plain(data.head)
    for name in data.head["rows"]:
        yield f',\n"{name}": ['
        before = "\n"
        for row in data.rows(name):
            yield before + _plain(row)
            before = ",\n"
        yield "\n]"
    yield "}\n"


def deserialize_head(stored: Iterable[bytes]) -> dict[str, Any]:
    """Return the head of a report from the stretches it is stored in."""
    line = next(_lines(b"", iter(stored)))
    return json.loads(line.removeprefix(b'{"head": ').rstrip(b","))


def deserialize_rows(stored: Iterable[bytes], name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a kind from the stretches a report is stored in."""
    # No text of a record holds a line end, so this stands nowhere else.
    opening, stretches, before = f'\n"{name}": [\n'.encode(), iter(stored), b""
    for stretch in stretches:
        _passed, found, rest = (before + stretch).partition(opening)
        if found:
            for line in _lines(rest, stretches):
                if line.startswith(b"]"):
                    return
                yield json.loads(line.rstrip(b","))
        before = (before + stretch)[-len(opening) :]


def _lines(rest: bytes, stretches: Iterator[bytes]) -> Iterator[bytes]:
    """Yield whole lines, first of what is at hand already."""
    for stretch in chain([b""], stretches):
        *whole, rest = (rest + stretch).split(b"\n")
        yield from whole


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
