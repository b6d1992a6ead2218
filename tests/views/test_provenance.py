"""A download says where it is told what it is: what was asked, when and by whom, and the checksum of its bytes."""

import datetime
import hashlib
import re

import pytest

from tests import filled
from tracker.database import session, writing
from tracker.queries import history
from tracker.records import CATALOGUE
from tracker.vocabulary import OverallStatus

ASKED = "area=migration&area=arms&kind=intention&as_of=2024-03-01&sort=-code&columns=status&columns=leads&columns=area"


def about(client, path):
    """Download a file; return it and what is told of it at the place that it names."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    place = re.fullmatch(r'<(http://localhost/[^>]+)>; rel="describedby"; type="application/json"', link(response))[1]
    told = client.get(place)
    assert told.status_code == 200, told.text
    assert told.headers["Content-Type"] == "application/json"
    return response, told


def link(response):
    return response.headers["Link"]


def test_the_stamp_says_what_was_asked_when_and_by_whom(app, client):
    before = datetime.datetime.now(datetime.UTC)
    _response, told = about(client, f"/commitments/?format=csv&{ASKED}")
    assert told.headers["Content-Disposition"] == 'attachment; filename="commitments.csv.about.json"'
    stamp = told.json
    with app.app_context():
        changes, last = history.chain_head(session)
    assert (stamp["title"], stamp["kind"]) == ("Commitments", "commitments")
    assert stamp["filters"] == {"as_of": ["2024-03-01"], "area": ["migration", "arms"], "kind": ["intention"]}
    assert stamp["sentence"].startswith("As of: March 1, 2024; Policy area: Migration or ")
    assert (stamp["as_of"], stamp["sort"], stamp["issued_by"]) == ("2024-03-01", "-code", "local")
    assert before <= datetime.datetime.fromisoformat(stamp["issued_at"]) <= datetime.datetime.now(datetime.UTC)
    assert stamp["known_by"] == stamp["issued_at"], "Nothing else was asked: by all that was known."
    assert stamp["history"] == {"changes": changes, "hash": last}
    assert changes > 90
    assert stamp["rows"] == {"commitments": 3}
    assert [column["name"] for column in stamp["columns"]] == ["code", "area", "status", "leads", "url"]
    area = {"name": "area", "label": "Primary area", "type": "string", "definition": "The one it is counted under."}
    assert stamp["columns"][1] == area | {"records": "areas"}
    assert stamp["columns"][2]["words"] == "OverallStatus"
    assert (stamp["columns"][3]["type"], stamp["columns"][3]["records"]) == ("list", "parties")
    assert list(stamp["codebook"]) == ["OverallStatus"]
    assert list(stamp["codebook"]["OverallStatus"]) == list(OverallStatus)
    assert stamp["codebook"]["OverallStatus"]["done"]["label"] == "Done"
    assert "delivered" in stamp["codebook"]["OverallStatus"]["done"]["definition"]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_the_checksum_is_of_the_bytes_that_are_downloaded(app, client, form):
    with app.app_context(), writing():
        filled.plant()
    for path in (
        *(f"/{name}/?" for name in CATALOGUE),
        f"/commitments/?{ASKED}&",
        "/commitments/?known_by=2024-01-01&",
    ):
        response, told = about(client, f"{path}format={form}")
        stamp = told.json
        assert stamp["sha256"] == hashlib.sha256(response.data).hexdigest(), path
        assert (stamp["bytes"], stamp["format"]) == (len(response.data), form)
    assert stamp["known_by"] == "2024-01-01T23:59:59.999999+00:00"


def test_a_change_of_what_is_downloaded_changes_the_checksum(app, client):
    first = about(client, "/areas/?format=csv")[1].json
    client.send("/areas/arms/edit", {"name": "Changed"})
    then = about(client, "/areas/?format=csv")[1].json
    assert then["sha256"] != first["sha256"]
    assert then["history"]["changes"] == first["history"]["changes"] + 1


def test_each_page_of_json_has_a_stamp_of_its_own(client):
    with_pages = "/passages/?sort=-code&format=json"
    whole, _told = about(client, with_pages)
    code = whole.json["items"][3]["code"]
    response, told = about(client, f"/passages/?format=json&after={code}&sort=-code")
    assert told.json["sha256"] == hashlib.sha256(response.data).hexdigest()
    assert told.json["rows"] == {"passages": len(whole.json["items"]) - 4}


@pytest.mark.parametrize(
    ("asked", "said"),
    [("of=xml", "xml"), ("of=%0d%0aSet-Cookie:a", ""), ("nothing=1", "no such filter"), ("columns=secret", "secret")],
)
def test_a_stamp_of_what_there_is_not_is_refused_in_words(client, asked, said):
    response = client.get(f"/commitments/?format=about&{asked}")
    assert response.status_code == 422
    assert said in response.text
    assert "Link" not in response.headers


def test_what_stands_in_an_address_cannot_leave_the_header(client):
    response = client.get("/commitments/?format=csv&q=%3Ca%3E%22%3B%20rel%3Devil%C3%A9")
    assert response.status_code == 200
    assert re.fullmatch(r'<[\x21-\x3b\x3d\x3f-\x7e]+>; rel="describedby"; type="application/json"', link(response))
    assert "Link" not in client.get("/commitments/").headers
