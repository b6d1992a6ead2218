"""Every kind has every page, and a change made through them is told."""

import pytest

from tests import make
from tracker.database import writing
from tracker.records import CATALOGUE

PAGED = [name for name, kind in CATALOGUE.items() if not kind.parent]
ROWS = [name for name, kind in CATALOGUE.items() if kind.parent]


def made(app, name):
    with app.app_context(), writing():
        record = make.FACTORIES[name]()
        return record.code, record.belongs_to and record.belongs_to.code


@pytest.mark.parametrize("name", PAGED)
def test_every_kind_has_every_page(app, client, name):
    code, _parent = made(app, name)
    for page in ("", "new", code, f"{code}/edit", f"{code}/history", f"{code}/remove"):
        assert client.get(f"/{name}/{page}").status_code == 200, page


@pytest.mark.parametrize("name", PAGED)
def test_an_edit_is_saved_and_stands_in_the_history(app, client, name):
    code, _parent = made(app, name)
    assert "Saved." in client.send(f"/{name}/{code}/edit", {"note": "Changed by hand"}).text
    assert "Changed by hand" in client.get(f"/{name}/{code}").text
    change = client.get(f"/{name}/{code}/history?format=json").json["items"][0]
    assert (change["account"], change["action"]) == ("local", "edited")
    assert change["fields"] == {"note": [None, "Changed by hand"]}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_a_place_on_the_page_of_its_parent_and_none_of_its_own(app, client, name):
    code, parent = made(app, name)
    assert client.get(f"/{name}/").status_code == 200
    assert client.get(f"/{name}/{code}").location.endswith(f"/{parent}#{code}")
    assert f'id="{code}"' in client.get(f"/{name}/{code}", follow_redirects=True).text
    for page in ("new", f"{code}/edit", f"{code}/remove"):
        assert client.get(f"/{name}/{page}").status_code == 404, page


def test_the_first_page_counts_what_the_lists_hold(client):
    page = client.get("/").text
    assert "9 commitments" in page
    assert "2 meetings" in page
    assert "/commitments/?area=migration&amp;kind=intention" in page


def test_an_empty_tracker_says_what_to_do_next(empty_app):
    client = empty_app.test_client()
    for path in ("/", *(f"/{name}/" for name in CATALOGUE)):
        page = client.get(path)
        assert page.status_code == 200
        assert 'class="nothing"' in page.text, path
    for name in PAGED:
        assert client.get(f"/{name}/new").status_code == 200


def test_a_commitment_of_one_side_says_so_wherever_it_is_shown(client):
    said = "Reported by one side only"
    paths = (
        "/commitments/mx-us-2023-05-30.c1",
        "/commitments/?meeting=mx-us-2023-05-30",
        "/meetings/mx-us-2023-05-30",
        "/documents/news-readout-2023-05-30",
        "/parties/mx",
        "/areas/fentanyl",
        "/commitment-parties/?party=mx",
    )
    for path in paths:
        assert said in client.get(path).text, path
    assert said not in client.get("/meetings/mx-us-2023-07-24").text
    rows = client.get("/commitments/?format=json").json["items"]
    assert {row["code"] for row in rows if row["one_sided"]} == {"mx-us-2023-05-30.c1", "mx-us-2023-05-30.c2"}
