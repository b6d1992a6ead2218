"""Likely duplicates are asked about before anything is saved, and let through when they are said to be different."""

import pytest

from tests import make
from tests.client import elements, form_values, parsed, words
from tests.views.test_bad_input import SCRIPT, stored
from tracker.actions.documents import attach_text
from tracker.database import writing
from tracker.queries.duplicates import COMPARED
from tracker.records import CATALOGUE

RICHARD = {"code": "richard-verma", "name": "Richard Verma", "other_names": "R. R. V.", "note": "As typed"}
QUESTION = "Is this here already?"
#: {kind: (what is typed, the code of the seeds it is like)}
LIKE = {
    "participants": (RICHARD, "rich-verma"),
    "parties": ({"code": "usa", "name": "United States of America", "kind": "country"}, "us"),
    "documents": (
        {
            "code": "news",
            "title": "A report",
            "kind": "news_report",
            "language": "en",
            "published_precision": "unknown",
            "sha256": "d407daef0ff1367e37210a2e85ca74bc865c575264fde66091b95915c52a4717",
        },
        "news-readout-2023-05-30",
    ),
    "meetings": (
        {
            "code": "visit",
            "title": "A visit",
            "starts_on": "2023-07-24",
            "country": "mx",
            "place_basis": "stated",
        },
        "mx-us-2023-07-24",
    ),
}


def asked(response):
    """Return the links and the answer that a question offers, and fail unless the focus is on it."""
    assert response.status_code == 422
    document, _errors = parsed(response.text)
    assert words(elements(document, "title")[0]).startswith("Question:")
    alert = next(e for e in elements(document, "div") if e.get("role") == "alert")
    assert alert.get("autofocus") is not None
    assert alert.get("tabindex") == "-1"
    assert words(elements(alert, "h2")[0]) == QUESTION
    (box,) = (e for e in elements(alert, "input"))
    assert (box.get("type"), box.get("name"), box.get("checked")) == ("checkbox", "different", None)
    return [a.get("href") for a in elements(alert, "a")], box.get("value")


@pytest.mark.parametrize("name", LIKE)
def test_what_is_likely_here_is_asked_about_and_let_through(app, client, name):
    typed, like = LIKE[name]
    path, before = f"/{name}/new", stored(app)
    response = client.send(path, typed)
    assert asked(response) == ([f"/{name}/{like}"], like)
    assert stored(app) == before
    kept = form_values(response.text)
    assert {field: kept[field] for field in typed} == typed
    assert client.post(path, data=kept | {"different": like}).headers["Location"] == f"/{name}/{typed['code']}"


def test_every_kind_that_is_compared_is_tried():
    assert LIKE.keys() == COMPARED.keys()
    for name, fields in COMPARED.items():
        assert set(fields) <= {field.name for field in CATALOGUE[name].form()}


def test_one_that_has_come_since_is_asked_about_again(app, client):
    typed = form_values(client.send("/participants/new", RICHARD).text) | {"different": "rich-verma"}
    with app.app_context(), writing():
        make.participant(code="r-verma", name="Richard R. Verma")
    links, answer = asked(client.post("/participants/new", data=typed))
    assert set(links) == {"/participants/rich-verma", "/participants/r-verma"}
    assert set(answer.split()) == {"rich-verma", "r-verma"}
    assert client.post("/participants/new", data=typed | {"different": answer}).status_code == 303


@pytest.mark.parametrize("said", ["", "yes", "kristie-canegallo", "rich-verma2", "\x00", "<script>"])
def test_another_answer_is_none(client, said):
    assert asked(client.send("/participants/new", RICHARD | {"different": said}))[1] == "rich-verma"


def test_a_fault_is_told_before_it_is_asked(client):
    response = client.send("/participants/new", RICHARD | {"code": "No code"})
    assert response.status_code == 422
    assert QUESTION not in response.text
    row = {"participations-0-name_as_printed": "Somebody", "participations-0-attendance": ""}
    assert QUESTION not in client.send("/meetings/new", LIKE["meetings"][0] | row).text


