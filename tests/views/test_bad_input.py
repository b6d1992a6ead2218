"""What people may not save, typed into the pages' own forms: refused by field, kept as typed, and nothing stored."""

import re

import pytest
from sqlalchemy import text

from tests import make
from tests.client import elements, form_values, parsed, words
from tracker.database import writing
from tracker.models import Record
from tracker.records import CATALOGUE, ENTERED, edited_rows_of
from tracker.records.date_fields import Date
from tracker.records.fields import FORBIDDEN_CHARACTERS, Choice, Code, Flag, Number, Reference, Text

#: {kind: what is typed for a record that is fine}; the seeds hold what it names.
FINE = {
    "parties": {"code": "un", "name": "United Nations", "kind": "international_organisation"},
    "participants": {"code": "somebody", "name": "Somebody"},
    "areas": {"code": "water", "name": "Water"},
    "frameworks": {"code": "treaty", "name": "A treaty"},
    "indicators": {"code": "wells", "name": "Wells", "unit": "wells"},
    "documents": {
        "code": "letter",
        "title": "A letter",
        "kind": "other",
        "language": "es",
        "published_precision": "unknown",
    },
    "meetings": {"code": "talks", "title": "Talks", "starts_on": "2024-03-01"},
    "commitments": {
        "code": "talks.c1",
        "title": "Dig wells",
        "text": "Wells are dug",
        "kind": "intention",
        "area": "arms",
        "made_on": "1 March 2024",
    },
    "claims": {"code": "talks.f1", "text": "Wells were dug"},
}
PAGED = [kind for kind in ENTERED.values() if not kind.parent]
ROWS = [kind for kind in ENTERED.values() if kind.parent]
#: {kind of rows: a page of the seeds that has some}
PAGES = {
    "passages": "/documents/news-readout-2023-05-30/edit",
    "participations": "/meetings/mx-us-2023-07-24/edit",
    "meeting-links": "/meetings/mx-us-2023-07-24/edit",
    "commitment-parties": "/commitments/mx-us-2023-07-24.c1/edit",
    "commitment-sources": "/commitments/mx-us-2023-07-24.c1/edit",
    "commitment-links": "/commitments/mx-us-2023-07-24.c1/edit",
    "milestones": "/commitments/mx-us-2023-07-24.c1/edit",
}
#: Where a page lies that somebody read; the one address elsewhere that a page may lead to.
ADDRESS = "https://example.org/"
#: What a report begins the addresses of records with, on the page as in its files.
OWN = "http://localhost/"
SVG = "{http://www.w3.org/2000/svg}"
#: Runs, if a page forgets to escape it, or fills it into a text; short enough for every field of text.
SCRIPT = "</title></textarea>'\"><script>a()</script>%(x)s{{1}}"


def stored(app):
    """Return all that the database holds: {table: its rows}."""
    with app.extensions["tracker.engine"].connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"'))))
            for name in (*Record.metadata.tables, "alembic_version")
        }


def listed(value):
    """Return what stands in a control as a list, without what no page can hold."""
    values = [value] if isinstance(value, str) else value or []
    fit = (FORBIDDEN_CHARACTERS.sub("", each).replace("\ufffd", "").replace("\r\n", "\n").strip() for each in values)
    return sorted(each for each in fit if each)


def page(response):
    document, _errors = parsed(response.text)
    return document


def summary(document):
    """Return {id of a field: what the summary of errors says of it}."""
    alert = next(e for e in elements(document, "div") if "alert-danger" in (e.get("class") or ""))
    assert alert.get("role") == "alert"
    found = {}
    for link in elements(alert, "a"):
        found.setdefault(link.get("href").removeprefix("#"), []).append(words(link))
    return {name: " ".join(said) for name, said in found.items()}


def message_beside(by_id, name):
    """Return the message by a field, which must be tied to its control."""
    control = by_id[name]
    if "message" in (control.get("class") or ""):
        return words(control)
    assert f"{name}-error" in (control.get("aria-describedby") or "").split(), name
    return words(by_id[f"{name}-error"])


def assert_refused(app, before, typed, response, wrong, only=True):
    """Fail unless just these fields {id: words of the message} are told to be wrong, and nothing was saved or lost."""
    assert response.status_code == 422
    assert stored(app) == before
    document = page(response)
    assert words(elements(document, "title")[0]).startswith("Error:")
    told = summary(document)
    assert wrong.keys() == told.keys() if only else wrong.keys() <= told.keys(), told
    by_id = {e.get("id"): e for e in document.iter() if e.get("id")}
    for name, said in wrong.items():
        assert said in told[name]
        assert said in message_beside(by_id, name)
    kept = form_values(response.text)
    for name, value in typed.items():
        if name not in ("csrf_token", "version"):
            assert listed(kept.get(name)) == listed(value), name


def refuse(app, client, path, changes, wrong, only=True):
    """Type changes into a page's form and send it, and fail unless they are refused."""
    typed = form_values(client.get(path).text) | changes
    before = stored(app)
    response = client.post(path, data=typed)
    assert_refused(app, before, typed, response, wrong, only)
    return response


