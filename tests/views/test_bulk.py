"""The pages that change many commitments: choosing, confirming, doing and undoing, without a script."""

import re

import pytest
from sqlalchemy import event, func, select

from tests import make
from tests.client import elements, parsed, words
from tests.views.test_bad_input import stored, summary
from tracker.database import session, writing
from tracker.models import BulkStep, Commitment
from tracker.queries import bulk, integrity

C1, C2, C3 = (f"mx-us-2023-07-24.c{n}" for n in (1, 2, 3))
OWNED = {"owner": "local", "review_every": "45"}


def token(client):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/commitments/").text)[1]


def send(client, address="/bulk/change", **fields):
    return client.post(address, data={"csrf_token": token(client), **fields})


def hidden(response):
    """Return what the form of the page sends, but for its button."""
    document, _errors = parsed(response.text)
    form = [f for f in elements(document, "form") if f.get("method") == "post"][-1]
    values = {}
    for control in elements(form, "input"):
        values.setdefault(control.get("name"), []).append(control.get("value"))
    return values


def confirm(client, address="/bulk/change", **fields):
    return send(client, address, step="confirm", checked_on="", **fields)


def do(client, shown, address="/bulk/change", **changes):
    return client.post(address, data=hidden(shown) | {"step": "do"} | changes)


def text(response):
    document, _errors = parsed(response.text)
    return words(next(e for e in elements(document, "main")))


def held(app, code, *names):
    with app.app_context():
        commitment = session.scalars(select(Commitment).where(Commitment.code == code)).one()
        return tuple(getattr(getattr(commitment, name), "code", getattr(commitment, name)) for name in names)


def test_the_list_offers_a_box_for_each_but_not_of_the_past(client):
    document, _errors = parsed(client.get("/commitments/").text)
    boxes = [e for e in elements(document, "input") if e.get("form") == "bulk"]
    assert len(boxes) == 9
    assert "Change all 9" in client.get("/commitments/").text
    assert "Change all 4 that are filtered" in client.get("/commitments/?area=migration").text
    for path in ("/commitments/?as_of=2023-12-31", "/meetings/", "/commitments/?q=zebra"):
        assert 'form="bulk"' not in client.get(path).text
        assert "bulk.js" not in client.get(path).text


def test_two_are_given_an_owner_and_an_interval_and_it_is_undone(app, client):
    address = "/bulk/change?area=fentanyl&area=arms&sort=-due_on"
    chosen = send(client, address, code=[C1, C2])
    assert "Change 2 commitments" in text(chosen)
    shown = confirm(client, address, code=[C1, C2], **OWNED)
    assert "Change 2 commitments?" in text(shown)
    assert text(shown).count("Owner Now: empty Then: ") == 2
    assert text(shown).count("Review every so many days Now: empty Then: 45") == 2
    done = do(client, shown, address)
    assert (done.status_code, done.location) == (303, "/commitments/?area=fentanyl&area=arms&sort=-due_on")
    assert held(app, C1, "owner", "review_every") == held(app, C2, "owner", "review_every") == ("local", 45)
    listed = client.get(done.location)
    assert "Changed 2 commitments." in text(listed)
    undo = next(f for f in elements(parsed(listed.text)[0], "form") if "/undo" in (f.get("action") or ""))
    back = client.post(
        undo.get("action"), data={e.get("name"): e.get("value") for e in elements(undo, "input")}, follow_redirects=True
    )
    assert back.request.full_path == "/commitments/?area=fentanyl&area=arms&sort=-due_on"
    assert "The step is undone" in text(back)
    assert held(app, C1, "owner", "review_every") == (None, None)
    steps = text(client.get("/bulk/"))
    assert "Owner: local Review every so many days: 45 Commitments: 2 Undone" in steps
    again = send(client, undo.get("action"))
    assert again.status_code == 409
    assert "undone already" in again.text
    with app.app_context():
        assert integrity.integrity_problems() == []


def test_all_that_are_filtered_are_given_a_check_and_a_status(app, client):
    address = "/bulk/change?area=migration"
    searched = {"where_searched": "The gazette\r\nand more", "checked_on": "2024-03-02", "settle": "yes"}
    shown = send(client, address, step="confirm", whole="yes", **searched)
    assert "All that are filtered: Policy area: Migration" in text(shown)
    assert "Status, Mexico Now: Not assessed Then: No evidence found" in text(shown)
    done = client.post(address, data=hidden(shown) | {"step": "do"}, follow_redirects=True)
    assert "Changed 4 commitments." in text(done)
    assert "4 in all" in text(client.get("/checks/"))
    assert "Where you searched: The gazette and more" in text(client.get("/bulk/"))


def test_an_owner_is_emptied_by_a_tick(app, client):
    do(client, confirm(client, code=[C1], **OWNED))
    do(client, confirm(client, code=[C1, C2], no_owner="yes", usual_review="yes"))
    assert held(app, C1, "owner", "review_every") == (None, None)


