"""Records as JSON: plain values under the names of their columns."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracker.models import Record
from tracker.records.base import NO_VALUES, AsOfValues, Column

MEDIA_TYPE = "application/json"


def json_item(columns: Sequence[Column], record: Record, as_of_values: AsOfValues = NO_VALUES) -> dict[str, Any]:
    """Return {column: plain value} of one record."""
    return {column.name: column.to_json(column.value(record, as_of_values)) for column in columns}


def json_lines(items: Iterable[dict[str, Any]], total: int, following: str | None = None) -> Iterator[str]:
    """Yield {"items": […], "total": …, "next": …} a line per item; `following` is the address of the next page."""
    opening = '{"items": ['
    for item in items:
        yield opening + "\n" + json.dumps(item, ensure_ascii=False)
        opening = ","
    yield ("" if opening == "," else opening) + f'\n], "total": {total}, "next": {json.dumps(following)}}}\n'
