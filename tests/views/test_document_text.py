"""A document's page with its text: attaching, reading beside, making passages; what is refused, and how fast it is."""

import io
import re
import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import make
from tests.actions.text_extraction import files
from tests.client import elements, form_values, parsed, words
from tests.test_seeds import BY_CODE, text_of, with_documents, words_at
from tracker.actions.documents import attach_text
from tracker.database import session, writing
from tracker.models import Change, Document, DocumentText, Passage
from tracker.queries.quotes import compare_quote
from tracker.vocabulary import PassageCheck

JOINT = "joint-statement-2023-07-24"
NEWS = "news-readout-2023-05-30"
TEXT = "Ministers met 😀. They agreed <b>upon</b> a bridge.\n\nThe end came. It was good."


@pytest.fixture
def document(app):
    """The code of a document with a text and no passages."""
    with app.app_context(), writing():
        made = make.document(code="d")
        attach_text(make.account(), made, TEXT)
    return "d"


def sent(client, code, **fields):
    """Send the form that attaches a text, a file as (bytes, name)."""
    typed = {"csrf_token": form_values(client.get(f"/documents/{code}").text)["csrf_token"]} | fields
    if "file" in fields:
        typed["file"] = (io.BytesIO(fields["file"][0]), fields["file"][1])
    return client.post(f"/documents/{code}/text", data=typed, content_type="multipart/form-data", follow_redirects=True)


def cited(client, code, **fields):
    token = form_values(client.get(f"/documents/{code}").text)["csrf_token"]
    return client.post(f"/documents/{code}/passages", data={"csrf_token": token} | fields)


def stored(app):
    with app.app_context():
        return (
            [(d.code, d.text_sha256, d.version) for d in session.scalars(select(Document).order_by(Document.id))],
            list(session.scalars(select(DocumentText.id))),
            list(session.scalars(select(Passage.code).order_by(Passage.id))),
            session.scalar(select(Change.seq).order_by(Change.seq.desc()).limit(1)),
        )


def marks(page, code=None):
    """Return the words of the marked pieces of a page, of one passage or all."""
    found = elements(parsed(page)[0], "mark")
    return ["".join(e.itertext()) for e in found if code is None or code in e.get("data-passages").split()]


# Attaching


@with_documents
@pytest.mark.parametrize("code", [JOINT, NEWS])
def test_an_uploaded_text_marks_every_seeded_passage(client, code):
    response = sent(client, code, file=(text_of(code).encode(), "text.txt"))
    assert "0 moved, 0 not found" in response.text
    assert "its sha256 is the same" in response.text
    page = client.get(f"/documents/{code}").text
    ids = {e.get("id") for e in parsed(page)[0].iter()}
    for item in BY_CODE["passages"].values():
        if item["document"] == code:
            assert item["code"] in ids
            assert "".join(marks(page, item["code"])) == words_at(item)


def test_a_pasted_text_is_attached(client):
    response = sent(client, JOINT, text="Other words.\r\n\r\nOf two paragraphs.")
    assert "The text is attached. It is not the one catalogued" in response.text
    assert "0 found, 0 moved, 8 not found" in response.text
    assert "Not the text catalogued" in response.text
    again = sent(client, JOINT, text="Other words.\n\nOf two paragraphs.")
    assert "attached already" in again.text


@pytest.mark.parametrize(
    ("fields", "said", "kept"),
    [
        ({}, "Choose a file, or paste the text", ""),
        ({"text": "  \n"}, "Choose a file, or paste the text", ""),
        ({"text": "Kept <i>", "file": (b"b", "b.txt")}, "not both", "Kept &lt;i&gt;"),
        ({"file": (b"", "b.txt")}, "is empty", ""),
        ({"file": (b"\x89PNG\r\n\x1a\n", "b.txt")}, "picture", ""),
        ({"file": (b"a\nb\x07", "b.txt")}, r"Line 2 holds a control character", ""),
        ({"text": "Kept\x07"}, "Line 1 holds a control character", "Kept\ufffd"),
        ({"file": (files.bomb(), "b.docx")}, "unpacks to more", ""),
    ],
)
def test_what_cannot_be_attached_is_told_and_kept(app, client, document, fields, said, kept):
    before = stored(app)
    response = sent(client, document, **fields)
    assert response.status_code == 422
    assert said in response.text
    assert "Error:" in response.text
    assert kept in response.text
    assert stored(app) == before


