"""Comma-separated values that spreadsheets open as they are, and run nothing of."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracker.records.base import Column
from tracker.records.fields import typed_number

MEDIA_TYPE = "text/csv; charset=utf-8"


def cell(value: Any) -> str:
    """Return a plain value as a cell: lists joined by "; ", text that a spreadsheet would run held by an apostrophe.

    What an apostrophe begins gets another, so that taking one away always gives the original.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return typed_number(value)
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text[:1] in tuple("=+-@\t\r'") else text


def lines(columns: Sequence[Column], records: Iterable[Any]) -> Iterator[str]:
    """Yield a byte order mark, a header of column names, and a line for each record."""
    told = ([column.plain(column.value(record)) for column in columns] for record in records)
    return table([column.name for column in columns], told)


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a byte order mark, a header, and a line for each row of plain values."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()