#: {path: what the form of the page holds before anything is typed}
FORMS = {}


def untouched(client, path):
    """Return what the form of a page of the seeds holds, read once for all tests that change nothing."""
    if path not in FORMS:
        FORMS[path] = form_values(client.get(path).text)
    return FORMS[path] | {"csrf_token": form_values(client.get("/frameworks/new").text)["csrf_token"]}


def saved(client, path, changes):
    response = client.send(path, changes)
    assert "Saved." in response.text, response.status_code
    return response


@pytest.mark.parametrize("name", FINE)
def test_what_the_refused_records_start_from_is_fine(client, name):
    saved(client, f"/{name}/new", FINE[name])
    assert client.get(f"/{name}/{FINE[name]['code']}").status_code == 200


def number_or_none(typed):
    return lambda field: typed if isinstance(field, Number) else None


#: {what is wrong: (the value typed into a field, or None where the class does not touch it; words of the message)}
CLASSES = {
    "too long": (
        lambda f: "x" * (f.max_length + 1) if isinstance(f, Text) and f.name != "sha256" else None,
        "Shorten this",
    ),
    "NUL": (lambda f: "a\x00b" if isinstance(f, Text) else None, "control characters"),
    "an escape": (lambda f: "a\x1b[31mb" if isinstance(f, Text) else None, "control characters"),
    "NUL in a word": (lambda f: "lead\x00" if isinstance(f, Choice | Code | Reference) else None, "lead"),
    "NUL in a day": (lambda f: "2023-07-24\x00" if isinstance(f, Date) else None, "not a day"),
    "no such day": (lambda f: "2023-02-30" if isinstance(f, Date) else None, "“2023-02-30” is not a day"),
    "a long day": (lambda f: "2023-07-24" + "0" * 5000 if isinstance(f, Date) else None, "not a day"),
    "5,000 digits": (number_or_none("9" * 5000), "Write a"),
    "too low a number": (number_or_none("-1000000000000000"), "Write a"),
    "an exponent": (number_or_none("1e3"), "Write a"),
    "not a number": (number_or_none("NaN"), "Write a"),
    "a fraction of a digit": (number_or_none("½"), "Write a"),
    "no such word": (lambda f: "no_such_word" if isinstance(f, Choice | Code) else None, "“no_such_word” is not"),
    "no such record": (lambda f: "no-such-code" if isinstance(f, Reference) else None, "“no-such-code”"),
    "a script for a word": (lambda f: SCRIPT if isinstance(f, Choice | Code | Reference) else None, SCRIPT[:30]),
    "neither yes nor no": (lambda f: "perhaps" if isinstance(f, Flag) else None, "Write yes or no."),
    "left empty": (lambda f: "" if f.required else None, "Fill this in."),
}


#: Those that a row tells in its own way.
IN_ROWS = (
    "too long",
    "NUL",
    "5,000 digits",
    "too low a number",
    "no such word",
    "no such record",
    "a script for a word",
    "neither yes nor no",
    "left empty",
)


def wrong_in(form, what):
    """Return {name of a field: what is typed into it} for the fields of a form that a class of bad input touches."""
    typed = {field.name: CLASSES[what][0](field) for field in form if field.short_name != form.model.PARENT}
    return {name: value for name, value in typed.items() if value is not None}


def cases(kinds, classes):
    return [(kind, what) for kind in kinds for what in classes if wrong_in(kind.form(), what)]


@pytest.mark.parametrize(("kind", "what"), cases(PAGED, CLASSES), ids=lambda value: getattr(value, "name", value))
def test_bad_values_of_a_record_are_refused(app, client, kind, what):
    bad = wrong_in(kind.form(), what)
    typed = untouched(client, f"/{kind.name}/new") | FINE[kind.name] | bad
    before = stored(app)
    response = client.post(f"/{kind.name}/new", data=typed)
    kept = {name: value for name, value in typed.items() if value != "perhaps"}
    assert_refused(app, before, kept, response, dict.fromkeys(bad, CLASSES[what][1]), only=False)


@pytest.mark.parametrize(("kind", "what"), cases(ROWS, IN_ROWS), ids=lambda value: getattr(value, "name", value))
def test_bad_values_of_rows_are_refused(app, client, kind, what):
    path = PAGES[kind.name]
    typed = untouched(client, path)
    last = max(int(name.split("-")[-2]) for name in typed if name.startswith(kind.name) and name.endswith("-note"))
    # One that is there, and the blank one for adding.
    rows = [kind.form(prefix=f"{kind.name}-{number}-") for number in (0, last)]
    bad = {}
    for form in rows:
        bad |= {name: value for name, value in wrong_in(form, what).items() if name != form.code.name}
    typed |= {rows[1]["note"].name: "So that it is not blank"} | bad
    before = stored(app)
    response = client.post(path, data=typed)
    kept = {name: value for name, value in typed.items() if value != "perhaps"}
    assert_refused(app, before, kept, response, dict.fromkeys(bad, CLASSES[what][1]), only=False)


