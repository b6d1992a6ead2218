"""The formats of a report that was issued: each the same every time, for all are drawn from the kept data."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.errors import TooLarge
from tracker.exports import csv
from tracker.exports.reports import markdown, xlsx
from tracker.exports.reports.blocks import Laid
from tracker.exports.reports.layout import laid
from tracker.models import ReportRun
from tracker.queries.reports import kept, tables
from tracker.records import CATALOGUE

#: How many commitments a document tells of; the tables of the other formats hold any number.
MOST_IN_DOCUMENTS = 2_000


@dataclass(frozen=True)
class Format:
    label: Any
    media_type: str
    write: Callable[[ReportRun], Iterable[bytes]]
    #: Whether it is for reading, and so tells of no more commitments than anybody reads.
    document: bool = False
    #: Whether it is no text.
    binary: bool = False

    def allow(self, commitments: int) -> None:
        """Raise TooLarge if a report of so many commitments is too long for this format."""
        if self.document and commitments > MOST_IN_DOCUMENTS:
            message = _(
                "This report tells of %(n)s commitments, and a document of at most %(most)s. Take it as XLSX, CSV or "
                "JSON, or issue one of a smaller scope.",
                n=format_decimal(commitments),
                most=format_decimal(MOST_IN_DOCUMENTS),
            )
            raise TooLarge(message)


def _laid(run: ReportRun) -> Laid:
    return laid(kept.data(run), run, MOST_IN_DOCUMENTS)


def _markdown(run: ReportRun) -> Iterator[bytes]:
    return (line.encode() for line in markdown.lines(_laid(run)))


def _csv(run: ReportRun) -> Iterator[bytes]:
    """Yield the commitments as a table."""
    names = [*(column.name for column in tables.columns(CATALOGUE["commitments"])), "url"]
    rows = ([row[name] for name in names] for row in kept.data(run).rows("commitments"))
    return (line.encode() for line in csv.table(names, rows))


FORMATS = {
    "xlsx": Format("Excel", xlsx.MEDIA_TYPE, xlsx.write, binary=True),
    "md": Format("Markdown", markdown.MEDIA_TYPE, _markdown, document=True),
    "csv": Format("CSV", csv.MEDIA_TYPE, _csv),
    "json": Format("JSON", "application/json", kept.content),
}


def file_name(run: ReportRun, suffix: str) -> str:
    """Return what the file of a report is called: its title and its code, in any script."""
    title = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', "-", run.title).strip(" .-")[:80]
    return f"{title} ({run.code}).{suffix}" if title else f"{run.code}.{suffix}"
