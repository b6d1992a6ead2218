"""Eight people save one record at once through its form: no save is lost, and none is overwritten unseen.

Negative control: with BEGIN in place of BEGIN IMMEDIATE in `tracker.database._begin` (SQLite), or without its advisory
lock (PostgreSQL), saves answer 500: "database is locked", or a history that forks.
"""

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from http.cookiejar import CookieJar

import pytest
from sqlalchemy import text

from tests.client import PageClient, form_values
from tests.conftest import Place
from tests.serving import served
from tracker import database
from tracker.app import create_app
from tracker.config import Settings
from tracker.errors import Busy
from tracker.queries import integrity

WRITERS = 8
SAVES = 5


@pytest.fixture
def racing_app(where, seeded):
    place = Place("racing", where)
    place.make(like=seeded)
    app = create_app(Settings(data=where, database=place.name))
    yield app
    # It is looked into once more after it was served.
    app.extensions["tracker.engine"].dispose()


class Writer(threading.Thread):
    """Somebody with a browser of their own, who saves until as many saves as wanted were answered."""

    def __init__(self, address, path, number, start):
        super().__init__()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.HTTPHandler()
        )
        self.page, self.number, self.ready = address + path, number, start
        self.answers, self.saved, self.told = Counter(), [], []

    def run(self):
        for turn in range(SAVES):
            typed = form_values(self.ask()[1])
            self.ready.wait(20)
            self.save(typed, f"writer {self.number}, save {turn}")

    def save(self, typed, note):
        status, page = self.ask(typed | {"note": note})
        self.answers[status] += 1
        if status == 200 and "Saved." in page:
            self.saved.append(note)
        self.told.append((status, page))

    def ask(self, typed=None):
        body = urllib.parse.urlencode(typed).encode() if typed else None
        try:
            with self.opener.open(self.page, body, timeout=40) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def column(app, statement):
    with app.extensions["tracker.engine"].connect() as connection:
        return list(connection.execute(text(statement)).scalars())


def test_of_those_who_save_at_once_one_saves_and_the_others_are_told(racing_app):
    before = column(racing_app, "SELECT version FROM framework WHERE code = 'bicentennial-framework'")[0]
    together = threading.Barrier(WRITERS)
    with served(racing_app) as address:
        path = "/frameworks/bicentennial-framework/edit"
        writers = [Writer(address, path, number, together) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
    answers = sum((writer.answers for writer in writers), Counter())
    assert answers.total() == WRITERS * SAVES
    assert answers.keys() <= {200, 409}, answers
    saved = [note for writer in writers for note in writer.saved]
    assert len(saved) == answers[200]
    # Each round has one winner at least, and somebody who comes too late.
    assert SAVES <= len(saved) < WRITERS * SAVES
    for status, page in (told for writer in writers for told in writer.told):
        assert "locked" not in page
        if status == 409:
            assert "Somebody saved this record since you opened it" in page

    after = column(racing_app, "SELECT version FROM framework WHERE code = 'bicentennial-framework'")[0]
    assert after - before == len(saved)
    written = column(racing_app, "SELECT CAST(fields AS TEXT) FROM change WHERE code = 'bicentennial-framework'")
    for note in saved:
        assert sum(f'"{note}"]' in each for each in written) == 1, note
    with racing_app.app_context():
        assert integrity.integrity_problems() == []


def test_only_one_of_those_who_want_a_code_gets_it(racing_app):
    together = threading.Barrier(WRITERS)
    with served(racing_app) as address:
        writers = [Adder(address, "/frameworks/new", number, together) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
    answers = sum((writer.answers for writer in writers), Counter())
    # The code is one for all: the first takes it, and the others are told so by the field.
    assert answers == {200: 1, 422: WRITERS - 1}
    assert len(column(racing_app, "SELECT id FROM framework WHERE code = 'raced-for'")) == 1
    with racing_app.app_context():
        assert integrity.integrity_problems() == []


class Adder(Writer):
    """Somebody who adds a record under the code that all the others want too."""

    def run(self):
        typed = form_values(self.ask()[1]) | {"code": "raced-for", "name": "Raced for"}
        self.ready.wait(20)
        self.save(typed, f"writer {self.number}")


def test_who_waits_too_long_is_told_and_nothing_is_saved(monkeypatch, request):
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 1)
    app = request.getfixturevalue("racing_app")
    holding, client = (
        app.extensions["tracker.engine"].execution_options(write=True),
        PageClient(app, app.response_class),
    )
    path = "/frameworks/bicentennial-framework/edit"
    typed = form_values(client.get(path).text) | {"note": "Typed while somebody else writes."}
    with holding.begin():
        told = client.post(path, data=typed)
        with app.app_context(), pytest.raises(Busy, match=r"for 1 seconds\. Nothing was saved"), database.writing():
            database.session.connection()
        # Who reads does not wait.
        assert client.get("/frameworks/bicentennial-framework").status_code == 200
    assert told.status_code == 503
    assert "Somebody else has been writing for 1 seconds." in told.text
    assert client.post(path, data=typed).status_code == 303
