"""The stamp of an export or report: what was asked for, when and by whom it was issued, and its checksum."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from tracker.models import AsOf

Row = TypeVar("Row")


class DigestCounter:
    """Counts the rows of a file and sums up its bytes as they go by, so that none of it is held in memory."""

    def __init__(self) -> None:
        self.count = self.size = 0
        self._hash = hashlib.sha256()

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.count += 1
            yield row

    def add(self, chunk: bytes) -> bytes:
        """Count a stretch of the file, and return it."""
        self.size += len(chunk)
        self._hash.update(chunk)
        return chunk

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def describe_file(self, form: str) -> dict[str, str | int]:
        """Return format, size and checksum of the file that went by."""
        return {"format": form, "bytes": self.size, "sha256": self.sha256}


def provenance(
    *,
    title: str,
    sentence: str,
    filters: Mapping[str, Sequence[str]],
    as_of: AsOf,
    at: datetime.datetime,
    by: str,
    rows: Mapping[str, int],
    head: tuple[int, str],
    **details: object,
) -> dict[str, Any]:
    """Return the stamp of an export or report, ready for JSON.

    `sentence` says the filters in words; `at` and `by` (the code of an account) when and by whom it was issued; `rows`
    how many records of each kind it holds; `head` how many changes the history had, and the hash of the last.
    The `details` follow as they are: a checksum, a format, columns.
    """
    return {
        "title": title,
        "sentence": sentence,
        "filters": dict(filters),
        "as_of": as_of.on.isoformat(),
        "known_by": (as_of.known_by or at).isoformat(),
        "issued_at": at.isoformat(),
        "issued_by": by,
        "rows": dict(rows),
        "history": {"changes": head[0], "hash": head[1]},
        **details,
    }
