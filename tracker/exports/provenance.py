"""What an export or report says of itself beside its data: what was asked, when and by whom, and its checksum."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tracker.models import AsOf
from tracker.queries.listing import Order
from tracker.records.base import Column, Kind
from tracker.records.codebook import codebook, describe_columns
from tracker.records.filters import Filters, to_query


class DigestCounter:
    """Counts the rows of a file and sums up its bytes as they go by, so that nothing of it is held."""

    def __init__(self) -> None:
        self.count = self.size = 0
        self._sum = hashlib.sha256()

    def rows(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            self.count += 1
            yield row

    def stretches(self, stretches: Iterable[bytes]) -> Iterator[bytes]:
        for stretch in stretches:
            self.size += len(stretch)
            self._sum.update(stretch)
            yield stretch

    def bytes(self, lines: Iterable[str]) -> Iterator[bytes]:
        """Yield lines as UTF-8."""
        return self.stretches(line.encode() for line in lines)

    @property
    def sha256(self) -> str:
        return self._sum.hexdigest()

    def of_file(self, form: str) -> dict[str, Any]:
        """Return what is said of the file of a format that went by."""
        return {"format": form, "bytes": self.size, "sha256": self.sha256}


def provenance(
    *,
    title: str,
    sentence: str,
    filters: Mapping[str, Sequence[str]],
    clock: AsOf,
    at: datetime.datetime,
    by: str,
    rows: Mapping[str, int],
    head: tuple[int, str],
    **beside: Any,
) -> dict[str, Any]:
    """Return the stamp of an export or report, ready for JSON.

    `sentence` says the filters in words; `at` and `by` (the code of an account) when and by whom it was issued; `rows`
    how many records of each kind it holds; `head` how many changes the history had, and the hash of the last.
    What stands `beside` is told as it is: a checksum, a format, columns.
    """
    return {
        "title": title,
        "sentence": sentence,
        "filters": dict(filters),
        "as_of": clock.on.isoformat(),
        "known_by": (clock.known_by or at).isoformat(),
        "issued_at": at.isoformat(),
        "issued_by": by,
        "rows": dict(rows),
        "history": {"changes": head[0], "hash": head[1]},
        **beside,
    }


def list_provenance(
    kind: Kind,
    filters: Filters,
    order: Order,
    columns: Sequence[Column],
    tally: DigestCounter,
    form: str,
    *,
    at: datetime.datetime,
    by: str,
    head: tuple[int, str],
) -> dict[str, Any]:
    """Return the stamp of a list as a file of a format, which went by."""
    return provenance(
        title=str(kind.plural),
        sentence=filters.sentence(),
        filters=to_query(filters),
        clock=filters.as_of_dates,
        at=at,
        by=by,
        rows={kind.name: tally.count},
        head=head,
        kind=kind.name,
        sort=order.name,
        **tally.of_file(form),
        columns=describe_columns(columns),
        codebook=codebook(columns),
    )
