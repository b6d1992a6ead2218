"""A meeting entered on one page without a script: all of it is saved or nothing, and nothing typed is lost."""

import pytest
from sqlalchemy import event, select

from tests import make
from tests.client import elements, form_values, parsed, words
from tests.test_seeds import BY_CODE, DOCUMENTS, with_documents
from tests.views.test_bad_input import SCRIPT, assert_refused, listed, stored, summary
from tracker.actions.documents import attach_text
from tracker.database import session, writing
from tracker.models import Change, Claim, Commitment, Document, Meeting, Participant, Participation, Passage
from tracker.queries.integrity import integrity_problems
from tracker.vocabulary import PassageCheck

STATEMENT = "joint-statement-2023-07-24"
MEETING = "mx-us-2023-07-24"
EDIT = f"/meetings/{MEETING}/edit"
#: Two texts of our own, with two sentences in each paragraph.
TEXT = "The sides met at the river. They spoke of water.\n\nBoth will dig wells. Both will count them."
OTHER = "Another paper tells of it. It has other words.\n\nNothing was agreed. Nobody objected."
FINE = {
    "title": "Talks about water",
    "starts_on": "2024-03-01",
    "parties-0-name": "River Commission",
    "parties-0-kind": "international_organisation",
    "documents-0-title": "A paper",
    "documents-0-kind": "readout",
    "documents-0-language": "en",
    "documents-0-text": TEXT,
    "participations-0-name_as_printed": "Berta Quill",
    "participations-0-party": "+parties-0",
    "participations-0-passage": "p1 s1",
    "participations-0-attendance": "attended",
    "commitments-0-title": "Dig wells",
    "commitments-0-kind": "intention",
    "commitments-0-area": "arms",
    "commitments-0-leads": ["+parties-0", "mx"],
    "commitments-0-passage": "p2 s1",
    "claims-0-text": "They met at the river",
    "claims-0-passage": "p1 s1",
    "meeting-links-0-kind": "follows",
    "meeting-links-0-to": MEETING,
    "meeting-links-0-certainty": "possible",
    "meeting-links-0-passage": "p1",
}


class Page:
    """The page as somebody works it: fields are typed into, and buttons send what stands in all of them."""

    def __init__(self, client, path):
        self.client, self.path = client, path
        self.values = form_values(client.get(path).text)

    def row(self, kind, number, /, **fields):
        """Type into a row, adding rows until there are as many."""
        while f"{kind}-{number}-code" not in self.values:
            self.press(add=kind)
        self.values |= {f"{kind}-{number}-{name}": value for name, value in fields.items()}

    def press(self, **button):
        """Press a button that saves nothing, and fail unless all that was typed is still there."""
        response = self.client.post(self.path, data=self.values | button)
        assert response.status_code == 200
        again = form_values(response.text)
        for name, value in self.values.items():
            if name not in ("csrf_token", "reading", "reading-sha256"):
                assert listed(again.get(name)) == listed(value), name
        self.values = again
        return response

    def save(self):
        return self.client.post(self.path, data=self.values)


def told(client, code=MEETING):
    return client.get(f"/meetings/{code}?format=json").json


def sound(app):
    """Fail unless the whole database is sound, and the local account answers for the last changes."""
    with app.app_context():
        assert integrity_problems() == []
        assert session.scalars(select(Change).order_by(Change.seq.desc())).first().account.code == "local"


def place_of(code):
    held = BY_CODE["passages"][code]
    return f"p{held['paragraph']} s{held['sentence']}"


