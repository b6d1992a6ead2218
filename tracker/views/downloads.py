"""Lists and records as files: CSV, Excel and JSON."""

import datetime
import json as stdlib_json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any
from urllib.parse import urljoin

from flask import Response, g, request, stream_with_context

from tracker.database import snapshot
from tracker.exports import json_file
from tracker.exports.list_file import MEDIA_TYPES, ListFile
from tracker.exports.provenance import DigestCounter
from tracker.models import Change, Record
from tracker.queries import history
from tracker.records import CATALOGUE
from tracker.records.base import AsOfValues, Column, Kind
from tracker.views.lists import ListRequest
from tracker.views.urls import current_url, require_known


def columns_with_url(selection: ListRequest) -> list[Column]:
    return [*selection.file_columns, selection.kind.url_column(request.url_root)]


def list_file(selection: ListRequest, form: str) -> ListFile:
    return ListFile(form, selection.kind, columns_with_url(selection), selection.filters, selection.order)


def stream_file(chunks: Iterator[bytes], content_type: str) -> Response:
    """Return a response that is sent a chunk at a time.

    The first chunk is made now, so that what goes wrong at once is answered as any other error.
    """
    return Response(stream_with_context(chain([next(chunks)], chunks)), content_type=content_type)


def list_as_file(selection: ListRequest) -> Response:
    """Return the whole list as a file."""
    response = stream_file(_chunks(selection, selection.format), MEDIA_TYPES[selection.format])
    response.headers["Content-Disposition"] = f'attachment; filename="{selection.kind.name}.{selection.format}"'
    return _with_stamp_link(response, selection.format)


def _chunks(selection: ListRequest, form: str) -> Iterator[bytes]:
    """Yield the file of a list, read on its own connection, which outlasts the session of the request."""
    with snapshot() as connection:
        yield from list_file(selection, form).chunks(connection, DigestCounter())


def list_as_json(selection: ListRequest) -> Response:
    """Return one page of the list, with the address of the next."""
    return _with_stamp_link(Response(_page(selection, DigestCounter()), content_type=json_file.MEDIA_TYPE), "json")


def _page(selection: ListRequest, counter: DigestCounter) -> str:
    page, columns = selection.read_page(selection.file_columns), columns_with_url(selection)
    items = (json_file.json_item(columns, record, page.as_of_values) for record in counter.rows(page.records))
    following = urljoin(request.host_url, current_url(format="json", of=None, after=page.after))
    return "".join(json_file.json_lines(items, selection.total, following if page.after else None))


def _with_stamp_link(response: Response, form: str) -> Response:
    """Add a header with the address of the stamp of a file."""
    # Each page of JSON has its own stamp; "of" defaults to CSV.
    place = {name: request.args.get(name) for name in ("after", "before")} if form == "json" else {}
    path = urljoin(request.host_url, current_url(format="about", of=None if form == "csv" else form, **place))
    response.headers["Link"] = f'<{path}>; rel="describedby"; type="{json_file.MEDIA_TYPE}"'
    return response


def stamp_of_list(selection: ListRequest) -> Response:
    """Return the stamp of the file, or the page of JSON, that the same address gives now."""
    form = selection.args.get("of", "csv")
    require_known("of", form, MEDIA_TYPES)
    file, at, counter = list_file(selection, form), datetime.datetime.now(datetime.UTC), DigestCounter()
    with snapshot() as connection:
        head = history.chain_head() if form == "json" else history.chain_head(connection)
        page = form == "json" and [_page(selection, counter).encode()]
        for chunk in page or file.chunks(connection, counter):
            counter.add(chunk)
    response = _json(file.provenance(counter, at=at, by=g.account.code, head=head))
    response.headers["Content-Disposition"] = f'attachment; filename="{selection.kind.name}.{form}.about.json"'
    return response


FORMATS: dict[str, Callable[[ListRequest], Response]] = {
    "csv": list_as_file,
    "xlsx": list_as_file,
    "json": list_as_json,
    "about": stamp_of_list,
}


def record_as_json(kind: Kind, record: Record, rows: dict[str, Sequence[Any]], as_of_values: AsOfValues) -> Response:
    """Return a record with its rows under the names of their kinds."""
    item = json_file.json_item([*kind.columns.values(), kind.url_column(request.url_root)], record, as_of_values)
    for name, records in rows.items():
        columns = list(CATALOGUE[name].columns.values())
        item[name.replace("-", "_")] = [json_file.json_item(columns, row, as_of_values) for row in records]
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


def _json(body: object) -> Response:
    return Response(stdlib_json.dumps(body, ensure_ascii=False) + "\n", content_type=json_file.MEDIA_TYPE)
