"""Reading texts: paragraphs, sentences, places, and finding recorded words again."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.test_seeds import BY_CODE, TEXTS, sha256, text_of, with_documents, words_at
from tracker.passage_text import (
    CONTEXT_LENGTH,
    LocationResult,
    PassageSelector,
    begins_with_title,
    locate,
    normalise_line_ends,
    parse_place,
    sentence_spans,
    sha256_of,
    split_paragraphs,
    surrounding_text,
)

TEXT = "Title of it\n\nMinisters met. They agreed to build a bridge by May.\n\nThe end 😀 came. They agreed again."


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("A\n\nB\nb\n \t\n\n C ", 0, {0: "A", 1: "B\nb", 2: " C "}),
        ("A\nB\n C ", 1, {1: "A", 2: "B", 3: " C "}),
        ("\n\n A\nB\n\n\n", 1, {1: " A", 2: "B"}),
        ("A\n\nB\n", 1, {1: "A", 2: "B"}),
        ("", 1, {}),
        (" \n\t\n", 0, {}),
    ],
)
def test_paragraphs_are_parted_by_blank_lines_or_else_by_lines(text, first, expected):
    assert split_paragraphs(text, first) == expected


def test_only_line_ends_are_made_alike():
    assert normalise_line_ends("a\r\nb\rc\n\r\n d\t\u2028é e\u0301") == "a\nb\nc\n\n d\t\u2028é e\u0301"


@given(st.text(st.sampled_from("ab \n\t😀."), max_size=60))
def test_paragraphs_hold_all_that_is_printed(text):
    parted = split_paragraphs(text, 1)
    assert list(parted) == list(range(1, len(parted) + 1))
    assert "".join("".join(parted.values()).split()) == "".join(text.split())
    assert all(each.strip() for each in parted.values())


@pytest.mark.parametrize(
    ("title", "begins"),
    [
        ("Title of it", True),
        ("TITLE, of it!", True),
        ("Títle of ít", True),
        ("Title", False),
        ("Ministers met", False),
        ("Title of it and of very much more", False),
        ("…", False),
    ],
)
def test_a_text_may_begin_with_the_title(title, begins):
    assert begins_with_title(TEXT, title) is begins


def test_an_empty_text_begins_with_no_title():
    assert not begins_with_title(" \n", "Title")


@pytest.mark.parametrize("language", ["en", "es", "zz"])
def test_sentences_are_without_the_blanks_around_them(language):
    paragraph = "  One 😀 thing.  Another thing?\nA third "
    said = [paragraph[start:end] for start, end in sentence_spans(paragraph, language)]
    assert said == ["One 😀 thing.", "Another thing?", "A third"]
    assert sentence_spans(" ", language) == []


@with_documents
@pytest.mark.parametrize("code", BY_CODE["passages"])
def test_seeded_passages_are_found_sentence_by_sentence(code):
    item = BY_CODE["passages"][code]
    text = split_paragraphs(text_of(item["document"]), TEXTS[item["document"]][2])
    words = PassageSelector(int(item["paragraph"]), int(item["start"]), int(item["end"]), item["sha256"])
    assert locate(text, words) == LocationResult("found", words.paragraph, words.start, words_at(item))
    typed = f"p{words.paragraph} s{item['sentence']}" if "sentence" in item else f"p{words.paragraph}"
    number = int(item["sentence"]) if "sentence" in item else None
    assert parse_place(text, "en", typed) == (words.paragraph, number, words.start, words.end)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("p0", (0, None, 0, 11)),
        (" P 1 ", (1, None, 0, 52)),
        ("p1s2", (1, 2, 15, 52)),
        ("p2 S1", (2, 1, 0, 15)),
        ("p2 8-9", (2, None, 8, 9)),
        ("p2 0–33", (2, None, 0, 33)),
    ],
)
def test_a_place_is_read(typed, expected):
    assert parse_place(split_paragraphs(TEXT, 0), "en", typed) == expected


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Write a place"),
        ("paragraph two", "Write a place"),
        ("p1 s", "Write a place"),
        ("p1 5", "Write a place"),
        ("p-1", "Write a place"),
        ("p" + "9" * 5000, "Write a place"),
        ("p3", "0 to 2"),
        ("p1 s3", "2 sentences"),
        ("p1 s0", "2 sentences"),
        ("p2 0-35", "0 to 34"),
        ("p2 7-7", "0 to 34"),
        ("p2 9-8", "0 to 34"),
    ],
)
def test_a_place_there_is_not_is_told(app, typed, said):
    with app.test_request_context(), pytest.raises(ValueError, match=said):
        parse_place(split_paragraphs(TEXT, 0), "en", typed)


def recorded(text, number, start, end, **known):
    exact = text[number][start:end]
    prefix, suffix = surrounding_text(text[number], start, end)
    return PassageSelector(
        number, start, end, **{"sha256": sha256_of(exact), "exact": exact, "prefix": prefix, "suffix": suffix} | known
    )


#: What of a passage's words may be known.
KNOWN = {
    "all": {},
    "exact words": {"sha256": None},
    "words alone": {"sha256": None, "prefix": None, "suffix": None},
    "sha256": {"exact": None, "prefix": None, "suffix": None},
}


@pytest.mark.parametrize("known", KNOWN)
def test_words_are_found_moved_or_not(known):
    before = split_paragraphs(TEXT, 0)
    words = recorded(before, 2, 16, 34, **KNOWN[known])
    exact = "They agreed again."
    assert locate(before, words) == LocationResult("found", 2, 16, exact)
    assert locate(split_paragraphs(TEXT.replace("😀 ", "😀 😀 "), 0), words) == LocationResult("moved", 2, 18, exact)
    assert locate(split_paragraphs(TEXT.replace("Title of it\n\n", ""), 1), words) == LocationResult(
        "found", 2, 16, exact
    )
    assert locate(split_paragraphs(TEXT.replace("Ministers", "New\n\nMinisters"), 0), words) == LocationResult(
        "moved", 3, 16, exact
    )
    assert locate(split_paragraphs(TEXT.replace("agreed again", "agreed  again"), 0), words) == LocationResult(
        "not_found"
    )
    assert locate(split_paragraphs("", 0), words) == LocationResult("not_found")


def test_of_the_same_words_those_with_the_same_neighbours_are_meant_then_the_nearest():
    text = split_paragraphs("we met. we met. So we met.\nAnd we met.", 1)
    assert locate(text, PassageSelector(1, 1, 7, None, "we met", "And ", "")).paragraph == 2
    assert locate(text, PassageSelector(1, 20, 26, None, "we met")) == LocationResult("moved", 1, 19, "we met")
    assert locate(text, PassageSelector(1, 9, 15, sha256_of("we met"))) == LocationResult("moved", 1, 8, "we met")
    assert locate(text, PassageSelector(7, 9, 15, sha256_of("we met"))) == LocationResult("moved", 2, 4, "we met")


def test_a_passage_of_which_only_the_place_is_known_is_found_inside_the_paragraph_alone():
    text = split_paragraphs(TEXT, 0)
    assert locate(text, PassageSelector(0, 0, 5)) == LocationResult("found", 0, 0, "Title")
    assert locate(text, PassageSelector(0, 0, 12)) == LocationResult("not_found")
    assert locate(text, PassageSelector(9, 0, 1)) == LocationResult("not_found")


def test_words_of_another_hash_are_not_looked_for():
    text = split_paragraphs(TEXT, 0)
    words = PassageSelector(2, 0, 3, sha256_of("They agreed"), "The", "", "")
    assert locate(text, words) == LocationResult("not_found")
    assert locate(text, PassageSelector(2, 0, 11, sha256_of("They agreed"), "The end 😀 c", "", "")).result == "moved"


PROSE = st.lists(
    st.text(st.sampled_from("abcé 😀.\u0301"), min_size=1, max_size=40).map(str.strip).filter(bool),
    min_size=1,
    max_size=6,
)


@given(PROSE, st.data())
@settings(deadline=None)
def test_an_edit_elsewhere_never_loses_words(parts, data):
    text = split_paragraphs("\n\n".join(parts), 1)
    assume(len(text) == len(parts))
    number = data.draw(st.sampled_from(list(text)))
    start = data.draw(st.integers(0, len(text[number]) - 1))
    end = data.draw(st.integers(start + 1, len(text[number])))
    words = recorded(text, number, start, end)
    assert locate(text, words) == LocationResult("found", number, start, text[number][start:end])
    edited = dict(text)
    if data.draw(st.booleans()):
        other = data.draw(st.sampled_from(list(text)))
        at = data.draw(st.integers(0, start) if other == number else st.integers(0, len(text[other])))
        edited[other] = text[other][:at] + data.draw(st.sampled_from(["x", "😀", "new words "])) + text[other][at:]
    else:
        edited = {0: "new", **edited}
    after = split_paragraphs("\n\n".join(edited.values()), 1)
    located = locate(after, words)
    assert located.result in ("found", "moved")
    assert after[located.paragraph][located.start :].startswith(words.exact)
    assert located.exact == words.exact


@given(st.text(max_size=200), st.text(max_size=20), st.integers(0, 9), st.integers(0, 50), st.integers(1, 50))
@example("ab ab", "ab", 1, 9, 2)
def test_whatever_is_located_stands_there(text, exact, number, start, length):
    text = normalise_line_ends(text).encode("utf-8", "replace").decode()
    exact = exact.encode("utf-8", "replace").decode()
    parted = split_paragraphs(text, 1)
    for words in (
        PassageSelector(number, start, start + length, None, exact),
        PassageSelector(number, start, start + length, sha256_of(exact)),
    ):
        located = locate(parted, words)
        if located.result != "not_found":
            stands = parted[located.paragraph][located.start : located.start + len(located.exact)]
            assert stands == located.exact
            assert len(stands) == length if not words.exact else stands == words.exact


def test_what_stands_beside_is_cut_short():
    text = "a" * 100 + "WORDS" + "b" * 100
    assert surrounding_text(text, 100, 105) == ("a" * CONTEXT_LENGTH, "b" * CONTEXT_LENGTH)
    assert surrounding_text(text, 0, 205) == ("", "")


@with_documents
def test_the_sha256_of_the_texts_is_the_catalogued_one():
    for code, item in BY_CODE["documents"].items():
        assert sha256_of(normalise_line_ends(text_of(code))) == sha256(text_of(code)) == item["sha256"]
