"""Served under a path, the tracker leads to no address of its own outside it: in no page, feed, calendar or file."""

import ast
import io
import re
import zipfile
import zlib
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from tests import filled, make
from tests.client import control_values, elements, form_values, parsed
from tests.test_gates import ROOT
from tests.views.test_imports import FILE, SAID
from tracker.database import writing
from tracker.records import CATALOGUE

ORIGIN, PREFIX = "http://localhost", "/tracker"
C1 = "mx-us-2023-07-24.c1"
#: A whole address in a header or a file.
WHOLE = re.compile(rf"{ORIGIN}[^\s\"'<>\\,;)}}\]]*")


class Walker:
    """Somebody who visits a tracker that another WSGI server serves under a path, with nothing beside it."""

    def __init__(self, app):
        self.client = Client(DispatcherMiddleware(NotFound(), {PREFIX: app}))
        self.routes = app.url_map.bind("localhost")
        #: The sorts of pages that were visited, and {sort: (address, form)} of the forms there that are sent.
        self.seen, self.forms = set(), {}

    def open(self, path, status=(200, 302), **options):
        """Ask for an address, check those in the answer, and return it and those that can be visited."""
        with self.client.open(path, base_url=ORIGIN, **options) as response:
            assert response.status_code in status, f"{path}: {response.status_code}"
            for cookie in response.headers.getlist("Set-Cookie"):
                assert f"Path={PREFIX}" in cookie.split("; "), f"{path} sets {cookie}"
            found = {self.inside(path, each) for each in self.addresses(path, response)}
            return response, sorted(found - {None})

    def walk(self, start):
        """Visit a page of each sort that can be reached from one."""
        ahead = [start]
        while ahead:
            path = ahead.pop()
            if (sort := self.sort(path)) not in self.seen:
                self.seen.add(sort)
                ahead += self.open(path)[1]

    def sort(self, path, method="GET"):
        """Return what pages are alike: those of one route and kind, or of one route and format, now or in the past."""
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query))
        try:
            endpoint, values = self.routes.match(parts.path.removeprefix(PREFIX) or "/", method)
        except HTTPException:
            return parts.path
        # History and removal look alike for every kind.
        kind = values.get("kind") if endpoint not in ("records.past", "records.remove") else None
        which = query.get("format") or (kind.name if kind else values.get("filename"))
        return endpoint, which, query.get("of"), query.get("show"), "as_of" in query

    @staticmethod
    def inside(page, address):
        """Return the path of an address, or None if it is another site's; fail if it is outside the tracker's."""
        whole = urljoin(ORIGIN + page, address)
        if not whole.startswith(ORIGIN):
            return None
        path = whole.removeprefix(ORIGIN).partition("#")[0]
        assert re.match(rf"{PREFIX}([/?]|$)", path), f"{page} leads to {address}"
        return path

    def addresses(self, path, response):
        """Yield the addresses in an answer: in its headers, and in its body, whatever format that is in."""
        yield from [response.headers["Location"]] if "Location" in response.headers else []
        yield from WHOLE.findall(response.headers.get("Link", ""))
        if response.mimetype == "text/html":
            yield from self.page_addresses(path, response.text)
        else:
            yield from (address for text in texts(response.data) for address in WHOLE.findall(text))
        if response.is_json:
            yield from (value for value in json_texts(response.json) if re.match("/[a-z]", value))

    def page_addresses(self, path, html):
        document, _errors = parsed(html)
        yield from (address for text in document.itertext() for address in WHOLE.findall(text))
        for form in elements(document, "form"):
            action = self.inside(path, form.get("action") or path)
            if form.get("method") == "post":
                self.forms.setdefault(self.sort(action, "POST"), (action, form))
            else:
                yield f"{action}?show=yes" if form.get("id") == "ask" else action
        for element in document.iter():
            for name, value in element.attrib.items():
                if name in ("href", "src"):
                    yield value
                elif value.startswith("/"):
                    self.inside(path, value)


