"""Logging what became of a commitment through its pages, and what its page then tells."""

import datetime
import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from tests import make
from tests.client import elements, form_values, parsed, words
from tests.views.test_bad_input import SCRIPT, stored, summary
from tracker.database import session, writing
from tracker.models import Commitment, ProgressUpdate
from tracker.queries import integrity

C1 = "/commitments/mx-us-2023-07-24.c1"
U = "mx-us-2023-07-24.c1.u"
PAGE = {
    "evidence-0-relation": "supports",
    "evidence-0-web_address": "https://example.org/minutes",
    "evidence-0-title": "Minutes",
    "evidence-0-retrieved_on": "2024-03-02",
}
FOUND = {"party": "mx", "status": "in_progress", "effective_on": "1 March 2024", "reason": "They met.", **PAGE}
FOUND |= {"confidence": "high"}


def log(client, path=f"{C1}/log", **changes):
    return client.send(path, FOUND | changes)


@contextmanager
def counted(app):
    """Count the queries of a block."""
    queries = []

    def note(_connection, _cursor, statement, *_rest):
        queries.append(statement)

    event.listen(app.extensions["tracker.engine"], "before_cursor_execute", note)
    yield queries
    event.remove(app.extensions["tracker.engine"], "before_cursor_execute", note)


def section(response, name):
    """Return the words of the part of a page that has a class."""
    document, _errors = parsed(response.text)
    return " ".join(words(e) for e in document.iter() if name in (e.get("class") or "").split())


def test_an_update_is_logged_and_told(client):
    response = log(client, claimed_status="done", claimed_by="Foreign Ministry", on_behalf_of="The embassy")
    assert "Logged." in response.text
    standing = section(response, "standings")
    assert "Mexico In progress Claim differs They met. since March 1, 2024 · confidence: high" in standing
    assert "Says of itself: Done Foreign Ministry" in standing
    assert "United States Not assessed" in standing
    timeline = section(response, "entries")
    assert "Entered by Local account on behalf of The embassy" in timeline
    assert "Supports this finding Minutes read on March 2, 2024" in timeline
    assert "Claim differs" in client.get("/commitments/?follow_up=claim_differs&columns=code").text
    (item,) = client.get("/updates/?format=json").json["items"]
    assert (item["code"], item["effective_on"], item["evidence"]) == (f"{U}1", "2024-03-01", [f"{U}1.e1"])


def test_it_is_logged_for_all_leads_at_once(client):
    response = log(client, party="*")
    assert section(response, "standings").count("In progress") == 2
    assert section(response, "entries").count("logged for all leads at once") == 2
    assert [i["joint_id"] for i in client.get("/updates/?format=json").json["items"]] == [f"{U}1", f"{U}1"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"reason": " "}, {"reason": "Fill this in."}),
        ({"status": None}, {"status": "Choose a status."}),
        ({"confidence": None}, {"confidence": "Choose how sure you are."}),
        ({"status": None, "confidence": None}, {"status": "Choose a status", "confidence": "Choose how sure you are."}),
        ({"party": None}, {"party": "Fill this in."}),
        ({"party": "nobody"}, {"party": "nobody"}),
        ({"effective_on": "2999-01-01"}, {"effective_on": "This day has not come yet"}),
        ({"effective_on": "3/4/2024"}, {"effective_on": "can be"}),
        (
            {"evidence-0-relation": "context", "status": "done"},
            {"status": "“Done” needs at least one piece of evidence"},
        ),
        ({"evidence-0-title": ""}, {"evidence-0-web_address": "fill in “Title of the page” too"}),
        ({"evidence-0-web_address": "javascript:alert(1)"}, {"evidence-0-web_address": "Write a whole web address"}),
        ({"claimed_by": "Somebody"}, {"claimed_by": "Choose above what the party says of itself"}),
        ({"reason": "a\x00b"}, {"reason": "control characters"}),
    ],
)
def test_what_will_not_do_is_told_by_its_field_and_kept(app, client, changes, wrong):
    before = stored(app)
    response = log(client, **changes)
    assert response.status_code == 422
    told = summary(parsed(response.text)[0])
    for name, said in wrong.items():
        assert said in told[name]
    assert stored(app) == before
    kept = form_values(response.text)
    for name, value in (FOUND | changes).items():
        if value is not None and name != "party":
            assert (kept.get(name) or "").replace("\ufffd", "") == value.replace("\x00", "").strip(), name


