"""Lists and records as files for programs: CSV and JSON."""

import json as stdlib_json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from flask import Response, request, stream_with_context

from tracker.database import snapshot
from tracker.exports import csv, json
from tracker.models import Change
from tracker.queries import plain
from tracker.records import CATALOGUE, Kind
from tracker.records.base import Column
from tracker.views.addresses import address
from tracker.views.lists import List


def url(kind: Kind) -> Column:
    return kind.url_column(request.host_url)


def list_as_csv(wanted: List) -> Response:
    """Return the whole list, read and sent a chunk at a time."""
    columns = [*wanted.told, url(wanted.kind)]
    lines = csv.table([column.name for column in columns], _rows(wanted, columns))
    # The first lines now, so that what goes wrong at once is answered as any other error.
    start = next(lines)
    response = Response(stream_with_context(chain([start], lines)), content_type=csv.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{wanted.kind.name}.csv"'
    return response


def _rows(wanted: List, columns: Sequence[Column]) -> Iterator[tuple[Any, ...]]:
    """Read the list on a connection of its own: it is still read when the request that asked for it is done."""
    with snapshot() as reading:
        yield from plain.each(reading, wanted.kind, columns, wanted.query, wanted.order, wanted.filters.clock)


def list_as_json(wanted: List) -> Response:
    """Return one page of the list, with the address of the next."""
    page = wanted.page(wanted.told)
    following = request.host_url.rstrip("/") + address(after=page.after) if page.after else None
    columns = [*wanted.told, url(wanted.kind)]
    items = (json.item(columns, record) for record in page.records)
    return Response("".join(json.lines(items, total=wanted.total, next=following)), content_type=json.MEDIA_TYPE)


FORMATS: dict[str, Callable[[List], Response]] = {"csv": list_as_csv, "json": list_as_json}


def record_as_json(kind: Kind, record: Any, rows: dict[str, list[Any]]) -> Response:
    """Return a record, with its rows under the names of their kinds."""
    item = json.item([*kind.columns.values(), url(kind)], record)
    for name, records in rows.items():
        columns = list(CATALOGUE[name].columns.values())
        item[name.replace("-", "_")] = [json.item(columns, row) for row in records]
    return _json(item)


def history_as_json(changes: Sequence[Change]) -> Response:
    items = [
        {
            "seq": change.seq,
            "at": change.at.isoformat(),
            "account": change.account.code,
            "action": change.action.value,
            "kind": change.kind,
            "code": change.code,
            "fields": change.fields,
            "hash": change.hash,
        }
        for change in changes
    ]
    return _json({"items": items, "total": len(items), "next": None})


def _json(body: Any) -> Response:
    return Response(stdlib_json.dumps(body, ensure_ascii=False) + "\n", content_type=json.MEDIA_TYPE)
