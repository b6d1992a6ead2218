"""What no request may do, whoever sends it: each is told so plainly, sees no inside, and changes nothing."""

import itertools
import json
import re
from urllib.parse import quote, unquote_to_bytes

import pytest
from alembic import command
from flask import request
from flask.testing import FlaskClient
from sqlalchemy import event, text

from tests import make
from tests.client import elements, form_values, parsed, words
from tests.conftest import SERVER
from tests.views.test_bad_input import FINE, stored
from tracker.actions.seed import load_seeds
from tracker.app import MAX_REQUEST_BYTES, create_app
from tracker.config import Settings
from tracker.database import alembic_config, writing
from tracker.paths import folder
from tracker.queries.reports.parameters import REPORT_FIELDS
from tracker.records import CATALOGUE, ENTERED, rows_of
from tracker.views.lists import VIEW

JSON = {"Accept": "application/json"}
PAGED = [kind for kind in ENTERED.values() if not kind.parent]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: What an answer shows nobody: where files lie, what is run, and what it runs on.
INSIDE = re.compile(
    r"Traceback|File \"|line \d+, in|/tracker/|site-packages|\.py\b|\.sqlite|SELECT |FROM |INSERT |sqlalchemy|sqlite3"
    r"|psycopg|[Ww]erkzeug|no such table|relation \"|Exception|Error\(|a private text"
)


def a_code(client, kind):
    return client.get(f"/{kind.name}/?format=json").json["items"][0]["code"]


def built(app, rule, **values):
    """Return the path of a route, given what can stand in one."""
    with app.test_request_context():
        return rule.build({name: value for name, value in values.items() if name in rule.arguments})[1]


class Rough(FlaskClient):
    """A client that sends and takes anything, and reads every answer to its end without looking at it."""

    def open(self, *args, **kwargs):
        return super().open(*args, buffered=True, **kwargs)


@pytest.fixture
def rough(app):
    return Rough(app, app.response_class)


#: {path that takes a form: what its form holds once it is filled in}; read once, for tests that change nothing.
FORMS = {}


@pytest.fixture
def posting(app, client):
    for rule in app.url_map.iter_rules() if not FORMS else ():
        of_one = [kind for kind in PAGED if rule.rule.startswith(f"/{kind.name}/")]
        for kind in (PAGED if "kind" in rule.arguments else of_one) if {"GET", "POST"} <= rule.methods else ():
            if kind.name == "indicators" and "code" in rule.arguments:
                # The seeds hold none.
                continue
            path = built(app, rule, kind=kind.name, code=a_code(client, kind) if "code" in rule.arguments else "")
            page = client.get(path).text
            # What cannot be removed has no form, but what is sent there needs its token all the same.
            filled = form_values(page) if 'method="post"' in page else {"version": "1"}
            changed = {"retired_because" if path.endswith("/retire") else "note": "changed"}
            FORMS[path] = filled | (FINE[kind.name] if path.endswith("/new") else changed)
    assert len(FORMS) == 28
    return FORMS


@pytest.mark.parametrize("token", ["missing", "empty", "wrong", "another's", "in the address", "in a cookie"])
def test_a_form_without_its_token_is_refused(app, client, posting, token):
    other = form_values(app.test_client().get("/parties/new").text)["csrf_token"]
    own = form_values(client.get("/parties/new").text)["csrf_token"]
    sent = {"empty": "", "wrong": own[:-2] + "xx", "another's": other}.get(token)
    if token == "in a cookie":
        client.set_cookie("csrf_token", own)
    before = stored(app)
    for path, filled in posting.items():
        data = {name: value for name, value in filled.items() if name != "csrf_token"}
        if sent is not None:
            data["csrf_token"] = sent
        query = f"?csrf_token={own}" if token == "in the address" else ""
        response = client.post(path + query, data=data)
        assert response.status_code == 400, path
        kept = path.endswith(("/new", "/edit", "/log", "/check", "/retire"))
        assert ("Nothing is saved yet, and nothing is lost" if kept else "form is no longer valid") in response.text
        if kept:
            # It is all there again, with a token that is valid.
            again = form_values(response.text)
            assert all(again.get(name, "") == value for name, value in filled.items() if name != "csrf_token"), path
        assert client.post(path + query, data=data, headers=JSON).json["status"] == 400
    assert stored(app) == before


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_no_form_of_ours_is_refused(app, client, posting, content_type):
    before = stored(app)
    for path, filled in posting.items():
        for body in (json.dumps(filled), "null", "[" * 100_000, '{"a": NaN}', "\x00"):
            assert client.post(path, data=body, content_type=content_type).status_code == 400
    assert stored(app) == before