def test_the_answer_is_kept_while_something_else_is_put_right(client):
    typed = LIKE["meetings"][0] | {"different": "mx-us-2023-07-24 <script> \x00"}
    page = client.send("/meetings/new", typed | {"title": ""})
    assert form_values(page.text)["different"] == "mx-us-2023-07-24"
    again = client.post("/meetings/new", data=form_values(page.text) | {"add": "participations"})
    assert form_values(again.text)["different"] == "mx-us-2023-07-24"
    assert client.post("/meetings/new", data=form_values(again.text) | {"title": "A visit"}).status_code == 303


def test_an_edit_is_asked_about_where_the_name_changes(app, client):
    client.send("/participants/new", RICHARD | {"different": "rich-verma"})
    path = "/participants/richard-verma/edit"
    assert client.send(path, {"note": "Changed"}, follow=False).status_code == 303
    assert asked(client.send(path, {"name": "R. Verma"}))[1] == "rich-verma"
    assert client.send(path, {"name": "R. Verma", "different": "rich-verma"}, follow=False).status_code == 303


def test_a_name_that_is_like_its_own_old_one_is_saved(client):
    assert client.send("/participants/rich-verma/edit", {"name": "Richard Verma"}, follow=False).status_code == 303


# On the page of a meeting


TALKS = {"title": "Talks about water", "starts_on": "2024-03-01"}


def seat(name, **more):
    row = {"name_as_printed": name, "party": "us", "attendance": "attended"} | more
    return {f"participations-0-{field}": value for field, value in row.items()}


@pytest.mark.parametrize(
    ("row", "like"),
    [
        ({"participants-0-name": "Richard Verma"}, "rich-verma"),
        (seat("Richard Verma"), "rich-verma"),
        ({"parties-0-name": "United States of America", "parties-0-kind": "country"}, "us"),
        ({"participants-0-name": f"Richard Verma {SCRIPT}"}, "rich-verma"),
        (seat("Ken L. Salazar"), "ken-salazar"),
        ({"participants-0-name": "Richard Verma"} | seat("Ken L. Salazar"), "rich-verma ken-salazar"),
    ],
    ids=["participant", "seat", "party", "script", "initial", "two"],
)
def test_who_is_added_on_the_way_is_asked_about(app, client, row, like):
    before = stored(app)
    response = client.send("/meetings/new", TALKS | row)
    assert asked(response)[1] == like
    assert "<script>a()" not in response.text
    assert stored(app) == before
    again = form_values(response.text) | {"different": like}
    assert client.post("/meetings/new", data=again).status_code == 303


def test_a_document_added_on_the_way_is_compared_by_its_text(app, client):
    with app.app_context(), writing():
        attach_text(make.account(), make.document(code="known", title="Something else"), "The sides met.")
    row = {"title": "A report", "kind": "readout", "language": "en", "text": "The sides met."}
    response = client.send("/meetings/new", TALKS | {f"documents-0-{name}": value for name, value in row.items()})
    assert asked(response)[1] == "known"


def test_a_text_that_another_document_has_is_told_of(app, client):
    with app.app_context(), writing():
        attach_text(make.account(), make.document(code="known", title="What was met about"), "The sides met.")
        make.document(code="second", title="Another")
    token = form_values(client.get("/areas/new").text)["csrf_token"]
    for text, twice in (("The sides met.", True), ("The sides met again.", False)):
        sent = {"csrf_token": token, "text": text}
        page = client.post("/documents/second/text", data=sent, follow_redirects=True).text
        assert ("“What was met about” has the same text: is it here twice?" in page) is twice