@with_documents
def test_the_joint_statement_is_logged_without_a_script(empty_app):
    page = Page(empty_app.test_client(), "/meetings/new")
    seeds = {
        kind: [item for code, item in BY_CODE[kind].items() if code.startswith(MEETING)]
        for kind in ("participations", "commitments", "claims")
    }
    for number, code in enumerate(("mx", "us")):
        page.row("parties", number, name=BY_CODE["parties"][code]["name"], kind="country")
    areas = list(BY_CODE["areas"])
    for number, code in enumerate(areas):
        page.row("areas", number, name=BY_CODE["areas"][code]["name"])
    text = (DOCUMENTS / "joint-statement.txt").read_text("utf-8")
    title = BY_CODE["documents"][STATEMENT]["title"]
    page.row("documents", 0, title=title, kind="joint_statement", language="en", text=text)
    page.values |= {
        name: value for name, value in BY_CODE["meetings"][MEETING].items() if name not in ("code", "documents")
    }
    response = page.press(read="+documents-0")
    assert page.values["reading"] == "+documents-0"
    assert 'data-place="p4 s1"' in response.text
    for number, seat in enumerate(seeds["participations"]):
        names = ("name_as_printed", "office_as_printed", "role", "attendance", "note")
        fields = {name: seat[name] for name in names if name in seat}
        fields |= {"is_group": ["y"]} if "is_group" in seat else {}
        party = f"+parties-{('mx', 'us').index(seat['party'])}"
        page.row("participations", number, party=party, passage=place_of(seat["passage"]), **fields)
    for number, item in enumerate(seeds["commitments"]):
        source = next(s for s in BY_CODE["commitment-sources"].values() if s["commitment"] == item["code"])
        names = ("title", "title_es", "text", "text_es", "kind", "note")
        page.row(
            "commitments",
            number,
            area=f"+areas-{areas.index(item['area'])}",
            leads=["+parties-0", "+parties-1"],
            passage=place_of(source["passage"]),
            **{name: item[name] for name in names if name in item},
        )
    assert page.save().headers["Location"] == f"/meetings/{MEETING}"
    with empty_app.app_context():
        seats = session.scalars(select(Participation).order_by(Participation.id)).all()
        commitments = session.scalars(select(Commitment).order_by(Commitment.id)).all()
        assert [seat.passage.sha256 for seat in seats] == [
            BY_CODE["passages"][seat["passage"]]["sha256"] for seat in seeds["participations"]
        ]
        assert {each.code: each.text for each in commitments} == {
            item["code"]: " ".join(item["text"].split()) for item in seeds["commitments"]
        }
        assert [[row.party.code for row in each.parties] for each in commitments] == [["mx", "us"]] * 7
        passages = session.scalars(select(Passage)).all()
        seeded = {p["sha256"] for p in BY_CODE["passages"].values() if p["document"] == STATEMENT}
        assert len(passages) == len(seeded) == 8
        assert {p.sha256 for p in passages} == seeded
        assert {p.check_result for p in passages} == {PassageCheck.FOUND}
        assert len(session.scalars(select(Participant)).all()) == 6
        document = session.scalars(select(Document)).one()
        assert document.text_sha256 == BY_CODE["documents"][STATEMENT]["sha256"]
        assert {p.version for p in passages} | {each.version for each in commitments} == {1}
    sound(empty_app)


def test_what_the_refused_meetings_start_from_is_fine(app, client):
    assert client.send("/meetings/new", FINE, follow=False).status_code == 303
    with app.app_context():
        meeting = session.scalars(select(Meeting).where(Meeting.title == FINE["title"])).one()
        assert [document.title for document in meeting.documents] == ["A paper"]
        (seat,) = meeting.participations
        assert (seat.party.name, seat.participant.name) == ("River Commission", "Berta Quill")
        claim = session.scalars(select(Claim).where(Claim.meeting == meeting)).one()
        assert claim.passage is seat.passage
        commitment = session.scalars(select(Commitment).where(Commitment.meeting == meeting)).one()
        assert (commitment.text, commitment.made_on) == ("Dig wells", meeting.starts_on)
        assert commitment.sources[0].passage.exact == "Both will dig wells."
    sound(app)