HOSTS = [
    "evil.example",
    "evil.example:80",
    "localhost.evil.example",
    "localhost@evil.example",
    "localhost, evil.example",
    "localhost, localhost",
    "127.0.0.1.evil.example",
    "0.0.0.0",
    "[::1]",
    "",
    " ",
    "local\x00host",
    "<script>a()</script>",
    "tracker\xff",
]


@pytest.mark.parametrize("host", HOSTS, ids=ascii)
def test_another_host_is_refused(app, client, host):
    before = stored(app)
    for path in ("/", "/commitments/", "/areas/new", "/nothing", "/static/tracker.css", "/commitments"):
        for method in ("GET", "POST"):
            response = client.open(path, method=method, headers={"Host": host})
            assert response.status_code == 400, (method, path)
            assert "Location" not in response.headers
            assert "<script>" not in response.text
            assert_guarded(response, path)
            as_json = client.open(path, method=method, headers={"Host": host, **JSON})
            assert (as_json.status_code, as_json.json["status"]) == (400, 400)
            assert_guarded(as_json, path)
    assert stored(app) == before


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:8000", "127.0.0.1:65535"])
def test_this_computer_is_taken_by_each_of_its_names(client, host):
    assert client.get("/commitments/", headers={"Host": host}).status_code == 200


