"""The pages of an import: what is guessed is shown, nothing happens before the preview, and then all or nothing."""

import datetime
import re
import threading

import pytest
from sqlalchemy import func, select, update

from tests import make
from tests.actions.imports.conftest import sheet, workbook
from tests.actions.test_seed import dump
from tests.client import elements, form_values, parsed, words
from tracker.actions.imports.files import MAX_BYTES
from tracker.actions.save import save
from tracker.database import session, writing
from tracker.models import Change, ImportFile, Meeting
from tracker.records import CATALOGUE, ENTERED
from tracker.views import imports

FILE = sheet(
    ["code", "Título", "starts on", "Status", "Notas"],
    ["m1", "Uno", "13/04/2024", "Se hizo", "x"],
    ["m2", "Dos <script>alert(1)</script>", "03/04/2024", "held", ""],
    ["mx-us-2023-05-30", "Otro título", "30/05/2023", "Held", ""],
    delimiter=";",
    encoding="cp1252",
)
SAID = {"column-1": "title", "column-4": "", "value-status-Se hizo": "held"}


def upload(client, kind, content, name="reuniones.csv"):
    """Send a file as a browser does."""
    values = form_values(client.get("/import/").text) | {"kind": kind}
    parts = [f'--part\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in values.items()]
    named = name.replace('"', "%22")
    parts.append(f'--part\r\nContent-Disposition: form-data; name="file"; filename="{named}"\r\n\r\n')
    body = "".join(parts).encode() + content + b"\r\n--part--\r\n"
    return client.post("/import/", data=body, content_type="multipart/form-data; boundary=part")


def previewed(client, kind="meetings", content=FILE, said=SAID):
    """Upload a file and say what must be said of it; return the address of the import and its preview."""
    where = upload(client, kind, content).location
    page = client.send(where, said)
    assert page.request.path == f"{where}/preview", page.text
    return where, page


def tallies(page):
    document, _errors = parsed(page.text)
    return [int(words(e).replace(",", "")) for e in elements(document, "dd")]


def held(app):
    with app.app_context():
        kept = dump()
    return {name: rows for name, rows in kept.items() if not name.startswith("import_")}


def chosen(page, name):
    return form_values(page.text)[name]


def test_every_list_leads_to_its_import(client):
    for kind in ENTERED.values():
        assert f'href="/import/?kind={kind.name}"' in client.get(f"/{kind.name}/").text
        assert chosen(client.get(f"/import/?kind={kind.name}"), "kind") == kind.name


def test_what_was_guessed_is_shown_and_what_is_unknown_is_asked(client):
    page = client.get(upload(client, "meetings", FILE).location)
    assert (chosen(page, "encoding"), chosen(page, "delimiter")) == ("cp1252", "semicolon")
    assert [chosen(page, f"column-{n}") for n in range(5)] == ["code", "?", "starts_on", "status", "?"]
    assert chosen(page, "value-status-Se hizo") == ""
    assert "Otro título" in page.text


def test_a_file_is_imported_as_its_preview_said(app, client):
    before = held(app)
    where, page = previewed(client)
    assert tallies(page) == [2, 1, 0, 0]
    assert "“starts on” is read as day/month/year." in page.text
    assert "Columns left out: Notas." in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "Import 3 records" in page.text
    assert held(app) == before
    done = client.post(f"{where}/apply", data=form_values(page.text), follow_redirects=True)
    assert done.request.path == "/meetings/"
    assert "Imported: 2 added, 1 changed, 0 as they were." in done.text
    with app.app_context():
        assert session.scalars(select(Meeting.title).where(Meeting.code == "mx-us-2023-05-30")).one() == "Otro título"
        assert session.scalar(select(func.count()).select_from(ImportFile)) == 0
    assert client.get(where).status_code == 404


def test_what_was_said_is_remembered_for_the_next_such_file(client):
    where, page = previewed(client)
    client.post(f"{where}/apply", data=form_values(page.text))
    again = client.get(upload(client, "meetings", FILE.replace(b"m1", b"m9")).location)
    assert [chosen(again, f"column-{n}") for n in range(5)] == ["code", "title", "starts_on", "status", ""]
    assert chosen(again, "value-status-Se hizo") == "held"
    _where, page = previewed(client, said={})
    assert tallies(page) == [0, 0, 3, 0]
    assert "There is nothing to import: all of it is here already." in page.text


def test_a_mapping_is_remembered_for_its_kind_alone(client):
    where, page = previewed(client)
    client.post(f"{where}/apply", data=form_values(page.text))
    other = client.get(upload(client, "claims", FILE).location)
    assert chosen(other, "column-1") == "?"


def test_what_is_unknown_is_named_and_what_was_said_is_kept(client):
    where = upload(client, "meetings", FILE).location
    page = client.send(where, {"column-1": "title"})
    assert page.status_code == 422
    assert "say which field this column fills, or leave it out" in page.text
    assert chosen(page, "column-1") == "title"


@pytest.mark.parametrize("fills", ["nothing", "kind\x00", "id"])
def test_a_field_that_is_none_is_refused(client, fills):
    where = upload(client, "meetings", FILE).location
    values = form_values(client.get(where).text) | SAID
    page = client.post(where, data=values | {"column-4": fills})
    assert page.status_code == 422
    assert "There is no field" in page.text


def test_wrong_cells_are_shown_and_can_be_taken_away(app, client):
    before = held(app)
    rows = [[f"x {n}", "T"] for n in range(250)]
    where, page = previewed(client, content=workbook(["code", "title"], *rows), said={})
    assert tallies(page) == [0, 0, 0, 500]
    assert "The first 200 of 500." in page.text
    assert "Sheet: Data." in page.text
    assert f'action="{where}/apply"' not in page.text
    report = client.get(f"{where}/report")
    assert report.headers["Content-Disposition"] == 'attachment; filename="meetings-report.csv"'
    assert report.text.startswith("\ufeffsheet,row,column,value,reason\r\nData,2,")
    assert len(report.text.splitlines()) == 501
    assert held(app) == before
    refused = client.post(f"{where}/apply", data={"csrf_token": form_values(client.get("/import/").text)["csrf_token"]})
    assert refused.status_code == 303
    assert held(app) == before


def test_a_preview_that_is_stale_is_shown_anew(app, client):
    where, page = previewed(client)
    with app.app_context(), writing():
        record = session.scalars(select(Meeting).where(Meeting.code == "mx-us-2023-05-30")).one()
        same = {"title": "Otro título"}
        save(make.account(), record, CATALOGUE["meetings"].form.from_plain(same, record))
    before = held(app)
    sent = client.post(f"{where}/apply", data=form_values(page.text))
    assert sent.status_code == 303
    stale = client.get(sent.location)
    assert "The records changed since you saw the preview, so nothing was imported." in stale.text
    assert tallies(stale) == [2, 0, 1, 0]
    assert held(app) == before
    done = client.post(f"{where}/apply", data=form_values(stale.text), follow_redirects=True)
    assert "Imported: 2 added, 0 changed, 1 as they were." in done.text


def test_a_file_can_be_read_in_another_way(client):
    where = upload(client, "meetings", FILE).location
    page = client.send(where, {"delimiter": "comma"})
    assert "The file is read anew" in page.text
    assert chosen(page, "delimiter") == "comma"
    assert "column-1" not in form_values(page.text)
    for encoding, called in (("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16")):
        wrong = client.send(where, {"encoding": encoding})
        assert wrong.status_code == 422
        assert f"The file is not {called}: choose another encoding." in wrong.text
    assert chosen(client.send(where, {"delimiter": "semicolon"}), "column-2") == "starts_on"


def test_another_sheet_can_be_chosen(client):
    where = upload(client, "parties", workbook(["code"], ["a"], more=["Zwei"]), "x.xlsx").location
    page = client.send(where, {"sheet": "Zwei"})
    assert (chosen(page, "sheet"), chosen(page, "column-1")) == ("Zwei", "name")


def test_days_that_can_be_read_both_ways_are_asked_about(client):
    content = sheet(["code", "title", "starts_on"], ["m", "M", "03/04/2024"])
    where = upload(client, "meetings", content).location
    page = client.send(where)
    assert page.status_code == 422
    assert "“starts_on” has 03/04/2024: say whether the day or the month comes first." in page.text
    assert tallies(client.send(where, {"dates": "mdy"})) == [1, 0, 0, 0]


@pytest.mark.parametrize("encoding", ["cp037", "rot13", "\x00"])
def test_an_encoding_nobody_offers_is_refused(client, encoding):
    where = upload(client, "meetings", FILE).location
    values = form_values(client.get(where).text)
    assert client.post(where, data=values | {"encoding": encoding}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("", b"code,name\n", "Choose what the rows of the file are."),
        ("nothing", b"code,name\n", "Choose what the rows of the file are."),
        ("parties", b"", "The file is empty"),
        ("parties", bytes(range(256)) * 9, "neither a text nor an Excel workbook"),
        ("parties", b"\xd0\xcf\x11\xe0" + bytes(99), "an old Excel file (.xls)"),
        ("parties", b"PK\x03\x04", "damaged, or has a password"),
        ("parties", b"a," * 999, "500 are the most that can be read"),
    ],
)
def test_what_cannot_be_read_is_refused_at_once(app, client, kind, content, said):
    before = held(app)
    page = upload(client, kind, content)
    assert page.status_code == 422
    assert said in page.text
    assert held(app) == before


