"""Where there are too many records to list, the code or name of one is typed, and those that may be meant are told."""

import pytest

from tests import make
from tests.client import elements, form_values, parsed
from tests.views.test_bad_input import assert_refused, stored
from tracker.database import writing
from tracker.records.record_lookup import MAX_OPTIONS

EDIT = "/meetings/mx-us-2023-07-24/edit"


@pytest.fixture
def crowd(app):
    """More participants than are listed, two of whom have one name."""
    with app.app_context(), writing():
        for number in range(MAX_OPTIONS):
            make.participant(code=f"person-{number}", name=f"Person Number {number}", other_names="Nobody")
        make.participant(code="namesake-1", name="Ángela Ñandú")
        make.participant(code="namesake-2", name="Angela Nandu")


def test_few_are_listed(client):
    document, _errors = parsed(client.get(EDIT).text)
    [field] = [e for e in document.iter() if e.get("name") == "participations-0-participant"]
    assert field.tag.endswith("select")


def test_of_many_one_is_typed(client, crowd):
    document, _errors = parsed(client.get(EDIT).text)
    [field] = [e for e in elements(document, "input") if e.get("name") == "participations-0-participant"]
    assert (field.get("value"), field.get("data-suggest")) == ("kristie-canegallo", "/participants/suggest")
    [other] = [e for e in elements(document, "select") if e.get("name") == "participations-0-party"]
    assert other is not None
    # A page for one of them is not the longer for the others.
    assert "person-7" not in client.get(EDIT).text


@pytest.mark.parametrize("typed", ["person-7", "Person Number 7", "  person NUMBER 7", "Pérson Number 7"])
def test_a_code_or_a_name_is_understood(client, crowd, typed):
    assert "Saved." in client.send(EDIT, {"participations-0-participant": typed}).text
    seats = client.get("/meetings/mx-us-2023-07-24?format=json").json["participations"]
    assert seats[0]["participant"] == "person-7"


@pytest.mark.parametrize("typed", ["Angela Nandu", "Person", "Nobody", "…", "<script>", "person-7777"])
def test_what_nobody_or_several_are_called_is_refused_and_kept(app, client, crowd, typed):
    sent = form_values(client.get(EDIT).text) | {"participations-0-participant": typed}
    before = stored(app)
    refused = client.post(EDIT, data=sent)
    said = f"Nothing here has the code or name “{typed}”, or several have the name."
    assert_refused(app, before, sent, refused, {"participations-0-participant": said})


def test_a_newcomer_is_meant_by_its_name(client, crowd):
    added = {"participants-0-name": "Berta Quill", "participations-0-participant": "Berta Quill"}
    assert "Saved." in client.send(EDIT, added).text
    assert (
        client.get("/meetings/mx-us-2023-07-24?format=json").json["participations"][0]["participant"] == "berta-quill"
    )


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("participants/suggest?q=rosa", ["rosa-icela-rodriguez"]),
        ("participants/suggest?q=RODRÍG", ["rosa-icela-rodriguez"]),
        ("participants/suggest?q=-salazar", ["ken-salazar"]),
        ("passages/suggest?q=readout-2023-05-30.x10", ["news-readout-2023-05-30.x10"]),
        ("participants/suggest?q=", []),
        ("participants/suggest", []),
        ("participants/suggest?q=%25", []),
        ("participants/suggest?q=" + "x" * 5_000, []),
    ],
)
def test_who_may_be_meant_is_told(client, asked, codes):
    items = client.get(f"/{asked}").json["items"]
    assert [item["code"] for item in items] == codes
    assert all(item["name"] for item in items)


def test_of_very_many_who_may_be_meant_the_first_are_told(client, crowd):
    assert len(client.get("/participants/suggest?q=person").json["items"]) == 20