def test_forged_forwarding_is_ignored(client):
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Port": "444",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/nothing",
        "X-Rewrite-URL": "/nothing",
        "X-Script-Name": "/evil",
        "X-HTTP-Method-Override": "DELETE",
    }
    for path in ("/", "/commitments", "/commitments/", "/commitments/?format=json", "/commitments/?q=", "/nothing"):
        plain, answer = client.get(path), client.get(path, headers=forged)
        # A form's token is another one each second.
        told, untold = (re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", each.text) for each in (answer, plain))
        assert (answer.status_code, told) == (plain.status_code, untold)
        assert answer.headers.get("Location") == plain.headers.get("Location")
        assert "evil" not in str(answer.headers)
    typed = form_values(client.get("/areas/new").text) | FINE["areas"]
    assert client.post("/areas/new", data=typed, headers=forged).headers["Location"] == "/areas/water"


def answers(client, rough):
    """Return an answer of every sort: {what it is: answer}."""
    big = "x" * (MAX_REQUEST_BYTES + 1)
    style, feed = rough.get("/static/tracker.css"), client.get("/commitments/feed.atom")
    typed = form_values(client.get("/frameworks/new").text)
    return {
        "page": client.get("/"),
        "list": client.get("/commitments/"),
        "CSV": rough.get("/commitments/?format=csv"),
        "JSON": client.get("/commitments/?format=json"),
        "BibTeX": client.get("/commitments/mx-us-2023-07-24.c1?format=bibtex"),
        "feed": feed,
        "feed, unchanged": client.get("/commitments/feed.atom", headers={"If-None-Match": feed.headers["ETag"]}),
        "calendar": client.get("/calendar.ics"),
        "style": style,
        "style, unchanged": rough.get("/static/tracker.css", headers={"If-None-Match": style.headers["ETag"]}),
        "style, part": rough.get("/static/tracker.css", headers={"Range": "bytes=0-5"}),
        "style, no such part": rough.get("/static/tracker.css", headers={"Range": "bytes=9999999-"}),
        "bootstrap": rough.get("/static/vendor/bootstrap-5.3.8/bootstrap.min.css"),
        "no such style": client.get("/static/nothing.css"),
        "to a path with a slash": client.get("/commitments"),
        "to a tidy address": client.get("/commitments/?q="),
        "to the page of a parent": client.get("/participations/mx-us-2023-07-24.s1"),
        "saved": client.post("/frameworks/new", data=typed | FINE["frameworks"]),
        "refused": client.post("/frameworks/new", data=typed),
        "no such record": client.get("/commitments/nothing"),
        "no such page": client.get("/nothing", headers=JSON),
        "no such filter": client.get("/commitments/?nothing=1"),
        "not in this way": client.delete("/commitments/"),
        "no token": client.post("/frameworks/new"),
        "unreadable": client.get("/commitments/?q=%ff"),
        "too large": client.post("/frameworks/new", data={"note": big}),
        "conflict": client.send("/frameworks/treaty/edit", {"version": "0"}),
        "options": rough.options("/commitments/"),
        "head": rough.head("/commitments/"),
    }


def assert_guarded(response, name):
    for header, value in HEADERS.items():
        assert response.headers.getlist(header) == [value], f"{name}: {header}"
    assert len(response.headers.getlist("Content-Security-Policy")) == 1, name
    policy = dict(part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    for what in ("script-src", "style-src", "connect-src", "font-src"):
        assert policy[what] == "'self'", f"{name}: {what}"
    assert policy["img-src"] == "'self' data:"
    assert not re.search(r"unsafe|\*|http:|blob:", response.headers["Content-Security-Policy"]), name
    assert response.headers["Cache-Control"], name
    assert not {"X-Powered-By"} & set(response.headers.keys())


def test_every_answer_carries_the_guarding_headers(client, rough):
    for name, response in answers(client, rough).items():
        assert_guarded(response, name)


def test_the_cookie_is_for_this_site_alone_and_no_script(client):
    cookie = client.get("/areas/new").headers["Set-Cookie"]
    assert cookie.startswith("tracker=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "cookie", ["x", "a.b.c", "eyJjc3JmX3Rva2VuIjoiYSJ9.aaaaaa.bbbb", ".." * 500, "{}", "\xff", '"', "=;=;"]
)
def test_a_forged_cookie_is_as_good_as_none(app, rough, cookie):
    before = stored(app)
    headers = {"Cookie": f"tracker={cookie}"}
    assert rough.get("/areas/new", headers=headers).status_code == 200
    typed = FINE["areas"] | {"csrf_token": "a"}
    assert rough.post("/areas/new", data=typed, headers=headers).status_code == 400
    assert stored(app) == before


#: An invalid byte, a lone surrogate, an overlong slash, a cut-off letter, a letter of Latin-1.
NOT_UTF8 = ["%ff", "%ed%a0%80", "%c0%af", "%e2%82", "M%e9xico"]


@pytest.mark.parametrize("bad", NOT_UTF8)
def test_what_is_not_utf8_is_refused(app, client, bad):
    typed = form_values(client.get("/areas/new").text) | {"code": "water"}
    before = stored(app)
    for path in ("/", "/commitments/", "/areas/new", "/commitments/mx-us-2023-07-24.c1", "/nothing", "/commitments"):
        for query in (f"q={bad}", f"{bad}=1"):
            response = client.get(f"{path}?{query}")
            assert response.status_code == 400, path
            assert client.get(f"{path}?{query}", headers=JSON).json["status"] == 400
    encoded = "&".join(f"{name}={quote(value)}" for name, value in typed.items()) + f"&name={bad}"
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert client.post("/areas/new", data=encoded, **form).status_code == 400
    assert client.post("/areas/new", data=encoded + f"&{bad}=1", **form).status_code == 400
    assert client.post("/areas/new", data=encoded, headers=JSON, **form).json["status"] == 400
    raw = unquote_to_bytes(bad)
    parts = [(f'name="{name}"'.encode(), value.encode()) for name, value in typed.items() if name != "name"]
    for wrong in ([(b'name="name"', raw)], [(b'name="name"', b"Water"), (b'name="' + raw + b'"', b"x")]):
        assert client.post("/areas/new", **multipart(parts + wrong)).status_code == 400, wrong
    assert stored(app) == before


def multipart(parts):
    body = b"".join(
        b"--limit\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + value + b"\r\n" for head, value in parts
    )
    return {"data": body + b"--limit--\r\n", "content_type": "multipart/form-data; boundary=limit"}


def test_a_form_sent_in_parts_is_as_good_as_any(client):
    typed = form_values(client.get("/areas/new").text) | FINE["areas"] | {"name": "México"}
    parts = [(f'name="{name}"'.encode(), value.encode()) for name, value in typed.items()]
    assert client.post("/areas/new", **multipart(parts)).status_code == 303
    assert client.get("/areas/water?format=json").json["name"] == "México"


@pytest.mark.parametrize("path", ["/%00", "/commitments/%00", "/commitments/a%00b/edit", "/%00/new", "/static/%00"])
def test_nul_in_a_path_leads_nowhere(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path).status_code in (404, 405)
    assert client.get(path, headers=JSON).json["status"] == 404


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_nul_in_an_address_is_not_known(app, client, kind):
    before = stored(app)
    for name in (*VIEW, *(field.name for field in kind.filters()), "\x00"):
        # A file holds the whole list, from whatever page it is asked for.
        for form in ("", "&format=json", *(["&format=csv"] if name not in ("after", "before") else [])):
            response = client.get(f"/{kind.name}/?{quote(name)}=a%00{form}")
            assert response.status_code == 422, (name, form)
    assert stored(app) == before


@pytest.mark.parametrize("kind", PAGED, ids=lambda kind: kind.name)
def test_nul_in_what_a_form_begins_with_reaches_no_page(client, kind):
    for field in kind.form():
        response = client.get(f"/{kind.name}/new?{field.name}=a%00b")
        assert response.status_code in (200, 422), field.name
        assert "\x00" not in response.text, field.name


LARGE = {
    "20,000 fields": {"data": "&".join(f"f{n}=1" for n in range(20_000))},
    "20,000 fields without a value": {"data": "&" * 20_000},
    "20,000 times one field": {"data": "areas=1&" * 20_000},
    "a large field": {"data": "note=" + "x" * (MAX_REQUEST_BYTES + 1)},
    "a large field sent in parts": multipart([(b'name="note"', b"x" * (MAX_REQUEST_BYTES + 1))]),
    "a large file": multipart([(b'name="note"; filename="x"', b"x" * (MAX_REQUEST_BYTES + 1))]),
    "1,500 parts": multipart([(b'name="f%d"' % n, b"x") for n in range(1_500)]),
    "a large body of another type": {"data": b"x" * (MAX_REQUEST_BYTES + 1), "content_type": "application/json"},
}


@pytest.mark.parametrize("what", LARGE)
def test_too_large_a_form_is_refused(app, client, what):
    sent = {"content_type": "application/x-www-form-urlencoded"} | LARGE[what]
    before = stored(app)
    response = client.post("/commitments/new", **sent)
    assert response.status_code == 413
    as_json = client.post("/commitments/new", **sent, headers=JSON)
    assert (as_json.status_code, as_json.json["status"]) == (413, 413)
    assert as_json.json["message"]
    assert stored(app) == before


def test_the_largest_form_people_send_is_taken(client):
    typed = form_values(client.get("/commitments/new").text) | FINE["commitments"]
    long_texts = dict.fromkeys(("text", "text_es", "quote", "note"), "報" * 10000) | {"done_when": "報" * 2_000}
    assert client.post("/commitments/new", data=typed | long_texts).status_code == 303
    assert client.get("/commitments/talks.c1?format=json").json["quote"] == "報" * 10_000


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND", "X" * 5_000])
def test_other_methods_are_refused_and_the_right_ones_named(app, rough, method):
    before = stored(app)
    for rule in app.url_map.iter_rules():
        path = built(app, rule, kind="meetings", code="mx-us-2023-07-24", filename="tracker.css", number=1)
        for headers in ({}, JSON):
            response = rough.open(path, method=method, headers=headers)
            assert response.status_code == 405, path
            there = set().union(*(each.methods for each in app.url_map.iter_rules() if each.rule == rule.rule))
            assert set(response.headers["Allow"].split(", ")) == there, path
            if headers:
                assert response.json["status"] == 405
    assert stored(app) == before


def test_a_list_takes_no_form(app, client):
    for path in ("/", "/commitments/", "/commitments/mx-us-2023-07-24.c1", "/meetings/mx-us-2023-07-24/history"):
        response = client.post(path, data=FINE["commitments"])
        assert response.status_code == 405
        assert "POST" not in response.headers["Allow"]


def test_no_method_hides_in_another(app, client):
    before = stored(app)
    path = "/commitments/mx-us-2023-07-24.c1/remove"
    version = form_values(client.get(path).text)
    query = "&".join(f"{name}={quote(value)}" for name, value in version.items())
    for name in ("_method", "method", "X-HTTP-Method-Override"):
        assert client.get(f"{path}?{query}&{name}=POST", headers={name: "POST"}).status_code == 200
    assert stored(app) == before


def everything_to_get(app, client):
    """Return the path of every page there is, for one record of each kind that has any."""
    paths = {"/", "/static/tracker.css", "/static/icon.svg", "/static/vendor/bootstrap-5.3.8/bootstrap.min.css"}
    names = {"kind", "code"}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.arguments <= names:
            continue
        for kind in CATALOGUE.values():
            items = client.get(f"/{kind.name}/?format=json").json["items"]
            if kind.parent and "<paged:" in rule.rule:
                continue
            if "code" in rule.arguments and not items:
                continue
            paths.add(built(app, rule, kind=kind.name, code=items[0]["code"] if items else ""))
    return sorted(paths)


@pytest.mark.long
def test_getting_a_page_never_writes(app, client, rough):
    paths = everything_to_get(app, client)
    assert len(paths) > 60
    statements = []

    def notice(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    before = stored(app)
    event.listen(app.extensions["tracker.engine"], "before_cursor_execute", notice)
    try:
        for path in paths:
            query = "?code=x&name=y&title=z&note=n&version=1&add=participations&remove=yes&csrf_token=x"
            asked = [("GET", path + end) for end in ("", "?format=json", "?format=csv", query)]
            for method, each in (*asked, ("HEAD", path), ("OPTIONS", path)):
                assert rough.open(each, method=method).status_code < 500, (method, each)
    finally:
        event.remove(app.extensions["tracker.engine"], "before_cursor_execute", notice)
    assert statements
    words_used = {statement.split()[0].upper() for statement in statements if not statement.startswith("BEGIN IMM")}
    assert words_used <= {"SELECT", "BEGIN", "PRAGMA", "SHOW"}, words_used
    assert not [statement for statement in statements if "IMMEDIATE" in statement or "advisory" in statement]
    assert stored(app) == before


def test_a_form_sent_by_get_saves_nothing(app, client, posting):
    before = stored(app)
    for path, filled in posting.items():
        assert client.get(path, query_string=filled).status_code == 200, path
        assert client.get(path, data=filled).status_code == 200, path
    assert stored(app) == before


# How errors are told


def told_as_page_and_json(client, status, path, method="GET", says=None, **sent):
    page = client.open(path, method=method, **sent)
    assert page.status_code == status
    assert page.mimetype == "text/html"
    document, _errors = parsed(page.text)
    assert words(elements(document, "h1")[0])
    assert (says or str(status)) in words(document)
    headers = sent.pop("headers", {}) | JSON
    asked = "&format=json" if "?" in path else "?format=json"
    for as_json in (
        client.open(path, method=method, headers=headers, **sent),
        client.open(path + ("" if "format=" in path else asked), method=method, **sent, headers=headers),
    ):
        assert as_json.status_code == status
        assert as_json.mimetype == "application/json"
        assert as_json.json["status"] == status
        assert isinstance(as_json.json["message"], str)
        assert as_json.json["message"]
        assert set(as_json.json) <= {"status", "message", "errors", "records"}
    for response in (page, as_json):
        assert not INSIDE.search(response.text), INSIDE.search(response.text)
        assert_guarded(response, path)
    return page, as_json


def test_errors_are_told_as_a_page_and_as_json(client):
    token = form_values(client.get("/frameworks/los-angeles-declaration/edit").text)
    told_as_page_and_json(client, 400, "/commitments/?q=%ff")
    told_as_page_and_json(client, 400, "/frameworks/los-angeles-declaration/remove", "POST")
    told_as_page_and_json(client, 404, "/nothing")
    told_as_page_and_json(client, 404, "/commitments/nothing")
    told_as_page_and_json(client, 404, "/participations/new")
    told_as_page_and_json(client, 404, "/commitments/nothing/history")
    told_as_page_and_json(client, 405, "/commitments/", "POST")
    told_as_page_and_json(client, 413, "/commitments/new", "POST", data={"note": "x" * (MAX_REQUEST_BYTES + 1)})
    told_as_page_and_json(client, 422, "/commitments/?nothing=1")
    _page, as_json = told_as_page_and_json(client, 422, "/commitments/?area=nowhere&made_from=2023-02-30&sort=x")
    assert as_json.json["errors"]
    removal = "/frameworks/los-angeles-declaration/remove"
    unsaved = {"says": "Nothing is saved."}
    page, as_json = told_as_page_and_json(client, 409, removal, "POST", data=token, **unsaved)
    assert as_json.json["records"] == ["commitments/mx-us-2023-07-24.c3"]
    assert "/commitments/mx-us-2023-07-24.c3" in page.text
    told_as_page_and_json(client, 409, removal, "POST", data=token | {"version": "77"}, **unsaved)


def test_a_removed_record_says_so(client):
    assert "Removed" in client.send("/commitments/mx-us-2023-07-24.c1/remove").text
    page, as_json = told_as_page_and_json(client, 404, "/commitments/mx-us-2023-07-24.c1")
    for response in (page, as_json):
        assert "was removed" in response.text
        assert "/commitments/mx-us-2023-07-24.c1/history" in response.text
    told_as_page_and_json(client, 404, "/commitments/mx-us-2023-07-24.c1/edit")
    told_as_page_and_json(client, 404, "/commitments/mx-us-2023-07-24.c1/remove")


def test_a_crash_shows_nothing_and_saves_nothing(empty_app):
    @empty_app.route("/crash", methods=["GET", "POST"])
    def crash():
        if request.method == "POST":
            make.party(code="half-done")
        raise RuntimeError("a private text in /work/tracker/app.py: SELECT 1")

    client = empty_app.test_client()
    token = form_values(client.get("/parties/new").text)["csrf_token"]
    before = stored(empty_app)
    for method in ("GET", "POST"):
        told_as_page_and_json(client, 500, "/crash", method, headers={"X-CSRFToken": token})
    assert stored(empty_app) == before
    assert client.get("/parties/").status_code == 200


@pytest.mark.parametrize("table", ["commitment_source", "change", "account"])
def test_a_missing_table_shows_nothing(empty_app, table):
    client = empty_app.test_client()
    if table == "commitment_source":
        with empty_app.app_context(), writing():
            make.commitment()
    typed = form_values(client.get("/parties/new").text) | FINE["parties"]
    with empty_app.extensions["tracker.engine"].execution_options(write=True).connect() as connection:
        connection.execute(text(f"DROP TABLE {table}" + (" CASCADE" if SERVER else "")))
        connection.commit()
    path = {"commitment_source": "/commitments/", "change": "/parties/new", "account": "/"}[table]
    method = "POST" if table == "change" else "GET"
    told_as_page_and_json(client, 500, path, method, **({"data": typed} if method == "POST" else {}))
    if table == "commitment_source":
        response = client.get("/commitments/?format=csv", buffered=True)
        assert response.status_code == 500
        assert_guarded(response, "CSV")
        assert client.get("/parties/").status_code == 200
    if table == "change":
        assert client.get("/parties/?format=json").json["items"] == []


def test_a_lost_database_shows_nothing(where, tmp_path):
    app = create_app(Settings(data=where, database=str(tmp_path / "not-migrated.sqlite")))
    told_as_page_and_json(app.test_client(), 500, "/commitments/")
    app.extensions["tracker.engine"].dispose()


# Odd addresses

ODD = [
    "?",
    "?&&&",
    "?=",
    "?=x",
    "?x",
    "?q",
    "?q=&q=",
    "?q=_",
    "?q=%25",
    "?q=%5C",
    "?q=" + "a+" * 100,
    "?q=" + "%EF%B7%BA+" * 100,
    "?q=" + "x" * 201,
    "?sort=title&sort=code",
    "?sort=-title&sort=nothing",
    "?sort=--title",
    "?sort=-",
    "?sort=title;DROP TABLE meeting",
    "?columns=title&columns=title",
    "?columns=nothing",
    "?columns=code;title",
    "?columns=__class__",
    "?columns=id",
    "?after=mx-us-2023-07-24&before=mx-us-2023-07-24",
    "?after=mx-us-2023-07-24&after=nothing",
    "?after=nothing",
    "?after=" + "x" * 10_000,
    "?before=",
    "?after=1%20OR%201=1",
    "?format=xml",
    "?format=json&format=xml",
    "?format=xml&format=json",
    "?format=JSON",
    "?format=json&q=",
    "?format=csv&columns=nothing",
    "?status=held&status=held&status=HELD",
    "?status[]=held",
    "?status[$ne]=held",
    "?__proto__=1",
    "?self=1",
    "?kind=meetings",
    "?party=mx%20&party=%20us",
    "?" + "&".join(f"party={n}" for n in range(1_000)),
    "?" + "party=mx&" * 1_000,
    "?" + "&".join(f"n{n}=1" for n in range(1_000)),
    "?held_from=2023-01-01&held_from=nonsense",
    "?held_from=9999-12-31&held_to=0001-01-01",
    "?held_from=0000-00-00",
    "?next=//evil.example",
    "?q=%0d%0aSet-Cookie:%20x=1",
    "?q=&x=%0d%0aSet-Cookie:%20x=1",
]


@pytest.mark.parametrize("query", ODD, ids=lambda query: query[:24])
def test_odd_addresses_are_answered(app, client, query):
    before = stored(app)
    paths = {"/meetings/": {}, "/meetings/mx-us-2023-07-24": JSON, "/meetings/new": {}}
    for path, headers in paths.items():
        response = client.get(path + query, headers=headers, buffered=True)
        assert response.status_code in (200, 302, 422), path
        assert "\n" not in response.headers.get("Location", "")
        assert response.headers.get("Location", "/").startswith("/")
        assert "x=1" not in response.headers.get("Set-Cookie", "")
        if response.status_code == 422:
            assert not INSIDE.search(response.text)
            assert client.get(path + query, headers=JSON).status_code in (200, 422)
    assert stored(app) == before


def test_too_many_values_cost_little(app, client):
    asked = []

    def count(*_args):
        asked.append(1)

    event.listen(app.extensions["tracker.engine"], "before_cursor_execute", count)
    try:
        response = client.get("/meetings/?" + "&".join(f"party={n}" for n in range(1_000)))
    finally:
        event.remove(app.extensions["tracker.engine"], "before_cursor_execute", count)
    assert response.status_code == 422
    assert len(asked) < 250


#: Values that have broken something somewhere.
HOSTILE = [
    "",
    " ",
    "0",
    "-1",
    str(2**31),
    str(2**63),
    "9" * 5_000,
    "1e309",
    "NaN",
    "null",
    "[]",
    "a\x00b",
    "\x1b[31m",
    "\ufffe",
    "\U0010ffff",
    "\u202e",
    "ß" * 300,
    "\ufdfa" * 200,
    "%",
    "_",
    "\\",
    "'",
    "' OR '1'='1",
    "; DROP TABLE meeting; --",
    "{{7*7}}%(x)s%s",
    "<script>a()</script>",
    "../../etc/passwd",
    "\r\nX: y",
    "2023-02-30",
    "0001-01-01",
    "9999-12-31",
    "none",
    "mixed",
    "mx",
    "mx-us-2023-07-24",
]


#: Each name is asked for with every so-manieth value, another one each time.
STEP = 7


#: What every value follows.
STARTS = (
    "/",
    "/meetings/",
    "/static/",
    "/?q=",
    "/meetings/mx-us-2023-07-24?format=",
    "/commitments/feed.atom?q=",
    "/calendar.ics?made_from=",
)


def addresses():
    turn = itertools.count()
    for kind in CATALOGUE.values():
        filters = [field.name for field in kind.filters()]
        for name in (*VIEW, *filters):
            # A search takes nearly everything, so it is asked for everything.
            for value in HOSTILE if name == "q" and kind.name == "meetings" else HOSTILE[next(turn) % STEP :: STEP]:
                yield f"/{kind.name}/?{name}={quote(value)}"
            value = HOSTILE[next(turn) % len(HOSTILE)]
            for form in ("json", "csv"):
                yield f"/{kind.name}/?{name}={quote(value)}&format={form}"
        if kind.parent:
            continue
        names = [field.name for field in kind.form()]
        names += [f"{row.name}-0-{field.name}" for row in rows_of(kind) for field in row.form()]
        for value in HOSTILE[next(turn) % STEP :: STEP]:
            together = "&".join(f"{name}={quote(value)}" for name in [*names, "add", "version"])
            for path in ("new", "mx", "mx-us-2023-07-24/edit", "mx/history", "mx/remove"):
                yield f"/{kind.name}/{path}?{together}"
    for name in REPORT_FIELDS:
        for value in HOSTILE[next(turn) % STEP :: STEP]:
            yield f"/reports/new?show=yes&{name}={quote(value)}"
    for value in HOSTILE:
        for start in STARTS:
            yield start + quote(value)


def sweep(client):
    """Ask for every page with every known name holding every hostile value: yield (address, answer)."""
    for address in addresses():
        yield address, client.get(address)


@pytest.mark.long
def test_no_address_gives_an_error_of_ours(app, rough):
    before = stored(app)
    counted = 0
    for address, response in sweep(rough):
        counted += 1
        assert response.status_code < 500, address[:200]
        if response.status_code >= 400:
            assert not INSIDE.search(response.text), address[:200]
    assert counted > 1_000
    assert stored(app) == before


@pytest.mark.on_postgresql
def test_both_databases_answer_alike(app, rough, where):
    beside = create_app(Settings(data=where, database=str(where / "beside.sqlite")))
    command.upgrade(alembic_config(beside.extensions["tracker.engine"].url), "head")
    with beside.app_context(), writing():
        load_seeds(folder("seeds"))
    other = Rough(beside, beside.response_class)
    for (address, response), (_same, expected) in zip(sweep(rough), sweep(other), strict=True):
        assert response.status_code == expected.status_code, address[:200]
        if response.status_code != 200 or address.endswith(("=json", "=csv")):
            assert re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+", "", response.text) == re.sub(
                r"\d{4}-\d\d-\d\dT[\d:.+]+", "", expected.text
            ), address[:200]
    beside.extensions["tracker.engine"].dispose()