#: (page, {field: what is typed}, {field: words of the message}); nothing else is wrong.
RULES = {
    "a commitment due before it was made": (
        "commitments",
        {"deadline_kind": "explicit", "due_on": "2024-02-29"},
        {"due_on": "due before it was made"},
    ),
    "an explicit deadline without a day": (
        "commitments",
        {"deadline_kind": "explicit"},
        {"deadline_kind": "has a day"},
    ),
    "a day without a deadline": (
        "commitments",
        {"deadline_kind": "none", "due_on": "2025-01-01"},
        {"deadline_kind": "A day it is due on is given"},
    ),
    "a recurring deadline without months": (
        "commitments",
        {"deadline_kind": "recurring"},
        {"deadline_kind": "comes round"},
    ),
    "months without a recurring deadline": ("commitments", {"every_months": "6"}, {"every_months": "Empty this"}),
    "no months between": (
        "commitments",
        {"deadline_kind": "recurring", "every_months": "0"},
        {"every_months": "from 1 to 1,200"},
    ),
    "one wrong area among several": ("commitments", {"areas": ["fentanyl", "nowhere"]}, {"areas": "“nowhere”"}),
    "a meeting that ends before it starts": (
        "meetings",
        {"ends_on": "2024-02-29"},
        {"ends_on": "ends before it starts"},
    ),
    "a meeting on a day that is not known": (
        "meetings",
        {"date_precision": "unknown"},
        {"date_precision": "A first day is given"},
    ),
    "a meeting without its day": ("meetings", {"starts_on": ""}, {"date_precision": "No first day is given"}),
    "a date inferred from nothing": ("meetings", {"date_basis": "inferred"}, {"date_basis": "inferred from"}),
    "a place that nobody answers for": ("meetings", {"city": "Tapachula"}, {"place_basis": "stated or inferred"}),
    "a number of nothing": ("claims", {"value": "12.5"}, {"value": "Unit"}),
    "a number that does not end": ("claims", {"value": "0.1234567", "unit": "m"}, {"value": "Write a number"}),
    "thousands set apart": ("claims", {"value": "+1,026,000.5", "unit": "m"}, {"value": "digits: +1026000.5."}),
    "thousands set apart by blanks": ("claims", {"value": "26 000", "unit": "m"}, {"value": "digits: 26000."}),
    "a decimal comma": ("claims", {"value": "12,5", "unit": "m"}, {"value": "Write a number"}),
    "a period that ends before it starts": (
        "claims",
        {"period_start": "2024-02-01", "period_end": "2024-01-31"},
        {"period_end": "ends before it starts"},
    ),
    "a document of no day": ("documents", {"published_precision": "day"}, {"published_precision": "date is given"}),
    "a document of a day not known": (
        "documents",
        {"published_on": "2024-01-01"},
        {"published_precision": "date is given"},
    ),
    "a hash that is none": ("documents", {"sha256": "0" * 63 + "g"}, {"sha256": "64 characters"}),
    "a code with capitals": ("parties", {"code": "UN"}, {"code": "Use only"}),
    "a code that climbs": ("parties", {"code": "../un"}, {"code": "Use only"}),
    "a code that begins with a dot": ("parties", {"code": ".un"}, {"code": "Use only"}),
    "a code that is a page": ("parties", {"code": "new"}, {"code": "name of a page"}),
    "a code that is taken": ("parties", {"code": "mx"}, {"code": "is taken"}),
    "a blank name": ("parties", {"name": " \t "}, {"name": "Fill this in."}),
}


@pytest.mark.parametrize("what", RULES)
def test_what_does_not_fit_together_is_refused(app, client, what):
    kind, changes, wrong = RULES[what]
    refuse(app, client, f"/{kind}/new", FINE[kind] | changes, wrong)


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>a()</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/",
        "https:evil.example",
        "https://",
        "https://ex\tample.org/",
        "https://example.org/ javascript:a()",
        'https://example.org/" onclick="a()',
        "https://example.org/<script>",
    ],
)
def test_addresses_that_are_none_are_refused(app, client, typed):
    wrong = {"web_address": "control characters" if FORBIDDEN_CHARACTERS.search(typed) else "Write a whole web address"}
    typed_fields = untouched(client, "/documents/new") | FINE["documents"] | {"web_address": typed}
    before = stored(app)
    response = client.post("/documents/new", data=typed_fields)
    # A line end cannot stand in a field of one line.
    kept = {name: value for name, value in typed_fields.items() if name != "web_address" or "\n" not in value}
    assert_refused(app, before, kept, response, wrong)
    assert 'href="java' not in response.text.lower()


@pytest.mark.parametrize("typed", ["https://example.org/a?b=c&d=%20#e", "http://[::1]:8000/", "https://例え.jp/"])
def test_addresses_that_are_some_are_taken(client, typed):
    saved(client, "/documents/new", FINE["documents"] | {"web_address": typed})


