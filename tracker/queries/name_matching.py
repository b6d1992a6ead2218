"""Tests of whether two names can belong to one person, body or text.

Names are compared as the words that `search_words` gives, without accents or case; their order does not matter.
"""

from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from tracker.passage_text import search_words

#: Titles around a person's name, in English and Spanish.
TITLES = {"amb", "dr", "dra", "gen", "ing", "lic", "mr", "mrs", "ms", "mtra", "mtro", "prof", "sr", "sra", "srta"}
#: English and Spanish words that do not distinguish bodies.
FUNCTION_WORDS = {"and", "de", "del", "el", "for", "la", "las", "los", "of", "para", "the", "y"}
#: The number of words of a person's name that are compared.
MAX_NAME_WORDS = 12
#: The least similarity, of 100, of titles that differ by a slip, of titles of one text, and of names of one body.
NEARLY_EQUAL, SIMILAR_TITLES, SIMILAR_BODIES = 95, 90, 92


def person_name_words(name: str) -> list[str]:
    """Return the words of a person's name, without titles."""
    words = search_words(name)
    return ([word for word in words if word not in TITLES] or words)[:MAX_NAME_WORDS]


def same_words(name: Sequence[str], other: Sequence[str]) -> bool:
    return bool(name) and sorted(name) == sorted(other)


def could_be_same_person(name: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether one person can have both names: all words of the shorter, at least two, occur in the longer.

    A word may be short for another or slightly misspelt, but at least one must be the same in both.
    """
    if same_words(name, other):
        return True
    shorter, longer = sorted((name, other), key=len)
    in_full = any(len(word) >= 3 for word in set(name) & set(other))
    return in_full and len(shorter) >= 2 and _pairs_up(shorter, longer)


def _pairs_up(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    """Return whether each word of one can be paired with a different word of the other (by augmenting paths)."""
    partners: dict[int, int] = {}

    def find_partner(number: int, tried: set[int]) -> bool:
        for place, word in enumerate(longer):
            if place not in tried and _same_word(shorter[number], word):
                tried.add(place)
                if place not in partners or find_partner(partners[place], tried):
                    partners[place] = number
                    return True
        return False

    return all(find_partner(number, set()) for number in range(len(shorter)))


def _same_word(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=lambda word: (len(word), word))
    if short == long:
        return True
    if len(short) >= 3 and (long == f"{short}a" or {word, other} == {f"{short[:-1]}a", f"{short[:-1]}o"}):
        # Two names, a man's and a woman's: Daniel and Daniela, Mario and Maria.
        return False
    if long.startswith(short):
        return len(short) != 2
    return len(short) >= 5 and JaroWinkler.normalized_similarity(short, long) >= 0.92


def could_be_same_body(name: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether one country, body or organisation can have both names, function words apart.

    So it can where one name, of at least two words, stands whole in the other.
    """
    names = [[word for word in words if word not in FUNCTION_WORDS] or words for words in (name, other)]
    if same_words(*names):
        return True
    shorter, longer = sorted((" ".join(words) for words in names), key=len)
    if " " in shorter and f" {shorter} " in f" {longer} ":
        return True
    return bool(shorter) and fuzz.token_sort_ratio(shorter, longer) >= SIMILAR_BODIES


def similar_titles(title: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two titles of one day share enough words to be of one text or meeting."""
    if same_words(title, other):
        return True
    comparable = min(len(title), len(other)) >= 2 and _numbers_agree(title, other)
    return comparable and fuzz.token_set_ratio(" ".join(title), " ".join(other)) >= SIMILAR_TITLES


def nearly_equal_titles(title: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two titles differ by at most a slip of the pen."""
    if not title or not other or not _numbers_agree(title, other):
        return False
    return fuzz.token_sort_ratio(" ".join(title), " ".join(other)) >= NEARLY_EQUAL


def _numbers_agree(title: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether no number distinguishes two titles, such as the 12th and the 13th of a series."""
    numbers, others = ({word for word in words if any(c.isdigit() for c in word)} for words in (title, other))
    return not numbers or not others or numbers == others