def test_too_long_a_text_is_refused_and_kept(app, client, document):
    before = stored(app)
    token = form_values(client.get("/documents/d").text)["csrf_token"]
    response = client.post("/documents/d/text", data={"csrf_token": token, "text": "Kept " * 400_001})
    assert response.status_code == 422
    assert "2,000,005" in response.text
    assert "Kept Kept" in response.text
    assert stored(app) == before


def large(token, size):
    """Return what a browser sends of a form with a large file."""
    start = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    start += '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    return {"data": start.encode() + b"a" * size + b"\r\n--b--\r\n", "content_type": "multipart/form-data; boundary=b"}


def test_too_large_a_body_is_refused(app, client, document):
    before = stored(app)
    token = form_values(client.get("/documents/d").text)["csrf_token"]
    response = client.post("/documents/d/text", **large(token, 25_000_001))
    assert response.status_code == 422
    assert "25 megabytes" in response.text
    response = client.post("/documents/d/text", **large(token, 28_500_000))
    assert response.status_code == 413
    assert "25 megabytes" in response.text
    assert stored(app) == before


def test_a_body_of_that_size_is_refused_elsewhere(client, document):
    token = form_values(client.get("/documents/d").text)["csrf_token"]
    assert client.post("/commitments/new", **large(token, 9_000_000)).status_code == 413
    assert client.post(f"/documents/{document}/passages", data={"paragraph": "1" * 9_000_000}).status_code == 413


def test_a_form_without_its_token_attaches_nothing_and_keeps_what_was_pasted(app, client, document):
    before = stored(app)
    response = client.post(f"/documents/{document}/text", data={"text": "Pasted words", "csrf_token": "x"})
    assert response.status_code == 400
    assert "Pasted words" in response.text
    assert client.post(f"/documents/{document}/passages", data={"paragraph": "1", "to": "claim"}).status_code == 400
    assert stored(app) == before


def test_a_document_that_is_not_there_takes_no_text(client):
    token = form_values(client.get("/areas/new").text)["csrf_token"]
    for end in ("text", "passages"):
        assert client.post(f"/documents/nothing/{end}", data={"csrf_token": token}).status_code == 404
        assert client.get(f"/documents/{JOINT}/{end}").status_code == 405
    assert client.get("/documents/nothing/original").status_code == 404


def test_errors_are_told_as_json_too(client, document):
    token = form_values(client.get(f"/documents/{document}").text)["csrf_token"]
    asking = {"Accept": "application/json", "X-CSRFToken": token}
    response = client.post(f"/documents/{document}/text", data={}, headers=asking)
    assert (response.status_code, list(response.json["errors"])) == (422, ["text"])
    response = client.post(f"/documents/{document}/passages", data={"paragraph": "9"}, headers=asking)
    assert (response.status_code, list(response.json["errors"])) == (422, ["place"])


def test_detaching_and_taking_over(app, client, document):
    cited(client, document, paragraph="1", start="0", end="9", to="evidence")
    sent(client, document, text="New.\n\n" + TEXT)
    page = client.get(f"/documents/{document}").text
    assert "Moved: 1" in page
    assert marks(page, "d.x1") == ["Ministers"]
    assert "Recorded where they are now: d.x1." in sent(client, document, **{"take-over": "yes"}).text
    assert "Found: 1" in client.get(f"/documents/{document}").text
    assert "The text is detached" in sent(client, document, detach="yes").text
    assert "Attach the text" in client.get(f"/documents/{document}").text
    assert client.get("/passages/d.x1?format=json").json["check_result"] == "no_text"