def test_control_characters_are_asked_about_and_told(app, client):
    before = held(app)
    content = sheet(
        ["code", "name", "kind", "par\x00ent"], ["a", "b", "c\x00", "d\x00"], *[["e", "E", "country", ""]] * 9
    )
    where, page = previewed(client, "parties", content, {"column-3": "parent"})
    assert tallies(page)[:3] == [1, 0, 0]
    assert client.get(where).status_code == 200
    assert held(app) == before


def test_no_file_is_asked_for(client):
    page = client.post("/import/", data=form_values(client.get("/import/").text) | {"kind": "parties"})
    assert page.status_code == 422
    assert "Choose a file." in page.text


def test_a_file_may_be_larger_than_a_form_but_not_without_end(app, client):
    row = "x,N," + "n" * 9_000 + "\r\n"
    content = ("code,name,note\r\n" + row * 400).encode()
    assert upload(client, "parties", content).status_code == 303
    before = held(app)
    assert upload(client, "parties", b"a" * (MAX_BYTES + 10)).status_code == 422
    assert upload(client, "parties", b"a" * (MAX_BYTES + 2**22)).status_code == 413
    assert client.post("/meetings/new", data=b"a" * (MAX_BYTES - 10)).status_code == 413
    assert held(app) == before


def test_a_name_of_a_file_is_shown_as_text(client):
    where = upload(client, "meetings", FILE, '../"><script>x</script>報告.csv').location
    page = client.get(where).text
    assert "&lt;script&gt;x&lt;/script&gt;報告.csv" in page
    assert "<script>x" not in page


