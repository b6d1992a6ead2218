"""Issuing status reports, whose data is stored once and never changed."""

import datetime
import hashlib
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, cast

from sqlalchemy import insert

from tracker.actions.save import flush, set_actor
from tracker.database import session
from tracker.models import Account, ReportPart, ReportRun
from tracker.queries import history
from tracker.queries.reports.parameters import form_for_report
from tracker.queries.reports.stored import ReportData, serialize

#: Bytes of compressed data in one row, and bytes of a draft that are held in memory.
PART_BYTES, MAX_IN_MEMORY = 1 << 16, 8 << 20


@dataclass
class ReportDraft:
    """The data of a report before it is issued, compressed in a temporary file."""

    file: IO[bytes]
    #: Of the uncompressed data, in hexadecimal.
    sha256: str
    head: dict[str, Any]
    #: The number of changes in the history, and the hash of the last.
    history: tuple[int, str]


@contextmanager
def draft_report(data: ReportData) -> Iterator[ReportDraft]:
    """Write the data of a report into a temporary file; it is not stored yet."""
    with tempfile.SpooledTemporaryFile(MAX_IN_MEMORY) as file:
        compressor, sha256 = zlib.compressobj(), hashlib.sha256()
        for line in serialize(data):
            data_line = line.encode()
            sha256.update(data_line)
            file.write(compressor.compress(data_line))
        file.write(compressor.flush())
        yield ReportDraft(file, sha256.hexdigest(), data.head, history.chain_head())


def issue_report(account: Account | None, draft: ReportDraft) -> ReportRun:
    """Store a report as issued by an account."""
    set_actor(account)
    report, run = draft.head["report"], ReportRun()
    form = form_for_report(report)
    with session.no_autoflush:
        form.populate_obj(run)
        run.sentence, run.commitments = report["sentence"] or None, draft.head["rows"]["commitments"]
        (run.head_seq, run.head_hash), run.sha256 = draft.history, draft.sha256
        run.recorded_at, run.recorded_by = datetime.datetime.now(datetime.UTC), cast(Account, account)
        session.add(run)
    flush()
    draft.file.seek(0)
    for number, part in enumerate(iter(partial(draft.file.read, PART_BYTES), b"")):
        session.execute(insert(ReportPart), {"report_id": run.id, "number": number, "content": part})
    return run