#: {what is wrong: ({field: what is typed}, {field: words of the message})}
WRONG = {
    "a party without its kind": ({"parties-0-kind": ""}, {"parties-0-kind": "Fill this in."}),
    "a party of no kind there is": ({"parties-0-kind": "planet"}, {"parties-0-kind": "“planet”"}),
    "a party part of itself": (
        {"parties-0-parent": "+parties-0"},
        {"parties-0-parent": "left out or not before"},
    ),
    "a party part of a later one": (
        {"parties-0-parent": "+parties-1", "parties-1-name": "Later", "parties-1-kind": "country"},
        {"parties-0-parent": "left out or not before"},
    ),
    "a party overlong": ({"parties-0-name": "x" * 301}, {"parties-0-name": "Shorten this"}),
    "a participant without a name": (
        {"participants-0-other_names": "Somebody"},
        {"participants-0-name": "Fill this in."},
    ),
    "an area overlong": ({"areas-0-name": "x" * 301}, {"areas-0-name": "Shorten this"}),
    "an area by a control character": ({"areas-0-name": "a\x00b"}, {"areas-0-name": "control characters"}),
    "a document without its language": ({"documents-0-language": ""}, {"documents-0-language": "Fill this in."}),
    "a document of no day": ({"documents-0-published_on": "2023-02-30"}, {"documents-0-published_on": "not a day"}),
    "a text with a control character": (
        {"documents-0-text": TEXT + "\x0c"},
        {"documents-0-text": "Line 3 holds a control character (U+000C)"},
    ),
    "a document’s address that is none": (
        {"documents-0-web_address": "javascript:a()"},
        {"documents-0-web_address": "whole web address"},
    ),
    "a meeting without its title": ({"title": ""}, {"title": "Fill this in."}),
    "a meeting on no day": (
        {"starts_on": "", "date_precision": "unknown"},
        {"commitments-0-made_on": "since the day of the meeting is not known"},
    ),
    "a folded field of the meeting": ({"ends_on": "2024-02-01"}, {"ends_on": "ends before it starts"}),
    "a document not known": ({"documents": ["nowhere"]}, {"documents": "“nowhere”"}),
    "a seat without its name": ({"participations-0-name_as_printed": ""}, {"participations-0-name_as_printed": "Fill"}),
    "a seat for a party not on the page": (
        {"participations-0-party": "+parties-9"},
        {"participations-0-party": "left out or not before"},
    ),
    "a seat for a party left out": (
        {"parties-0-remove": "yes"},
        {"participations-0-party": "“+parties-0”", "commitments-0-leads": "“+parties-0”"},
    ),
    "a seat for nobody known": ({"participations-0-party": "nowhere"}, {"participations-0-party": "“nowhere”"}),
    "a seat beyond the text": ({"participations-0-passage": "p9"}, {"participations-0-passage": "no paragraph 9"}),
    "a seat beyond the sentences": ({"participations-0-passage": "p1 s3"}, {"participations-0-passage": "2 sentences"}),
    "a seat that ends before it starts": (
        {"participations-0-passage": "p1 9-3"},
        {"participations-0-passage": "characters 0 to"},
    ),
    "a seat at no place": ({"participations-0-passage": "page 3"}, {"participations-0-passage": "Write a place as"}),
    "a seat in no text": (
        {"participations-0-passage": "p1 of elsewhere"},
        {"participations-0-passage": "those with a text"},
    ),
    "a group that is one participant": (
        {"participations-0-is_group": ["y"], "participations-0-participant": "ken-salazar"},
        {"participations-0-is_group": "A group is not one participant"},
    ),
    "a mention with a role": (
        {"participations-0-attendance": "mentioned_only", "participations-0-role": "host"},
        {"participations-0-attendance": "empty the role"},
    ),
    "a commitment without leads": ({"commitments-0-leads": []}, {"commitments-0-leads": "Fill this in."}),
    "a commitment due before it was made": (
        {"commitments-0-deadline_kind": "explicit", "commitments-0-due_on": "2024-02-01"},
        {"commitments-0-due_on": "due before it was made"},
    ),
    "a commitment told beyond the text": (
        {"commitments-0-passage": "p0"},
        {"commitments-0-passage": "no paragraph 0"},
    ),
    "a claim with a number of nothing": ({"claims-0-value": "12"}, {"claims-0-value": "Unit"}),
    "a claim overlong": ({"claims-0-text": "x" * 2001}, {"claims-0-text": "Shorten this"}),
    "a claim by a passage not known": ({"claims-0-passage": "nowhere.x1"}, {"claims-0-passage": "Write a place as"}),
    "a link to nothing": ({"meeting-links-0-to": "nowhere"}, {"meeting-links-0-to": "“nowhere”"}),
    "twins": (
        {f"meeting-links-1-{name}": FINE[f"meeting-links-0-{name}"] for name in ("kind", "to", "certainty")},
        {"meeting-links-1-to": "Another row says the same", "meeting-links-1-kind": "Another row says the same"},
    ),
    "two at once": (
        {"parties-0-kind": "", "claims-0-value": "many"},
        {"parties-0-kind": "Fill this in.", "claims-0-value": "Write"},
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_one_fault_in_any_row_refuses_all(app, client, what):
    typed, wrong = WRONG[what]
    typed = (
        form_values(client.get("/meetings/new").text)
        | FINE
        | {"reading": "+documents-0", "claims-0-note": "a\n b "}
        | typed
    )
    before = stored(app)
    response = client.post("/meetings/new", data=typed)
    if what == "twins":
        wrong = {name: said for name, said in wrong.items() if name in summary(parsed(response.text)[0])}
        assert wrong
    assert_refused(app, before, typed, response, wrong, only=True)
    assert_unfolded(response, wrong)
    if typed["documents-0-text"] == TEXT:
        assert form_values(response.text)["documents-0-text"] == TEXT


def assert_unfolded(response, names):
    """Fail unless no field among these is folded away."""
    document, _errors = parsed(response.text)
    for details in elements(document, "details"):
        inside = {e.get("id") for e in details.iter()}
        assert details.get("open") is not None or not inside & set(names), names


# Found only while saving


def many(text, number=100_001):
    return "\n".join([text] * number)


LATE = {
    "a place too far down": (
        {"documents-0-text": many("a"), "participations-0-passage": "p100001", "commitments-0-passage": "p1"}
        | {"claims-0-passage": "p1"},
        None,
    ),
    "a long name of somebody new": ({"participations-0-name_as_printed": "Berta " + "Q" * 294}, None),
    "two parties of one code": (
        {"parties-1-name": "River commission", "parties-1-kind": "country", "documents-1-title": "A paper"}
        | {"documents-1-kind": "readout", "documents-1-language": "en"},
        None,
    ),
    "a name of signs alone": ({"participations-0-name_as_printed": "—"}, None),
    "a title of signs alone": ({"title": "—", "documents-0-title": "…", "parties-0-name": "?"}, None),
    "a place twice": ({"participations-0-passage": "p1 0-27", "claims-0-passage": "P1S1"}, None),
}


@pytest.mark.parametrize("what", LATE)
def test_what_only_saving_finds_is_told_or_taken(app, client, what):
    typed, said = LATE[what]
    before = stored(app)
    typed = form_values(client.get("/meetings/new").text) | FINE | typed
    response = client.post("/meetings/new", data=typed)
    if said is None:
        assert response.status_code == 303
        sound(app)
        return
    assert response.status_code == 422
    assert stored(app) == before
    assert said in words(next(e for e in elements(parsed(response.text)[0], "div") if e.get("role") == "alert"))
    again = form_values(response.text)
    assert {name: listed(again.get(name)) for name in FINE} == {name: listed(typed[name]) for name in FINE}


def test_what_somebody_removed_meanwhile_is_told_by_the_row(app, client):
    with app.app_context(), writing():
        code = make.party(name="Gone").code
    page = Page(client, "/meetings/new")
    page.values |= FINE | {"participations-0-party": code, "commitments-0-leads": [code]}
    assert "Removed" in client.send(f"/parties/{code}/remove").text
    before = stored(app)
    wrong = dict.fromkeys(("participations-0-party", "commitments-0-leads"), f"“{code}”")
    response = page.save()
    assert_refused(app, before, page.values, response, wrong)
    page.values |= {"participations-0-party": "mx", "commitments-0-leads": ["mx"]}
    assert page.save().status_code == 303


def test_a_refused_save_leaves_what_was_left_empty_empty(client):
    typed = {"documents-0-kind": "", "commitments-0-text": "", "commitments-0-made_on": ""}
    response = client.send("/meetings/new", FINE | typed)
    again = form_values(response.text)
    assert (again["commitments-0-text"], again["commitments-0-made_on"]) == ("", "")
    assert again["documents-0-published_precision"] == "day"
    assert again["participations-0-participant"] == ""
    again |= {"documents-0-kind": "readout", "starts_on": "2024-03-02", "commitments-0-title": "Dig more wells"}
    again["documents-0-published_on"] = "2024-03-03"
    code = client.post("/meetings/new", data=again).headers["Location"].rpartition("/")[2]
    item = client.get(f"/commitments/{code}.c1?format=json").json
    assert (item["text"], item["made_on"]) == ("Dig more wells", "2024-03-02")


# Two at once


def test_the_same_page_sent_twice_makes_one_meeting(app, client):
    page = Page(client, "/meetings/new")
    page.values |= FINE
    assert page.save().status_code == 303
    before = stored(app)
    second = page.save()
    assert second.status_code == 422
    assert "Is this here already?" in second.text
    assert stored(app) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "—"},
        {"title": "Talks", "date_precision": "year", "starts_on": "2024-01-01"},
        {"title": "—", "date_precision": "unknown", "starts_on": "", "commitments-0-title": ""},
    ],
    ids=["no words", "a year", "neither words nor day"],
)
def test_however_little_a_meeting_says_it_is_not_made_twice(app, client, changes):
    page = Page(client, "/meetings/new")
    page.values |= {name: value for name, value in FINE.items() if "-0-" not in name} | changes
    assert page.save().status_code == 303
    assert page.save().status_code == 422