@pytest.mark.parametrize("character", ["\x80", "\x85", "\x9f", "\ufffe", "\uffff", "\U0001fffe"], ids=ascii)
def test_characters_that_no_page_can_hold_are_refused(app, client, character):
    changes = FINE["frameworks"] | {"name": f"a{character}b"}
    typed = form_values(client.get("/frameworks/new").text) | changes
    before = stored(app)
    response = client.post("/frameworks/new", data=typed)
    assert response.status_code == 422
    assert stored(app) == before
    assert summary(page(response)).keys() == {"name"}


@pytest.mark.parametrize("ends", ["\r", "\n", "\r\n", "\r\r\n"], ids=ascii)
def test_a_field_of_one_line_holds_no_line_end(client, ends):
    saved(client, "/frameworks/new", FINE["frameworks"] | {"name": f"a{ends}b", "description": "one\r\ntwo"})
    told = client.get("/frameworks/treaty?format=json").json
    assert told["name"] == "a b"
    assert told["description"] == "one\ntwo"


def test_a_day_followed_by_something_else_is_refused(app, client):
    # Long enough that what follows lies beyond what is looked at.
    typed = "24 July" + " " * 89 + "2023 or so"
    response = refuse(app, client, "/meetings/new", FINE["meetings"] | {"starts_on": typed}, {"starts_on": "not a day"})
    assert response.status_code == 422


def test_the_first_and_last_day_of_the_calendar_are_taken(client):
    days = {"starts_on": "0001-01-01", "ends_on": "9999-12-31"}
    saved(client, "/meetings/new", FINE["meetings"] | days)
    for path in ("/", "/meetings/", "/meetings/talks/history", "/meetings/?held_from=0001-01-01&held_to=9999-12-31"):
        assert client.get(path).status_code == 200


def test_a_code_is_never_used_again(app, client):
    saved(client, "/frameworks/new", FINE["frameworks"])
    assert "Removed" in client.send("/frameworks/treaty/remove").text
    refuse(app, client, "/frameworks/new", FINE["frameworks"], {"code": "is taken, or was once"})


@pytest.mark.parametrize("code", ["other", "MX", "us"])
def test_a_code_is_never_changed(app, client, code):
    said = "A code is never changed" if code in ("other", "us") else "Use only"
    refuse(app, client, "/parties/mx/edit", {"code": code, "name": "Méjico"}, {"code": said})


@pytest.mark.parametrize(
    ("kind", "code"), [("parties", "mx"), ("areas", "arms"), ("claims", "mx-us-2023-05-30.claim-1")]
)
def test_nothing_is_part_of_itself(app, client, kind, code):
    field = "supersedes" if kind == "claims" else "parent"
    typed = form_values(client.get(f"/{kind}/{code}/edit").text) | {field: code}
    before = stored(app)
    response = client.post(f"/{kind}/{code}/edit", data=typed)
    assert response.status_code == 422
    assert summary(page(response)).keys() == {field}
    assert stored(app) == before


def test_the_longest_code_can_be_edited_once_its_record_has_rows(client):
    code = "m" * 64
    seat = {"name_as_printed": "Delegates", "is_group": "y", "party": "mx", "attendance": "attended"}
    row = {f"participations-0-{name}": value for name, value in seat.items()}
    saved(client, "/meetings/new", FINE["meetings"] | {"code": code} | row)
    saved(client, f"/meetings/{code}/edit", {"title": "More talks"})


@pytest.mark.parametrize(
    ("path", "changes", "wrong"),
    [
        (
            "/meetings/mx-us-2023-07-24/edit",
            {"participations-2-name_as_printed": "", "title": "Changed"},
            {"participations-2-name_as_printed": "Fill this in."},
        ),
        (
            "/meetings/mx-us-2023-07-24/edit",
            {"participations-0-is_group": ["y"]},
            {"participations-0-is_group": "A group is not one participant"},
        ),
        (
            "/meetings/mx-us-2023-07-24/edit",
            {"participations-0-attendance": "mentioned_only"},
            {"participations-0-attendance": "empty the role"},
        ),
        (
            "/meetings/mx-us-2023-07-24/edit",
            {"meeting-links-0-to": "mx-us-2023-07-24"},
            {"meeting-links-0-to": "not linked to itself"},
        ),
        (
            "/documents/news-readout-2023-05-30/edit",
            {"passages-1-start": "50", "passages-1-end": "50"},
            {"passages-1-end": "write more than 50"},
        ),
        (
            "/commitments/mx-us-2023-07-24.c1/edit",
            {"commitment-parties-1-party": "mx"},
            {"commitment-parties-1-role": "Another row says the same"},
        ),
        (
            "/commitments/mx-us-2023-07-24.c1/edit",
            {"commitment-parties-2-party": "us", "commitment-parties-2-role": "lead"},
            {"commitment-parties-2-role": "Another row says the same"},
        ),
    ],
)
def test_one_wrong_row_is_refused_with_all_else(app, client, path, changes, wrong):
    refuse(app, client, path, changes, wrong)


def test_rows_that_say_the_same_are_refused_in_a_new_record(app, client):
    rows = {f"commitment-sources-{n}-{name}": value for n in (0, 1) for name, value in SOURCE.items()}
    wrong = {"commitment-sources-1-relation": "Another row says the same"}
    typed = form_values(client.get("/commitments/new").text) | FINE["commitments"] | rows
    typed["commitment-sources-1-code"] = ""
    before = stored(app)
    assert_refused(app, before, typed, client.post("/commitments/new", data=typed), wrong)


