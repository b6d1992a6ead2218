"""Reports that an earlier version of the tracker issued: still listed, drawn in every format, and verified.

The folder `issued_before` holds what it made, of synthetic records beside the seeds: its database (tracker.sqlite.gz),
the rows of its reports (runs.json), and their files. r1 is of all commitments, r2 of one area with dates of its own,
r3 of a day before any meeting, so that it could hold no news.
"""

import datetime
import json
import zlib
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from tests.conftest import Place
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import session, writing
from tracker.exports.reports import verification
from tracker.exports.reports.formats import FORMATS
from tracker.exports.reports.verification import ReportFile
from tracker.models import Meeting, ReportPart, ReportRun
from tracker.queries.reports import stored

FOLDER = Path(__file__).with_name("issued_before")
RUNS = json.loads((FOLDER / "runs.json").read_text())
FILES = [FOLDER / f"{code}.{form}" for code in ("r1", "r2") for form in FORMATS]


@pytest.fixture(scope="module")
def app(seeded, where):
    """An application with the seeds, and the reports as they were stored."""
    place = Place("issued-before", where)
    place.make(like=seeded)
    app = create_app(Settings(data=where, database=place.name))
    with app.app_context(), writing():
        meeting = session.scalars(select(Meeting.id).where(Meeting.code == "mx-us-2023-07-24")).one()
        for run in RUNS:
            days = {name: run[name] and datetime.date.fromisoformat(run[name]) for name in ("as_of", "since")}
            moments = {
                name: datetime.datetime.fromisoformat(f"{run[name]}+00:00") for name in ("known_by", "recorded_at")
            }
            since_meeting = meeting if run["since_meeting_id"] else None
            fields = days | moments | {"since_meeting_id": since_meeting, "chapters": json.loads(run["chapters"])}
            session.execute(insert(ReportRun.__table__), run | fields)
            content = zlib.compress((FOLDER / f"{run['code']}.json").read_bytes())
            session.execute(insert(ReportPart), {"report_id": run["id"], "number": 0, "content": content})
    yield app
    app.extensions["tracker.engine"].dispose()


def report_of(path):
    return session.scalars(select(ReportRun).where(ReportRun.code == path.name.partition(".")[0])).one()


def test_they_are_listed_and_shown(app):
    client = app.test_client()
    items = client.get("/reports/?format=json").json["items"]
    assert {item["code"]: item["title"] for item in items} == {run["code"]: run["title"] for run in RUNS}
    for run in RUNS:
        page = client.get(f"/reports/{run['code']}").text
        assert run["title"] in page
        assert run["sha256"] in page
        assert client.get(f"/reports/{run['code']}/now").status_code == 200
    with app.app_context():
        assert list(stored.stored_report_problems()) == []


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run["code"])
@pytest.mark.parametrize("form", FORMATS)
def test_they_are_drawn_in_every_format(app, run, form):
    response = app.test_client().get(f"/reports/{run['code']}?format={form}")
    assert response.status_code == 200
    if form in ("csv", "json") and (before := FOLDER / f"{run['code']}.{form}").exists():
        assert response.data == before.read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_their_files_are_verified(app, path):
    with app.test_request_context():
        run = report_of(path)
        assert verification.identify_report(ReportFile(path)) == (run, "")
        assert list(verification.mismatches(run, ReportFile(path))) == []
