"""How fast a list is written as CSV, beside sqlite3 itself: python -m tests.benchmarks.bench_export [ROWS ...].

The commitments are synthetic and say so. Each number of rows is written in a process of its own, so that its peak
memory is its own; sqlite3 writes the same cells of the same database, by the same joins. Medians of five,
by the processor's time.
"""

import csv
import io
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import case, literal_column, select

from tracker.actions.seed import load_seeds
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import alembic_config, make_engine, snapshot, writing
from tracker.exports import csv_file as written_as
from tracker.models import Account, Commitment, Meeting, PolicyArea
from tracker.models.as_of import overall_status
from tracker.models.follow_up import deadline_state
from tracker.paths import folder
from tracker.queries import export_rows, listing
from tracker.records import CATALOGUE

ROWS = (10_000, 100_000)
KIND = CATALOGUE["commitments"]
ADDRESS = "http://127.0.0.1:8000"

#: Synthetic commitments, each with two leads, a supporter, a source, an update of one lead, other areas and frameworks.
FILL = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {number})
INSERT INTO commitment (code, title, title_es, text, kind, meeting_id, area_id, made_on, deadline_kind, due_on,
    owner_id, priority, recorded_at, note, search, version)
SELECT 'synthetic-' || i, 'Synthetic commitment ' || i, 'Compromiso sintético ' || i,
    'Made up for measuring; it says at some length what nobody undertook. Made up for measuring.', 'new_commitment',
    (SELECT min(id) FROM meeting), 1 + i % 3, date('2023-07-24', '+' || (i % 900) || ' days'), 'explicit',
    date('2026-01-24', '+' || (i % 900) || ' days'), (SELECT min(id) FROM account), 'normal',
    '2024-01-02 03:04:05.000000', 'Synthetic.', ' synthetic', 1 FROM n;
INSERT INTO commitment_party (code, commitment_id, party_id, role, status, search, version)
SELECT code || '.p1', id, (SELECT id FROM party WHERE code = 'mx'), 'lead', 'in_progress', '', 1 FROM commitment
    WHERE code LIKE 'synthetic-%'
UNION ALL SELECT code || '.p2', id, (SELECT id FROM party WHERE code = 'us'), 'lead',
    CASE WHEN id % 3 THEN 'in_progress' ELSE 'done' END, '', 1 FROM commitment WHERE code LIKE 'synthetic-%'
UNION ALL SELECT code || '.p3', id, (SELECT id FROM party WHERE code = 'us'), 'support', 'not_assessed', '', 1
    FROM commitment WHERE code LIKE 'synthetic-%';
