"""A meeting entered on one page without a script: all of it is saved or nothing, and nothing typed is lost."""

import pytest
from sqlalchemy import select

from tests import make
from tests.client import elements, form_values, parsed, words
from tests.test_seeds import BY_CODE, DOCUMENTS, with_documents
from tests.views.test_bad_input import assert_refused, listed, stored, summary
from tracker.database import session, writing
from tracker.models import Change, Claim, Commitment, Document, Meeting, Participant, Participation, Passage
from tracker.queries.check import problems
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
            if name not in ("csrf_token", "reading"):
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
        assert problems() == []
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
    "a party part of itself": ({"parties-0-parent": "+parties-0"}, {"parties-0-parent": "no row before this one"}),
    "a party part of a later one": (
        {"parties-0-parent": "+parties-1", "parties-1-name": "Later", "parties-1-kind": "country"},
        {"parties-0-parent": "no row before this one"},
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
        {"participations-0-party": "no row before this one"},
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
        {"participations-0-passage": "is called so"},
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
    "a place twice": ({"participations-0-passage": "p1 0-29", "claims-0-passage": "P1S1"}, None),
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