def test_a_token_no_longer_valid_keeps_all_that_was_typed(app, client):
    typed = form_values(client.get("/meetings/new").text) | FINE
    for token in ("", "nonsense"):
        before = stored(app)
        response = client.post("/meetings/new", data=typed | {"csrf_token": token})
        assert response.status_code == 400
        assert "nothing is lost" in response.text
        assert stored(app) == before
        again = form_values(response.text)
        for name, value in FINE.items():
            assert listed(again.get(name)) == listed(value), name
    assert client.post("/meetings/new", data=again).status_code == 303


def test_two_editors_add_remove_and_change_seats(app):
    first, second = app.test_client(), app.test_client()
    mine, theirs = Page(second, EDIT), Page(first, EDIT)
    blank = max(int(name.split("-")[1]) for name in mine.values if name.startswith("participations-"))
    new = {"party": "us", "attendance": "attended"}
    theirs.row("participations", blank, name_as_printed="Carla Their", **new)
    theirs.values |= {
        "participations-0-note": "theirs",
        "participations-1-note": "theirs",
        "participations-2-remove": "yes",
    }
    assert theirs.save().status_code == 303
    mine.row("participations", blank, name_as_printed="Dora Mine", **new)
    mine.values |= {"participations-1-note": "mine", "participations-2-note": "mine", "title": "My title"}
    before = stored(app)
    response = mine.save()
    assert response.status_code == 409
    assert stored(app) == before
    shown = {
        words(elements(row, "th")[0]): [words(cell) for cell in elements(row, "td")]
        for row in elements(parsed(response.text)[0], "tr")[1:]
    }
    assert shown["Seats and mentions, row 2: Note"] == ["theirs", "mine"]
    assert shown["Title"][1] == "My title"
    # A row that only one of the two has is told whole.
    (others,) = [cells for cells in shown.values() if "Carla Their" in cells[0]]
    assert others[1] == "empty"
    (own,) = [cells for cells in shown.values() if "Dora Mine" in cells[1]]
    assert own[0] == "empty"
    assert [cells for cells in shown.values() if "Lisa O. Monaco" in cells[1]]
    mine.values = form_values(response.text)
    assert mine.save().status_code == 303
    seats = {seat["name_as_printed"]: seat for seat in told(second)["participations"]}
    assert {"Carla Their", "Dora Mine", "Lisa O. Monaco"} <= seats.keys()
    assert len(seats) == 9
    assert seats["Lisa O. Monaco"]["code"].endswith(".s9")
    assert [seats[name]["note"] for name in ("Kristie Canegallo", "Dr. Elizabeth Sherwood-Randall")] == [None, "mine"]
    sound(app)


