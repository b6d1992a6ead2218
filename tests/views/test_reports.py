"""Asking for a report on its page, issuing it, and taking it away as files."""

import csv
import datetime
import io
import json
import re
import threading
from types import SimpleNamespace
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt
from sqlalchemy import event, func, select
from werkzeug.http import parse_options_header

from tests import make
from tests.client import elements, form_values, parsed, words
from tests.views.test_bad_input import stored, summary
from tracker.actions.save import remove_record
from tracker.database import session, writing
from tracker.dates import today
from tracker.exports.reports import formats
from tracker.models import Commitment, Participation, ReportRun, history
from tracker.queries.reports import diff
from tracker.queries.reports import stored as stored_reports
from tracker.vocabulary import Chapter

JS, NR = "mx-us-2023-07-24", "mx-us-2023-05-30"
C1 = f"{JS}.c1"
NEW = "/reports/new"


def issue(client, **asked):
    """Look at a report, and issue it with the button there; return the address of its page."""
    shown = client.get(NEW, query_string=asked | {"show": "yes"})
    assert shown.status_code == 200
    document, _errors = parsed(shown.text)
    (form,) = [each for each in elements(document, "form") if each.get("method") == "post"]
    response = client.post(form.get("action"), data=form_values(shown.text))
    assert response.status_code == 303, response.text
    return response.location


def reports(app):
    with app.app_context():
        return session.scalar(select(func.count()).select_from(ReportRun))


# Asking and issuing


def test_a_report_is_shown_issued_and_read_again(app, client):
    with app.app_context(), writing():
        make.update(commitment=C1, party="mx", status="done", effective_on="2024-01-10", reason="It opened.")
    asked = {"title": "To the minister", "cover_note": "Please read.", "kind": "reaffirmation", "as_of": "1 March 2024"}
    shown = client.get(NEW, query_string=asked | {"show": "yes"}).text
    assert "not yet: this is a preview" in shown
    path = issue(client, **asked)
    page = client.get(path).text
    for said in ("To the minister", "Please read.", "It opened.", "March 1, 2024", "Kind: Reaffirmation"):
        assert said in shown
        assert said in page
    told = client.get(f"{path}?format=json")
    assert told.json["head"]["report"]["scope"] == "kind=reaffirmation"
    assert told.json["head"]["report"]["since_meeting"]["meeting"] == JS
    assert [row["code"] for row in told.json["commitments"]] == [f"{JS}.c1", f"{JS}.c2"]
    assert told.headers["Link"].startswith(f"<http://localhost{path}?format=about&of=json>")
    (item,) = client.get("/reports/?format=json").json["items"]
    assert (item["title"], item["commitments"], item["sentence"]) == ("To the minister", 2, "Kind: Reaffirmation")
    assert item["sha256"] in page
    assert "To the minister" in client.get("/reports/").text
    (change,) = client.get(f"{path}/history?format=json").json["items"]
    assert (change["action"], change["fields"]["chapters"][1]) == ("added", sorted(word.value for word in Chapter))
    assert "By policy area" in client.get(f"{path}/history").text


@pytest.mark.parametrize(
    "scope",
    [
        {},
        *(
            pytest.param(each, marks=pytest.mark.long)
            for each in ({"party": "mx"}, {"status": ["mixed", "not_assessed"]})
        ),
    ],
    ids=str,
)
def test_every_number_leads_to_a_list_of_as_many(app, client, scope):
    with app.app_context(), writing():
        make.update(commitment=C1, party="mx", status="done", effective_on="2024-01-10")
        make.update(commitment=f"{JS}.c2", party="us", status="stalled", effective_on="2024-01-12")
    client.send(f"/commitments/{C1}/edit", {"deadline_kind": "explicit", "due_on": "2024-02-01", "deadline_words": "-"})
    path = issue(client, as_of="2024-03-01", **scope)
    with app.app_context(), writing():
        make.update(commitment=f"{JS}.c3", party="us", status="done", effective_on="2024-01-10")
    document, _errors = parsed(client.get(path).text)
    (article,) = elements(document, "article")
    counts = {link.get("href"): int(words(link)) for link in elements(article, "a") if words(link).isdigit()}
    assert len(counts) > 3
    found = {to: client.get(f"{to.removeprefix('http://localhost')}&format=json&columns=code").json for to in counts}
    assert {to: told["total"] for to, told in found.items()} == counts


