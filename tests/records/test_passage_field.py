"""A place typed in a text is read as it is told, and goes on meaning the same whatever is read beside."""

import pytest
from werkzeug.datastructures import MultiDict

from tests import make
from tracker.actions.documents import attach_text
from tracker.database import session, writing
from tracker.models import Document, Passage
from tracker.models.document_texts import current_paragraphs
from tracker.passage_text import split_paragraphs
from tracker.records.fields import TrackerForm
from tracker.records.passage_field import PassageField, SourceText

TEXT = "The sides met. They spoke of water.\n\nBoth dig wells. Both count them. ¡Ñandú! Yes."


class Typed(TrackerForm):
    passage = PassageField("Passage")


def typed(text, readings=(), reading=None, before=None):
    form = Typed(MultiDict({"passage": text}))
    form.passage.read_in({each.key: each for each in readings}, reading, before)
    return form


@pytest.fixture
def one():
    return SourceText(Document(code="one"), "one", "One", "en", split_paragraphs(TEXT, 1))


@pytest.fixture
def two():
    return SourceText(Document(code="two"), "two", "Two", "en", split_paragraphs("Other words. Here.", 0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p1", "The sides met. They spoke of water."),
        ("p1 s2", "They spoke of water."),
        (" P1S2 ", "They spoke of water."),
        ("p1 4-9", "sides"),
        ("p1 4 – 9", "sides"),
        ("p2 34-39", "Ñandú"),
        ("p1 s2 of one", "They spoke of water."),
        ("p0 s1 of two", "Other words."),
    ],
)
def test_a_place_is_read(app, one, two, text, words):
    with app.app_context():
        form = typed(text, [one, two], one)
        assert form.validate(), form.errors
        made = form.passage.passage
        reading = two if made in two.new else one
        assert reading.paragraphs[made.paragraph][made.start : made.end] == words
        assert form.validate()
        assert form.passage.passage is made
        assert len(one.new) + len(two.new) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p3", "no paragraph 3"),
        ("p0", "no paragraph 0"),
        ("p1 s0", "2 sentences"),
        ("p1 s3", "2 sentences"),
        ("p1 9-4", "characters 0 to 35"),
        ("p1 4-4", "characters 0 to 35"),
        ("p1 0-36", "characters 0 to 35"),
        ("p9999999", "Write a place as"),
        ("p1 s1 s2", "Write a place as"),
        ("page 1", "Write a place as"),
        ("¡", "Write a place as"),
        ("p1 of", "Write a place as"),
        ("p1 of three", "those with a text: one, two"),
        ("p1 of ", "Write a place as"),
        ("p5 of two", "no paragraph 5"),
        ("p" + "1" * 299, "Write a place as"),
        ("x" * 301, "Shorten this"),
        ("p1\x00", "control characters"),
    ],
)
def test_what_is_no_place_is_told(app, one, two, text, said):
    with app.app_context():
        form = typed(text, [one, two], one)
        assert not form.validate()
        assert said in " ".join(form.passage.errors)
        assert form.passage.passage is None
        assert not one.new
        assert not two.new


def test_without_a_text_only_codes_are_passages(app):
    with app.app_context():
        form = typed("p1 s1")
        assert not form.validate()
        assert "Choose a document" in form.passage.errors[0]
        assert typed("joint-statement-2023-07-24.x1").validate()


@pytest.mark.parametrize(
    ("text", "before", "shown"),
    [
        ("p1 s2", "one", "p1 s2 of one"),
        ("p1 s2 of two", "one", "p1 s2"),
        ("p1 s2 of one", "two", "p1 s2 of one"),
        ("p1 s2", "two", "p1 s2"),
        ("p1 s2", None, "p1 s2"),
        ("p1 s2", "", "p1 s2"),
        ("p1 s2", "gone", "p1 s2 of gone"),
        ("one.x1", "one", "one.x1"),
        ("nonsense", "one", "nonsense"),
        ("nonsense of one", "two", "nonsense of one"),
    ],
)
def test_what_was_typed_beside_another_text_still_means_that(app, one, two, text, before, shown):
    with app.app_context():
        assert typed(text, [one, two], two, before).passage.data == shown


def test_passages_that_are_known_are_told_so_that_they_are_read_again(app):
    with app.app_context(), writing():
        document = make.document(code="one")
        attach_text(make.account(), document, TEXT)
        places = [(1, 1, 0, 14), (1, None, 4, 9), (2, None, 0, 20), (1, 2, 0, 14)]
        known = [
            make.passage(document="one", paragraph=paragraph, start=start, end=end, sentence=sentence)
            for paragraph, sentence, start, end in places
        ]
        session.flush()
        reading = SourceText(document, "one", "One", "en", current_paragraphs(session, document), known)
        told = [reading.typed(passage) for passage in known]
        # The last is at the place of the first, and is told by its code.
        assert told == ["p1 s1", "p1 4-9", "p2 0-20", "one.x4"]
        for passage, text in zip(known, told, strict=True):
            form = typed(text, [reading], reading)
            assert form.validate(), form.errors
            assert form.passage.passage is passage
        attach_text(make.account(), document, "More. Words.\n\n" + TEXT)
        moved = SourceText(document, "one", "One", "en", current_paragraphs(session, document), known)
        assert [moved.typed(passage) for passage in known] == ["one.x1", "one.x2", "one.x3", "one.x4"]
        assert moved.passage("p2 s1") is known[0]
        assert isinstance(moved.passage("p1 s1"), Passage)
        assert moved.passage("p1 s1") not in known
