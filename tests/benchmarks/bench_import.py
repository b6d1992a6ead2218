"""How fast commitments are imported, and in how much memory: python -m tests.benchmarks.bench_import [ROWS ...].

The rows are synthetic and say so. Each number of rows runs in a process of its own, on a new SQLite database,
from a CSV in memory to the committed history, and then once more, when all of it is there already.
"""

import csv
import io
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from alembic import command

from tests import make
from tracker.actions.imports.batch import run_import
from tracker.actions.imports.files import read_table
from tracker.actions.imports.mapping import ImportSettings
from tracker.actions.seed import load_seeds
from tracker.app import create_app
from tracker.config import Settings as AppSettings
from tracker.database import alembic_config, writing
from tracker.paths import folder
from tracker.records import CATALOGUE

ROWS = (2_000, 10_000, 50_000)
KIND = CATALOGUE["commitments"]
AREAS = ("fentanyl", "arms", "migration")


def content(number):
    """Return a CSV of so many synthetic commitments with every column of the form."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [each.name for each in KIND.form()], restval="")
    writer.writeheader()
    for n in range(number):
        writer.writerow(
            {
                "code": f"synthetic-{n}",
                "title": f"Synthetic commitment {n}",
                "title_es": f"Compromiso sintético {n}",
                "text": "Made up for measuring; it says at some length what nobody undertook. " * 3,
                "kind": "new_commitment",
                "meeting": "mx-us-2023-07-24",
                "area": AREAS[n % 3],
                "areas": "arms; migration" if n % 2 else "",
                "frameworks": "bicentennial-framework" if n % 3 == 0 else "",
                "made_on": "2023-07-24",
                "deadline_kind": "explicit",
                "due_on": "2024-12-31",
                "priority": "normal",
                "note": "Synthetic.",
            }
        )
    return out.getvalue().encode()


def measure(number):
    given = content(number)
    with tempfile.TemporaryDirectory() as data:
        app = create_app(AppSettings(data=Path(data), database=f"{data}/bench.sqlite"))
        command.upgrade(alembic_config(app.extensions["tracker.engine"].url), "head")
        with app.app_context():
            with writing():
                load_seeds(folder("seeds"))
            for what in ("added", "left"):
                start, worked = time.perf_counter(), time.process_time()
                with writing():
                    outcome = run_import(
                        KIND, read_table(given), ImportSettings(), make.account(), lambda _outcome: True
                    )
                took, worked = time.perf_counter() - start, time.process_time() - worked
                assert outcome.counts[what] == number, outcome.report.errors[:3]
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(
                    f"{number:>7,} rows, {len(given) / 1024**2:5.1f} MB, all {what:<5}: "
                    f"{number / took:>6,.0f} rows/s ({number / worked:,.0f} by the processor's time), "
                    f"peak memory {peak:.0f} MB",
                    flush=True,
                )
        app.extensions["tracker.engine"].dispose()


if __name__ == "__main__":
    if len(sys.argv) == 2:
        measure(int(sys.argv[1].replace(",", "").replace("_", "")))
    else:
        for rows in sys.argv[1:] or ROWS:
            subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_import", str(rows)], check=True)
