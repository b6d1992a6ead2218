"""Issuing a status report: its data is written down once, and kept as it is."""

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
from tracker.queries.reports import serialization
from tracker.queries.reports.data import ReportData
from tracker.queries.reports.parameters import form_for_report

#: How many bytes of compressed data stand in one row, and how many are written before they go to the disk.
PART, IN_MEMORY = 1 << 16, 8 << 20


@dataclass
class ReportDraft:
    """The data of a report, compressed in a file, before it is kept."""

    file: IO[bytes]
    #: Of the data before it was compressed, in hexadecimal.
    sha256: str
    head: dict[str, Any]
    #: Where the history stood: how many changes, and the hash of the last.
    history: tuple[int, str]


@contextmanager
def draft_report(data: ReportData) -> Iterator[ReportDraft]:
    """Write the data of a report into a file that is there for a block; nothing is kept yet."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        packed, sha256 = zlib.compressobj(), hashlib.sha256()
        for line in serialization.serialize(data):
            stretch = line.encode()
            sha256.update(stretch)
            file.write(packed.compress(stretch))
        file.write(packed.flush())
        yield ReportDraft(file, sha256.hexdigest(), data.head, history.chain_head())


def issue_report(account: Account | None, written: ReportDraft) -> ReportRun:
    """Keep a report that was written as issued by an account."""
    set_actor(account)
    asked, run = written.head["report"], ReportRun()
    form = form_for_report(asked)
    with session.no_autoflush:
        form.populate_obj(run)
        run.sentence, run.commitments = asked["sentence"] or None, written.head["rows"]["commitments"]
        (run.head_seq, run.head_hash), run.sha256 = written.history, written.sha256
        run.recorded_at, run.recorded_by = datetime.datetime.now(datetime.UTC), cast(Account, account)
        session.add(run)
    flush()
    written.file.seek(0)
    for number, part in enumerate(iter(partial(written.file.read, PART), b"")):
        session.execute(insert(ReportPart), {"report_id": run.id, "number": number, "content": part})
    return run