def test_an_update_is_corrected_and_voided_and_nothing_goes(client):
    log(client)
    assert form_values(client.get(f"/updates/{U}1/correct").text)["evidence-0-title"] == "Minutes"
    response = client.send(f"/updates/{U}1/correct", {"status": "partly_done", "reason": "Half of it."})
    assert "Mexico Partly done" in section(response, "standings")
    struck = section(response, "undone")
    assert "Mexico In progress" in struck
    assert f"Corrected by {U}2" in struck
    assert client.get(f"/updates/{U}1/correct").status_code == 409
    response = client.send(f"/updates/{U}2/correct", {"status": "*", "reason": "Neither."})
    assert "Mexico Not assessed" in section(response, "standings")
    assert f"Voids {U}2" in section(response, "undone")
    assert [i["status"] for i in client.get("/updates/?format=json&sort=recorded_at").json["items"]] == [
        "in_progress",
        "partly_done",
        None,
    ]


def test_whoever_logs_meanwhile_is_told_and_so_is_a_second_click(app, client):
    typed = form_values(client.get(f"{C1}/log").text) | FOUND
    assert client.post(f"{C1}/log", data=typed).status_code == 303
    response = client.post(f"{C1}/log", data=typed)
    assert response.status_code == 409
    assert "Something was logged since you opened this page" in response.text
    assert form_values(response.text)["reason"] == "They met."
    assert client.post(f"{C1}/log", data=form_values(response.text)).status_code == 303


def test_a_lost_token_loses_nothing(app, client):
    before = stored(app)
    response = client.post(f"{C1}/log", data=FOUND | {"csrf_token": "old", "seen": ""})
    assert response.status_code == 400
    assert "nothing is lost" in response.text
    assert form_values(response.text)["reason"] == "They met."
    assert stored(app) == before


def test_done_late_and_done_then_reversed_are_told(app, client):
    client.send("/commitments/mx-us-2023-07-24.c1/edit", {"deadline_kind": "explicit", "due_on": "2024-02-01"})
    response = log(client, status="done")
    assert "Mexico Done 29 days late" in section(response, "standings")
    response = log(client, status="reversed", effective_on="2024-05-01")
    assert "Done March 1, 2024 until May 1, 2024" in section(response, "spans")
    assert "Reversed since May 1, 2024" in section(response, "spans")
    assert "late" not in section(response, "standings")


def test_a_change_of_wording_after_an_update_is_told(client):
    assert "changed" not in section(client.get(C1), "timeline")
    client.send(f"{C1}/edit", {"text": "Before any update"})
    log(client)
    assert "Wording changed" not in client.get(C1).text
    client.send(f"{C1}/edit", {"text": "Afterwards", "deadline_kind": "ongoing"})
    timeline = section(client.get(C1), "entries")
    assert "Wording changed" in timeline
    assert "Deadline changed" in timeline


def test_a_check_moves_no_status_unless_asked(client):
    told = {"where_searched": "Both ministries' pages", "checked_on": "yesterday"}
    response = client.send(f"{C1}/check", told)
    assert "Searched, nothing found" in section(response, "entries")
    assert section(response, "standings").count("Not assessed") == 2
    # Where was searched last is likely where will be searched next.
    assert form_values(client.get(f"{C1}/check").text)["where_searched"] == "Both ministries' pages"
    log(client)
    response = client.send(f"{C1}/check", {"settle": "yes"})
    standing = section(response, "standings")
    assert "Mexico In progress" in standing
    assert "United States No evidence found" in standing


