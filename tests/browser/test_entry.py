"""A stranger logs a meeting from a news report into an empty tracker, on one page."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.test_seeds import BY_CODE, DOCUMENTS, with_documents
from tracker.database import session
from tracker.models import Claim, Commitment, Document, Meeting, Participant, Participation, Passage

MEETING = "mx-us-2023-05-30"
READOUT = "news-readout-2023-05-30"
SIDES = {"mx": "Mexico", "us": "United States"}


def place_of(passage):
    """Return where a seeded passage is, as people type it."""
    held = BY_CODE["passages"][passage]
    return f"p{held['paragraph']}" + (f" s{held['sentence']}" if "sentence" in held else "")


class Form:
    """The page on which a meeting is entered, worked as a person does: a field of a row at a time."""

    def __init__(self, page):
        self.page = page

    def put(self, name, value):
        control = self.page.locator(f"[name='{name}']")
        kind = control.first.evaluate("each => each.type")
        if kind == "checkbox":
            for each in value if isinstance(value, list) else ["yes"]:
                self.page.locator(
                    f"[name='{name}'][value='{each}']" if isinstance(value, list) else f"[name='{name}']"
                ).check()
        elif kind.startswith("select"):
            control.select_option(value)
        else:
            control.fill(value)

    def row(self, table, number, /, **fields):
        """Fill in a row, adding it where there is none yet."""
        if not self.page.locator(f"[data-row='{table}-{number}-']").count():
            self.page.locator(f"[data-cards='{table}'] > button[name=add]").click()
        for name, value in fields.items():
            self.put(f"{table}-{number}-{name}", value)

    def select(self, paragraph, words):
        """Select words of the text with the mouse's effect, and let the page notice."""
        self.page.locator(f"[data-paragraph='{paragraph}']").evaluate(
            """(paragraph, words) => {
                const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
                const at = paragraph.textContent.indexOf(words);
                const range = document.createRange();
                let seen = 0;
                for (let node; (node = walker.nextNode()); seen += node.length) {
                    if (at >= seen && at <= seen + node.length) range.setStart(node, at - seen);
                    const end = at + words.length;
                    if (end > seen && end <= seen + node.length) range.setEnd(node, end - seen);
                }
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                paragraph.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
            }""",
            words,
        )


@pytest.mark.long
@with_documents
def test_a_stranger_logs_the_report_into_an_empty_tracker(empty_page, empty_app):
    page, form = empty_page, Form(empty_page)
    page.goto("/meetings/")
    page.get_by_role("link", name="Log a meeting").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log a meeting")
    # Nothing is in the lists yet, so what can be added is open.
    page.get_by_label("Text", exact=True).fill((DOCUMENTS / "news-readout.txt").read_text("utf-8"))
    form.row("documents", 0, title="News report on a meeting at the National Palace", kind="news_report", language="en")
    page.get_by_label("The title is ours").check()
    for number, name in enumerate(SIDES.values()):
        form.row("parties", number, name=name, kind="country")
    for number, area in enumerate(("Fentanyl", "Arms", "Migration")):
        form.row("areas", number, name=area)
    page.get_by_role("button", name="Read it here").click()
    expect(page.locator("[data-paragraph='13']")).to_contain_text("cordial")

    seeded = BY_CODE["meetings"][MEETING]
    for name in ("title", "starts_on", "date_basis", "date_note", "venue", "place_basis"):
        form.put(name, seeded[name])
    enter_seats(form)
    enter_commitments(form)
    enter_claims(form)
    page.get_by_role("button", name="Save all").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page).to_have_url(f"/meetings/{MEETING}")
    with empty_app.app_context():
        assert_logged()


