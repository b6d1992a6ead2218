"""Reading what a report printed that was issued."""

import zlib
from collections.abc import Iterator

from sqlalchemy import select

from tracker.database import session
from tracker.models import ReportPart, ReportRun
from tracker.queries.reports import canonical
from tracker.queries.reports.data import Data


def content(run: ReportRun) -> Iterator[bytes]:
    """Yield the kept data of a report, as JSON in UTF-8, a stretch at a time."""
    unpacked = zlib.decompressobj()
    number = 0
    while part := session.scalar(
        select(ReportPart.content).where(ReportPart.report_id == run.id, ReportPart.number == number)
    ):
        yield unpacked.decompress(part)
        number += 1
    yield unpacked.flush()


def lines(run: ReportRun) -> Iterator[str]:
    """Yield the kept data a line at a time."""
    rest = b""
    for stretch in content(run):
        *whole, rest = (rest + stretch).split(b"\n")
        for line in whole:
            yield line.decode() + "\n"
    if rest:
        yield rest.decode()


def data(run: ReportRun) -> Data:
    """Return what a report said when it was issued."""
    return Data(canonical.read_head(lines(run)), lambda name: canonical.read_rows(lines(run), name))
