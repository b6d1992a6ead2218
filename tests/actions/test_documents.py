"""Attaching texts: what it keeps, what it says of passages, and what it refuses."""

import pytest
from sqlalchemy import select

from tests import make
from tests.test_seeds import BY_CODE, text_of, with_documents
from tracker.actions.documents import MAX_TEXT_LENGTH, accept_moved_passages, attach_text, detach_text
from tracker.actions.save import remove_record, save
from tracker.database import session, writing
from tracker.errors import Invalid
from tracker.models import Change, Document, DocumentText, Passage
from tracker.passage_text import sha256_of
from tracker.queries import integrity
from tracker.records import CATALOGUE
from tracker.records.documents import PassageForm
from tracker.vocabulary import PassageCheck

TEXT = "A document\n\nMinisters met. They agreed to build a bridge.\n\nThe end 😀 came."
AGREED = "They agreed to build a bridge."


@pytest.fixture
def written(app):
    """Within a write transaction, a document with two passages and no text."""
    with app.app_context(), writing():
        make.document(code="d")
        make.passage(document="d", paragraph=1, sentence=2, start=15, end=45)
        make.passage(document="d", paragraph=2, start=8, end=9)
        yield app


def document(code="d"):
    session.expire_all()
    return session.scalars(select(Document).where(Document.code == code)).one()


def passage(code="d.x1"):
    session.expire_all()
    return session.scalars(select(Passage).where(Passage.code == code)).one()


def put(text=TEXT, code="d", **more):
    return attach_text(make.account(), document(code), text, **more)


def changes(code):
    return [c.fields for c in session.scalars(select(Change).where(Change.code == code).order_by(Change.seq))]


def edit(record, **values):
    save(make.account(), record, PassageForm.from_plain(values, record))


def texts():
    return list(session.scalars(select(DocumentText).order_by(DocumentText.id)))


def results(code="d"):
    rows = session.scalars(select(Passage).where(Passage.document == document(code)).order_by(Passage.id))
    return [row.check_result.value for row in rows]


@with_documents
@pytest.mark.parametrize("code", BY_CODE["documents"])
def test_every_seeded_passage_is_found_in_its_text(app, code):
    with app.app_context(), writing():
        done = put(text_of(code), code)
        assert done.changed
        assert {p.check_result for p in done.passages} == {PassageCheck.FOUND}
        assert len(done.passages) == sum(p["document"] == code for p in BY_CODE["passages"].values())
        assert not document(code).text_differs
        assert texts()[0].first_paragraph == (0 if code.startswith("joint") else 1)
        assert integrity.integrity_problems() == []


def test_a_passage_learns_its_words_from_the_text(written):
    assert (passage().check_result, passage().checked_at) == (PassageCheck.NO_TEXT, None)
    done = put()
    assert done.sentence() == "Passages: 2 found, 0 moved, 0 not found."
    held = passage()
    assert (held.exact, held.prefix, held.suffix) == (AGREED, "Ministers met. ", "")
    assert held.sha256 == sha256_of(AGREED)
    assert (held.found_paragraph, held.found_start) == (1, 15)
    assert held.checked_at is not None
    assert passage("d.x2").exact == "😀"
    assert changes("d.x1")[1:] == [{"sha256": [None, sha256_of(AGREED)]}]
    assert changes("d")[1:] == [{"text_sha256": [None, sha256_of(TEXT)]}]


def test_a_text_begins_with_the_title_or_not(written):
    put()
    put("Another document altogether\n\n" + TEXT)
    assert [text.first_paragraph for text in texts()] == [0, 1]


def test_line_ends_make_no_difference(written):
    put(TEXT.replace("\n", "\r\n"))
    assert texts()[0].text == TEXT
    assert not put().changed
    assert len(texts()) == 1


def test_the_same_text_again_changes_nothing(written):
    put()
    before = [(p.version, p.checked_at) for p in (passage(), passage("d.x2"))]
    seq = session.scalar(select(Change.seq).order_by(Change.seq.desc()).limit(1))
    again = put()
    assert not again.changed
    assert again.sentence() == "Passages: 2 found, 0 moved, 0 not found."
    assert [(p.version, p.checked_at) for p in (passage(), passage("d.x2"))] == before
    assert session.scalar(select(Change.seq).order_by(Change.seq.desc()).limit(1)) == seq
    assert len(texts()) == 1


def test_the_file_of_a_text_that_was_pasted_first_is_kept(written):
    put()
    done = put(file_name="報告.txt", media_type="text/plain", original=TEXT.encode())
    assert not done.changed
    assert [text.file_name for text in texts()] == [None, "報告.txt"]
    assert len(changes("d")) == 2


def test_a_changed_text_moves_and_loses_words(written):
    put()
    done = put(TEXT.replace("Ministers", "Three ministers").replace("😀", "☹"))
    assert [p.code for p in done.passages_with(PassageCheck.MOVED)] == ["d.x1"]
    assert [p.code for p in done.passages_with(PassageCheck.NOT_FOUND)] == ["d.x2"]
    held = passage()
    assert (held.paragraph, held.start, held.found_paragraph, held.found_start) == (1, 15, 1, 21)
    assert str(held.caveat) == "Moved in the text"
    lost = passage("d.x2")
    assert (lost.exact, lost.found_paragraph, lost.found_start) == ("😀", None, None)
    assert str(lost.caveat) == "Words not found in the text"
    assert integrity.integrity_problems() == []
    put()
    assert results() == ["found", "found"]
    assert passage().caveat is None
    assert len(changes("d.x1")) == 2, "What the tracker works out leaves no history."