def test_a_newcomer_chosen_by_somebody_who_came_second_is_told_by_its_name(app, client):
    mine = Page(client, EDIT)
    client.send(EDIT, {"note": "Changed meanwhile"})
    newcomers = {
        "parties-0-name": "River Commission",
        "parties-0-kind": "country",
        "participants-0-name": "Berta Quill",
    }
    chosen = {"participations-0-party": "+parties-0", "participations-0-participant": "+participants-0"}
    mine.values |= newcomers | chosen
    response = mine.save()
    assert response.status_code == 409
    cells = [words(cell) for cell in elements(parsed(response.text)[0], "td")]
    assert {"River Commission", "Berta Quill"} <= set(cells)
    mine.values = form_values(response.text)
    assert mine.save().status_code == 303
    assert told(client)["participations"][0]["party"] == "river-commission"


# Whose a seat is


def seats_typed(*names, **more):
    row = {"party": "us", "attendance": "attended"} | more
    typed = {"title": "Talks about water", "starts_on": "2024-03-01"}
    for number, name in enumerate(names):
        fields = row | {"name_as_printed": name}
        typed |= {f"participations-{number}-{field}": value for field, value in fields.items()}
    return typed


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Rich Verma", "rich-verma"),
        ("RICH VERMA", "rich-verma"),
        ("rosa icela rodriguez", "rosa-icela-rodriguez"),
        ("Rosa Icela Rodri\u0301guez", "rosa-icela-rodriguez"),
        ("Andres Manuel", "andres-manuel-lopez-obrador"),
        ("AMLO", "andres-manuel-lopez-obrador"),
        ("Nobody Yet", "nobody-yet"),
        ("報告", "participant-1"),
        ("100%_\\", "100"),
        ("x" * 300, "x" * 64),
    ],
)
def test_whose_a_seat_is_follows_from_the_name(app, client, name, code):
    client.send("/participants/andres-manuel-lopez-obrador/edit", {"other_names": "AMLO\nSomebody else"})
    response = client.send("/meetings/new", seats_typed(name, name.upper()), follow=False)
    assert response.status_code == 303
    seats = told(client, response.headers["Location"].rpartition("/")[2])["participations"]
    assert len({seat["participant"] for seat in seats}) == 1
    assert seats[0]["participant"] == code or len(name) == 300
    sound(app)


def test_of_several_with_one_name_nobody_is_chosen_silently(app, client):
    with app.app_context(), writing():
        make.participant(code="berta-quill", name="Berta Quill")
        make.participant(code="berta-quill-2", name="Quill, B.", other_names="berta quíll")
    typed = form_values(client.get("/meetings/new").text) | seats_typed("Berta Quill", "Rich Verma", "BERTA QUILL")
    before = stored(app)
    said = "(berta-quill, berta-quill-2)"
    wrong = dict.fromkeys(("participations-0-participant", "participations-2-participant"), said)
    response = client.post("/meetings/new", data=typed)
    assert_refused(app, before, typed, response, wrong)
    assert_unfolded(response, wrong)
    assert form_values(response.text)["participations-1-participant"] == ""
    typed |= {"participations-0-participant": "berta-quill-2", "participations-2-participant": "berta-quill"}
    assert client.post("/meetings/new", data=typed).status_code == 303


def test_a_newcomer_of_the_same_name_is_not_passed_over(app, client):
    typed = seats_typed("Rich Verma") | {"participants-0-name": "Rich Verma"}
    page = Page(client, "/meetings/new")
    page.values |= typed
    asked = page.save()
    assert "Is this here already?" in asked.text
    before = stored(app)
    page.values = form_values(asked.text) | {"different": "rich-verma"}
    response = page.save()
    wrong = {"participations-0-participant": "More than one participant has this name"}
    assert_refused(app, before, page.values | {"different": "rich-verma"}, response, wrong)
    page.values = form_values(response.text) | {"participations-0-participant": "+participants-0"}
    assert page.save().status_code == 303