def test_a_check_is_voided_for_a_reason(app, client):
    client.send(f"{C1}/check", {"where_searched": "Nowhere"})
    code = "mx-us-2023-07-24.c1.k1"
    assert client.send(f"/checks/{code}/void").status_code == 422
    opened = form_values(client.get(f"/checks/{code}/void").text) | {"reason": "Again"}
    response = client.send(f"/checks/{code}/void", {"reason": "I did not look."})
    assert "Check void" in section(response, "undone")
    assert "I did not look." in section(response, "undone")
    assert client.post(f"/checks/{code}/void", data=opened).status_code == 409
    assert client.send(f"{C1}/check", {"where_searched": ""}).status_code == 422
    with app.app_context():
        assert integrity.integrity_problems() == []


def test_words_selected_become_evidence(client):
    page = client.get("/log?evidence-0-passage=joint-statement-2023-07-24.x2")
    assert "Of which commitment?" in page.text
    response = client.get("/log?evidence-0-passage=joint-statement-2023-07-24.x2&commitment=mx-us-2023-07-24.c1")
    assert form_values(client.get(response.location).text)["evidence-0-passage"] == "joint-statement-2023-07-24.x2"
    assert client.get("/log?commitment=nothing").status_code == 404


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example", "https://evil.example/", "/a b", "javascript:a()"]
)
def test_it_leads_back_to_this_site_alone(client, path):
    typed = form_values(client.get(f"{C1}/log").text) | FOUND | {"next": path}
    assert client.post(f"{C1}/log", data=typed).location.startswith("/commitments/")


def test_logging_from_the_follow_up_page_keeps_the_place(client):
    page = client.get("/follow-up/?reason=never_assessed")
    links = [a.get("href") for a in elements(parsed(page.text)[0], "a") if "/log?" in (a.get("href") or "")]
    assert len(links) == 9
    typed = form_values(client.get(links[0]).text) | FOUND
    typed["party"] = "*"
    response = client.post(links[0], data=typed)
    assert re.fullmatch(r"/follow-up/\?reason=never_assessed#mx-us-\d{4}-\d\d-\d\d\.c\d", response.location)
    assert len(re.findall(r"/log\?", client.get(response.location).text)) == 8


def test_what_is_to_be_followed_up_is_counted_as_the_list_counts_it(client):
    log(client, claimed_status="done", claimed_by="Somebody", **{"evidence-1-relation": "contradicts"})
    log(
        client,
        **{"evidence-0-relation": "contradicts", "status": "uncheckable", "claimed_status": "", "claimed_by": ""},
    )
    client.send("/commitments/mx-us-2023-07-24.c3/edit", {"deadline_kind": "explicit", "due_on": "2024-02-01"})
    page = client.get("/follow-up/")
    for link in elements(parsed(page.text)[0], "a"):
        if "queue" in (link.get("class") or "").split():
            number, reason = words(link).split(" ", 1)
            named = re.search("reason=([a-z_]+)", link.get("href"))[1]
            assert client.get(f"/commitments/?follow_up={named}&format=json").json["total"] == int(number), reason


def test_a_commitment_recorded_in_error_is_retired_and_taken_back(app, client):
    assert client.send(f"{C1}/retire").status_code == 422
    response = client.send(f"{C1}/retire", {"retired_because": "It was logged twice."})
    assert "Retired: recorded in error" in response.text
    assert "It was logged twice." in response.text
    assert client.get("/commitments/?format=json").json["total"] == 8
    assert client.get("/commitments/?retired=yes&format=json").json["total"] == 1
    yesterday = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)).date()
    with app.app_context(), writing():
        for commitment in session.scalars(select(Commitment)):
            session.info["account"] = make.account()
            commitment.recorded_at = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    # Before it was retired it was in the lists.
    assert client.get(f"/commitments/?known_by={yesterday}&format=json").json["total"] == 9
    assert client.get(f"/commitments/?known_by={yesterday}&retired=yes&format=json").json["total"] == 0
    assert "It is back in the lists." in client.send(f"{C1}/retire").text
    assert client.get("/commitments/?format=json").json["total"] == 9


