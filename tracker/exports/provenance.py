"""The stamp of an export or report: its filters, when and by whom it was issued, and its checksum."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from tracker.models import AsOf

Row = TypeVar("Row")


class DigestCounter:
    """Counts the rows of a file and hashes its bytes as they go by, so that memory holds none of it."""

    def __init__(self) -> None:
        self.count = self.size = 0
        self._hash = hashlib.sha256()

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.count += 1
            yield row

    def add(self, chunk: bytes) -> bytes:
        """Count a chunk of the file, and return it."""
        self.size += len(chunk)
        self._hash.update(chunk)
        return chunk

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def describe_file(self, form: str) -> dict[str, str | int]:
        """Return the format, size and checksum of the file."""
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

    `sentence` is the filters in words; `at` and `by` (the code of an account) are when and by whom it was issued;
    `rows` the number of records of each kind; `head` the number of changes in the history, and the hash of the last.
    The `details` follow unchanged: a checksum, a format, columns.
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
