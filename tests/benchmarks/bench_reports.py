"""How fast reports are issued and written, and in how much memory: python -m tests.benchmarks.bench_reports [ROWS ...].

The commitments are synthetic and say so. Each number of rows runs in a process of its own, so that its peak memory is
its own. The workbook is compared with XlsxWriter writing the same cells in the same looks, read from a list in memory.
"""

import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from python_calamine import CalamineWorkbook
from werkzeug.datastructures import MultiDict
from xlsxwriter import Workbook

from tests import make
from tests.benchmarks import bench_export
from tracker.actions.reports import draft_report, issue_report
from tracker.database import begin_snapshot, make_engine, session, writing
from tracker.exports.reports.formats import FORMATS
from tracker.models import ReportRun
from tracker.queries.reports.data import report_data
from tracker.queries.reports.parameters import ReportRequest

ROWS = (1_000, 10_000, 100_000)
#: When the synthetic rows were added; what was not is left out of a report.
ADDED = """
INSERT INTO change (seq, at, account_id, action, kind, code, fields, hash)
SELECT (SELECT max(seq) FROM change) + row_number() OVER (), '2024-01-02 03:04:05.000000', 1, 'added', kind, code,
    '{}', 'synthetic'
FROM (SELECT 'commitment_party' AS kind, code FROM commitment_party WHERE code LIKE 'synthetic-%'
    UNION ALL SELECT 'commitment_source', code FROM commitment_source WHERE code LIKE 'synthetic-%')
"""


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def made(database, number):
    app = bench_export.make(database, number)
    engine = make_engine(app.extensions["tracker.engine"].url).execution_options(write=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(ADDED)
    engine.dispose()
    return app


def issue():
    begin_snapshot()
    told = report_data(ReportRequest(MultiDict({"as_of": "2026-11-01"})).parameters("http://tracker.test"))
    with draft_report(told) as written, writing():
        return issue_report(make.account(), written).code


def bare(sheets, path):
    """Write cells as the report does, from a list in memory."""
    with Workbook(path, {"constant_memory": True}) as book:
        text = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for place, value in enumerate(cells):
                    if isinstance(value, str):
                        if value:
                            sheet.write_string(row, place, value, text)
                    elif isinstance(value, int | float):
                        sheet.write_number(row, place, value, text)
                    else:
                        sheet.write_datetime(row, place, value, day)


def took(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure(number):
    with tempfile.TemporaryDirectory() as folder:
        app = made(f"{folder}/bench.sqlite", number)
        with app.test_request_context():
            start, before = time.perf_counter(), peak()
            code = issue()
            issued = time.perf_counter() - start
            run = session.query(ReportRun).filter_by(code=code).one()
            told = f"{number:>7,}: {run.commitments:,} commitments issued in {issued:.1f} s"
            seconds = {}
            for form in ("csv", "json", "xlsx"):
                seconds[form] = took(lambda form=form: [None for _stretch in FORMATS[form].write(run)])
                told += f"; {form} {run.commitments / seconds[form]:,.0f} rows/s"
            print(f"{told}; peak memory {peak():.0f} MB, {peak() - before:.0f} MB of it for the report", flush=True)
            if number <= 10_000:
                beside(run, folder)
        app.extensions["tracker.engine"].dispose()


def beside(run, folder):
    """Compare with XlsxWriter alone, in turns, so that a busy machine slows both."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(FORMATS["xlsx"].write(run))))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    ratios = []
    for _ in range(5):
        ours = took(lambda: [None for _stretch in FORMATS["xlsx"].write(run)])
        ratios.append(took(lambda: bare(sheets, Path(folder) / "bare.xlsx")) / ours)
    print(f"         XLSX: {statistics.median(ratios):.2f} of bare XlsxWriter's rows a second", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        measure(int(sys.argv[1].replace(",", "").replace("_", "")))
    else:
        for rows in sys.argv[1:] or ROWS:
            subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_reports", str(rows)], check=True)
