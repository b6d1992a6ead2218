"""How fast updates are logged, and what looking back costs: python -m tests.benchmarks.bench_progress [NUMBER ...].

The records are synthetic and say so. Updates are logged through the action, each in a transaction of its own, on a new
SQLite database; pages are timed as the median of five, each against the same page of today.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from alembic import command
from sqlalchemy import text

from tests import make
from tracker.actions.seed import load_seeds
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import alembic_config, session, writing
from tracker.paths import folder

COMMITMENTS = (100, 500)
LOGGED = 300
PAGES = ("/commitments/", "/", "/follow-up/", "/commitments/synthetic-0", "/commitments/?format=csv")
STATUSES = ("in_progress", "partly_done", "done", "stalled")


def fill(number):
    """Make synthetic commitments with two leads and four updates of each lead."""
    areas, leads = ("fentanyl", "arms", "migration"), ("mx", "us")
    for n in range(number):
        code = f"synthetic-{n}"
        make.commitment(
            code=code, title=f"Synthetic commitment {n}", area=areas[n % 3], made_on="2023-07-24",
            deadline_kind="explicit", due_on=f"2024-{1 + n % 12:02}-01",
        )  # fmt: skip
        for party in leads:
            make.commitment_party(commitment=code, party=party, role="lead")
        for m in range(4):
            for k, party in enumerate(leads):
                make.update(
                    commitment=code,
                    party=party,
                    status=STATUSES[(n + m + k) % 4],
                    effective_on=f"2024-{1 + m * 2:02}-10",
                )


def timed(client, path):
    took = []
    for _ in range(5):
        start = time.perf_counter()
        assert client.get(path, buffered=True).status_code == 200, path
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def measure(number):
    with tempfile.TemporaryDirectory() as data:
        app = create_app(Settings(data=Path(data), database=f"{data}/bench.sqlite"))
        command.upgrade(alembic_config(app.extensions["tracker.engine"].url), "head")
        with app.app_context():
            with writing():
                load_seeds(folder("seeds"))
            with writing():
                fill(number)
            start = time.perf_counter()
            for n in range(LOGGED):
                with writing():
                    make.update(commitment=f"synthetic-{n % number}", party="mx", status="done")
            print(f"{number:>6,} commitments: {LOGGED / (time.perf_counter() - start):,.0f} updates logged a second")
            session.execute(text("ANALYZE"))
            session.commit()
        client = app.test_client()
        for path in PAGES:
            now = timed(client, path)
            then = timed(client, f"{path}{'&' if '?' in path else '?'}as_of=2024-06-01")
            print(
                f"        {path:<28} {now * 1000:>7.0f} ms; as of a past day {then * 1000:>7.0f} ms, {then / now:.1f}x"
            )
        app.extensions["tracker.engine"].dispose()


if __name__ == "__main__":
    for wanted in map(int, sys.argv[1:]) if sys.argv[1:] else COMMITMENTS:
        measure(wanted)
