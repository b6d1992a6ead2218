"""Verification of report files: the report is drawn again from the kept data and compared place by place."""

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tracker.database import session
from tracker.dates import use_zone
from tracker.errors import Invalid
from tracker.exports.reports.document import DRAWING, MADE_WITH, MADE_WITH_PATTERN
from tracker.exports.reports.earlier_drawings import KeptValues, unlike_rows
from tracker.exports.reports.file_readers import READERS, FileRow, flatten_json
from tracker.exports.reports.formats import BARE, render_report, report_provenance
from tracker.models import ReportRun
from tracker.queries.reports.stored import stored_data

#: How the name of the stamp beside a file of data ends.
ABOUT = ".about.json"
#: Where `report_file_name` puts the code of a report.
CODE_IN_NAME = re.compile(r"(?<=\()[^()]+(?=\))|^[^()]+$")
SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
#: The number of rows in which a row that moved is searched for.
WINDOW = 50


@dataclass(frozen=True)
class Mismatch:
    """A place where a file differs from what was issued; None stands for a text that only the other has."""

    place: str
    issued: str | None
    actual: str | None


@dataclass(frozen=True)
class ReportFile:
    """The file of a report to verify, and the Word template it was made with unless that is ours."""

    path: Path
    template: bytes | None = None

    @property
    def form(self) -> str:
        return self.path.suffix.lower().lstrip(".")

    @property
    def about_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}{ABOUT}")

    def rows(self) -> Iterator[FileRow]:
        """Yield the rows of the file; raises Invalid if it cannot be read."""
        if self.form not in READERS:
            known = ", ".join(f".{form}" for form in READERS)
            raise Invalid({"file": [f"{self.path.name} is no file of a report: it ends in none of {known}."]})
        content = self.path.read_bytes()
        try:
            yield from READERS[self.form](content)
        # The libraries that read a broken file may raise anything.
        except Exception as error:
            message = f"{self.path.name} is not as any report was issued: it cannot be read as {self.form}."
            raise Invalid({"file": [message]}) from error

    def about(self) -> dict[str, Any] | None:
        """Return the stamp beside a file of data, empty if it cannot be read; None if there is no stamp."""
        if self.form not in BARE or not self.about_path.is_file():
            return None
        about = _parse_json(self.about_path)
        return about if isinstance(about, dict) else {}

    def render(self, run: ReportRun) -> bytes:
        """Return the file of this format that a report gives."""
        return b"".join(render_report(run, self.form, self.template))

    @cached_property
    def other_drawing(self) -> str:
        """Return the version that drew the file, as it or its stamp says; empty if it is of this drawing."""
        if self.form in BARE:
            number = (self.about() or {"drawing": DRAWING}).get("drawing", 1)
            return "" if number == DRAWING else _version(f"drawing {number}", number)
        stamps = list(MADE_WITH_PATTERN.finditer("\n".join(row.text for row in self.rows())))
        if not stamps or MADE_WITH in (stamp[0] for stamp in stamps):
            return ""
        return _version(stamps[-1][0], int(stamps[-1][1] or 1))


