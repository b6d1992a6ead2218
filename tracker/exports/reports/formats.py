"""The formats of an issued report; each is drawn from the kept data, and so is the same every time."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.dates import use_zone
from tracker.errors import TooLarge
from tracker.exports import csv_file, xlsx_file
from tracker.exports.charts.png import svg_to_png
from tracker.exports.provenance import DigestCounter, provenance
from tracker.exports.reports import markdown, pdf, xlsx
from tracker.exports.reports.blocks import ReportDocument
from tracker.exports.reports.document import DRAWING, build_document
from tracker.exports.reports.docx import writer as docx
from tracker.models import AsOf, ReportRun
from tracker.queries.reports.stored import stored_content, stored_data
from tracker.records import record_address
from tracker.vocabulary import Chapter

#: The most commitments of a document; the tables of the other formats hold any number.
MAX_IN_DOCUMENTS = 2_000
#: Characters that a file system forbids, or that mislead a reader of a file name; and the most bytes of a title in it.
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u2028-\u202e\u2066-\u2069]+')
MAX_NAME_BYTES = 160
#: The width in pixels of a chart in a Word file.
PICTURE_WIDTH = 1_250


@dataclass(frozen=True)
class Format:
    label: Any
    media_type: str
    write: Callable[[ReportRun], Iterable[bytes]]
    #: Whether it is for reading, and so limited to the commitments that people would read.
    document: bool = False
    #: Whether its files are not text.
    binary: bool = False

    def allow(self, commitments: int, chapters: Collection[Chapter]) -> None:
        """Raise TooLarge if a report with so many commitments and these chapters is too long for this format."""
        if self.document and Chapter.COMMITMENTS in chapters and commitments > MAX_IN_DOCUMENTS:
            message = _(
                "This report tells of %(n)s commitments, and a document of at most %(most)s. Take it as Excel, CSV or "
                "JSON, or issue one of a smaller scope, or one without “%(chapter)s”.",
                n=format_decimal(commitments),
                most=format_decimal(MAX_IN_DOCUMENTS),
                chapter=Chapter.COMMITMENTS.label,
            )
            raise TooLarge(message)


def _document(run: ReportRun) -> ReportDocument:
    return build_document(stored_data(run), run, MAX_IN_DOCUMENTS)


def _markdown(run: ReportRun) -> Iterator[bytes]:
    return (line.encode() for line in markdown.markdown_lines(_document(run)))


def _pdf(run: ReportRun) -> Iterable[bytes]:
    return [pdf.write_pdf(_document(run), run.recorded_at)]


def render_docx(run: ReportRun, template: bytes | None = None) -> Iterable[bytes]:
    """Return a report as a Word file, in our template or another; raises Invalid for an unusable template."""
    picture, data = partial(svg_to_png, width=PICTURE_WIDTH), stored_data(run)
    with use_zone(data.head["report"]["timezone"]):
        return [docx.write_docx(_document(run), template, run.recorded_at, picture, author=str(run.recorded_by))]


def _csv(run: ReportRun) -> Iterator[bytes]:
    """Yield the commitments as a table."""
    data = stored_data(run)
    names = [column["name"] for column in data.head["columns"]["commitments"]]
    rows = ([row[name] for name in names] for row in data.rows("commitments"))
    return (line.encode() for line in csv_file.csv_lines(names, rows))


FORMATS = {
    "pdf": Format("PDF", pdf.MEDIA_TYPE, _pdf, document=True, binary=True),
    "docx": Format("Word", docx.MEDIA_TYPE, render_docx, document=True, binary=True),
    "xlsx": Format("Excel", xlsx_file.MEDIA_TYPE, xlsx.write_xlsx, binary=True),
    "md": Format("Markdown", markdown.MEDIA_TYPE, _markdown, document=True),
    "csv": Format("CSV", csv_file.MEDIA_TYPE, _csv),
    "json": Format("JSON", "application/json", stored_content),
}


def render_report(run: ReportRun, form: str, template: bytes | None = None) -> Iterable[bytes]:
    """Return the file of a report in a format; a Word file can use another template."""
    return render_docx(run, template) if template is not None else FORMATS[form].write(run)


#: The formats of data alone, whose files come with a stamp beside them.
BARE = ("csv", "json")


def report_provenance(run: ReportRun, form: str) -> dict[str, Any]:
    """Return the stamp of the file of a report in a format."""
    data, counter = stored_data(run), DigestCounter()
    for chunk in FORMATS[form].write(run):
        counter.add(chunk)
    return provenance(
        title=run.title,
        sentence=run.sentence or "",
        filters=parse_qs(run.scope or ""),
        as_of=AsOf(run.as_of, run.known_by),
        at=run.recorded_at,
        by=run.recorded_by.code,
        rows=data.head["rows"],
        head=(run.head_seq, run.head_hash),
        report={"code": run.code, "address": record_address(run, data.head["report"]["address"]), "sha256": run.sha256},
        drawing=DRAWING,
        **counter.describe_file(form),
        columns=data.head["columns"]["commitments"] if form == "csv" else data.head["columns"],
        codebook=data.head["codebook"],
    )


def report_file_name(run: ReportRun, suffix: str) -> str:
    """Return the name of the file of a report: its title, in any script, and its code."""
    title = UNSAFE.sub("-", run.title).encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip(" .-")
    return f"{title} ({run.code}).{suffix}" if title else f"{run.code}.{suffix}"