def test_what_is_so_already_is_counted_apart_and_alone_is_not_done(app, client):
    do(client, confirm(client, code=[C1], priority="high"))
    shown = confirm(client, code=[C1, C2, C3], priority="high")
    assert "Change 2 commitments?" in text(shown)
    assert "1 stays as it is" in text(shown)
    nothing = confirm(client, code=[C1], priority="high")
    assert "Nothing would change" in text(nothing)
    assert 'value="do"' not in nothing.text
    refused = do(client, nothing)
    assert refused.status_code == 422
    assert "all of them have it already" in text(refused)


def test_a_long_list_of_changes_is_cut_and_counted(app, client, monkeypatch):
    monkeypatch.setattr(bulk, "MAX_LINES", 3)
    shown = confirm(client, whole="yes", **OWNED)
    assert text(shown).count("Now: empty") == 3
    assert "and 15 more changes" in text(shown)
    assert "Change 9 commitments?" in text(shown)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({}, "owner", "Nothing is chosen yet"),
        ({"review_every": "0"}, "review_every", "Write a whole number from 1"),
        ({"review_every": "x\x00"}, "review_every", "Write a whole number from 1"),
        ({"priority": "urgent"}, "priority", "“urgent” is not one of"),
        ({"area": "no-such"}, "area", "No record has the code “no-such”"),
        ({"owner": "local", "no_owner": "yes"}, "no_owner", "choose one of the two"),
        ({"review_every": "9", "usual_review": "yes"}, "usual_review", "choose one of the two"),
        ({"where_searched": "Here"}, "where_searched", "Say in “Checked on” when"),
        ({"where_searched": "Here", "checked_on": "2999-01-01"}, "checked_on", "This day has not come yet"),
        ({"where_searched": "x" * 2001, "checked_on": "2024-01-01"}, "where_searched", "Shorten this"),
        ({"where_searched": "a\x00b", "checked_on": "2024-01-01"}, "where_searched", "Remove the control characters"),
        ({"settle": "yes", "owner": "local"}, "settle", "Say where you searched"),
    ],
)
@pytest.mark.parametrize("step", ["confirm", "do"])
def test_what_will_not_do_is_told_by_its_field_and_kept(app, client, typed, field, said, step):
    before = stored(app)
    refused = send(client, code=[C1, C2], step=step, **{"checked_on": ""} | typed)
    assert refused.status_code == 422
    assert said in summary(parsed(refused.text)[0])[field]
    assert [e.get("value") for e in elements(parsed(refused.text)[0], "input") if e.get("name") == "code"] == [C1, C2]
    assert stored(app) == before


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({}, "No commitment is selected"),
        ({"code": [C1, "nothing.c1"]}, "Not here, or removed meanwhile: nothing.c1."),
        ({"code": [C1, "", "\x00", "<script>", "x" * 5000]}, "Not here, or removed meanwhile: “”, �, <script>"),
        ({"code": [f"c{n}" for n in range(10_000)]}, "These are 10,000 commitments; at most 5,000"),
    ],
)
@pytest.mark.parametrize("step", ["", "confirm", "do"])
def test_what_cannot_be_chosen_is_told(app, client, chosen, said, step):
    before = stored(app)
    refused = send(client, "/bulk/change?area=arms", step=step, **OWNED, **chosen)
    assert refused.status_code == 422
    assert said in text(refused)
    assert 'href="/commitments/?area=arms"' in refused.text
    assert stored(app) == before


def test_retired_ones_are_not_changed(app, client):
    with app.app_context(), writing():
        retired = make.commitment(code="talks.c1")
        retired.retired_at, retired.retired_because = retired.recorded_at, "Recorded twice"
    refused = confirm(client, code=[C1, "talks.c1"], **OWNED)
    assert refused.status_code == 422
    assert "Recorded in error, so nothing is followed up of them: talks.c1." in text(refused)
    assert confirm(client, "/bulk/change?retired=yes", whole="yes", **OWNED).status_code == 422


@pytest.mark.parametrize(
    ("address", "status"),
    [("/bulk/change?as_of=2023-12-31", 422), ("/bulk/change?colour=blue", 422), ("/bulk/change?q=zebra", 422)],
)
def test_a_list_that_will_not_do_is_refused(app, client, address, status):
    assert confirm(client, address, whole="yes", **OWNED).status_code == status


def test_somebody_elses_edit_meanwhile_is_shown_before_anything_is_done(app, client):
    shown = confirm(client, code=[C1, C2], priority="high")
    do(client, confirm(client, code=[C2], priority="low"))
    again = do(client, shown)
    assert again.status_code == 409
    assert "somebody changed some of them" in text(again)
    assert "Low" in text(again)
    assert held(app, C1, "priority") == held(app, "mx-us-2023-07-24.c4", "priority")
    assert do(client, again).status_code == 303
    assert [held(app, code, "priority")[0].value for code in (C1, C2)] == ["high", "high"]


def test_another_set_than_the_one_confirmed_is_shown_again(app, client):
    address = "/bulk/change?area=arms"
    shown = confirm(client, address, whole="yes", priority="high")
    with app.app_context(), writing():
        make.commitment(area="arms", code="talks.c1", title="One more")
    again = do(client, shown, address)
    assert again.status_code == 409
    assert "One more" in text(again)
    assert do(client, again, address).status_code == 303


