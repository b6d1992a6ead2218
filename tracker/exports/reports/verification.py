"""Whether the file of a report is what was issued: drawn again from the kept data, and compared place by place."""

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from sqlalchemy import select

from tracker.database import session
from tracker.errors import Invalid
from tracker.exports.reports.document import PROGRAM
from tracker.exports.reports.formats import BARE, render_report, report_provenance
from tracker.exports.reports.readers import READERS, FileRow, flatten_json
from tracker.models import ReportRun

#: How the name of what stands beside a file of data ends.
ABOUT = ".about.json"
#: Where the name of a file may hold the code of its report, as `file_name` puts it there.
NAMED = re.compile(r"(?<=\()[^()]+(?=\))|^[^()]+$")
SUM = re.compile(r"\b[0-9a-f]{64}\b")
#: How many rows further on one is looked for that is not where it was.
AHEAD = 50


@dataclass(frozen=True)
class Mismatch:
    """One place where a file holds something else than was issued; nothing where only one of the two has it."""

    place: str
    issued: str | None
    found: str | None


@dataclass(frozen=True)
class ReportFile:
    """The file of a report as somebody has it, and the Word template it was laid into, if not ours."""

    path: Path
    template: bytes | None = None

    @property
    def form(self) -> str:
        return self.path.suffix.lower().lstrip(".")

    @property
    def beside(self) -> Path:
        return self.path.with_name(f"{self.path.name}{ABOUT}")

    def rows(self) -> Iterator[FileRow]:
        """Yield what it holds; raises Invalid for what cannot be read."""
        if self.form not in READERS:
            known = ", ".join(f".{each}" for each in READERS)
            raise Invalid({"file": [f"{self.path.name} is no file of a report: it ends in none of {known}."]})
        content = self.path.read_bytes()
        try:
            yield from READERS[self.form](content)
        # Whatever the readers of others raise for a file that is broken.
        except Exception as error:
            told = f"{self.path.name} is not as any report was issued: it cannot be read as {self.form}."
            raise Invalid({"file": [told]}) from error

    def drawn(self, run: ReportRun) -> bytes:
        """Return the file that a report gives."""
        return b"".join(render_report(run, self.form, self.template))


def identify_report(sent: ReportFile, code: str = "") -> tuple[ReportRun, str]:
    """Return the report a file is of, and what it was taken from where that is not sure.

    It is that with a code, else the one whose checksum the file or its about file holds, else the one it is called by,
    or that alone is as known by the same moment. Raises Invalid if there is none, and for a stamp.
    """
    _no_stamp(sent)
    if code:
        if found := session.scalar(select(ReportRun).where(ReportRun.code == code)):
            return found, ""
        raise Invalid({"file": [f"No report here has the code “{code}”."]})
    told = "\n".join(row.text for row in sent.rows())
    if sent.beside.is_file():
        told += sent.beside.read_text(encoding="utf-8", errors="replace")
    sums = {*SUM.findall(told), hashlib.sha256(sent.path.read_bytes()).hexdigest()}
    runs = list(session.scalars(select(ReportRun).where(ReportRun.sha256.in_(sums)).order_by(ReportRun.id)))
    if not runs:
        return _taken(sent)
    # What was asked for twice, of the same moment, says the same twice; each file names its own.
    runs.sort(key=lambda run: not re.search(rf"\b{re.escape(run.code)}\b", told))
    same = (run for run in runs if next(mismatches(run, sent), None) is None)
    return (runs[0] if len(runs) == 1 else next(same, runs[0])), ""


def _taken(sent: ReportFile) -> tuple[ReportRun, str]:
    """Return the report that a file without a checksum known here may be of, and what that is taken from."""
    name, known = sent.path.name, "holds no checksum of a report here; which one it is of was taken from"
    for code in reversed(NAMED.findall(sent.path.stem)):
        if run := session.scalar(select(ReportRun).where(ReportRun.code == code.strip())):
            return run, f"{name} {known} its name: {run.code}."
    if sent.form == "json" and (moment := _moment(sent)):
        runs = session.scalars(select(ReportRun).where(ReportRun.known_by == moment)).all()
        if len(runs) == 1:
            return runs[0], f"{name} {known} the moment it is as known by: {runs[0].code}."
    message = (
        f"No report here has the checksum that {name} or {sent.beside.name} holds: "
        "it was issued elsewhere, or its stamp was changed. Name its report with --report CODE."
    )
    raise Invalid({"file": [message]})


