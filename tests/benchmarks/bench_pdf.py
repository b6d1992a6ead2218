"""How long a PDF of many commitments takes beside bare typst: python -m tests.benchmarks.bench_pdf [NUMBER ...].

The report is synthetic and says so. Bare typst prints the same texts from the same data with the plainest template:
headings, paragraphs, lists and tables, without tags, contents, links or looks. Each runs three times in a
process of its own, for typst keeps what it has laid out; the best of each are compared.
"""

import datetime
import json
import sys
import time
from multiprocessing import get_context

import pypdfium2
import typst
from flask import Flask
from flask_babel import Babel

from tracker.exports.reports import pdf
from tracker.exports.reports.blocks import BulletList, Heading, Paragraph, ReportDocument, Span, Table

NUMBERS = (1000,)
ISSUED = datetime.datetime(2024, 3, 1, tzinfo=datetime.UTC)
BARE = """
#let report = json(bytes(sys.inputs.report))
#let told(line) = line.map(span => span.text).join()
#for it in report {
  if it.sort == "heading" { heading(level: it.level, it.text) }
  if it.sort == "paragraph" { par(told(it.line)) }
  if it.sort == "items" { list(..it.lines.map(told)) }
  if it.sort == "table" {
    par(it.caption)
    table(columns: it.header.len(), ..it.header, ..it.rows.flatten().map(span => span.text))
  }
}
"""


def laid(number):
    """Return a synthetic report; each commitment has a heading, two paragraphs, a table of two rows, three items."""
    blocks = []
    for n in range(number):
        if n % 100 == 0:
            blocks.append(Heading(f"Synthetic chapter {n // 100 + 1}", 1))
        if n % 10 == 0:
            blocks.append(Heading(f"Synthetic part {n // 10 + 1}", 2))
        address = f"https://tracker.example/commitments/synthetic-{n}"
        blocks += [
            Heading(f"Synthetic commitment {n} to publish the figures of its subject each year", 3, address),
            Paragraph([Span("In progress", look="in_progress"), Span(f" since day {n} · synthetic", look="soft")]),
            Paragraph([Span(f"What synthetic commitment {n} asks for, in a sentence about as long as most. " * 4)]),
            Table(
                "Synthetic updates",
                ("Party", "From", "To", "Figure"),
                [
                    [[Span("Party A")], [Span("Not started")], [Span("In progress")], [Span(str(n))]],
                    [[Span("Party B")], [Span("In progress")], [Span("Done")], [Span(str(n + 1))]],
                ],
                numbers=(3,),
            ),
            BulletList([[Span(f"Synthetic evidence {n}.{k}", address), Span(", as published")] for k in range(3)]),
        ]
    return ReportDocument(
        "Synthetic report", "Made up", "en", blocks, [("Title", "Synthetic report")], "Synthetic report"
    )


def bare(report):
    told = [{"sort": block.sort} | vars(block) for block in report.blocks]
    given = {"report": json.dumps(told, default=vars)}
    return typst.compile(
        BARE.encode(), format="pdf", ignore_system_fonts=True, sys_inputs=given, pdf_tags=False, timestamp=0
    )


def whole(report):
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        return pdf.write_pdf(report, ISSUED)


def timed(make, number):
    """Return (seconds, pages, megabytes)."""
    report = laid(number)
    start = time.perf_counter()
    made = make(report)
    took = time.perf_counter() - start
    with pypdfium2.PdfDocument(made) as read:
        return took, len(read), len(made) / 1e6


def measure(number):
    found = {bare: [], whole: []}
    for make in (bare, whole) * 3:
        with get_context("spawn").Pool(1) as pool:
            found[make].append(pool.apply(timed, (make, number)))
    least = {make: min(runs) for make, runs in found.items()}
    for make, (took, pages, size) in least.items():
        print(f"{number:>6,} commitments, {make.__name__:<5} {took:6.2f} s, {pages:>5} pages, {size:5.1f} MB")
    print(f"        the report takes {least[whole][0] / least[bare][0]:.1f}x bare typst")


if __name__ == "__main__":
    for wanted in map(int, sys.argv[1:]) if sys.argv[1:] else NUMBERS:
        measure(wanted)