def test_moved_words_are_taken_over_where_they_stand(written):
    put()
    put("A document\n\nNew.\n\nThree ministers met. They agreed to build a bridge.\n\nThe end, 😀 came.")
    assert results() == ["moved", "moved"]
    version = document().version
    assert [p.code for p in accept_moved_passages(make.account(), document())] == ["d.x1", "d.x2"]
    held = passage()
    assert (held.place, held.start, held.end, held.sha256) == ("p2 s2", 21, 51, sha256_of(AGREED))
    assert results() == ["found", "found"]
    assert changes("d.x1")[-1] == {"paragraph": [1, 2], "start": [15, 21], "end": [45, 51]}
    assert document().version == version + 1
    assert accept_moved_passages(make.account(), document()) == []
    assert document().version == version + 1
    assert integrity.integrity_problems() == []


def test_words_that_are_no_sentence_any_more_lose_its_number(written):
    put()
    put(
        TEXT.replace("They", "And they").replace(
            "And they agreed to build a bridge.", "Then: They agreed to build a bridge."
        )
    )
    accept_moved_passages(make.account(), document())
    assert passage().place == "p1"


def test_detaching_leaves_the_words_and_checks_nothing(written):
    put()
    detach_text(make.account(), document())
    assert results() == ["no_text", "no_text"]
    assert (passage().exact, passage().found_start, passage().checked_at) == (AGREED, None, None)
    assert changes("d")[-1] == {"text_sha256": [sha256_of(TEXT), None]}
    assert integrity.integrity_problems() == []
    assert len(texts()) == 1
    assert put().changed
    assert results() == ["found", "found"]


def test_passages_are_checked_by_whatever_door_they_come(written):
    put()
    made = make.passage(document="d", paragraph=0, start=2, end=10)
    assert (made.check_result, made.exact, made.sha256) == (PassageCheck.FOUND, "document", sha256_of("document"))
    assert make.passage(document="d", paragraph=0, start=2, end=11).check_result is PassageCheck.NOT_FOUND
    assert make.passage(document="d", paragraph=8, start=0, end=1).check_result is PassageCheck.NOT_FOUND
    far = make.passage(document="d", paragraph=2, start=0, end=9, sha256=sha256_of("Ministers"))
    assert (far.check_result, far.found_paragraph, far.found_start) == (PassageCheck.MOVED, 1, 0)
    assert integrity.integrity_problems() == []


def test_a_passage_put_elsewhere_has_the_words_that_stand_there(written):
    put()
    edit(passage(), start=0, end=9, sentence=None)
    held = passage()
    assert (held.check_result, held.exact, held.sha256) == (PassageCheck.FOUND, "Ministers", sha256_of("Ministers"))
    edit(passage(), end=999)
    assert passage().check_result is PassageCheck.MOVED
    assert passage().exact == "Ministers"
    assert integrity.integrity_problems() == []


def test_a_sha256_that_is_typed_counts_more_than_the_words_kept(written):
    put()
    edit(passage(), sha256=sha256_of("Ministers met. They agreed to "))
    assert passage().check_result is PassageCheck.NOT_FOUND
    edit(passage(), start=0, end=14, sha256=sha256_of("Ministers met."), sentence=1)
    assert (passage().check_result, passage().exact) == (PassageCheck.FOUND, "Ministers met.")
    edit(passage(), sha256=None)
    assert passage().sha256 == sha256_of("Ministers met.")
    assert integrity.integrity_problems() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no text"),
        (" \n\t\n", "no text"),
        ("a\x00b", r"Line 1 .*U\+0000"),
        ("a\n\nb\x0c", r"Line 3 .*U\+000C"),
        ("a\nb\ud800", r"Line 2 .*U\+D800"),
        ("a" * (MAX_TEXT_LENGTH + 1), "2,000,001"),
    ],
)
def test_what_is_no_text_is_refused(written, text, said):
    put()
    with pytest.raises(Invalid, match=said) as refusal:
        put(text)
    assert list(refusal.value.errors) == ["text"]
    assert [each.text for each in texts()] == [TEXT]
    assert document().text_sha256 == sha256_of(TEXT)


def test_a_text_other_than_the_catalogued_one_is_told_not_refused(written):
    save(make.account(), document(), CATALOGUE["documents"].form.from_plain({"sha256": "a" * 64}, document()))
    put()
    assert document().text_differs
    assert document().sha256 == "a" * 64


def test_the_texts_go_with_their_document(written):
    put()
    remove_record(make.account(), document())
    assert texts() == []
    assert integrity.integrity_problems() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: setattr(texts()[-1], "text", TEXT + "!"), "documents/d: its text is not the one"),
        (lambda: setattr(texts()[-1], "sha256", "0" * 64), "documents/d: its text is not the one"),
        (lambda: session.delete(texts()[-1]), "documents/d: its text is not there"),
        (lambda: setattr(passage(), "check_result", PassageCheck.MOVED), "passages/d.x1: what is kept"),
        (lambda: setattr(passage(), "found_start", 1), "passages/d.x1: what is kept"),
        (lambda: setattr(passage(), "exact", "Others"), "passages/d.x1: what is kept"),
        (lambda: setattr(passage(), "suffix", "Others"), "passages/d.x1: what is kept"),
    ],
)
def test_the_check_names_what_was_spoilt(written, change, said):
    put()
    assert integrity.integrity_problems() == []
    change()
    session.flush()
    assert any(told.startswith(said) for told in integrity.integrity_problems())