# The original


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report.txt", "filename=report.txt"),
        ("報告.pdf", "filename*=UTF-8''%E5%A0%B1%E5%91%8A.pdf"),
        ("../../etc/passwd", "filename=passwd"),
        ("C:\\temp\\..\\a.html", "filename=temp..a.html"),
        ("CON", "filename=_CON"),
        ("con.txt", "filename=_con.txt"),
        ("a%0D%0ASet-Cookie: x.txt", "filename=x.txt"),
        ('"; filename=evil.exe', "filename"),
        ("<script>alert(1)</script>.txt", "filename"),
        ("..", "filename=text"),
        ("a" * 3000 + ".txt", "filename"),
    ],
)
def test_the_original_is_saved_under_its_name_and_never_shown(app, client, document, name, header):
    data = b"<html><body><script>alert(1)</script><p>Words.</p></body></html>"
    assert sent(client, document, file=(data, name)).status_code == 200
    response = client.get(f"/documents/{document}/original")
    assert response.data == data
    said = response.headers["Content-Disposition"]
    assert said.startswith("attachment; ")
    assert header in said
    assert not set("\r\n") & set(said)
    assert "Set-Cookie" not in response.headers
    assert response.mimetype == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>alert" not in client.get(f"/documents/{document}").text


def test_a_pasted_text_has_no_original(client, document):
    assert client.get(f"/documents/{document}/original").status_code == 404


# Reading


def test_a_text_is_shown_as_it_is_and_cut_at_the_boundaries_of_its_passages(app, client, document):
    with app.app_context(), writing():
        for start, end in ((0, 49), (0, 9), (16, 36), (30, 49)):
            make.passage(document=document, paragraph=1, start=start, end=end)
    page = client.get(f"/documents/{document}").text
    first = TEXT.partition("\n")[0]
    [paragraph] = [e for e in elements(parsed(page)[0], "p") if e.get("data-paragraph") == "1"]
    assert "".join(paragraph.itertext()) == first
    for code, (start, end) in {"d.x1": (0, 49), "d.x2": (0, 9), "d.x3": (16, 36), "d.x4": (30, 49)}.items():
        assert "".join(marks(page, code)) == first[start:end]
        assert f'id="{code}"' in page
    assert "<b>upon" not in page


def test_a_passage_that_is_not_found_stands_flagged_where_it_is_recorded(app, client, document):
    with app.app_context(), writing():
        make.passage(document=document, paragraph=1, start=0, end=900)
        make.passage(document=document, paragraph=77, start=0, end=9)
        make.commitment_source(passage="d.x1", commitment=make.commitment(code="c", title="Build it").code)
    document_page = parsed(client.get("/documents/d").text)[0]
    rows = {e.get("id"): e for e in elements(document_page, "li")}
    assert "Words not found in the text" in words(rows["d.x1"])
    assert "Build it" in words(rows["d.x1"])
    assert "Words not found in the text" in words(rows["d.x2"])
    assert "paragraphs that this text does not have" in words(document_page)
    assert not elements(document_page, "mark")


def test_a_passage_without_its_words_is_flagged_wherever_it_is_shown(app, client, document):
    with app.app_context(), writing():
        make.passage(document=document, paragraph=1, start=0, end=9)
        meeting = make.meeting(code="m", documents=["d"]).code
        make.commitment_source(passage="d.x1", commitment=make.commitment(code="c", meeting=meeting).code)
        make.participation(meeting=meeting, passage="d.x1")
        make.claim(code="cl", meeting=meeting, passage="d.x1")
        make.meeting_link(meeting=meeting, passage="d.x1")
    pages = {"/commitments/c": 1, "/claims/cl": 1, "/meetings/m": 4, "/documents/d": 1}
    pages |= {"/claims/?columns=passage": 1, "/participations/?columns=passage": 1, "/commitments/?columns=passages": 1}
    pages |= {"/passages/": 1, "/commitment-sources/?columns=passage": 1}
    for path in pages:
        assert "Moved in the text" not in client.get(path).text
    sent(client, document, text=TEXT.replace("Ministers", "All ministers, Ministers"))
    for path, times in pages.items():
        assert client.get(path).text.count("Moved in the text") == times, path
    sent(client, document, text=TEXT.replace("Ministers", "People"))
    for path, times in pages.items():
        assert client.get(path).text.count("Words not found in the text") == times, path