def test_likely_duplicates_are_asked_about_once(app, client):
    typed = seats_typed("Richard Verma", "Richard Verma", "Ken L. Salazar") | {"participants-0-name": "Richard Verma"}
    page = Page(client, "/meetings/new")
    page.values |= typed
    asked = page.save()
    links = [a.get("href") for a in elements(parsed(asked.text)[0], "a") if a.get("target")]
    assert sorted(link for link in links if link != "#") == ["/participants/ken-salazar", "/participants/rich-verma"]
    page.values = form_values(asked.text) | {"different": "rich-verma ken-salazar"}
    assert page.save().status_code == 303
    with app.app_context():
        people = session.scalars(select(Participant.name).order_by(Participant.id)).all()
        assert people[-2:] == ["Richard Verma", "Ken L. Salazar"]
    sound(app)


# A meeting that is here already


@pytest.fixture
def attached(app):
    """A meeting with two texts of our own, two seats resting on the first and one on the second."""
    with app.app_context(), writing():
        for code, text in (("one", TEXT), ("two", OTHER)):
            attach_text(make.account(), make.document(code=code, title=f"Paper {code}"), text)
        make.meeting(code="talks", title="Talks", documents=["one", "two"])
        places = {"x1": ("one", 1, 0, 27), "x2": ("one", 2, 0, 20), "x3": ("two", 1, 0, 26)}
        for name, (document, paragraph, start, end) in places.items():
            passage = make.passage(document=document, paragraph=paragraph, sentence=1, start=start, end=end)
            make.participation(
                meeting="talks",
                party="mx",
                name_as_printed=name,
                participant="ken-salazar",
                is_group=False,
                passage=passage.code,
            )


def version(app, model, code):
    with app.app_context():
        return session.scalar(select(model.version).where(model.code == code))


def passages(client, code="talks"):
    return [seat["passage"] for seat in told(client, code)["participations"]]


def test_an_edit_keeps_every_passage_with_no_text_attached(app, client):
    before, stands = told(client), version(app, Meeting, MEETING)
    assert client.send(EDIT, {"note": "Edited"}, follow=False).status_code == 303
    assert told(client)["participations"] == before["participations"]
    assert version(app, Meeting, MEETING) == stands + 1
    sound(app)


def test_an_edit_keeps_every_passage_of_either_text(app, client, attached):
    before = stored(app)
    page = Page(client, "/meetings/talks/edit")
    assert [page.values[f"participations-{n}-passage"] for n in range(3)] == ["p1 s1", "p2 s1", "two.x1"]
    assert page.save().status_code == 303
    assert stored(app) == before
    page = Page(client, "/meetings/talks/edit")
    page.values["title"] = "Talks again"
    assert page.save().status_code == 303
    assert passages(client) == ["one.x1", "one.x2", "two.x1"]
    sound(app)


def test_another_text_to_read_changes_nothing_that_rows_hold(app, client, attached):
    page = Page(client, "/meetings/talks/edit")
    assert page.values["reading"] == "one"
    page.row(
        "participations", 3, name_as_printed="x4", party="mx", is_group=["y"], attendance="attended", passage="p2 s2"
    )
    response = client.post(page.path, data=page.values | {"read": "two"})
    page.values = form_values(response.text)
    assert page.values["reading"] == "two"
    typed = [page.values[f"participations-{n}-passage"] for n in range(4)]
    assert typed == ["p1 s1 of one", "p2 s1 of one", "two.x1", "p2 s2 of one"]
    page.row(
        "participations", 4, name_as_printed="x5", party="mx", is_group=["y"], attendance="attended", passage="p2 s2"
    )
    page.values["participations-2-passage"] = "p1 s1"
    assert page.save().status_code == 303
    with app.app_context():
        seats = session.scalars(select(Participation).where(Participation.meeting.has(code="talks")))
        exact = [seat.passage.exact for seat in sorted(seats, key=lambda seat: seat.id)]
    assert exact[3:] == ["Both will count them.", "Nobody objected."]
    assert passages(client)[:3] == ["one.x1", "one.x2", "two.x1"]
    sound(app)


def test_a_text_that_is_left_out_does_not_lend_its_places_to_another(app, client):
    page = Page(client, "/meetings/new")
    page.values |= FINE | {"documents-1-title": "B", "documents-1-kind": "readout", "documents-1-language": "en"}
    page.values |= {"documents-1-text": OTHER, "reading": "+documents-0", "documents-0-remove": "yes"}
    before = stored(app)
    response = page.save()
    assert response.status_code == 422
    assert stored(app) == before
    wrong = summary(parsed(response.text)[0])
    assert wrong.keys() == {
        f"{name}-passage" for name in ("participations-0", "commitments-0", "claims-0", "meeting-links-0")
    }
    assert form_values(response.text)["participations-0-passage"] == "p1 s1 of +documents-0"
    again = form_values(response.text)
    del again["documents-0-remove"]
    assert client.post("/meetings/new", data=again).status_code == 303
    with app.app_context():
        assert {p.document.title for p in session.scalars(select(Passage).where(Passage.id > 18))} == {"A paper"}


