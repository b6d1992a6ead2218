"""Lists and records as files for programs: CSV and JSON."""

import datetime
import json as stdlib_json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any
from urllib.parse import urljoin

from flask import Response, g, request, stream_with_context
from flask_babel import gettext as _
from sqlalchemy import Connection

from tracker.database import snapshot
from tracker.errors import Invalid
from tracker.exports import csv_file, json_file
from tracker.exports.provenance import DigestCounter, list_provenance
from tracker.models import Change
from tracker.queries import export_rows, history
from tracker.records import CATALOGUE, Kind
from tracker.records.base import Column
from tracker.views.lists import ListRequest
from tracker.views.urls import current_url


def url(kind: Kind) -> Column:
    return kind.url_column(request.url_root)


def columns_of(wanted: ListRequest) -> list[Column]:
    return [*wanted.told, url(wanted.kind)]


def list_as_csv(wanted: ListRequest) -> Response:
    """Return the whole list, read and sent a chunk at a time."""
    lines = _lines(wanted)
    # The first lines now, so that what goes wrong at once is answered as any other error.
    start = next(lines)
    response = Response(stream_with_context(chain([start], lines)), content_type=csv_file.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{wanted.kind.name}.csv"'
    return _described(response)


def _lines(wanted: ListRequest) -> Iterator[str]:
    """Read the list on a connection of its own: it is still read when the request that asked for it is done."""
    with snapshot() as reading:
        yield from _table(wanted, reading, DigestCounter())


def _table(wanted: ListRequest, reading: Connection, tally: DigestCounter) -> Iterator[str]:
    columns = columns_of(wanted)
    rows = export_rows.iterate_rows(
        reading, wanted.kind, columns, wanted.query, wanted.order, wanted.filters.as_of_dates
    )
    return csv_file.csv_lines([column.name for column in columns], tally.rows(rows))


def list_as_json(wanted: ListRequest) -> Response:
    """Return one page of the list, with the address of the next."""
    return _described(Response(_page(wanted, DigestCounter()), content_type=json_file.MEDIA_TYPE), of="json")


def _page(wanted: ListRequest, tally: DigestCounter) -> str:
    page, columns = wanted.page(wanted.told), columns_of(wanted)
    items = (json_file.json_item(columns, record) for record in tally.rows(page.records))
    following = urljoin(request.host_url, current_url(format="json", of=None, after=page.after))
    return "".join(json_file.json_lines(items, wanted.total, following if page.after else None))


def _described(response: Response, of: str | None = None) -> Response:
    """Say where it is told of a file what it is."""
    place = {name: request.args.get(name) for name in ("after", "before")} if of else {}
    path = urljoin(request.host_url, current_url(format="about", of=of, **place))
    response.headers["Link"] = f'<{path}>; rel="describedby"; type="{json_file.MEDIA_TYPE}"'
    return response


def stamp_of_list(wanted: ListRequest) -> Response:
    """Tell of the CSV that the same address gives at this moment, or of the page of JSON, what it is."""
    of = wanted.args.get("of", "csv")
    if of not in ("csv", "json"):
        raise Invalid({"of": [_("“%(form)s” is not one of: %(known)s.", form=of[:60], known="csv, json")]})
    at, tally = datetime.datetime.now(datetime.UTC), DigestCounter()
    with snapshot() as reading:
        head = history.chain_head(reading) if of == "csv" else history.chain_head()
        for text in _table(wanted, reading, tally) if of == "csv" else [_page(wanted, tally)]:
            tally.add(text.encode())
    stamp = list_provenance(
        wanted.kind, wanted.filters, wanted.order, columns_of(wanted), tally, of, at=at, by=g.account.code, head=head
    )
    response = _json(stamp)
    response.headers["Content-Disposition"] = f'attachment; filename="{wanted.kind.name}.{of}.about.json"'
    return response


FORMATS: dict[str, Callable[[ListRequest], Response]] = {
    "csv": list_as_csv,
    "json": list_as_json,
    "about": stamp_of_list,
}


def record_as_json(kind: Kind, record: Any, rows: dict[str, list[Any]]) -> Response:
    """Return a record, with its rows under the names of their kinds."""
    item = json_file.json_item([*kind.columns.values(), url(kind)], record)
    for name, records in rows.items():
        columns = list(CATALOGUE[name].columns.values())
        item[name.replace("-", "_")] = [json_file.json_item(columns, row) for row in records]
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
    return Response(stdlib_json.dumps(body, ensure_ascii=False) + "\n", content_type=json_file.MEDIA_TYPE)