def test_a_long_text_is_shown_in_reasonable_time(app):
    paragraphs = [f"{'Word after word is said here, and no end of it. ' * 8}Number {n}." for n in range(5000)]
    with app.app_context(), writing():
        made = make.document(code="long")
        attach_text(make.account(), made, "\n\n".join(paragraphs))
        for n in range(1, 5001, 50):
            make.passage(document="long", paragraph=n, start=0, end=46)
    begun = time.monotonic()
    response = FlaskClient(app, app.response_class).get("/documents/long")
    took = time.monotonic() - begun
    assert response.status_code == 200
    assert response.text.count("<mark ") == 100
    assert took < 20, f"{took:.1f} s"


# Making passages


@pytest.mark.parametrize(
    ("fields", "place", "exact"),
    [
        ({"paragraph": "1"}, "p1", TEXT.partition("\n")[0]),
        ({"paragraph": " 2 ", "sentence": "2"}, "p2 s2", "It was good."),
        ({"paragraph": "1", "start": "14", "end": "15"}, "p1", "😀"),
        ({"paragraph": "2", "start": "0", "end": "13"}, "p2 s1", "The end came."),
    ],
)
def test_a_passage_is_made_of_a_place(app, client, document, fields, place, exact):
    response = cited(client, document, to="evidence", **fields)
    assert response.status_code == 303
    assert response.headers["Location"] == "/log?evidence-0-passage=d.x1"
    with app.app_context():
        made = session.scalars(select(Passage).where(Passage.code == "d.x1")).one()
        assert (made.place, made.exact, made.check_result) == (place, exact, PassageCheck.FOUND)
    before = stored(app)
    cited(client, document, to="evidence", **fields)
    assert stored(app) == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Write a place"),
        ({"paragraph": "x"}, "Write a place"),
        ({"paragraph": "9"}, "There is no paragraph 9"),
        ({"paragraph": "9" * 5000}, "Write a place"),
        ({"paragraph": "1", "sentence": "3"}, "2 sentences"),
        ({"paragraph": "1", "start": "5"}, "Write a place"),
        ({"paragraph": "1", "start": "0", "end": "900"}, "characters 0 to"),
        ({"paragraph": "1", "start": "5", "end": "5"}, "characters 0 to"),
        ({"paragraph": "<script>x", "sentence": '"><script>y'}, "Write a place"),
        ({"paragraph": "1", "to": "nonsense"}, "Choose what shall rest on it"),
        ({"paragraph": "1", "to": ""}, "Choose what shall rest on it"),
    ],
)
def test_a_place_that_is_none_makes_no_passage(app, client, document, fields, said):
    before = stored(app)
    response = cited(client, document, **{"to": "claim"} | fields)
    assert response.status_code == 422
    assert said in response.text
    assert "<script>" not in response.text.replace('<script type="module"', "")
    assert stored(app) == before


def test_a_document_without_text_makes_no_passage(client):
    response = cited(client, JOINT, paragraph="1", to="claim")
    assert response.status_code == 422
    assert "No text is attached" in response.text


