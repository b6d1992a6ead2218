"""The data of a report as JSON, written and read: it is stored, and the checksum is of it.

The head is the first line; then each kind of record has an opening line, and a line for each record. The same data
always gives the same JSON.
"""

import hashlib
import itertools
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
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

#: The number of the form of the data: raised when anything gets another name or place, and the earlier form gets a
#: reader in `READERS`. An addition needs neither, if drawing can do without it.
FORM = 1
#: Bytes unpacked at once, so that the beginning can be read without the rest.
CHUNK = 1 << 16


@dataclass(frozen=True)
class ReportData:
    """The data of a report. `rows` yields the records of a kind, each time anew; `head["rows"]` has their numbers."""

    head: Head
    rows: Callable[[str], Iterator[Row]]


#: {number of a form: the function that turns its data into data of `FORM`}; it is the "format" in the head.
READERS: dict[int, Callable[[ReportData], ReportData]] = {1: lambda data: data}


def get_report(code: str) -> ReportRun:
    """Return the report with a code; raises NotFound."""
    if run := session.scalar(select(ReportRun).where(ReportRun.code == code)):
        return run
    raise NotFound(_("Reports: nothing here has the code “%(code)s”.", code=code[:80]))


def serialize(data: ReportData) -> Iterator[str]:
    """Yield the lines of a report, which together are one JSON object."""
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
    """Return the kept data of a report as chunks of JSON in UTF-8."""
    return _content(run.id)


def stored_data(run: ReportRun) -> ReportData:
    """Return the data of a report as issued, in the form of today."""
    # The id alone, as files are still read when the request has ended.
    number = run.id
    line = next(_split_lines(b"", _content(number)))
    head: Head = json.loads(line.removeprefix(b'{"head": ').rstrip(b","))
    return READERS[head["format"]](ReportData(head, lambda name: _deserialize_rows(_content(number), name)))


def stored_report_problems() -> Iterator[str]:
    """Yield a sentence for each report whose data is not what was issued."""
    for run in session.scalars(select(ReportRun).order_by(ReportRun.id)):
        sha256 = hashlib.sha256()
        with suppress(zlib.error):
            for chunk in stored_content(run):
                sha256.update(chunk)
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


def _deserialize_rows(chunks: Iterator[bytes], name: str) -> Iterator[Row]:
    # JSON escapes line ends in texts, so this occurs nowhere else.
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
    """Yield whole lines of `rest`, which was read already, and of the chunks."""
    for chunk in itertools.chain([b""], chunks):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole


def _to_json(value: Head | Row) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