def test_a_passage_whose_words_moved_stays_and_its_old_place_is_another(app, client, attached):
    with app.app_context(), writing():
        document = session.scalars(select(Document).where(Document.code == "one")).one()
        attach_text(make.account(), document, "New words come first here. More.\n\n" + TEXT)
    page = Page(client, "/meetings/talks/edit")
    assert [page.values[f"participations-{n}-passage"] for n in range(3)] == ["one.x1", "one.x2", "two.x1"]
    new = {"party": "mx", "is_group": ["y"], "attendance": "attended"}
    page.row("participations", 3, name_as_printed="old place", passage="p1 0-27", **new)
    page.row("participations", 4, name_as_printed="new place", passage="p2 0-27", **new)
    assert page.save().status_code == 303
    assert passages(client) == ["one.x1", "one.x2", "two.x1", "one.x3", "one.x1"]
    sound(app)


def test_a_text_replaced_meanwhile_is_told_before_places_in_it_are_kept(app, client, attached):
    page = Page(client, "/meetings/talks/edit")
    page.values["title"] = "Talks again"
    with app.app_context(), writing():
        document = session.scalars(select(Document).where(Document.code == "one")).one()
        attach_text(make.account(), document, "New words come first here. More.\n\n" + TEXT)
    before = stored(app)
    refused = page.save()
    assert refused.status_code == 409
    assert "was replaced since you opened this page" in refused.text
    assert stored(app) == before
    page.values = form_values(refused.text)
    assert page.values["title"] == "Talks again"
    assert page.save().status_code == 303


def test_places_made_and_known_give_one_passage_and_one_step(app, client, attached):
    page = Page(client, "/meetings/talks/edit")
    before = {code: version(app, Document, code) for code in ("one", "two")}
    stands = version(app, Meeting, "talks")
    new = {"party": "mx", "is_group": ["y"], "attendance": "attended"}
    for number, place in enumerate(("p2 s2", "P2 s2", "p2  21-42", "p1 s1", "two.x1"), start=3):
        page.row("participations", number, name_as_printed=f"x{number}", passage=place, **new)
    page.values["participations-1-remove"] = "yes"
    assert page.save().status_code == 303
    assert passages(client) == ["one.x1", "two.x1", "one.x3", "one.x3", "one.x3", "one.x1", "two.x1"]
    assert version(app, Meeting, "talks") == stands + 1
    after = {code: version(app, Document, code) for code in ("one", "two")}
    assert after == {"one": before["one"] + 1, "two": before["two"]}
    changes = client.get("/participations/talks.s4/history?format=json").json["items"]
    assert [(change["action"], change["account"]) for change in changes] == [("added", "local")]
    sound(app)


# Much of it


def queries(app, ask):
    counted = []
    engine = app.extensions["tracker.engine"]

    def count(*args):
        counted.append(args[2])

    event.listen(engine, "before_cursor_execute", count)
    try:
        response = ask()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return response, len(counted)


def test_more_rows_cost_no_more_queries(app, client):
    counts, token = [], form_values(client.get("/meetings/new").text)["csrf_token"]
    for number in (3, 40):
        names = [f"Quill{n} Zed{n}x" for n in range(number)]
        typed = FINE | seats_typed(*names, passage="p1 s1") | {"title": f"Talks of {number}", "different": ""}
        typed |= {"starts_on": f"20{number:02}-01-01", "documents-0-text": TEXT + str(number), "csrf_token": token}
        typed["documents-0-title"] = typed["parties-0-name"] = f"{'Q' * number}"
        for table in ("claims", "commitments"):
            row = {name: value for name, value in typed.items() if name.startswith(f"{table}-0-")}
            typed |= {name.replace("-0-", f"-{n}-"): value for n in range(1, number) for name, value in row.items()}
        response = client.post("/meetings/new", data=typed)
        assert response.status_code == 303, summary(parsed(response.text)[0])
        path = response.headers["Location"] + "/edit"
        client.get(path)
        counts.append(queries(app, lambda path=path: client.get(path))[1])
    assert counts[0] == counts[1]


@pytest.mark.long
def test_three_hundred_rows_are_saved_at_once(app, client):
    names = [f"Quill{n} Zed{n}x" for n in range(300)]
    page = Page(client, "/meetings/new")
    page.values |= FINE | seats_typed(*names, passage="p1 s1")
    response = page.save()
    assert response.status_code == 303
    seats = told(client, response.headers["Location"].rpartition("/")[2])["participations"]
    assert [seat["name_as_printed"] for seat in seats] == names
    assert len({seat["participant"] for seat in seats}) == 300
    assert len({seat["passage"] for seat in seats}) == 1
    sound(app)


