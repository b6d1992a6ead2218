import pytest

from tests import make
from tracker.database import writing
from tracker.records import CATALOGUE


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_pages(app, client, name):
    kind = CATALOGUE[name]
    with app.app_context(), writing():
        code = make.FACTORIES[name]().code
    assert client.get(f"/{name}/").status_code == 200
    r = client.get(f"/{name}/{code}")
    assert r.status_code == (302 if kind.parent else 200)
    if not kind.parent:
        for p in ("edit", "history", "remove"):
            assert client.get(f"/{name}/{code}/{p}").status_code == 200
        assert client.get(f"/{name}/new").status_code == 200
        r = client.send(f"/{name}/{code}/edit", {"note": "changed"})
        assert "Saved." in r.text
        assert "changed" in client.get(f"/{name}/{code}/history").text


def test_home(client):
    assert client.get("/").status_code == 200
