"""Comma-separated values that spreadsheets open directly, without running anything in them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from tracker.records.fields import format_typed_number

MEDIA_TYPE = "text/csv; charset=utf-8"
#: The characters that begin a formula in a spreadsheet, and the apostrophe that prevents one.
FORMULA_STARTS = frozenset("=+-@\t\r'")
#: Rows written at once.
CHUNK = 500


def csv_cell(value: object) -> str:
    """Return a plain value as a cell: lists joined by "; ", and an apostrophe before text that a spreadsheet would run.

    Text that begins with an apostrophe gets another, so that removing one always gives the original.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return format_typed_number(value)
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text[:1] in FORMULA_STARTS else text


def csv_cells(values: Sequence[Any]) -> Sequence[Any]:
    """Return the plain values of a column as `csv_cell` does, or as the writer will write the same; faster."""
    types = set(map(type, values)) - {type(None)}
    if types <= {int}:
        return values
    if types == {str}:
        return [f"'{text}" if text and text[0] in FORMULA_STARTS else text for text in values]
    if types == {list}:
        return csv_cells(["; ".join(texts or ()) for texts in values])
    return [csv_cell(value) for value in values]


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]], mark: str = "\ufeff") -> Iterator[str]:
    """Yield a header and rows of plain values as chunks of CSV, after a byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(mark)
    writer.writerow(header)
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        writer.writerows(zip(*map(csv_cells, zip(*chunk, strict=True)), strict=True))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()
