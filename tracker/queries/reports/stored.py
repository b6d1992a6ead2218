"""The data of a report: how it is written as JSON, which is what is kept and what its checksum is of, and read again.

The head is the first line; then each kind of record has a line that opens it, and a line for each record. The same data
is always written the same.
"""

import hashlib
import itertools
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from tracker.database import session
from tracker.errors import NotFound
from tracker.models import ReportPart, ReportRun

Head = dict[str, Any]
Row = dict[str, Any]
#: Any value of JSON.
Json = dict[str, Any] | list[Any] | str | int | float | bool | None

#: The number of the form that the data of reports has: it is raised when what is there has another name or place, and
#: what there was before gets a reader in `READERS`. What is merely added needs none, if drawing can do without it.
FORM = 1
#: How many bytes are unpacked at once: who looks for what stands at the beginning need not wait for the rest.
CHUNK = 1 << 16


@dataclass(frozen=True)
class ReportData:
    """What a report says. `rows` yields the records of a kind, each time anew; there are `head["rows"]` of each."""

    head: Head
    rows: Callable[[str], Iterator[Row]]


#: {number of a form: what turns data of that form into data of `FORM`}; "format" holds the number in the head.
READERS: dict[int, Callable[[ReportData], ReportData]] = {1: lambda data: data}


def get_report(code: str) -> ReportRun:
    """Return the report with a code; raises NotFound."""
    if run := session.scalar(select(ReportRun).where(ReportRun.code == code)):
        return run
    raise NotFound(_("Reports: nothing here has the code “%(code)s”.", code=code[:80]))


def serialize(data: ReportData) -> Iterator[str]:
    """Yield a report a line at a time; all of them together are one object of JSON."""
    yield '{"head": ' + _to_json(data.head)
    for name in data.head["rows"]:
        yield f',\n"{name}": ['
        before = "\n"
        for row in data.rows(name):
            yield before + _to_json(row)
            before = ",\n"
        yield "\n]"
    yield "}\n"


def stored_content(run: ReportRun) -> Iterator[bytes]:
    """Return the kept data of a report, as JSON in UTF-8, a chunk at a time."""
    return _content(run.id)


def stored_data(run: ReportRun) -> ReportData:
    """Return what a report said when it was issued, in the form of today."""
    # By its number: a file is still being read when the request for it is done.
    number = run.id
    head = _deserialize_head(_content(number))
    return READERS[head["format"]](ReportData(head, lambda name: _deserialize_rows(_content(number), name)))


def stored_report_problems() -> Iterator[str]:
    """Yield what is wrong with the data of reports, a sentence for each that is not what was issued."""
    for run in session.scalars(select(ReportRun).order_by(ReportRun.id)):
        sha256 = hashlib.sha256()
        try:
            for chunk in stored_content(run):
                sha256.update(chunk)
        except zlib.error:
            pass
        if sha256.hexdigest() != run.sha256:
            yield _("reports/%(code)s: its data is not what was issued.", code=run.code)


def _content(report_id: int) -> Iterator[bytes]:
    decompressor, part = zlib.decompressobj(), select(ReportPart.content).where(ReportPart.report_id == report_id)
    for number in itertools.count():
        packed = session.scalar(part.where(ReportPart.number == number))
        if packed is None:
            break
        while packed:
            yield decompressor.decompress(packed, CHUNK)
            packed = decompressor.unconsumed_tail
    yield decompressor.flush()


def _deserialize_head(chunks: Iterable[bytes]) -> Head:
    line = next(_split_lines(b"", iter(chunks)))
    head: Head = json.loads(line.removeprefix(b'{"head": ').rstrip(b","))
    return head


def _deserialize_rows(chunks: Iterator[bytes], name: str) -> Iterator[Row]:
    # No text of a record holds a line end, so this stands nowhere else.
    opening, before = f'\n"{name}": [\n'.encode(), b""
    for chunk in chunks:
        _passed, opened, rest = (before + chunk).partition(opening)
        if opened:
            for line in _split_lines(rest, chunks):
                if line.startswith(b"]"):
                    return
                yield json.loads(line.rstrip(b","))
        before = (before + chunk)[-len(opening) :]


def _split_lines(rest: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield whole lines, first of what was read already."""
    for chunk in itertools.chain([b""], chunks):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole


def _to_json(value: Head | Row) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