def test_what_has_progress_is_not_removed(app, client):
    log(client)
    assert "Retire it instead" in client.get(f"{C1}/remove").text
    before = stored(app)
    version = form_values(client.get(f"{C1}/edit").text)["version"]
    token = form_values(client.get("/frameworks/new").text)["csrf_token"]
    assert client.post(f"{C1}/remove", data={"csrf_token": token, "version": version}).status_code == 409
    assert stored(app) == before


def test_lists_and_pages_tell_of_the_day_that_is_asked_for(app, client):
    log(client, effective_on="2024-03-01")
    log(client, party="us", status="done", effective_on="2024-04-10")
    with app.app_context():
        first, second = session.scalars(select(ProgressUpdate.recorded_at).order_by(ProgressUpdate.id))
    between = (first + (second - first) / 2).isoformat().replace("+", "%2B")
    for asked, status, standings in (
        ("", "mixed", ["in_progress", "done"]),
        ("as_of=2024-03-15", "mixed", ["in_progress", "not_assessed"]),
        ("as_of=2024-02-01", "not_assessed", ["not_assessed", "not_assessed"]),
        (f"as_of=2024-05-01&known_by={between}", "mixed", ["in_progress", "not_assessed"]),
    ):
        (item,) = client.get(f"/commitments/?q=bicentennial&format=json&{asked}").json["items"]
        assert item["status"] == status, asked
        assert status in client.get(f"/commitments/?q=bicentennial&format=csv&{asked}").text
        assert client.get(f"/commitments/?q=bicentennial&status={status}&format=json&{asked}").json["total"] == 1
        found = client.get(f"/commitment-parties/?commitment=mx-us-2023-07-24.c1&format=json&{asked}").json["items"]
        assert [each["status"] for each in found] == standings, asked
        page = client.get(f"{C1}?{asked}")
        assert ("As of" in page.text) is bool(asked)
        assert ("/log" in page.text) is not bool(asked)
        if asked:
            meeting = client.get(f"/meetings/mx-us-2023-07-24?{asked}").text
            assert "As of" in meeting
            assert (f"tag-{status}" in meeting) or status == "not_assessed"
            assert ("tag-mixed" in meeting) is (status == "mixed")
    assert client.get("/commitments/?known_by=2024-03-05&format=json").json["total"] == 0
    assert "mx-us-2023-07-24.c1" not in client.get("/meetings/mx-us-2023-07-24?known_by=2024-03-05").text
    assert "It was recorded here only later" in client.get(f"{C1}?known_by=2024-03-05").text


def test_a_correction_is_not_told_before_it_was_known(app, client):
    log(client)
    client.send(f"/updates/{U}1/correct", {"status": "partly_done"})
    with app.app_context():
        first, second = session.scalars(select(ProgressUpdate.recorded_at).order_by(ProgressUpdate.id))
    for moment, by in ((first, None), (second, f"{U}2")):
        asked = moment.isoformat().replace("+", "%2B")
        found = client.get(f"/updates/?format=json&known_by={asked}&columns=corrected_by").json["items"]
        assert {item["code"]: item["corrected_by"] for item in found}[f"{U}1"] == by
        assert len(found) == (1 if by is None else 2)


def test_under_a_past_clock_what_was_edited_since_is_told(app, client):
    now = datetime.datetime.now(datetime.UTC).isoformat().replace("+", "%2B")
    client.send(f"{C1}/edit", {"title": "Another title"})
    page = client.get(f"{C1}?known_by={now}").text
    assert "It was edited since" in page
    assert "Keep up joint work against fentanyl" in page


@pytest.mark.parametrize(
    "asked",
    [
        "as_of=2999-01-01",
        "known_by=2999-01-01",
        "as_of=soon",
        "known_by=2024-13-01T00:00",
        "known_by=0001-01-01T00:00%2B14:00",
    ],
)
@pytest.mark.parametrize("path", ["/commitments/", C1, "/follow-up/", "/meetings/"])
def test_a_day_that_will_not_do_is_refused(client, path, asked):
    response = client.get(f"{path}?{asked}")
    assert response.status_code == 422
    assert asked.partition("=")[0] in response.text