SOURCE = {"passage": "news-readout-2023-05-30.x1", "relation": "reports"}


def test_two_rows_that_change_places_are_told_to_do_it_one_by_one(app, client):
    path = "/commitments/mx-us-2023-07-24.c1/edit"
    changes = {"commitment-parties-0-party": "us", "commitment-parties-1-party": "mx"}
    said = "Another row says the same: remove one"
    refuse(app, client, path, changes, {"commitment-parties-0-role": said, "commitment-parties-1-role": said})


def test_a_row_can_take_the_place_of_one_that_goes(client):
    path = "/commitments/mx-us-2023-07-24.c1"
    saved(client, f"{path}/edit", {"commitment-parties-0-remove": "yes", "commitment-parties-1-party": "mx"})
    assert [row["party"] for row in client.get(f"{path}?format=json").json["commitment_parties"]] == ["mx"]


@pytest.mark.parametrize("name", PAGES)
def test_adding_a_blank_row_saves_nothing_and_keeps_what_is_typed(app, client, name):
    typed = form_values(client.get(PAGES[name]).text) | {
        "note": "Half a thought",
        f"{name}-0-note": "Another",
        "code": "odd",
    }
    before = stored(app)
    response = client.post(PAGES[name], data=typed | {"add": name})
    assert response.status_code == 200
    assert stored(app) == before
    assert "Error:" not in response.text
    again = form_values(response.text)
    for field, value in typed.items():
        if field != "csrf_token":
            assert listed(again.get(field)) == listed(value), field
    added = {field for field in again.keys() - typed.keys() if not field.endswith("is_group")}
    first = next(field for field in added if field.endswith("-note"))
    assert added == {field for field in again if field.startswith(first.removesuffix("note"))}
    assert first.startswith(f"{name}-")


def test_rows_added_and_left_blank_are_ignored(app, client):
    for path in dict.fromkeys(PAGES.values()):
        typed = form_values(client.get(path).text)
        for name in [name for name in PAGES if PAGES[name] == path]:
            typed = form_values(client.post(path, data=typed | {"add": name}).text)
        before = stored(app)
        assert "Saved." in client.post(path, data=typed, follow_redirects=True).text
        assert stored(app) == before


def test_a_new_record_takes_its_filled_rows_and_no_blank_ones(client):
    typed = form_values(client.get("/commitments/new").text) | FINE["commitments"]
    typed = form_values(client.post("/commitments/new", data=typed | {"add": "commitment-parties"}).text)
    typed |= {"commitment-parties-1-party": "mx", "commitment-parties-1-role": "support"}
    assert "Saved." in client.post("/commitments/new", data=typed, follow_redirects=True).text
    told = client.get("/commitments/talks.c1?format=json").json
    assert [(row["code"], row["party"], row["role"]) for row in told["commitment_parties"]] == [
        ("talks.c1.p1", "mx", "support")
    ]
    assert told["commitment_sources"] == []


@pytest.mark.parametrize("used_by", ["participations", "claims", "commitment-sources"])
def test_removing_a_row_that_others_rest_on_is_refused_with_their_names(app, client, used_by):
    path = PAGES["passages"]
    typed = form_values(client.get(path).text)
    numbers = {typed[name]: name.split("-")[1] for name in typed if re.fullmatch(r"passages-\d+-code", name)}
    users = [row for row in client.get(f"/{used_by}/?format=json").json["items"] if row["passage"] in numbers]
    number = numbers[users[0]["passage"]]
    names = [users[0]["code"], users[0].get("text"), users[0].get("name_as_printed")]
    wrong = {f"passages-{number}-code": "cannot be removed"}
    response = refuse(app, client, path, {f"passages-{number}-remove": ["yes"]}, wrong)
    said = summary(page(response))[f"passages-{number}-code"]
    assert any(name in said for name in names if name)


def test_rows_of_another_record_cannot_be_taken(app, client):
    path = "/commitments/mx-us-2023-07-24.c1/edit"
    other = client.get("/commitments/mx-us-2023-07-24.c2?format=json").json["commitment_parties"]
    response = client.send(
        path,
        {
            "commitment-parties-2-code": other[0]["code"],
            "commitment-parties-2-commitment": "mx-us-2023-07-24.c2",
            "commitment-parties-2-party": "us",
            "commitment-parties-2-role": "beneficiary",
        },
    )
    assert "Saved." in response.text
    assert client.get("/commitments/mx-us-2023-07-24.c2?format=json").json["commitment_parties"] == other
    own = client.get("/commitments/mx-us-2023-07-24.c1?format=json").json["commitment_parties"]
    assert own[-1]["code"] == "mx-us-2023-07-24.c1.p3"


