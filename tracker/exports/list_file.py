"""A whole list of records as a file, and the stamp of that file."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from tracker.exports import csv_file, json_file, xlsx_file
from tracker.exports.provenance import DigestCounter, provenance
from tracker.queries.listing import Order
from tracker.records.base import Column, Kind
from tracker.records.codebook import codebook, describe_columns
from tracker.records.filters import Filters, to_query

#: {format: the media type of its files}
MEDIA_TYPES = {"csv": csv_file.MEDIA_TYPE, "json": json_file.MEDIA_TYPE, "xlsx": xlsx_file.MEDIA_TYPE}


def list_chunks(
    form: str, kind: Kind, columns: Sequence[Column], rows: Iterator[Sequence[Any]], total: int, as_of: datetime.date
) -> Iterator[bytes]:
    """Yield the file of a list: the same bytes for the same rows and day.

    Raises TooLarge for a `total` of records that the format cannot hold.
    """
    if form == "xlsx":
        xlsx_file.check_sheet_size(total)
        title, created = str(kind.plural), datetime.datetime.combine(as_of, datetime.time())
        table = [(column.name, xlsx_file.TO_CELL.get(column.json_type)) for column in columns]
        return xlsx_file.workbook_chunks(lambda writer: writer.add_table(title, table, rows), title, "", created)
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
    """Return the stamp of the file of a list in the format `form`, counted by `counter`."""
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
