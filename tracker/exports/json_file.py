"""Records as JSON: plain values under the names of their columns."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracker.records.base import Column

MEDIA_TYPE = "application/json"


def json_item(columns: Sequence[Column], record: Any) -> dict[str, Any]:
    """Return {column: plain value} of one record."""
    return {column.name: column.to_json(column.value(record)) for column in columns}


def json_lines(items: Iterable[dict[str, Any]], **beside: Any) -> Iterator[str]:
    """Yield {"items": […]} with what stands beside it, an item a line."""
    start = '{"items": ['
    for each in items:
        yield start + "\n" + json.dumps(each, ensure_ascii=False)
        start = ","
    yield ("" if start == "," else start) + "\n]"
    yield "".join(f", {json.dumps(name)}: {json.dumps(value)}" for name, value in beside.items()) + "}\n"