def test_scripts_in_progress_are_inert(client):
    texts = {"reason": SCRIPT, "claimed_status": "done", "claimed_by": SCRIPT, "on_behalf_of": SCRIPT, "note": SCRIPT}
    log(client, **texts, **{"evidence-0-title": SCRIPT, "evidence-0-note": SCRIPT})
    client.send(f"{C1}/check", {"where_searched": SCRIPT})
    for path in (C1, f"/updates/{U}1/correct", f"{C1}/check", "/updates/", "/evidence/", "/checks/", "/follow-up/"):
        assert "<script>a()" not in client.get(path).text


@pytest.mark.long
@pytest.mark.parametrize("path", [C1, "/follow-up/?reason=never_assessed", "/updates/", "/evidence/"])
def test_a_page_costs_as_many_queries_with_much_progress_as_with_little(app, client, path):
    much = {"party": "*", "evidence-1-passage": "joint-statement-2023-07-24.x2"}
    log(client, **much)
    log(client, **much)
    with counted(app) as few:
        client.get(path)
    for _ in range(12):
        log(client, **much)
    with counted(app) as many:
        client.get(path)
    assert len(many) <= len(few)


@pytest.mark.parametrize("seen", ["", "nothing-has-this-code", "\0", "9" * 5000])
def test_whatever_was_seen_what_was_logged_meanwhile_is_told(app, client, seen):
    log(client)
    response = log(client, seen=seen, reason="Mine.")
    assert response.status_code == 409
    assert "Something was logged since you opened this page" in response.text
    assert "Mine." in response.text


def test_only_the_server_gives_codes_to_what_is_logged(app, client):
    log(client, code=f"{U}900")
    client.send(f"{C1}/check", {"where_searched": "Everywhere.", "code": "mx-us-2023-07-24.c1.k900", "reason": "x"})
    assert [item["code"] for item in client.get("/updates/?format=json").json["items"]] == [f"{U}1"]
    assert [item["code"] for item in client.get("/checks/?format=json").json["items"]] == ["mx-us-2023-07-24.c1.k1"]


def test_a_record_as_json_holds_nothing_logged_after_the_moment_asked_for(app, client):
    log(client, effective_on="2024-03-01")
    log(client, effective_on="2024-05-01", status="stalled")
    client.send(f"{C1}/check", {"where_searched": "Everywhere.", "checked_on": "2024-06-01"})

    def told(query):
        found = client.get(f"{C1}?format=json&{query}").json
        return [row["code"] for row in (*found["updates"], *found["checks"])]

    assert told("as_of=2024-04-01") == [f"{U}1"]
    assert told("known_by=2024-03-05") == []
    assert told("as_of=2024-06-01") == [f"{U}1", f"{U}2", "mx-us-2023-07-24.c1.k1"]


def test_follow_up_as_of_a_day_tells_of_no_look_after_it(app, client):
    log(client)
    client.send(f"{C1}/check", {"where_searched": "Everywhere.", "checked_on": "2024-06-01"})
    page = client.get("/follow-up/?reason=never_assessed&as_of=2024-07-01").text
    assert page.count("last looked at on June 1, 2024") == 1
    page = client.get("/follow-up/?reason=never_assessed&as_of=2024-05-01").text
    assert "nobody has looked yet" in page
    assert "last looked at" not in page


def test_evidence_is_there_as_of_the_day_of_its_finding(client):
    log(client, effective_on="2024-03-01")
    for day, found in (("2024-02-29", 0), ("2024-03-01", 1)):
        assert client.get(f"/evidence/?format=json&as_of={day}").json["total"] == found