INSERT INTO commitment_source (code, commitment_id, passage_id, relation, search, version)
SELECT code || '.s1', id, 1 + id % 9, 'states', '', 1 FROM commitment WHERE code LIKE 'synthetic-%';
INSERT INTO commitment_area SELECT id, 4 FROM commitment WHERE code LIKE 'synthetic-%' AND id % 2;
INSERT INTO commitment_framework SELECT id, 1 FROM commitment WHERE code LIKE 'synthetic-%' AND id % 3 = 0;
"""


def codes_of(table, joined, role=""):
    """Return a cell of codes in their order; sqlite3 does not put what it groups in order otherwise."""
    here = f"{table}.commitment_id = commitment.id" + (f" AND role = '{role}'" if role else "")
    found = f"SELECT j.code AS code FROM {table} JOIN {joined} AS j ON j.id = {table}.{joined}_id WHERE {here}"
    return literal_column(f"(SELECT group_concat(code, '; ') FROM ({found} ORDER BY 1))")


def bare_sql(app):
    """Return the SQL, for sqlite3 itself, of the cells that the tracker writes."""
    cells = {name: getattr(Commitment, name, None) for name in KIND.columns}
    cells |= {"meeting": Meeting.code, "area": PolicyArea.code, "owner": Account.code}
    cells |= {
        "status": overall_status(KIND.filters().as_of_dates),
        "deadline_state": deadline_state(KIND.filters().as_of_dates),
    }
    cells["one_sided"] = case((Commitment.one_sided, "true"), else_="false")
    cells["areas"] = codes_of("commitment_area", "policy_area")
    cells["frameworks"] = codes_of("commitment_framework", "framework")
    cells["passages"] = codes_of("commitment_source", "passage")
    cells["leads"], cells["supporters"], cells["beneficiaries"] = (
        codes_of("commitment_party", "party", role) for role in ("lead", "support", "beneficiary")
    )
    for name in ("recorded_at", "retired_at"):
        cells[name] = literal_column(f"replace(replace(commitment.{name}, ' ', 'T'), '.000000', '') || '+00:00'")
    cells["url"] = literal_column(f"'{ADDRESS}/commitments/' || commitment.code")
    query = select(*(cell.label(name) for name, cell in cells.items())).where(Commitment.retired_at.is_(None))
    query = query.outerjoin(Commitment.meeting).outerjoin(Commitment.area).outerjoin(Commitment.owner)
    query = query.order_by(Commitment.made_on.desc(), Commitment.id.desc())
    return str(query.compile(app.extensions["tracker.engine"], compile_kwargs={"literal_binds": True}))


def shell(database, sql):
    """Write a query as CSV with the sqlite3 command line; return what it wrote."""
    said = subprocess.run(["sqlite3", "-csv", "-header", database, sql], capture_output=True, check=True)
    return said.stdout.decode()


def export(app):
    """Return the lines of the file that the tracker writes."""
    with app.app_context(), snapshot() as reading:
        filters, columns = KIND.filters(), [*KIND.columns.values(), KIND.url_column(ADDRESS)]
        query, order = listing.filtered_query(KIND, filters), listing.Order.parse(KIND, None)
        rows = export_rows.iterate_rows(reading, KIND, columns, query, order, filters.as_of_dates)
        yield from written_as.csv_lines([column.name for column in columns], rows)


def write(app, path):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.writelines(export(app))


def worked():
    """Return the processor's time of this process and of those it ran, in seconds: another's load does not count."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def timed(*runs):
    """Return the median time of each of several ways, which take turns."""
    took = [[] for _run in runs]
    for _ in range(5):
        for run, times in zip(runs, took, strict=True):
            start = worked()
            run()
            times.append(worked() - start)
    return [statistics.median(times) for times in took]


def make(database, number):
    app = create_app(Settings(data=Path(database).parent, database=database))
    command.upgrade(alembic_config(app.extensions["tracker.engine"].url), "head")
    with app.app_context(), writing():
        load_seeds(folder("seeds"))
    engine = make_engine(app.extensions["tracker.engine"].url).execution_options(write=True)
    with engine.begin() as connection:
        for statement in FILL.format(number=number).split(";\n")[:-1]:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("ANALYZE")
    return app


def read(content):
    return sorted(csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


def measure(number):
    with tempfile.TemporaryDirectory() as data:
        database = f"{data}/bench.sqlite"
        app = make(database, number)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        write(app, f"{data}/ours.csv")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with app.app_context():
            sql = bare_sql(app)
        assert read(Path(f"{data}/ours.csv").read_text(encoding="utf-8")) == read(shell(database, sql))
        to_file = ["sh", "-c", f'sqlite3 -csv {database} "$0" > {data}/theirs.csv']
        ours, same, bare = timed(
            lambda: write(app, f"{data}/ours.csv"),
            lambda: subprocess.run([*to_file, sql], check=True),
            lambda: subprocess.run([*to_file, "SELECT * FROM commitment"], check=True),
        )
        print(
            f"{number:>7,} commitments, {len(KIND.columns) + 1} columns: {number / ours:>7,.0f} rows/s, "
            f"{same / ours:.2f} of sqlite3 writing the same cells ({number / same:,.0f}), "
            f"{bare / ours:.2f} of its bare table ({number / bare:,.0f}); "
            f"peak memory {peak:.0f} MB, {peak - before:.0f} MB of it to write the file",
            flush=True,
        )
        app.extensions["tracker.engine"].dispose()


if __name__ == "__main__":
    if len(sys.argv) == 2:
        measure(int(sys.argv[1].replace(",", "").replace("_", "")))
    else:
        for rows in sys.argv[1:] or ROWS:
            subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_export", str(rows)], check=True)