# What stands in the address


def test_a_row_can_be_begun_in_the_address(client):
    page = Page(client, f"{EDIT}?participations-0-passage={STATEMENT}.x3&participations-0-code=")
    passage = [value for name, value in page.values.items() if name.endswith("-passage")]
    assert passage.count(f"{STATEMENT}.x3") == 1
    number = next(
        int(name.split("-")[1])
        for name, value in page.values.items()
        if name.startswith("participations-") and name.endswith("-passage") and value == f"{STATEMENT}.x3"
    )
    page.row("participations", number, name_as_printed="Rich Verma", party="us", attendance="attended")
    assert page.save().status_code == 303
    seats = told(client)["participations"]
    assert len(seats) == 8
    assert seats[-1]["passage"] == f"{STATEMENT}.x3"


def test_a_meeting_can_be_begun_with_its_document(app, client, attached):
    page = Page(client, "/meetings/new?documents=one")
    assert page.values["documents"] == ["one"]
    assert page.values["reading"] == "one"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("participations-99999-name_as_printed=x", 200),
        ("participations-100000-name_as_printed=x", 413),
        (f"participations-{'9' * 5000}-name_as_printed=x", 200),
        ("participations-007-name_as_printed=x", 200),
        ("participations-٣-name_as_printed=x", 200),
        ("participations--1-name_as_printed=x", 200),
        ("participations-1e9-name_as_printed=x", 200),
        ("participations-0-participant=%2Bparticipants-0", 200),
        ("participants-0-name=x&participations-0-participant=%2Bparticipants-0", 200),
        ("parties-0-name=x&parties-0-parent=%2Bparties-0", 200),
        ("documents=nowhere&documents=%2Bdocuments-9&reading=nowhere&read=%2B", 200),
        ("documents-0-text=One.%20Two.&reading=%2Bdocuments-0&claims-0-passage=p1%20of%20+", 200),
        ("add=participations&add=nowhere", 200),
        ("&".join(f"participations-{n}-x=" for n in range(101)), 413),
        ("&".join(f"participations-{n}-x=" for n in range(100)), 200),
    ],
)
def test_hostile_addresses_are_bounded_work(app, client, query, status):
    before = stored(app)
    for path in ("/meetings/new", EDIT):
        response, asked = queries(app, lambda path=path: client.get(f"{path}?{query}"))
        assert response.status_code == status
        assert asked < 60
    assert stored(app) == before


@pytest.mark.parametrize("name", ["x" * 60_000, "x " * 9_000], ids=["one word", "many words"])
def test_a_name_without_end_is_refused(app, client, name):
    before = stored(app)
    typed = form_values(client.get("/meetings/new").text) | FINE | {"participations-0-name_as_printed": name}
    response = client.post("/meetings/new", data=typed)
    assert response.status_code == 422
    assert "Shorten this to 300 characters" in response.text
    assert stored(app) == before


def test_thousands_of_rows_are_refused(app, client):
    typed = form_values(client.get("/meetings/new").text) | {f"claims-{n}-x": "" for n in range(2_001)}
    response, asked = queries(app, lambda: client.post("/meetings/new", data=typed))
    assert response.status_code == 413
    assert asked < 10


# Scripts


def test_scripts_in_every_field_are_inert(app, client):
    page = form_values(client.get("/meetings/new").text)
    typed = {name: SCRIPT for name in page if name not in ("csrf_token", "different")} | {"documents-0-text": SCRIPT}
    typed |= {"csrf_token": page["csrf_token"], "reading": "+documents-0", "documents": [SCRIPT]}
    before = stored(app)
    for more in ({}, {"add": SCRIPT}, {"read": SCRIPT}, {"csrf_token": SCRIPT}, {"title": ""}):
        response = client.post("/meetings/new", data=typed | more)
        assert response.status_code < 500
        assert "<script>a()" not in response.text
    assert stored(app) == before
    fine = FINE | {name: SCRIPT for name in FINE if name.endswith(("title", "name", "text", "as_printed"))}
    fine["documents-0-text"] = f"{SCRIPT} is here. So it is.\n\nIt is there. Again."
    response = client.send("/meetings/new", fine, follow=False)
    assert response.status_code == 303
    path = response.headers["Location"]
    for address in (path, f"{path}/edit", f"{path}/history", "/meetings/"):
        assert "<script>a()" not in client.get(address).text
    mine = form_values(client.get(f"{path}/edit").text) | {"participations-0-note": SCRIPT}
    client.send(f"{path}/edit", {"note": SCRIPT})
    conflict = client.post(f"{path}/edit", data=mine)
    assert conflict.status_code == 409
    assert "<script>a()" not in conflict.text
    sound(app)