@pytest.mark.parametrize(
    ("path", "name"), [("/checks/mx-us-2023-07-24.c1.k1/void", "reason"), (f"{C1}/retire", "retired_because")]
)
def test_a_reason_is_kept_where_the_token_is_lost_and_where_it_will_not_do(app, client, path, name):
    client.send(f"{C1}/check", {"where_searched": "Everywhere."})
    lost = client.send(path, {name: "It was about another one.", "csrf_token": "lost"})
    assert lost.status_code == 400
    assert "It was about another one." in lost.text
    assert "nothing is lost" in lost.text
    unfit = client.send(path, {name: "It\0is"})
    assert unfit.status_code == 422
    assert "It�is" in unfit.text


@pytest.mark.parametrize(("number", "status"), [(100, 200), (101, 422)])
def test_an_update_rests_on_no_more_than_can_be_corrected(app, client, number, status):
    pieces = {name.replace("-0-", f"-{n}-"): value for n in range(number) for name, value in PAGE.items()}
    response = log(client, **pieces)
    assert response.status_code == status
    assert ("at most 100 pieces" in response.text) == (status == 422)
    if status == 200:
        assert client.send(f"/updates/{U}1/correct", {"reason": "Again."}).status_code == 200
        assert client.send(f"/updates/{U}2/correct", {"status": "*"}).status_code == 200


def test_what_is_void_is_not_offered_to_be_voided(client):
    client.send(f"{C1}/check", {"where_searched": "Everywhere."})
    client.send("/checks/mx-us-2023-07-24.c1.k1/void", {"reason": "It was another."})
    for number in (1, 2):
        response = client.get(f"/checks/mx-us-2023-07-24.c1.k{number}/void")
        assert response.status_code == 409
        assert "is void already" in response.text


def test_parties_of_a_commitment_whose_code_begins_alike_are_not_told(app, client):
    log(client)
    with app.app_context(), writing():
        make.commitment(code="mx-us-2023-07-24.c1.p-act")
        make.commitment_party(commitment="mx-us-2023-07-24.c1.p-act", party="mx")
    assert "Parties changed" not in client.get(C1).text
    with app.app_context(), writing():
        make.commitment_party(commitment="mx-us-2023-07-24.c1")
    assert "Parties changed" in client.get(C1).text


@pytest.mark.parametrize("kind", ["updates", "evidence", "checks"])
def test_the_list_of_what_is_logged_says_how_it_is_and_offers_no_import(client, kind):
    page = client.get(f"/{kind}/").text
    assert "choose “Log an update” or “Log a check”" in page
    assert "choose “Edit”" not in page
    assert "/import/" not in page


def test_links_under_a_past_clock_lead_to_pages_of_the_same_day(client):
    log(client)
    asked = "as_of=2024-05-01"
    for page in ("/commitments/", "/meetings/mx-us-2023-07-24", "/follow-up/?reason=never_assessed"):
        there = f"{page}{'&' if '?' in page else '?'}{asked}"
        assert f'href="{C1}?{asked}"' in client.get(there).text, page
        assert f'href="{C1}"' in client.get(page).text, page
    assert client.get(f"/updates/{U}1?{asked}").location == f"{C1}?{asked}#{U}1"


def test_the_work_list_as_of_a_past_day_shows_the_statuses_of_that_day(app, client):
    with app.app_context(), writing():
        due = make.commitment(code="due", made_on="2023-01-01", deadline_kind="explicit", due_on="2023-06-01")
        make.commitment_party(commitment=due.code, party="mx", role="lead")
        for status, effective_on in (("in_progress", "2023-08-01"), ("stalled", "2024-03-01")):
            make.update(commitment=due.code, party="mx", status=status, effective_on=effective_on)

    def statuses(path):
        document, _errors = parsed(client.get(path).text)
        item = next(e for e in elements(document, "li") if e.get("id") == "due")
        return [words(e) for e in elements(item, "p") if e.get("class") == "leads"]

    assert statuses("/follow-up/?reason=overdue&as_of=2023-09-01") == ["Mexico In progress"]
    assert statuses("/follow-up/?reason=overdue") == ["Mexico Stalled"]
