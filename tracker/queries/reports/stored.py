"""Reading what a report printed that was issued."""

import hashlib
import itertools
import zlib
from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import select

from tracker.database import session
from tracker.models import ReportPart, ReportRun
from tracker.queries.reports import serialization
from tracker.queries.reports.data import ReportData

#: How many bytes are unpacked at once: who looks for what stands at the beginning need not wait for the rest.
STRETCH = 1 << 16


def stored_content(run: ReportRun) -> Iterator[bytes]:
    """Return the kept data of a report, as JSON in UTF-8, a stretch at a time."""
    return _content(run.id)


def stored_data(run: ReportRun) -> ReportData:
    """Return what a report said when it was issued."""
    # By its number: a file is still being read when the request that asked for it is done.
    number = run.id
    return ReportData(
        serialization.deserialize_head(_content(number)),
        lambda name: serialization.deserialize_rows(_content(number), name),
    )


def stored_report_problems() -> Iterator[str]:
    """Yield what is wrong with the data of reports, a sentence for each that is not what was issued."""
    for run in session.scalars(select(ReportRun).order_by(ReportRun.id)):
        sha256 = hashlib.sha256()
        try:
            for stretch in stored_content(run):
                sha256.update(stretch)
        except zlib.error:
            pass
        if sha256.hexdigest() != run.sha256:
            yield _("reports/%(code)s: its data is not what was issued.", code=run.code)


def _content(report_id: int) -> Iterator[bytes]:
    unpacked, part = zlib.decompressobj(), select(ReportPart.content).where(ReportPart.report_id == report_id)
    for number in itertools.count():
        packed = session.scalar(part.where(ReportPart.number == number))
        if packed is None:
            break
        while packed:
            yield unpacked.decompress(packed, STRETCH)
            packed = unpacked.unconsumed_tail
    yield unpacked.flush()