def test_a_meeting_and_the_first_page_lead_to_a_report_since_then(app, client):
    with app.app_context(), writing():
        make.update(commitment=C1, party="mx", status="done", effective_on="2024-01-10")
        make.meeting(code="to-come", title="To come", starts_on="2099-01-01", status="planned")
    for page in (f"/meetings/{JS}", "/"):
        document, _errors = parsed(client.get(page).text)
        (to,) = [e.get("href") for e in elements(document, "a") if (e.get("href") or "").startswith(NEW)]
        assert to == f"{NEW}?since_meeting={JS}"
        assert "Since the meeting of July 24, 2023" in client.get(f"{to}&show=yes").text
    assert NEW not in client.get("/meetings/to-come").text


@pytest.mark.parametrize("retired", [["yes"], ["yes", "no"]], ids=str)
def test_a_scope_of_what_is_retired_adds_up(client, retired):
    client.send(f"/commitments/{C1}/retire", {"retired_because": "Entered twice."})
    path = issue(client, retired=retired)
    told = client.get(f"{path}?format=json").json
    number = len(told["commitments"])
    assert number == (1 if retired == ["yes"] else 9)
    assert sum(area["commitments"] for area in told["head"]["areas"]) == number
    assert sum(told["head"]["summary"]["trend"][-1]["statuses"].values()) == number
    assert client.get(f"{path}?format=md").text.count("\n#### ") == number
    assert client.get(f"{path}?format=pdf").status_code == 200


def test_a_figure_keeps_its_decimals(app, client):
    with app.app_context(), writing():
        meeting = make.meeting(starts_on="2024-01-05").code
        make.commitment(meeting=meeting, made_on="2024-01-05")
        make.claim(meeting=meeting, value="0.000412", unit="grams")
        make.claim(meeting=meeting, value="1234567", unit="tonnes")
    page = client.get(issue(client, meeting=meeting)).text
    assert "0.000412 grams" in page
    assert "1,234,567 tonnes" in page


def test_a_page_is_of_one_moment(app, client):
    """Somebody removes a record between the reading of which there are and the reading of these."""
    with app.app_context(), writing():
        code = make.commitment(title="Gone meanwhile", made_on="2024-01-01").code
    started = []

    def removing():
        with app.app_context(), writing():
            remove_record(make.account(), session.scalars(select(Commitment).where(Commitment.code == code)).one())

    def read(_connection, _cursor, statement, *_rest):
        if "commitment.id IN (" in statement and not started:
            started.append(threading.Thread(target=removing))
            started[0].start()
            started[0].join()

    engine = app.extensions["tracker.engine"]
    event.listen(engine, "before_cursor_execute", read)
    try:
        shown = client.get(f"{NEW}?show=yes")
    finally:
        event.remove(engine, "before_cursor_execute", read)
    assert started
    assert "Gone meanwhile" in shown.text
    assert "Gone meanwhile" not in client.get(f"{NEW}?show=yes").text


def test_what_is_issued_stays_as_it_was(app, client):
    path = issue(client, title="Kept")
    files = {form: client.get(f"{path}?format={form}").data for form in ("json", "csv", "md")}
    page = client.get(path).text
    client.send(f"/commitments/{C1}/edit", {"title": "Another title"})
    with app.app_context(), writing():
        make.update(commitment=C1, party="mx", effective_on="2023-08-01")
    assert {form: client.get(f"{path}?format={form}").data for form in files} == files
    # Of the page only what was said of issuing it, once.
    assert page.split("<article")[1] == client.get(path).text.split("<article")[1]
    now = client.get(f"{path}/now").text
    assert C1 in now
    assert "Another title" in now


def test_the_file_of_json_is_the_kept_data(app, client):
    path = issue(client)
    with app.app_context():
        run = session.scalars(select(ReportRun)).one()
        assert client.get(f"{path}?format=json").data == b"".join(stored_reports.stored_content(run))


def test_asking_again_is_for_the_same_as_of_today(app, client):
    path = issue(client, title="A & B", kind="intention", as_of="2024-03-01", chapters=["summary", "claims"])
    document, _errors = parsed(client.get(path).text)
    (again,) = [e.get("href") for e in elements(document, "a") if (e.get("href") or "").startswith(NEW)]
    page = client.get(again)
    assert page.status_code == 200
    told = client.get(issue_at(client, again) + "?format=json").json["head"]["report"]
    assert (told["title"], told["scope"], told["chapters"]) == ("A & B", "kind=intention", ["summary", "claims"])
    with app.app_context():
        assert told["as_of"] == today().isoformat()