def test_a_status_logged_meanwhile_is_shown_before_others_are_settled(app, client):
    searched = {"where_searched": "Here", "checked_on": "2024-03-02", "settle": "yes"}
    shown = send(client, code=[C1], step="confirm", **searched)
    do(client, send(client, code=[C1, C2], step="confirm", **searched))
    assert do(client, shown).status_code == 409


@pytest.mark.parametrize("seen", [None, "", "0" * 64])
def test_nothing_is_done_that_was_not_confirmed(app, client, seen):
    before = stored(app)
    shown = confirm(client, code=[C1], **OWNED)
    assert do(client, shown, seen=seen).status_code == 409
    # Another commitment is slipped in.
    assert do(client, shown, code=[C1, C2]).status_code == 409
    assert stored(app) == before


def test_one_that_does_not_take_it_refuses_all_by_its_code(app, client):
    with app.app_context(), writing():
        make.commitment(code="talks.c1").title = "x" * 301
    before = stored(app)
    refused = do(client, confirm(client, code=[C1, "talks.c1"], **OWNED))
    assert refused.status_code == 422
    assert "talks.c1 Title: Shorten this to 300 characters" in text(refused)
    assert stored(app) == before


def test_what_was_chosen_outlives_a_lost_token(app, client):
    before = stored(app)
    kept = client.post(
        "/bulk/change?area=arms", data={"csrf_token": "old", "code": [C1, C2], "checked_on": "", "step": "do", **OWNED}
    )
    assert kept.status_code == 400
    assert "nothing is lost" in text(kept)
    assert hidden(kept)["code"] == [C1, C2]
    assert 'value="45"' in kept.text
    assert stored(app) == before
    assert client.post("/bulk/1/undo", data={"csrf_token": "old"}).status_code == 400


def test_what_could_not_be_undone_is_told(app, client):
    do(client, confirm(client, code=[C1, C2], priority="high"))
    do(client, confirm(client, code=[C2], priority="low"))
    told = send(client, "/bulk/1/undo", next="//evil.example")
    assert told.status_code == 200
    assert f"{C2}, Priority: somebody changed it since." in text(told)
    assert 'href="/bulk/"' in told.text
    assert "evil" not in told.text


@pytest.mark.parametrize("number", ["0", "1", "7", "9" * 9, "9" * 19, "9" * 100, "x", "1.5"])
def test_a_step_that_is_not_there_is_not_undone(client, number):
    assert send(client, f"/bulk/{number}/undo").status_code == 404


def test_reading_changes_nothing(app, client):
    before = stored(app)
    assert client.get("/bulk/change?area=arms").location == "/commitments/?area=arms"
    assert client.get("/bulk/1/undo").status_code == 405
    assert "Nothing was changed in bulk yet" in text(client.get("/bulk/"))
    assert stored(app) == before


def test_a_script_in_a_title_or_in_what_was_searched_is_inert(app, client):
    with app.app_context(), writing():
        make.commitment(code="talks.c1", title="</td><script>a()</script>")
    searched = {"where_searched": "\"'><script>a()</script>", "checked_on": "2024-03-02"}
    shown = send(client, code=["talks.c1"], step="confirm", **searched)
    assert do(client, shown).status_code == 303
    for answer in (shown, send(client, code=["talks.c1"]), client.get("/bulk/"), client.get("/commitments/")):
        assert "<script>a()" not in answer.text


@pytest.mark.long
def test_more_commitments_cost_the_pages_no_more_queries(app, client):
    def asked(number):
        with app.app_context(), writing():
            parties = [make.party().code for _ in range(number)]
            area = make.area().code
            codes = [make.commitment(area=area).code for _ in range(number)]
            for code, party in zip(codes, parties, strict=True):
                make.commitment_party(commitment=code, party=party, role="lead")
        statements = []
        engine = app.extensions["tracker.engine"]

        def notice(_connection, _cursor, statement, *_rest):
            statements.append(statement)

        searched = {"where_searched": "Here", "checked_on": "2024-03-02", "settle": "yes"}
        fields = {"csrf_token": token(client), "code": codes, "area": "arms", **OWNED, **searched}
        event.listen(engine, "before_cursor_execute", notice)
        for step in ("", "confirm"):
            assert client.post("/bulk/change", data=fields | {"step": step}).status_code == 200
        client.get("/bulk/")
        event.remove(engine, "before_cursor_execute", notice)
        shown = client.post("/bulk/change", data=fields | {"step": "confirm"})
        assert do(client, shown).status_code == 303
        return len(statements)

    asked(1)
    few = asked(2)
    assert asked(20) == few
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(BulkStep)) == 3


def test_the_field_of_a_check_says_what_to_write_as_on_its_own_page(client):
    help_text = "The places you looked at, and what for."
    assert help_text in text(client.get(f"/commitments/{C1}/check"))
    assert help_text in text(send(client, code=[C1, C2]))