def texts(data):
    """Yield the texts a file is made of: of the parts of a ZIP, and of the streams of a PDF."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            yield from (parts.read(name).decode(errors="replace") for name in parts.namelist())
    elif data.startswith(b"%PDF"):
        yield data.decode("latin-1")
        for stream in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", data, re.DOTALL):
            yield zlib.decompressobj().decompress(stream).decode("latin-1")
    else:
        # A long line of a calendar goes on after a line break and a blank.
        yield data.decode(errors="replace").replace("\r\n ", "")


def json_texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from json_texts(each)


@pytest.fixture
def walker(app):
    return Walker(app)


def test_no_address_leads_outside_the_path(app, walker):
    with app.app_context(), writing():
        filled.plant()
        make.update(commitment=C1, party="mx", status="in_progress")
    response, _paths = walker.open(f"{PREFIX}/reports/new?show=yes")
    walker.open(f"{PREFIX}/reports/new", (303,), method="POST", data=form_values(response.text))
    walker.walk(f"{PREFIX}/")
    assert {"pdf", "docx", "xlsx", "md", "csv", "json", "about", "bibtex", "csl"} <= {sort[1] for sort in walker.seen}
    assert {"feeds.changes", "feeds.calendar", "bulk.index", "static"} <= {sort[0] for sort in walker.seen}
    # Sent as they stand, forms are taken, or shown again with what is wrong.
    for path, form in list(walker.forms.values()):
        response, ahead = walker.open(path, (303, 404, 409, 422), method="POST", data=control_values(form))
        if response.status_code == 303:
            walker.open(ahead[0], (200, 302, 404))


def test_steps_of_several_pages_stay_inside_the_path(walker):
    def send(path, response, status=200, **changes):
        return walker.open(path, (status,), method="POST", data=form_values(response.text) | changes)

    listed, _paths = walker.open(f"{PREFIX}/commitments/?area=migration")
    change = f"{PREFIX}/bulk/change?area=migration"
    response, _paths = send(change, listed, code=[C1])
    response, _paths = send(change, response, step="confirm", priority="high")
    response, (path,) = send(change, response, 303, step="do")
    assert path == f"{PREFIX}/commitments/?area=migration"
    response, _paths = walker.open(path)
    undo = form_values(response.text)
    assert undo["next"] == path
    response, paths = walker.open(f"{PREFIX}/bulk/1/undo", (303,), method="POST", data=undo)
    assert paths == [path]

    response, _paths = walker.open(f"{PREFIX}/import/?kind=meetings")
    response, (path,) = send(f"{PREFIX}/import/", response, 303, file=(io.BytesIO(FILE), "meetings.csv"))
    response, (preview,) = send(path, walker.open(path)[0], 303, **SAID)
    response, (path,) = send(preview.replace("preview", "apply"), walker.open(preview)[0], 303)
    assert path == f"{PREFIX}/meetings/"


@pytest.mark.parametrize("following", ["/", "/other", "/trackers/", "/tracker/../other", "/tracker/%2e%2E/other"])
def test_a_form_leads_back_to_no_page_outside_the_path(walker, following):
    path = f"{PREFIX}/commitments/{C1}/check?next={following}"
    typed = form_values(walker.open(path)[0].text) | {"where_searched": "Everywhere", "next": following}
    assert walker.open(path, (303,), method="POST", data=typed)[1] == [f"{PREFIX}/commitments/{C1}"]


def test_what_is_forwarded_does_not_say_where_the_tracker_is(walker):
    forged = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example", "X-Script-Name": "/evil"}
    for path in (f"{PREFIX}/", f"{PREFIX}/commitments/?format=json", f"{PREFIX}/commitments", f"{PREFIX}/nothing"):
        response, paths = walker.open(path, (200, 308, 404), headers=forged)
        assert paths
        assert "evil" not in response.text + str(response.headers)


def written_paths(source, path):
    """Yield the lines of a module on which a path of a page is written out, but for those that make its routes."""
    tree = ast.parse(source)
    routes = {
        id(part)
        for node in ast.walk(tree)
        for place in (getattr(node, "decorator_list", []), [node] if getattr(node, "arg", "") == "url_prefix" else [])
        for each in place
        for part in ast.walk(each)
    }
    for node in ast.walk(tree):
        first = node.values[0] if isinstance(node, ast.JoinedStr) else node
        text = getattr(first, "value", None)
        if (
            isinstance(text, str)
            and id(node) not in routes
            and (path.match(text) or (first is not node and text == "/"))
        ):
            yield node.lineno


def test_no_path_of_a_page_is_written_out(app):
    firsts = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - {"", "<kind:kind>", "<paged:kind>"}
    path = re.compile(rf"/({'|'.join(map(re.escape, sorted({*firsts, *CATALOGUE})))})\b")
    assert [*written_paths('a = "/reports/"\nb = f"/{kind}/"\nc = f"{start}/log"\n', path)] == [1, 2, 3]
    for file in (ROOT / "tracker").rglob("*.py"):
        assert not [*written_paths(file.read_text(), path)], file.name
    for name in app.jinja_env.list_templates(("html", "xml")):
        source = app.jinja_env.loader.get_source(app.jinja_env, name)[0]
        assert not re.findall(r"[\"']/[\w{].*", source), name
    for file in (ROOT / "tracker" / "static").glob("*.js"):
        assert not re.findall(r"[\"'`]/[\w$].*", file.read_text()), file.name
