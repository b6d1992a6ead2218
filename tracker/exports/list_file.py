"""A whole list of records as a file, and the stamp of that file."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tracker.exports import csv_file, json_file, xlsx_file
from tracker.exports.provenance import DigestCounter, provenance
from tracker.queries import export_rows, listing
from tracker.records.base import Column, Kind
from tracker.records.codebook import codebook, describe_columns
from tracker.records.filters import Filters, to_query

#: {format: the media type of its files}
MEDIA_TYPES = {"csv": csv_file.MEDIA_TYPE, "json": json_file.MEDIA_TYPE, "xlsx": xlsx_file.MEDIA_TYPE}


@dataclass(frozen=True)
class ListFile:
    """A filtered list as a file of the format `form`."""

    form: str
    kind: Kind
    columns: Sequence[Column]
    filters: Filters
    order: listing.Order

    def chunks(self, connection: Connection, counter: DigestCounter) -> Iterator[bytes]:
        """Yield the file, the same bytes for the same rows and day; raises TooLarge if the format cannot hold it."""
        query, dates = listing.filtered_query(self.kind, self.filters), self.filters.as_of_dates
        rows = counter.rows(export_rows.iterate_rows(connection, self.kind, self.columns, query, self.order, dates))
        names = [column.name for column in self.columns]
        if self.form == "csv":
            return (line.encode() for line in csv_file.csv_lines(names, rows))
        total = listing.count_rows(query, connection)
        if self.form == "xlsx":
            xlsx_file.check_sheet_size(total)
            title, created = str(self.kind.plural), datetime.datetime.combine(dates.on, datetime.time())
            table = [(column.name, xlsx_file.TO_CELL.get(column.json_type)) for column in self.columns]
            return xlsx_file.workbook_chunks(lambda writer: writer.add_table(title, table, rows), title, "", created)
        items = (dict(zip(names, row, strict=True)) for row in rows)
        return (line.encode() for line in json_file.json_lines(items, total))

    def provenance(
        self, counter: DigestCounter, *, at: datetime.datetime, by: str, head: tuple[int, str]
    ) -> dict[str, Any]:
        """Return the stamp of the file, which has passed through `counter`."""
        return provenance(
            title=str(self.kind.plural),
            sentence=self.filters.sentence(),
            filters=to_query(self.filters),
            as_of=self.filters.as_of_dates,
            at=at,
            by=by,
            rows={self.kind.name: counter.count},
            head=head,
            kind=self.kind.name,
            sort=self.order.name,
            **counter.describe_file(self.form),
            columns=describe_columns(self.columns),
            codebook=codebook(self.columns),
        )
