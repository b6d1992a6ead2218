"""Filters of updates: when they were recorded, and whether they still stand."""

import datetime

import pytest
from sqlalchemy import select

from tests import make, past
from tracker.config import Settings
from tracker.database import session, writing
from tracker.models import CommitmentParty
from tracker.vocabulary import Status


@pytest.fixture
def lead(app):
    with app.app_context(), writing():
        row = make.commitment_party(commitment="mx-us-2023-07-24.c1", role="support").code
        yield session.scalars(select(CommitmentParty).where(CommitmentParty.code == row)).one()


def codes(client, query):
    response = client.get(f"/updates/?format=json&sort=code&{query}")
    assert response.status_code == 200, response.text
    return [item["code"].rpartition(".")[2] for item in response.json["items"]]


def at(text):
    return datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "query", "found"),
    [
        ("UTC", "recorded_from=2024-03-01", ["u1", "u2"]),
        ("UTC", "recorded_to=2024-02-29", []),
        ("America/Mexico_City", "recorded_from=2024-03-01", ["u2"]),
        ("America/Mexico_City", "recorded_to=2024-02-29", ["u1"]),
        ("America/Mexico_City", "recorded_from=2024-02-29&recorded_to=2024-02-29", ["u1"]),
        ("America/Mexico_City", "recorded_from=2024-03-02", []),
    ],
)
def test_days_of_recording_are_those_of_the_time_zone(app, client, lead, monkeypatch, zone, query, found):
    for moment in ("2024-03-01T05:59:59.999999+00:00", "2024-03-01T06:00:00+00:00"):
        past.store(lead, at(moment), Status.DONE, datetime.date(2024, 2, 1))
    session.commit()
    monkeypatch.setitem(app.config, "SETTINGS", Settings(timezone=zone))
    assert codes(client, query) == found


def test_what_is_corrected_stands_only_until_that_is_known(client, lead):
    first = past.store(lead, at("2024-03-01T12:00+00:00"), Status.DONE, datetime.date(2024, 2, 1))
    past.store(lead, at("2024-03-05T12:00+00:00"), None, datetime.date(2024, 2, 1), corrects=first)
    lead.commitment.recorded_at = at("2024-01-01T12:00+00:00")
    session.commit()
    assert (codes(client, "standing=yes"), codes(client, "standing=no")) == (["u2"], ["u1"])
    assert codes(client, "standing=yes&known_by=2024-03-04") == ["u1"]
    assert codes(client, "standing=no&known_by=2024-03-04") == []
    # By then the commitment was not known.
    assert codes(client, "standing=yes&known_by=2023-12-31") == []


@pytest.mark.parametrize(("zone", "stale"), [("America/Mexico_City", 0), ("UTC", 1)])
def test_an_update_of_the_evening_is_a_look_of_that_day(app, client, lead, monkeypatch, zone, stale):
    lead.commitment.recorded_at, lead.commitment.review_every = at("2024-01-01T12:00+00:00"), 10
    past.store(lead, at("2024-05-02T03:00+00:00"), Status.IN_PROGRESS, datetime.date(2024, 4, 1))
    session.commit()
    monkeypatch.setitem(app.config, "SETTINGS", Settings(timezone=zone))
    found = client.get("/commitments/?format=json&as_of=2024-05-01&follow_up=stale&priority=normal").json["items"]
    assert [item["code"] for item in found].count("mx-us-2023-07-24.c1") == stale
