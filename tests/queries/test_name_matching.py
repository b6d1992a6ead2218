"""Names that can be one's, and names that cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.passage_text import search_words
from tracker.queries.name_matching import (
    could_be_same_body,
    could_be_same_person,
    nearly_equal_titles,
    person_name_words,
    similar_titles,
)

PEOPLE = [
    ("Rich Verma", "Richard Verma"),
    ("Verma, Rich", "Richard Verma"),
    ("Richard R. Verma", "Rich Verma"),
    ("Andrés Manuel", "Andrés Manuel López Obrador"),
    ("andres manuel lopez", "Andrés Manuel López Obrador"),
    ("Elizabeth Sherwood-Randall", "Dr. Elizabeth Sherwood Randall"),
    ("Liz Sherwood-Randall", "Dr. Liz Sherwood Randall"),
    ("Lisa O. Monaco", "Lisa Monaco"),
    ("L. Monaco", "Lisa Monaco"),
    ("Rosa Icela Rodriguez", "Rosa Icela Rodríguez Velázquez"),
    ("Rosa Icela Rodrigues", "Rosa Icela Rodríguez"),
    ("Sra. Rosa Icela", "Rosa Icela"),
    ("Krist Canegallo", "Kristie Canegallo"),
    ("Kristie Cannegallo", "Kristie Canegallo"),
    ("Amb. Ken Salazar", "Salazar Ken"),
    ("Sacheen", "SACHEEN"),
    ("Li Wu", "Wu Li"),
]
OTHERS = [
    ("Adam Cohen", "David Cohen"),
    ("José García", "José Pérez"),
    ("Rich Verma", "Verma"),
    ("Rich Verma", "Rich"),
    ("Daniel Ortiz", "Daniela Ortiz"),
    ("Claudia Pérez", "Claudio Pérez"),
    ("Al Green", "Alan Green"),
    ("José García Pérez", "José García López"),
    ("Ana Ana López", "Ana López Ruiz"),
    ("R. V.", "Rich Verma"),
    ("Dr. Cohen", "Dr. Levy"),
    ("Dr.", "Dra."),
    ("", ""),
    ("?!", "…"),
]


def can_be_one(one, other):
    return could_be_same_person(person_name_words(one), person_name_words(other))


@pytest.mark.parametrize(("one", "other"), PEOPLE)
def test_names_that_can_be_one_persons(one, other):
    assert can_be_one(one, other)
    assert can_be_one(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_names_that_cannot(one, other):
    assert not can_be_one(one, other)
    assert not can_be_one(other, one)


def test_each_word_needs_a_partner_of_its_own():
    # The first word fits two of the other name, and must leave one of them to the second.
    assert can_be_one("A. Ana López", "Ana Alma López")
    assert not can_be_one("A. A. López", "Ana López Ruiz")


#: Letters that make names which have words in common.
NAMES = st.lists(
    st.sampled_from(["ana", "anabel", "a", "jo", "jose", "josefa", "marta", "martha", "dr", "é"]), max_size=5
)


@given(NAMES, NAMES)
def test_likeness_has_no_direction(one, other):
    for compare in (could_be_same_person, could_be_same_body, similar_titles, nearly_equal_titles):
        assert compare(one, other) == compare(other, one)


@given(st.text(max_size=300))
def test_whatever_has_a_word_is_like_itself(name):
    words = search_words(name)
    assert can_be_one(name, name) is bool(words)
    for compare in (could_be_same_body, similar_titles, nearly_equal_titles):
        assert compare(words, words) is bool(words)


def test_the_longest_name_is_compared_at_once():
    assert can_be_one("a " * 150 + "Verma", "b " * 150 + "Verma") is False


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("United States", "United States of America", True),
        ("Secretaría de Gobernación", "secretaria de gobernacion", True),
        ("Department of State", "Department of States", True),
        ("Ministry of Interior", "Ministry of the Interior", True),
        ("Interior Ministry", "The Ministry of the Interior", True),
        ("United States", "United Mexican States", False),
        ("The", "Of", False),
        ("Niger", "Nigeria", False),
        ("Mexico", "City of Mexico", False),
        ("Ministry of Health", "Ministry of Finance", False),
        ("", "", False),
    ],
)
def test_names_of_bodies(one, other, same):
    assert could_be_same_body(search_words(one), search_words(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "alike", "nearly"),
    [
        ("Readout of the call on migration", "Readout of the call on migration.", True, True),
        ("Readout of the call on migration", "Readout of the call on migratoin", True, True),
        ("Readout of the call", "Readout of the call on migration", True, False),
        ("Press release 12 on migration and trade", "Press release 13 on migration and trade", False, False),
        ("Statement", "Statement on migration", False, False),
        ("A visit to the border", "Talks about trade", False, False),
    ],
)
def test_titles(one, other, alike, nearly):
    assert similar_titles(search_words(one), search_words(other)) is alike
    assert nearly_equal_titles(search_words(one), search_words(other)) is nearly