def test_fields_no_form_has_are_not_taken(client):
    forced = {"id": "1", "search": "x", "recorded_at": "2001-01-01T00:00:00Z", "status": "done", "one_sided": "true"}
    before = client.get("/commitments/mx-us-2023-07-24.c1?format=json").json
    saved(client, "/commitments/mx-us-2023-07-24.c1/edit", forced | {"commitment-parties-0-status": "done"})
    assert client.get("/commitments/mx-us-2023-07-24.c1?format=json").json == before


# Scripts


def scripted(kind, prefix=""):
    """Return {field: a script} for every field of text in which one fits."""
    plain = ("code", "sha256", "web_address", kind.parent)
    return {f.name: SCRIPT for f in kind.form(prefix=prefix) if isinstance(f, Text) and f.short_name not in plain}


ROW_OF = {
    "passages": {"paragraph": "1", "start": "0", "end": "9"},
    "participations": {"is_group": "y", "party": "un", "attendance": "attended", "passage": "letter.x1"},
    "meeting-links": {"kind": "follows", "to": "mx-us-2023-07-24", "certainty": "stated"},
    "commitment-parties": {"party": "un", "role": "lead"},
    "commitment-sources": {"passage": "letter.x1", "relation": "states"},
    "commitment-links": {"kind": "restates", "to": "mx-us-2023-07-24.c1"},
    "milestones": {"passage": "letter.x1"},
}
#: What makes the scripted records name one another, so that their names stand on each other's pages.
NAMING = {
    "documents": {"issued_by": ["un"]},
    "meetings": {"documents": ["letter"], "place_basis": "stated"},
    "commitments": {"area": "water", "frameworks": ["treaty"], "meeting": "talks"},
    "claims": {
        "area": "water",
        "meeting": "talks",
        "indicator": "wells",
        "passage": "letter.x1",
        "value": "1",
        "published_on": "2024-01-01",
        "commitment": "talks.c1",
    },
}


def plant_scripts(client):
    for kind in PAGED:
        typed = FINE[kind.name] | NAMING.get(kind.name, {}) | scripted(kind)
        for row in edited_rows_of(kind):
            typed |= {f"{row.name}-0-{name}": value for name, value in ROW_OF[row.name].items()}
            typed |= scripted(row, f"{row.name}-0-")
        saved(client, f"/{kind.name}/new", typed)
        saved(client, f"/{kind.name}/{FINE[kind.name]['code']}/edit", {"note": SCRIPT + "!"})
    commitment = "/commitments/talks.c1"
    said = {"party": "un", "status": "in_progress", "effective_on": "2024-03-01", "confidence": "low"}
    said |= {"claimed_status": "done", "evidence-0-relation": "supports", "evidence-0-retrieved_on": "2024-03-01"}
    said |= scripted(CATALOGUE["updates"]) | scripted(CATALOGUE["evidence"], "evidence-0-")
    said |= {"evidence-0-web_address": ADDRESS}
    assert client.send(f"{commitment}/log", said).status_code == 200
    searched = {"checked_on": "2024-03-01", "where_searched": SCRIPT, "note": SCRIPT}
    assert client.send(f"{commitment}/check", searched).status_code == 200
    asked = {"title": SCRIPT, "cover_note": SCRIPT, "area": "water", "show": "yes"}
    preview = client.get("/reports/new", query_string=asked)
    assert_inert(preview, "a report")
    assert shows(preview)
    token = form_values(preview.text)
    assert client.post("/reports/new", query_string=asked, data=token, follow_redirects=True).status_code == 200


def assert_inert(response, name):
    document = page(response)
    assert not elements(document, "iframe", "object", "embed", "base"), name
    drawn = {e.tag.removeprefix(SVG) for e in document.iter() if str(e.tag).startswith(SVG)}
    assert drawn <= {"svg", "title", "desc", "defs", "pattern", "g", "rect", "path", "line", "circle", "text"}, name
    assert not [e for e in elements(document, "script") if not (e.get("src") or "").startswith("/static/")], name
    assert not [a for e in document.iter() for a in e.attrib if str(a).startswith(("on", "srcdoc"))], name
    addresses = [e.get(a) for e in document.iter() for a in ("href", "src", "action", "formaction") if e.get(a)]
    assert not [a for a in addresses if not a.startswith(("/", "#", OWN)) and a != ADDRESS], name
    # Not escaped twice.
    assert not re.search(r"&amp;(lt|gt|quot|#34|#39);", response.text), name


def shows(response):
    document = page(response)
    typed = [e.get("value") for e in elements(document, "input", "option")]
    return SCRIPT in words(document) or any(SCRIPT in each for each in typed if each)


def assert_inert_as_shown(client):
    showing = ["/"]
    for kind in CATALOGUE.values():
        showing.append(f"/{kind.name}/?{'&'.join(f'columns={name}' for name in kind.columns)}")
    for kind in PAGED:
        record = f"/{kind.name}/{FINE[kind.name]['code']}"
        showing += [record, f"{record}/edit", f"{record}/history", f"{record}/remove"]
    showing += ["/reports/r1", "/reports/r1/history"]
    for path in showing:
        response = client.get(path)
        assert response.status_code == 200
        assert_inert(response, path)
        assert shows(response), path
    for path in (f"/{kind.name}/new" for kind in PAGED):
        assert_inert(client.get(path), path)


