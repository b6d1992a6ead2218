"""Tests of the one way of every form, and of what a request commits."""

import pytest

from tests import make
from tests.client import form_values
from tests.views.test_security import stored


@pytest.mark.parametrize(("status", "committed"), [(200, True), (303, True), (400, False), (409, False), (422, False)])
def test_only_an_answer_below_400_is_committed(empty_app, status, committed):
    @empty_app.post("/answer")
    def answer():
        make.party(code="half-done")
        return {"status": status}, status

    client = empty_app.test_client()
    token = form_values(client.get("/parties/new").text)["csrf_token"]
    before = stored(empty_app)
    response = client.post("/answer", headers={"X-CSRFToken": token, "Accept": "application/json"})
    assert response.status_code == status
    assert (stored(empty_app) != before) == committed


def test_a_program_that_sends_a_form_is_told_what_is_wrong_as_json(client):
    token = form_values(client.get("/parties/new").text)["csrf_token"]
    response = client.post("/parties/new?format=json", data={"csrf_token": token})
    assert response.status_code == 422
    assert response.json["errors"]["name"] == ["Fill this in."]
    likely = {"csrf_token": token, "name": "Mexico", "kind": "country"}
    response = client.post("/parties/new?format=json", data=likely)
    assert response.status_code == 422
    assert "mx" in response.json["errors"]["different"][0]


@pytest.mark.parametrize("page", ["edit", "remove", "retire"])
def test_an_older_version_of_a_record_changes_nothing_and_the_page_says_so(app, client, page):
    before = stored(app)
    response = client.send(f"/commitments/mx-us-2023-07-24.c1/{page}", {"version": "77", "retired_because": "Twice."})
    assert response.status_code == 409
    assert "since you opened" in response.text
    assert stored(app) == before