def issue_at(client, address):
    token = form_values(client.get(f"{address}&show=yes").text)
    return client.post(address, data=token).location


def chapters(client, path):
    """Return the chapters of a report between what opens it and its stamp."""
    document, _errors = parsed(client.get(path).text)
    return [words(each) for each in elements(document, "h3")][1:-1]


def test_only_the_chapters_asked_for_are_laid_out(client):
    brief = "What wants attention"
    assert chapters(client, issue(client, chapters="summary")) == [brief, "Summary"]
    assert chapters(client, issue(client, chapters=["timeline", "evidence", "commitments"])) == [brief, "Commitments"]
    assert chapters(client, issue(client, chapters=["timeline", "evidence"])) == [brief]
    assert chapters(client, issue(client)) == [
        brief,
        "Summary",
        "By policy area",
        "By party",
        "Commitments",
        "Claims and figures",
        "Methods",
    ]


def test_with_no_box_ticked_a_report_is_its_opening_and_the_brief(client):
    def boxes(html):
        document, _errors = parsed(html)
        own = [each for each in elements(document, "input") if each.get("name") == "chapters"]
        sent = [each.get("value") for each in own if each.get("type") == "hidden" or each.get("checked") is not None]
        return sent, len(own)

    every, number = boxes(client.get(NEW).text)
    assert len(every) == number > 7
    (none,) = every[:1]
    assert boxes(client.get(NEW, query_string={"chapters": none, "show": "yes"}).text) == ([none], number)
    path = issue(client, chapters=none)
    assert chapters(client, path) == ["What wants attention"]
    told = client.get(f"{path}?format=json").json
    assert (told["head"]["report"]["chapters"], len(told["commitments"])) == ([], 9)
    document, _errors = parsed(client.get(path).text)
    (again,) = [e.get("href") for e in elements(document, "a") if (e.get("href") or "").startswith(NEW)]
    assert boxes(client.get(again).text) == ([none], number)
    for form in ("pdf", "docx", "xlsx", "md"):
        assert client.get(f"{path}?format={form}").status_code == 200


def test_a_document_of_too_many_commitments_is_refused_with_the_ways_out(client, monkeypatch):
    whole, short = issue(client), issue(client, chapters=["brief", "summary"])
    monkeypatch.setattr(formats, "MAX_IN_DOCUMENTS", 8)
    for form in ("pdf", "docx", "md"):
        refused = client.get(f"{whole}?format={form}")
        assert refused.status_code == 413
        assert "or one without “Each commitment”" in refused.text
        assert client.get(f"{short}?format={form}").status_code == 200
    assert client.get(f"{whole}?format=xlsx").status_code == 200


def test_the_opening_tells_how_the_first_five_leads_stand(app, client):
    with app.app_context(), writing():
        code = make.commitment(area=make.area(code="led").code, made_on="2024-01-01").code
        for number in range(7):
            make.commitment_party(commitment=code, party=make.party(name=f"Party {number}").code)
    page = words(parsed(client.get(f"{NEW}?area=led&show=yes&chapters=brief").text)[0])
    assert "Party 4: 1 not assessed. And 2 more lead parties." in page
    assert "Party 5: 1 not" not in page


def test_a_report_that_is_shown_is_not_kept(app, client):
    before = stored(app)
    assert client.get(f"{NEW}?show=yes").status_code == 200
    assert stored(app) == before


# Refusals