@pytest.mark.parametrize(
    "row",
    [
        seat("Verma, Rich", participant="rich-verma"),
        seat("Rich Verma"),
        seat("Andres Manuel"),
        seat("Staff of Rich Verma", is_group="yes"),
        {"participations-0-remove": "yes"} | seat("Richard Verma"),
        {"participants-0-remove": "yes", "participants-0-name": "Richard Verma"},
    ],
    ids=["chosen", "named", "other form", "group", "seat left out", "participant left out"],
)
def test_who_is_known_or_left_out_is_not_asked_about(client, row):
    assert client.send("/meetings/new", TALKS | row, follow=False).status_code == 303


def test_the_seats_of_a_meeting_are_asked_about_where_nothing_else_changes(client):
    page = form_values(client.get("/meetings/mx-us-2023-07-24/edit").text)
    assert client.post("/meetings/mx-us-2023-07-24/edit", data=page).status_code == 303
    blank = max(int(name.split("-")[1]) for name in page if name.startswith("participations-"))
    row = {name.replace("-0-", f"-{blank}-"): value for name, value in seat("Richard Verma").items()}
    assert asked(client.send("/meetings/mx-us-2023-07-24/edit", row))[1] == "rich-verma"


def test_scripts_in_names_and_answers_are_inert(app, client):
    with app.app_context(), writing():
        make.participant(code="evil", name=f"Berta Quill {SCRIPT}", other_names=f"Berta Quill {SCRIPT}")
    response = client.send("/participants/new", {"code": "quill", "name": "Berta Quill"})
    assert asked(response)[1] == "evil"
    assert "<script>a()" not in response.text
    (item,) = client.get("/participants/alike?name=Berta+Quill").json["items"]
    assert item["name"] == f"Berta Quill {SCRIPT}"


# Asked while typing


def test_the_ask_while_typing(client):
    (item,) = client.get("/participants/alike?name=Richard+Verma&other_names=").json["items"]
    assert item == {
        "code": "rich-verma",
        "name": "Rich Verma",
        "url": "http://localhost/participants/rich-verma",
        "reason": "“Richard Verma” can be another form of this name.",
    }
    assert client.get("/participants/alike?name=Richard+Verma&but=rich-verma").json == {"items": []}
    assert client.get("/participants/alike").json == {"items": []}
    assert (
        client.get("/meetings/alike?starts_on=24+July+2023&country=mx").json["items"][0]["code"] == "mx-us-2023-07-24"
    )


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("participants/alike?nome=x", "nome"),
        ("participants/alike?note=x", "note"),
        ("participants/alike?csrf_token=x", "csrf_token"),
        ("participants/alike?but=nobody", "but"),
        (f"participants/alike?name={'x' * 301}", "name"),
        ("parties/alike?kind=planet", "kind"),
        ("parties/alike?parent=nowhere", "parent"),
        ("parties/alike?name=Mexico&parent=mx&but=mx", "parent"),
        ("meetings/alike?starts_on=2023-02-30", "starts_on"),
        ("documents/alike?sha256=abc", "sha256"),
        ("documents/alike?web_address=javascript:a()", "web_address"),
        ("documents/alike?title=a%00b", "title"),
    ],
)
def test_what_cannot_be_compared_is_told_by_field(client, path, field):
    answer = client.get(f"/{path}", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_kinds_without_a_name_of_their_own_are_not_compared(client):
    for name in CATALOGUE.keys() - COMPARED.keys():
        assert client.get(f"/{name}/alike").status_code == 404
        if not CATALOGUE[name].parent:
            assert "alike.js" not in client.get(f"/{name}/new").text
    assert client.post("/participants/alike").status_code in (400, 405)


def test_no_record_can_have_the_name_of_the_ask(client):
    answer = client.send("/participants/new", {"code": "alike", "name": "Somebody"})
    assert "is the name of a page" in answer.text


def test_machine_doors_are_not_asked(app):
    with app.app_context(), writing():
        assert make.participant(name="Richard Verma").code
