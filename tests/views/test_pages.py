"""Every kind has every page, and a change made through them is told."""

import pytest

from tests import make
from tests.client import form_values
from tracker.database import writing
from tracker.records import CATALOGUE, ENTERED

PAGED = [name for name, kind in ENTERED.items() if not kind.parent]
ROWS = [name for name, kind in ENTERED.items() if kind.parent]


def made(app, name):
    with app.app_context(), writing():
        record = make.FACTORIES[name]()
        return record.code, record.belongs_to and record.belongs_to.code


@pytest.mark.parametrize("name", PAGED)
def test_every_kind_has_every_page(app, client, name):
    code, _parent = made(app, name)
    for page in ("", "new", code, f"{code}/edit", f"{code}/history", f"{code}/remove"):
        assert client.get(f"/{name}/{page}").status_code == 200, page


def test_a_report_has_every_page_but_those_that_would_change_it(app, client):
    code, _parent = made(app, "reports")
    for page in ("", "new", code, f"{code}/history"):
        assert client.get(f"/reports/{page}").status_code == 200, page
    for page in (f"{code}/edit", f"{code}/remove"):
        assert (client.get(f"/reports/{page}").status_code, client.post(f"/reports/{page}").status_code) == (404, 404)


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
    assert "/commitments/?primary_area=migration&amp;kind=intention" in page


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


def test_adding_a_row_to_a_page_left_behind_is_a_conflict_too(client):
    path = "/commitments/mx-us-2023-07-24.c1/edit"
    left_behind = form_values(client.get(path).text)
    client.send(path, {"done_when": "What the other person wrote"})
    answer = client.post(path, data=left_behind | {"title": "Mine", "add": "commitment-sources"})
    assert answer.status_code == 409
    assert "What the other person wrote" in answer.text
    assert 'value="Mine"' in answer.text


@pytest.mark.long
def test_however_many_rows_a_record_has_all_are_saved(app, client):
    with app.app_context(), writing():
        document = make.document().code
        for number in range(505):
            make.passage(document=document, paragraph=number)
    client.send(
        f"/documents/{document}/edit", {"passages-504-note": "The last", "passages-505-paragraph": "900"} | BLANK
    )
    rows = client.get(f"/documents/{document}?format=json").json["passages"]
    assert len(rows) == 506
    assert rows[504]["note"] == "The last"


BLANK = {"passages-505-start": "0", "passages-505-end": "5"}


def test_a_day_is_told_no_more_exactly_than_it_is_known(app, client):
    with app.app_context(), writing():
        make.meeting(code="some-month", starts_on="2024-09-01", date_precision="month")
        make.meeting(code="no-day", starts_on=None, date_precision="unknown")
    row = client.get("/meetings/?held_from=2024-01-01").text
    assert "September 2024" in row
    assert "September 1" not in row
    assert "made_on=" not in client.get("/meetings/some-month").text
    page = client.get("/meetings/no-day").text
    assert "date unknown" in page
    assert "Stated" not in page.split("Where")[0]


def test_sides_of_one_name_stand_apart(app, client):
    with app.app_context(), writing():
        meeting = make.meeting().code
        for country in ("mx", "us"):
            ministry = make.party(name="Ministry of the Interior", kind="government_body", parent=country).code
            make.participation(meeting=meeting, party=ministry, name_as_printed=f"Officials of {country}")
    page = client.get(f"/meetings/{meeting}").text
    assert "Ministry of the Interior, Mexico" in page
    assert "Ministry of the Interior, United States" in page


@pytest.mark.parametrize(("kind", "alone"), [("country", True), ("government_body", False)])
def test_a_country_is_a_side_of_its_own_and_its_bodies_are_not(app, client, kind, alone):
    with app.app_context(), writing():
        union = make.party(kind="international_organisation" if kind == "country" else "country").code
        lead, issuer = (make.party(kind=kind, parent=union).code for _ in range(2))
        passage = make.passage(document=make.document(issued_by=[issuer]).code).code
        commitment = make.commitment().code
        make.commitment_party(commitment=commitment, party=lead)
        make.commitment_source(commitment=commitment, passage=passage)
    assert client.get(f"/commitments/{commitment}?format=json").json["one_sided"] is alone


def test_a_small_figure_is_told_as_it_is(app, client):
    with app.app_context(), writing():
        code = make.claim(value=0.0004, unit="tonnes").code
    assert ">0.0004<" in client.get(f"/claims/{code}").text


def test_what_is_new_counts_records_and_not_their_edits(client):
    for words in ("one", "two", "three"):
        client.send("/commitments/mx-us-2023-07-24.c1/edit", {"done_when": words})
    page = client.get("/").text
    assert "3 edited" not in page
    assert "/commitments/mx-us-2023-07-24.c1/history" in page


def test_the_first_page_and_the_lists_it_links_to_agree(app, client):
    client.send("/commitments/mx-us-2023-07-24.c1/edit", {"areas": ["arms"]})
    assert "/commitments/?primary_area=arms" in client.get("/").text
    assert client.get("/commitments/?primary_area=arms&format=json").json["total"] == 2
    assert client.get("/commitments/?area=arms&format=json").json["total"] == 3