@pytest.mark.parametrize("end", ["", "/preview", "/report", "/nothing"])
def test_a_file_that_is_not_there_is_not_found(client, end):
    assert client.get(f"/import/abc{end}").status_code == 404


def test_a_post_without_our_token_is_refused(app, client):
    where, _page = previewed(client)
    before = held(app)
    for path in ("/import/", where, f"{where}/apply"):
        assert client.post(path, data={"added": "2", "changed": "1", "left": "0"}).status_code == 400
    assert held(app) == before


def test_files_that_nobody_imported_go_after_a_day(app, client):
    where = upload(client, "meetings", FILE).location
    with app.app_context():
        session(execution_options={"write": True})
        old = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)
        session.execute(update(ImportFile).values(uploaded_at=old))
        session.commit()
    assert client.get(where).status_code == 200
    upload(client, "meetings", FILE)
    assert client.get(where).status_code == 404


def test_how_far_a_long_reading_is_can_be_asked_meanwhile(app, client, monkeypatch):
    rows = ([f"x-{n}", f"N {n}", "people"] for n in range(2_000))
    where = upload(client, "indicators", sheet(["code", "name", "unit"], *rows)).location
    seen = []

    def ask():
        seen.append(app.test_client().get(f"{where}/progress").json)

    class Watched(dict):
        def __setitem__(self, number, state):
            super().__setitem__(number, state)
            if state[0] and not seen:
                asking = threading.Thread(target=ask)
                asking.start()
                asking.join()

    monkeypatch.setattr(imports, "PROGRESS", Watched())
    assert tallies(client.send(where)) == [2000, 0, 0, 0]
    assert seen == [{"done": 500, "total": 2000}]
    assert client.get(f"{where}/progress").json == {"done": 0, "total": 0}


def test_history_names_who_imported(app, client):
    where, page = previewed(client)
    client.post(f"{where}/apply", data=form_values(page.text))
    with app.app_context():
        last = session.scalars(select(Change).order_by(Change.seq.desc()).limit(3)).all()
        assert {change.account.code for change in last} == {"local"}
    assert re.search("Otro título", client.get("/meetings/mx-us-2023-05-30/history").text)