def test_a_passage_leads_on_to_what_rests_on_it(app, client, document):
    here = {"paragraph": "1", "sentence": "1"}
    assert cited(client, document, to="commitment", **here).headers["Location"] == (
        "/commitments/new?commitment-sources-0-code=&commitment-sources-0-passage=d.x1"
    )
    alone = client.get(cited(client, document, to="seat", **here).headers["Location"])
    assert "No meeting names this document yet" in alone.text
    with app.app_context(), writing():
        make.meeting(code="m", documents=["d"])
    for to, field in (("commitment", "commitment-sources-0-passage"), ("claim", "passage"), ("seat", "passage")):
        response = client.get(cited(client, document, to=to, **here).headers["Location"])
        assert response.status_code == 200, to
        values = form_values(response.text)
        assert [name for name, value in values.items() if name.endswith(field) and value in ("d.x1", "p1 s1")], to
        if to != "seat":
            assert values["meeting"] == "m"
    begun = form_values(client.get(cited(client, document, to="commitment", **here).headers["Location"]).text)
    assert (begun["meeting"], begun["made_on"]) == ("m", "2024-02-01")
    with app.app_context(), writing():
        make.meeting(code="other", documents=["d"])
    several = client.get(cited(client, document, to="seat", **here).headers["Location"])
    assert "Several meetings name this document" in several.text
    assert "meeting=" not in cited(client, document, to="claim", **here).headers["Location"]


# Quotes


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("They agreed <b>upon</b> a  bridge.", "Word for word in"),
        ("agreed … a bridge", "Word for word in"),
        ("“Ministers met [...] agreed”", "Word for word in"),
        ("They agreed upon no bridge.", "Not word for word in"),
        ("a bridge … They agreed", "Not word for word in"),
    ],
)
def test_a_quote_is_compared_with_its_passage(app, client, document, quote, said):
    with app.app_context(), writing():
        make.passage(document=document, paragraph=1, start=0, end=TEXT.index("\n"))
        make.commitment_source(passage="d.x1", commitment=make.commitment(code="c", quote=quote).code)
        make.commitment(code="bare", quote=quote)
    page = client.get("/commitments/c").text
    assert said in page
    assert ("<del>" in page or "<ins>" in page) is said.startswith("Not")
    assert "no passage is named yet" in client.get("/commitments/bare").text
    assert "cannot be compared" not in page


def test_the_differences_of_a_quote_are_told_word_by_word():
    texts = ("Something else altogether.", "We will build one long bridge by May. Thanks.")
    passages = [Passage(exact=text) for text in texts]
    found = compare_quote("will build a long bridge … soon", passages)
    assert found.passage is passages[1]
    assert not found.word_for_word
    assert found.differences == [
        ("same", "will build"),
        ("left out", "one"),
        ("put in", "a"),
        ("same", "long bridge"),
        ("same", "…"),
        ("put in", "soon"),
    ]
    assert compare_quote("words", [Passage(exact=None)]).passage is None


def test_a_quote_of_a_passage_without_text_cannot_be_compared(app, client):
    with app.app_context(), writing():
        source = make.passage()
        make.commitment_source(passage=source.code, commitment=make.commitment(code="c", quote="Words").code)
    assert "no text is attached" in client.get("/commitments/c").text


def test_scripts_in_a_text_are_inert(client, document):
    nasty = '<script>alert(1)</script> "><img src=x onerror=alert(1)> {{ 7*7 }} </textarea></mark>'
    response = sent(client, document, text=nasty)
    assert "&lt;script&gt;" in response.text
    assert not re.search(r"<script>alert|<img src=x|49 &lt;", response.text)
    cited(client, document, paragraph="1", to="evidence")
    page = client.get("/documents/d").text
    assert marks(page, "d.x1") == [nasty]


def test_the_words_stand_above_what_is_begun_from_them(app, client):
    with app.app_context(), writing():
        attach_text(
            make.account(), make.document(code="d", title="A paper"), "Both will dig wells. Both will count them."
        )
        make.passage(document="d", paragraph=1, sentence=2, start=21, end=42)
    for path in (
        "/claims/new?passage=d.x1",
        "/commitments/new?commitment-sources-0-code=&commitment-sources-0-passage=d.x1",
    ):
        document, _errors = parsed(client.get(path).text)
        assert [words(each) for each in elements(document, "blockquote")] == ["Both will count them."]
    assert "<blockquote" not in client.get("/claims/new?passage=d.x9").text