def assert_inert_as_answered(client):
    # On pages that tell of conflicts, refusals and removals.
    for kind in PAGED:
        record = f"/{kind.name}/{FINE[kind.name]['code']}"
        pages = {
            409: client.send(f"{record}/edit", {"version": "0", "note": SCRIPT + "?"}),
            422: client.send(f"{record}/edit", {"code": SCRIPT}),
        }
        for status, response in pages.items():
            assert response.status_code == status, (record, status)
            assert_inert(response, record)
            assert shows(response), (record, status)
    token = form_values(client.get("/parties/un/edit").text)
    for record in (
        "/parties/un",
        "/areas/water",
        "/documents/letter",
        "/meetings/talks",
        "/indicators/wells",
        "/commitments/talks.c1",
    ):
        response = client.post(f"{record}/remove", data=token | {"version": version(client, record)})
        assert response.status_code == 409
        assert_inert(response, record)
        assert shows(response), record
    response = client.send("/claims/talks.f1/remove")
    assert response.status_code == 200
    assert_inert(response, "removed")
    assert shows(response)
    assert_inert(client.get("/claims/talks.f1/history"), "removed")


def test_scripts_in_every_text_are_inert_on_every_page(client):
    plant_scripts(client)
    assert_inert_as_shown(client)
    assert_inert_as_answered(client)


def version(client, record):
    return form_values(client.get(f"{record}/edit").text)["version"]


@pytest.mark.parametrize(
    "path",
    [
        "/commitments/?q={}",
        "/commitments/?area={}",
        "/commitments/?status={}",
        "/commitments/?made_from={}",
        "/commitments/?sort={}",
        "/commitments/?columns={}",
        "/commitments/?format={}",
        "/commitments/?after={}",
        "/commitments/?{}=1",
        "/commitments/feed.atom?area={}",
        "/calendar.ics?area={}",
        "/commitments/new?title={}",
        "/commitments/new?area={}",
        "/commitments/new?commitment-parties-0-code=&commitment-parties-0-note={}",
        "/commitments/{}",
        "/{}",
    ],
)
def test_scripts_in_addresses_are_inert(client, path):
    response = client.get(path.format("<script>a()</script>'\"><img src=x onerror=a()>"))
    assert response.status_code in (200, 404, 422)
    assert_inert(response, path)


# Records that others rest on


def test_what_others_rest_on_cannot_be_removed_before_them(app, client):
    record, user = "/frameworks/los-angeles-declaration", "/commitments/mx-us-2023-07-24.c3"
    shown = client.get(f"{record}/remove").text
    assert f'href="{user}"' in shown
    assert "cannot be removed" in shown
    assert 'method="post"' not in shown
    typed = {"csrf_token": form_values(client.get(f"{record}/edit").text)["csrf_token"], "version": "1"}
    before = stored(app)
    refused = client.post(f"{record}/remove", data=typed)
    assert refused.status_code == 409
    assert f'href="{user}"' in refused.text
    as_json = client.post(f"{record}/remove", data=typed, headers={"Accept": "application/json"})
    assert (as_json.status_code, as_json.json["status"]) == (409, 409)
    assert as_json.json["records"] == ["commitments/mx-us-2023-07-24.c3"]
    assert stored(app) == before

    saved(client, f"{user}/edit", {"frameworks": None})
    assert "Removed" in client.send(f"{record}/remove").text
    gone = client.get(record)
    assert gone.status_code == 404
    assert f"{record}/history" in gone.text
    assert "Los Angeles" in client.get(f"{record}/history").text
    again = FINE["frameworks"] | {"code": "los-angeles-declaration"}
    refuse(app, client, "/frameworks/new", again, {"code": "a code is never used again"})


def test_every_kind_of_record_that_another_names_cannot_be_removed(app, client):
    people = client.get("/participants/?format=json").json["items"]
    named = {
        "parties/mx": "/documents/",
        f"participants/{people[0]['code']}": "/meetings/",
        "areas/arms": "/commitments/",
        "frameworks/bicentennial-framework": "/commitments/",
        "documents/news-readout-2023-05-30": "/meetings/",
        "meetings/mx-us-2023-05-30": "/commitments/",
    }
    for record, user in named.items():
        shown = client.get(f"/{record}/remove")
        typed = {"csrf_token": form_values(client.get(f"/{record}/edit").text)["csrf_token"], "version": "1"}
        before = stored(app)
        refused = client.post(f"/{record}/remove", data=typed)
        assert refused.status_code == 409, record
        for response in (shown, refused):
            assert f'href="{user}' in response.text, record
        assert stored(app) == before


def test_a_record_goes_with_its_own_rows(app, client):
    record = "/commitments/mx-us-2023-07-24.c1"
    shown = client.get(f"{record}/remove").text
    for row in ("mx-us-2023-07-24.c1.p1", "mx-us-2023-07-24.c1.p2", "mx-us-2023-07-24.c1.s1"):
        assert row in shown
    assert "Removed" in client.send(f"{record}/remove").text
    assert not [row for row in stored(app)["commitment_party"] if "2023-07-24.c1." in row]
    assert "mx-us-2023-07-24.c1.p1" in client.get(f"{record}/history").text