def _moment(sent: ReportFile) -> datetime.datetime | None:
    """Return the moment that the data of a report is as known by, or nothing."""
    try:
        moment = datetime.datetime.fromisoformat(json.loads(sent.path.read_bytes())["head"]["report"]["known_by"])
    except (ValueError, TypeError, LookupError):
        return None
    return moment if moment.tzinfo else None


def _no_stamp(sent: ReportFile) -> None:
    """Refuse what stands beside a file of data, by its name or by what it holds."""
    name = sent.path.name
    of = name.removesuffix(ABOUT) if name.endswith(ABOUT) else ""
    if of or (sent.form == "json" and _is_stamp(sent.path.read_bytes())):
        told = f"{name} is the stamp of {of or 'a file'}, not a report: verify {of or 'that file'}."
        raise Invalid({"file": [told]})


def _is_stamp(content: bytes) -> bool:
    try:
        held = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(held, dict) and held.keys() >= {"issued_at", "issued_by", "history"}


def mismatches(run: ReportRun, sent: ReportFile) -> Iterator[Mismatch]:
    """Yield each place where a file, or what stands beside it, differs from what its report gives in its format."""
    for issued, found in _aligned(READERS[sent.form](sent.drawn(run)), sent.rows()):
        if issued and found:
            yield from _cells(issued, found)
        elif row := issued or found:
            yield Mismatch(row.place, row.text if issued else None, row.text if found else None)
    if sent.form in BARE and sent.beside.is_file():
        yield from _stamp(run, sent)


def written_by_other_version(sent: ReportFile) -> str:
    """Return with which other version of the tracker a file says that it was made, or nothing."""
    named = re.findall(r"\bTracker \d[\w.+-]*", "\n".join(row.text for row in sent.rows()))
    return next((each for each in named if each != PROGRAM), "")


def is_identical_file(run: ReportRun, sent: ReportFile) -> bool:
    """Return whether a file is byte by byte what its report gives."""
    return sent.drawn(run) == sent.path.read_bytes()


def _aligned(issued: Iterable[FileRow], found: Iterable[FileRow]) -> Iterator[tuple[FileRow | None, FileRow | None]]:
    """Yield the rows that differ, side by side; nothing beside a row that was taken out or put in."""
    ours, theirs = iter(issued), iter(found)
    left, right = list(islice(ours, AHEAD)), list(islice(theirs, AHEAD))
    while left or right:
        gone, come = _place(right[:1], left), _place(left[:1], right)
        if gone == 0:
            steps = 1, 1
        elif gone and (not come or gone <= come):
            yield from ((row, None) for row in left[:gone])
            steps = gone, 0
        elif come:
            yield from ((None, row) for row in right[:come])
            steps = 0, come
        else:
            yield left[0] if left else None, right[0] if right else None
            steps = 1, 1
        del left[: steps[0]], right[: steps[1]]
        left += islice(ours, AHEAD - len(left))
        right += islice(theirs, AHEAD - len(right))


def _place(one: Sequence[FileRow], rows: Sequence[FileRow]) -> int | None:
    """Return where a row stands among others."""
    return next((n for n, row in enumerate(rows) for each in one if row.cells == each.cells), None)


def _cells(issued: FileRow, found: FileRow) -> Iterator[Mismatch]:
    if issued.named and found.named:
        yield from _by_name(issued.place, issued.cells, found.cells)
        return
    for there, here in zip_longest(issued.cells, found.cells):
        # Columns of other names differ in the row that names them.
        if (there and there[1]) != (here and here[1]):
            yield Mismatch(_within(issued.place, (there or here)[0]), there and there[1], here and here[1])


def _by_name(place: str, *both: Iterable[tuple[str, str]]) -> Iterator[Mismatch]:
    """Yield what differs between two objects, told as (name, JSON)."""
    issued, found = map(dict, both)
    for name in {**issued, **found}:
        if issued.get(name) != found.get(name):
            yield Mismatch(_within(place, name), issued.get(name), found.get(name))


def _within(place: str, name: str) -> str:
    return f"{place}, {name}" if name else place


def _stamp(run: ReportRun, sent: ReportFile) -> Iterator[Mismatch]:
    try:
        found = json.loads(sent.beside.read_bytes())
    except (ValueError, RecursionError):
        found = {}
    yield from _by_name(sent.beside.name, flatten_json(report_provenance(run, sent.form)), flatten_json(found))