#: {what is wrong: (the address, where it is told, words of the message)}
WRONG = {
    "since after as of": ({"since": "2024-03-02", "as_of": "2024-03-01"}, "since", "comes after the one"),
    "as of a day to come": ({"as_of": "2999-01-01"}, "as_of", "has not come yet"),
    "known by a moment to come": ({"known_by": "2999-01-01"}, "known_by", "has not come yet"),
    "since a day and a meeting": (
        {"since": "2024-01-01", "since_meeting": JS},
        "since_meeting",
        "empty one of the two",
    ),
    "a later meeting": ({"since_meeting": JS, "as_of": "2023-06-01"}, "since_meeting", "is later than the day"),
    "no such meeting": ({"since_meeting": "nowhere"}, "since_meeting", "“nowhere”"),
    "no day": ({"as_of": "someday"}, "as_of", "“someday” is not a day"),
    "an empty scope": ({"kind": "intention", "area": "border-infrastructure"}, "scope", "No commitment matches"),
    "before all commitments": ({"as_of": "2000-01-01"}, "scope", "No commitment matches"),
    "before anything was known": ({"known_by": "2000-01-01"}, "scope", "No commitment matches"),
    "no such filter": ({"colour": "red", "kind": "intention"}, "scope", "There is no such filter"),
    "a field nobody types": ({"scope": "kind=intention"}, "scope", "There is no such filter"),
    "a code": ({"code": "r9"}, "scope", "There is no such filter"),
    "no such value": ({"area": "nowhere", "kind": "intention"}, "scope", "“nowhere”"),
    "too many values": ({"area": [f"a{n}" for n in range(201)]}, "scope", "at most 200 values"),
    "no such chapter": ({"chapters": ["summary", "poetry"]}, "chapters", "“poetry”"),
    "a long title": ({"title": "x" * 10_000}, "title", "Shorten this"),
    "a long note": ({"cover_note": "x" * 5_001}, "cover_note", "Shorten this"),
    "a script for a filter": ({"<script>a()</script>": "x"}, "scope", "There is no such filter"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_told_is_refused_and_kept_as_typed(app, client, what):
    asked, place, said = WRONG[what]
    asked = {"title": "Typed title", "cover_note": "Typed note"} | asked
    token = form_values(client.get(f"{NEW}?show=yes").text)
    before = stored(app)
    shown = client.get(NEW, query_string=asked | {"show": "yes"})
    issued = client.post(NEW, query_string=asked, data=token)
    assert stored(app) == before
    for response in (shown, issued):
        assert response.status_code == 422
        document, _errors = parsed(response.text)
        assert words(elements(document, "title")[0]).startswith("Error:")
        assert said in summary(document)[place]
        assert place in {each.get("id") for each in document.iter()}
        assert "Issue this report" not in response.text
        assert not elements(document, "script") or "<script>a()" not in response.text
        fields = [e for e in elements(document, "input") if e.get("type") not in ("checkbox", "hidden")]
        typed = {e.get("name"): e.get("value") for e in fields}
        typed |= {e.get("name"): (e.text or "").strip() for e in elements(document, "textarea")}
        assert {name: typed[name] for name in asked if name in typed} == {n: v for n, v in asked.items() if n in typed}
        ticked = {e.get("value") for e in elements(document, "input") if e.get("checked") is not None}
        assert asked.get("kind", "intention") in ticked or "kind" not in asked


def test_a_page_open_for_too_long_loses_nothing_and_issues_nothing(app, client):
    before = stored(app)
    for token in ({}, {"csrf_token": "wrong"}):
        response = client.post(f"{NEW}?title=Typed&kind=intention", data=token)
        assert response.status_code == 400
        assert "Nothing is issued yet, and nothing is lost" in response.text
        assert 'value="Typed"' in response.text
        assert client.post(NEW, data=token, headers={"Accept": "application/json"}).json["status"] == 400
    assert stored(app) == before


@pytest.mark.parametrize("value", ["%00", "a%1b", "a%ff", "%ed%a0%80"])
def test_what_no_page_can_hold_is_refused(client, value):
    for name in ("title", "cover_note", "q", "as_of", "since_meeting", "chapters", value):
        assert client.get(f"{NEW}?show=yes&{name}={value}").status_code in (400, 422), name


def test_there_is_no_way_to_change_or_remove_a_report(app, client):
    path = issue(client)
    token = form_values(client.get(f"{NEW}?show=yes").text)
    before = stored(app)
    for end in ("/edit", "/remove"):
        assert client.get(path + end).status_code == 404
        assert client.post(path + end, data=token).status_code == 404
    assert client.post(path, data=token).status_code == 405
    for address in ("/reports/r2", "/reports/r2?format=json", "/reports/r2/history", "/reports/r2/now"):
        assert client.get(address).status_code == 404
    response = client.get(f"{path}?format=exe")
    assert response.status_code == 422
    assert "exe" in response.text
    assert stored(app) == before


# Names of files


NAMED = re.compile(r"attachment; filename=(?:\"[^\r\n]*\"|[\w.-]+)(?:; filename\*=UTF-8''([\w.%~-]+))?")


@pytest.mark.parametrize(
    ("title", "plain", "full"),
    [
        ("Report", "Report (r1).csv", None),
        ('a/b\\c:d*e?f"g<h>i|j', "a-b-c-d-e-f-g-h-i-j (r1).csv", None),
        ("../../etc/passwd", "etc-passwd (r1).csv", None),
        ("...", "r1.csv", None),
        ("CON", "CON (r1).csv", None),
        ("two\r\nX-Evil: lines", "two X-Evil- lines (r1).csv", None),
        (
            "It's “quoted”; filename=evil.exe",
            "It's quoted; filename=evil.exe (r1).csv",
            "It's “quoted”; filename=evil.exe (r1).csv",
        ),
        ("報告", "(r1).csv", "報告 (r1).csv"),
        ("Ñandú", "Nandu (r1).csv", "Ñandú (r1).csv"),
        ("\u202egpj.exe", "gpj.exe (r1).csv", None),
        # Full stops and a slash as wide as Chinese characters.
        (
            "\uff0e\uff0e\uff0fetc\uff0fpasswd",
            "etc-passwd (r1).csv",
            "\uff0e\uff0e\uff0fetc\uff0fpasswd (r1).csv",
        ),
        ("🙂" * 100, "(r1).csv", "🙂" * 40 + " (r1).csv"),
        ("x" * 300, "x" * 160 + " (r1).csv", None),
    ],
)
def test_a_file_is_called_by_its_title_in_any_script(app, client, title, plain, full):
    with app.app_context(), writing():
        code = make.report(title=title).code
    response = client.get(f"/reports/{code}?format=csv")
    value, options = parse_options_header(response.headers["Content-Disposition"])
    assert "X-Evil" not in response.headers
    assert value == "attachment"
    named = re.fullmatch(NAMED, response.headers["Content-Disposition"])
    assert (named[1] and unquote(named[1])) == full
    assert options["filename"] == (full or plain)
    assert f"filename={plain}" in response.headers["Content-Disposition"].replace('"', "").replace("\\", "")
    assert len((full or plain).encode()) < 200


# Hostile texts

HOSTILE = [
    "<script>a()</script></td></title>'\"",
    "[x](javascript:a()) ![x](https://evil.example/) `x` | y | # z",
    '=HYPERLINK("https://evil.example")',
    "{{ 7*7 }}{% include 'x' %}#set page(width: 1cm) $x$",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\\input{/etc/passwd} &lt;b&gt; %(x)s {0}",
]


@pytest.fixture(params=range(len(HOSTILE)))
def hostile(app, request):
    """A text, and an area with a commitment in which it stands wherever a text can."""
    text = HOSTILE[request.param]
    with app.app_context(), writing():
        area, meeting = make.area(code="hostile", name=text).code, make.meeting(title=text, starts_on="2024-01-05").code
        party, document = make.party(name=text).code, make.document(title=text, issued_by=[make.party().code]).code
        passage = make.passage(document=document).code
        said = {"title": text, "text": text, "done_when": text, "made_on": "2024-01-05", "due_on": "2024-02-01"}
        code = make.commitment(area=area, meeting=meeting, deadline_kind="explicit", **said).code
        make.commitment_party(commitment=code, party=party)
        make.commitment_source(commitment=code, passage=passage, attributed_to=text, relation="reports")
        again = make.commitment(title=text, area=area, made_on="2024-02-01").code
        make.commitment_link(commitment=again, to=code)
        pieces = [make.piece(title=text), make.piece(title=text, relation="contradicts"), make.piece(passage=passage)]
        found = {"reason": text, "claimed_status": "done", "claimed_by": text, "effective_on": "2024-03-01"}
        make.update(pieces, commitment=code, party=party, **found)
        make.check(commitment=again, checked_on="2024-03-01", where_searched=text)
        make.claim(text=text, meeting=meeting, attributed_to=text, value="5", unit=text[:60], area=area)
    return text


def test_hostile_texts_are_text_in_a_report_and_its_files(client, hostile):
    path = issue(client, title=hostile, cover_note=hostile, area="hostile", since="2024-01-20")
    page = client.get(path)
    document, _errors = parsed(page.text)
    assert words(document).count(hostile) > 15
    assert not [e for e in elements(document, "script") if not e.get("src").startswith("/static/")]
    leads = {e.get("href") for e in elements(document, "a")} - {None}
    safe = ("/", "#", "http://localhost/", "https://example.org/a")
    assert not [each for each in leads if not each.startswith(safe)]

    told = json.loads(client.get(f"{path}?format=json").data)
    first = told["commitments"][0]
    assert (first["title"], first["text"], told["head"]["report"]["title"]) == (hostile, hostile, hostile)
    assert told["head"]["rows"]["updates"] == len(told["updates"]) == 1

    rows = list(csv.DictReader(io.StringIO(client.get(f"{path}?format=csv").data.decode("utf-8-sig"))))
    risky = hostile[0] in "=+-@'"
    assert {row["title"] for row in rows} == {f"'{hostile}" if risky else hostile}

    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(client.get(f"{path}?format=md").text)
    flat = [each for token in tokens for each in (token, *(token.children or ()))]
    sorts = {each.type for each in flat}
    assert not [each for each in sorts if each.startswith(("html", "image", "fence", "code", "blockquote", "s_"))]
    assert not [h for h in (each.attrs.get("href") for each in flat) if h and not h.startswith(safe[2:])]
    read = "".join("".join(e.content for e in t.children) if t.children else "" for t in tokens)
    assert "".join(read.split()).count("".join(hostile.split())) > 15


# While others write


def test_what_is_logged_while_a_report_is_written_is_not_in_it_nor_later(app, client):
    """Somebody logs an update as soon as nobody else holds the database, and commits only later."""
    token, logged, go = form_values(client.get(f"{NEW}?show=yes").text), threading.Event(), threading.Event()

    def log():
        with app.app_context(), writing():
            make.update(commitment=C1, party="mx", status="done", effective_on="2024-01-10")
            logged.set()
            go.wait(1)

    writer = threading.Thread(target=log)

    def freed(*_args):
        if not writer.ident:
            writer.start()
            logged.wait(20)

    pool = app.extensions["tracker.engine"].pool
    event.listen(pool, "checkin", freed)
    try:
        response = client.post(f"{NEW}?title=Racing", data=token)
    finally:
        event.remove(pool, "checkin", freed)
        go.set()
        writer.join()
    assert logged.is_set()
    assert response.status_code == 303
    with app.app_context():
        assert list(diff.differences_from_now(session.scalars(select(ReportRun)).one())) == []
    assert not client.get(f"{response.location}?format=json").json["updates"]


def test_what_is_logged_after_a_report_is_after_it_though_a_clock_is_behind(app, client, monkeypatch):
    class Ahead(datetime.datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime.datetime.now(zone) + datetime.timedelta(minutes=2)

    with monkeypatch.context() as patched:
        told = SimpleNamespace(datetime=Ahead, date=datetime.date, UTC=datetime.UTC)
        patched.setattr(history, "datetime", told)
        path = issue(client)
    before = client.get(f"{path}?format=json").data
    with app.app_context(), writing():
        make.update(commitment=C1, party="mx", status="done", effective_on="2024-01-10")
        make.check(commitment=C1)
        make.commitment(made_on="2024-01-01")
    now = client.get(f"{path}/now").text
    assert "The same: every value is as it was issued." in " ".join(now.split())
    assert client.get(f"{path}?format=json").data == before


@pytest.mark.long
def test_settings_changed_later_change_no_report(app, client):
    path, settings = issue(client, as_of="2024-03-01", title="Kept"), app.config["SETTINGS"]
    before = {form: client.get(f"{path}?format={form}").data for form in ("md", "docx", "xlsx", "json")}
    later = {"timezone": ZoneInfo("Pacific/Kiritimati"), "review_every": 3000}
    app.config["SETTINGS"] = settings.model_copy(update=later)
    try:
        assert {form: client.get(f"{path}?format={form}").data for form in before} == before
        assert "The same: every value is as it was issued." in client.get(f"{path}/now").text
        assert client.get(issue(client, as_of="2024-03-01", title="Kept") + "?format=md").data != before["md"]
    finally:
        app.config["SETTINGS"] = settings


def test_a_scope_that_names_what_is_gone_is_told(app, client):
    with app.app_context(), writing():
        make.area(code="soon-gone")
        made = make.commitment(area="soon-gone", areas=["arms"], made_on="2024-01-01").code
    path = issue(client, area="soon-gone")
    before = client.get(f"{path}?format=json").data
    client.send(f"/commitments/{made}/edit", {"area": "arms", "areas": None})
    client.send("/areas/soon-gone/remove")
    now = client.get(f"{path}/now")
    assert now.status_code == 200
    assert "its scope names what was removed since: area: No record has the code “soon-gone”." in now.text
    assert client.get(f"{path}?format=json").data == before


def test_what_a_report_would_say_now_leads_only_to_what_is_there(app, client):
    path = issue(client, area="arms")
    with app.app_context(), writing():
        seat = session.scalars(select(Participation).limit(1)).one()
        gone = seat.code
        remove_record(make.account(), seat)
    now = client.get(f"{path}/now").text
    assert gone in now
    document, _errors = parsed(now)
    led = {a.get("href") for main in elements(document, "main") for a in elements(main, "a")}
    assert {to: client.get(to).status_code for to in led} == dict.fromkeys(led, 200)