def enter_seats(form):
    seats = [seat for code, seat in BY_CODE["participations"].items() if code.startswith(MEETING)]
    # The first by selecting the name: it goes into the row with the sentence it stands in.
    form.select(2, "Marcelo Ebrard")
    form.page.get_by_role("toolbar").get_by_role("button", name="Seat").click()
    expect(form.page.locator("[name='participations-0-name_as_printed']")).to_have_value("Marcelo Ebrard")
    expect(form.page.locator("[name='participations-0-passage']")).to_have_value("p2 s1")
    for number, seat in enumerate(seats):
        fields = {
            name: seat[name] for name in ("name_as_printed", "office_as_printed", "role", "attendance") if name in seat
        }
        fields |= {"party": f"+parties-{list(SIDES).index(seat['party'])}", "passage": place_of(seat["passage"])}
        if "is_group" in seat:
            fields["is_group"] = ["y"]
        form.row("participations", number, **fields)


def enter_commitments(form):
    page = form.page
    form.select(4, (DOCUMENTS / "news-readout.txt").read_text("utf-8").split("\n")[3])
    page.get_by_role("toolbar").get_by_role("button", name="Commitment").click()
    expect(page.locator("[name='commitments-0-passage']")).to_have_value("p4 s1")
    first, second = (BY_CODE["commitments"][f"{MEETING}.c{number}"] for number in (1, 2))
    form.row(
        "commitments", 0, title=first["title"], text=first["text"], kind=first["kind"], area="+areas-0", passage="p4"
    )
    form.put("commitments-0-leads", ["+parties-0", "+parties-1"])
    form.row("commitments", 0, relation="reports", attributed_to="Marcelo Ebrard")
    form.row("commitments", 1, title=second["title"], kind=second["kind"], area="+areas-1", passage="p11")
    form.put("commitments-1-leads", ["+parties-1"])
    form.row("commitments", 1, relation="reports", attributed_to="The article, after Telesur")


def enter_claims(form):
    areas = {"fentanyl": "+areas-0", "arms": "+areas-1", "migration": "+areas-2"}
    claims = [claim for code, claim in BY_CODE["claims"].items() if code.startswith(MEETING)]
    for number, claim in enumerate(claims):
        fields = {name: claim[name] for name in ("text", "attributed_to", "value", "unit") if name in claim}
        form.row("claims", number, **fields, area=areas[claim["area"]], passage=place_of(claim["passage"]))


def assert_logged():
    """Compare what was logged with what the seeds hold of the same report."""
    meeting = session.scalars(select(Meeting)).one()
    assert meeting.code == MEETING
    document = session.scalars(select(Document)).one()
    assert meeting.documents == [document]
    assert document.text_sha256 == BY_CODE["documents"][READOUT]["sha256"]
    passages = {p["sha256"] for p in BY_CODE["passages"].values() if p["document"] == READOUT}
    assert {p.sha256 for p in session.scalars(select(Passage))} == passages
    assert {p.check_result.value for p in session.scalars(select(Passage))} == {"found"}
    for model, kind in ((Participation, "participations"), (Claim, "claims"), (Commitment, "commitments")):
        for record in session.scalars(select(model)):
            seeded = BY_CODE[kind][record.code]
            told = [passage.sha256 for passage in passages_of(record)]
            assert told == [BY_CODE["passages"][name]["sha256"] for name in seeded_passages(kind, seeded)], record.code
    commitments = session.scalars(select(Commitment).order_by(Commitment.id)).all()
    assert [[row.party.code for row in each.parties] for each in commitments] == [["mx", "us"], ["us"]]
    assert [each.made_on.isoformat() for each in commitments] == ["2023-05-30"] * 2
    assert all(each.one_sided for each in commitments)
    seats = session.scalars(select(Participation).order_by(Participation.id)).all()
    assert [seat.is_group for seat in seats] == [False] * 4 + [True] * 3
    assert len(session.scalars(select(Participant)).all()) == 4
    assert len(session.scalars(select(Claim)).all()) == 6


def passages_of(record):
    return [source.passage for source in record.sources] if isinstance(record, Commitment) else [record.passage]


def seeded_passages(kind, seeded):
    if kind != "commitments":
        return [seeded["passage"]]
    return [each["passage"] for each in BY_CODE["commitment-sources"].values() if each["commitment"] == seeded["code"]]
