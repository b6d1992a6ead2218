"""A list of records as a file of a format that holds it whole, and the stamp of such a file."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from tracker.exports import csv_file, json_file, xlsx_file
from tracker.exports.provenance import DigestCounter, provenance
from tracker.queries.listing import Order
from tracker.records.base import Column, Kind
from tracker.records.codebook import codebook, describe_columns
from tracker.records.filters import Filters, to_query

#: {format: the type of its files}
MEDIA_TYPES = {"csv": csv_file.MEDIA_TYPE, "json": json_file.MEDIA_TYPE, "xlsx": xlsx_file.MEDIA_TYPE}


def list_chunks(
    form: str, kind: Kind, columns: Sequence[Column], rows: Iterator[Sequence[Any]], total: int, as_of: datetime.date
) -> Iterator[bytes]:
    """Yield the file of a list: the same bytes for the same rows and day.

    Raises TooLarge for a `total` of records that the format cannot hold.
    """
    if form == "xlsx":
        return xlsx_file.list_workbook(str(kind.plural), columns, rows, total, as_of)
    names = [column.name for column in columns]
    items = (dict(zip(names, row, strict=True)) for row in rows)
    lines = csv_file.csv_lines(names, rows) if form == "csv" else json_file.json_lines(items, total)
    return (line.encode() for line in lines)


def list_provenance(
    kind: Kind,
    filters: Filters,
    order: Order,
    columns: Sequence[Column],
    counter: DigestCounter,
    form: str,
    *,
    at: datetime.datetime,
    by: str,
    head: tuple[int, str],
) -> dict[str, Any]:
    """Return the stamp of a list as a file of the format `form`, which has passed through `counter`."""
    return provenance(
        title=str(kind.plural),
        sentence=filters.sentence(),
        filters=to_query(filters),
        as_of=filters.as_of_dates,
        at=at,
        by=by,
        rows={kind.name: counter.count},
        head=head,
        kind=kind.name,
        sort=order.name,
        **counter.describe_file(form),
        columns=describe_columns(columns),
        codebook=codebook(columns),
    )
