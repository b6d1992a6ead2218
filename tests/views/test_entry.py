"""A meeting entered on one page without a script: all of it is saved or nothing, and nothing typed is lost."""

import pytest
from sqlalchemy import select

from tests.client import elements, form_values, parsed
from tests.test_seeds import BY_CODE, DOCUMENTS, with_documents
from tests.views.test_bad_input import assert_refused, listed, stored, summary
from tracker.database import session
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
