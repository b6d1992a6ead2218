"""The data of a report as JSON, always the same for the same data: what is kept, and what its checksum is of.

The head is the first line; then each kind of record has a line that opens it, and a line for each record.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tracker.queries.reports.data import Data


def lines(data: Data) -> Iterator[str]:
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


def read_head(stored: Iterable[bytes]) -> dict[str, Any]:
    """Return the head of a report from its lines."""
    return json.loads(next(iter(stored)).removeprefix(b'{"head": ').rstrip(b","))


def read_rows(stored: Iterable[bytes], name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a kind from the lines of a report."""
    opening, inside = f'"{name}": ['.encode(), False
    for line in stored:
        if not inside:
            inside = line == opening
        elif line.startswith(b"]"):
            return
        else:
            yield json.loads(line.rstrip(b","))


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