def _parse_json(path: Path) -> Any:
    """Return the value of a JSON file; None if it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None


def _version(stamp: str, drawing: int) -> str:
    which = "an earlier" if drawing < DRAWING else "a later" if drawing > DRAWING else "another"
    return f"{which} version of the tracker ({stamp})"


def identify_report(sent: ReportFile, code: str = "") -> tuple[ReportRun, str]:
    """Return the report of a file, and a note on how it was identified where that is not certain.

    It is the report with `code`, else with the checksum in the file or its stamp, else with the code in the name of the
    file, else the only one as known by the same moment. Raises Invalid if there is none, and for a stamp.
    """
    _refuse_stamp(sent)
    if code:
        if run := session.scalar(select(ReportRun).where(ReportRun.code == code)):
            return run, ""
        raise Invalid({"file": [f"No report here has the code “{code}”."]})
    text = "\n".join(row.text for row in sent.rows())
    if sent.about_path.is_file():
        text += sent.about_path.read_text(encoding="utf-8", errors="replace")
    sums = {*SHA256.findall(text), hashlib.sha256(sent.path.read_bytes()).hexdigest()}
    runs = list(session.scalars(select(ReportRun).where(ReportRun.sha256.in_(sums)).order_by(ReportRun.id)))
    if not runs:
        return _guess_report(sent)
    # Reports requested twice as of the same moment have the same data; each file names its own.
    runs.sort(key=lambda run: not re.search(rf"\b{re.escape(run.code)}\b", text))
    same = (run for run in runs if next(mismatches(run, sent), None) is None)
    return (runs[0] if len(runs) == 1 else next(same, runs[0])), ""


def _guess_report(sent: ReportFile) -> tuple[ReportRun, str]:
    """Return the likely report of a file without a checksum known here, and how it was identified."""
    name, known = sent.path.name, "holds no checksum of a report here; which one it is of was taken from"
    for code in reversed(CODE_IN_NAME.findall(sent.path.stem)):
        if run := session.scalar(select(ReportRun).where(ReportRun.code == code.strip())):
            return run, f"{name} {known} its name: {run.code}."
    if sent.form == "json" and (moment := _known_by(sent)):
        runs = session.scalars(select(ReportRun).where(ReportRun.known_by == moment)).all()
        if len(runs) == 1:
            return runs[0], f"{name} {known} the moment it is as known by: {runs[0].code}."
    message = (
        f"No report here has the checksum that {name} or {sent.about_path.name} holds: "
        "it was issued elsewhere, or its stamp was changed. Name its report with --report CODE."
    )
    raise Invalid({"file": [message]})


def _known_by(sent: ReportFile) -> datetime.datetime | None:
    """Return the moment that the data of a file is as known by, or None."""
    try:
        moment = datetime.datetime.fromisoformat(_parse_json(sent.path)["head"]["report"]["known_by"])
    except (ValueError, TypeError, LookupError):
        return None
    return moment if moment.tzinfo else None


def _refuse_stamp(sent: ReportFile) -> None:
    """Raise Invalid for the stamp of a file of data, known by its name or its content."""
    name, value = sent.path.name, _parse_json(sent.path) if sent.form == "json" else None
    file = name.removesuffix(ABOUT) if name.endswith(ABOUT) else ""
    if file or (isinstance(value, dict) and value.keys() >= {"issued_at", "issued_by", "history"}):
        message = f"{name} is the stamp of {file or 'a file'}, not a report: verify {file or 'that file'}."
        raise Invalid({"file": [message]})


def mismatches(run: ReportRun, sent: ReportFile) -> Iterator[Mismatch]:
    """Yield each place where a file or its stamp differs from what its report gives in this format.

    In a file of another drawing, whose words and layout may differ, only places with other values count.
    """
    issued, actual = READERS[sent.form](sent.render(run)), sent.rows()
    if sent.other_drawing and sent.form != "json":
        yield from _value_mismatches(run, sent, list(issued), list(actual))
    else:
        for ours, theirs in _aligned(issued, actual):
            yield from _row_mismatches(ours, theirs)
    if (about := sent.about()) is not None:
        yield from _about_mismatches(run, sent, about)


def is_identical_file(run: ReportRun, sent: ReportFile) -> bool:
    """Return whether a file has exactly the bytes that its report gives."""
    return sent.render(run) == sent.path.read_bytes()


def _value_mismatches(
    run: ReportRun, sent: ReportFile, issued: Sequence[FileRow], actual: Sequence[FileRow]
) -> Iterator[Mismatch]:
    data = stored_data(run)
    with use_zone(data.head["report"]["timezone"]):
        values = KeptValues(data, run, sent.form)
        for ours, theirs in unlike_rows(values, issued, actual, wraps=sent.form == "pdf"):
            cells = list(_row_mismatches(ours, theirs))
            unlike = [cell for cell in cells if not values.same_text(cell.issued or "", cell.actual or "", cell=True)]
            yield from unlike or cells


def _row_mismatches(issued: FileRow | None, actual: FileRow | None) -> Iterator[Mismatch]:
    if not (issued and actual):
        row = issued or actual
        if row and row.text:
            yield Mismatch(row.place, issued.text if issued else None, actual.text if actual else None)
    elif issued.named and actual.named:
        yield from _by_name(issued.place, issued.cells, actual.cells)
    else:
        for ours, theirs in zip_longest(issued.cells, actual.cells):
            # A column with another name differs in the header alone.
            if (ours and ours[1]) != (theirs and theirs[1]):
                yield Mismatch(_within(issued.place, (ours or theirs)[0]), ours and ours[1], theirs and theirs[1])


def _aligned(issued: Iterable[FileRow], actual: Iterable[FileRow]) -> Iterator[tuple[FileRow | None, FileRow | None]]:
    """Yield the rows that differ in pairs; None beside a row that was removed or added."""
    ours, theirs = iter(issued), iter(actual)
    left, right = list(islice(ours, WINDOW)), list(islice(theirs, WINDOW))
    while left or right:
        gone, added = _index(right[:1], left), _index(left[:1], right)
        if gone == 0:
            steps = 1, 1
        elif gone and (not added or gone <= added):
            yield from ((row, None) for row in left[:gone])
            steps = gone, 0
        elif added:
            yield from ((None, row) for row in right[:added])
            steps = 0, added
        else:
            yield left[0] if left else None, right[0] if right else None
            steps = 1, 1
        del left[: steps[0]], right[: steps[1]]
        left += islice(ours, WINDOW - len(left))
        right += islice(theirs, WINDOW - len(right))


def _index(first: Sequence[FileRow], rows: Sequence[FileRow]) -> int | None:
    """Return the index among `rows` of the only row of `first`; None if there is none."""
    return next((n for n, row in enumerate(rows) for other in first if row.cells == other.cells), None)


def _by_name(place: str, *both: Iterable[tuple[str, str]]) -> Iterator[Mismatch]:
    """Yield the differences between two objects, given as pairs of (name, JSON)."""
    issued, actual = map(dict, both)
    for name in {**issued, **actual}:
        if issued.get(name) != actual.get(name):
            yield Mismatch(_within(place, name), issued.get(name), actual.get(name))


def _within(place: str, name: str) -> str:
    return f"{place}, {name}" if name else place


def _about_mismatches(run: ReportRun, sent: ReportFile, about: dict[str, Any]) -> Iterator[Mismatch]:
    issued = report_provenance(run, sent.form)
    if sent.other_drawing and about:
        # The stamp of another drawing may say more or less, and describes the file beside it.
        content = sent.path.read_bytes()
        issued |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        names = [name for name in issued if name in about and name != "drawing"]
        issued, about = ({name: values[name] for name in names} for values in (issued, about))
    yield from _by_name(sent.about_path.name, flatten_json(issued), flatten_json(about))