def test_a_record_changed_meanwhile_is_not_removed(app, client):
    path = "/commitments/mx-us-2023-07-24.c1/remove"
    typed = form_values(client.get(path).text)
    saved(client, "/commitments/mx-us-2023-07-24.c1/edit", {"note": "Changed meanwhile"})
    before = stored(app)
    response = client.post(path, data=typed)
    assert response.status_code == 409
    assert "was changed since" in response.text
    assert stored(app) == before
    assert client.post(path, data={**typed, "version": ""}).status_code == 409
    assert stored(app) == before


# Two editors


def test_the_second_of_two_editors_is_shown_both_versions(app):
    first, second = app.test_client(), app.test_client()
    path = "/frameworks/bicentennial-framework/edit"
    typed = form_values(second.get(path).text) | {"description": "As the second puts it", "note": "second"}
    saved(first, path, {"description": "As the first puts it"})
    before = stored(app)
    for _ in range(2):
        # Sending it again as it was changes nothing.
        response = second.post(path, data=typed)
        assert response.status_code == 409
        assert stored(app) == before
    document = page(response)
    shown = [[words(cell) for cell in elements(row, "th", "td")] for row in elements(document, "tr")]
    assert ["Description", "As the first puts it", "As the second puts it"] in shown
    assert [row[2] for row in shown if row[0] == "Note"] == ["second"]
    assert len(shown) == 3
    again = form_values(response.text)
    assert (again["description"], again["note"]) == ("As the second puts it", "second")

    assert "Saved." in second.post(path, data=again, follow_redirects=True).text
    told = second.get("/frameworks/bicentennial-framework/history?format=json").json["items"]
    assert told[0]["fields"]["description"] == ["As the first puts it", "As the second puts it"]
    assert int(version(second, path.removesuffix("/edit"))) == int(typed["version"]) + 2


def test_without_a_version_nothing_is_overwritten(app, client):
    path = "/frameworks/bicentennial-framework/edit"
    for sent in (None, "", "0", "-1", "9" * 5000, "1 ", "1\x00", "None"):
        before = stored(app)
        assert client.send(path, {"version": sent, "note": "blind"}).status_code == 409
        assert stored(app) == before


def test_a_conflict_keeps_what_would_be_refused(app):
    first, second = app.test_client(), app.test_client()
    path = "/commitments/mx-us-2023-07-24.c1/edit"
    typed = form_values(second.get(path).text) | {"made_on": "2023-02-30", "kind": "nonsense", "title": ""}
    saved(first, path, {"note": "first"})
    response = second.post(path, data=typed)
    assert response.status_code == 409
    again = form_values(response.text)
    assert (again["made_on"], again["kind"], again["title"]) == ("2023-02-30", "nonsense", "")
    wrong = {"made_on": "not a day", "kind": "is not one of", "title": "Fill this in."}
    before = stored(app)
    assert_refused(app, before, again, second.post(path, data=again), wrong)


def test_rows_somebody_else_added_survive_a_conflict(app):
    first, second = app.test_client(), app.test_client()
    path = "/commitments/mx-us-2023-07-24.c1/edit"
    typed = form_values(second.get(path).text) | {"commitment-parties-1-note": "second"}
    saved(first, path, {"commitment-parties-2-party": "us", "commitment-parties-2-role": "support"})
    response = second.post(path, data=typed)
    assert response.status_code == 409
    assert "Saved." in second.post(path, data=form_values(response.text), follow_redirects=True).text
    rows = second.get("/commitments/mx-us-2023-07-24.c1?format=json").json["commitment_parties"]
    assert [(row["party"], row["role"], row["note"]) for row in rows] == [
        ("mx", "lead", None),
        ("us", "lead", "second"),
        ("us", "support", None),
    ]


def test_a_row_somebody_else_removed_is_kept_as_typed(app):
    first, second = app.test_client(), app.test_client()
    path = "/commitments/mx-us-2023-07-24.c1/edit"
    typed = form_values(second.get(path).text) | {"commitment-parties-1-note": "second"}
    saved(first, path, {"commitment-parties-1-remove": "yes"})
    response = second.post(path, data=typed)
    assert response.status_code == 409
    assert form_values(response.text)["commitment-parties-1-note"] == "second"
    assert "Saved." in second.post(path, data=form_values(response.text), follow_redirects=True).text
    rows = second.get("/commitments/mx-us-2023-07-24.c1?format=json").json["commitment_parties"]
    assert [row["code"].rpartition(".")[2] for row in rows] == ["p1", "p3"]


def test_saving_what_was_removed_meanwhile_is_a_conflict(app, client):
    with app.app_context(), writing():
        code = make.framework().code
    path = f"/frameworks/{code}/edit"
    typed = form_values(client.get(path).text) | {"note": "Typed for an hour"}
    assert "Removed" in client.send(f"/frameworks/{code}/remove").text
    before = stored(app)
    assert client.post(path, data=typed).status_code == 409
    assert stored(app) == before
