"""Whether two names can be those of one person, one body or one text.

All are compared as lists of words without accents or case, as `words_of` gives them; their order does not matter.
"""

from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from tracker.passage_text import search_words

#: What is written before or after a person's name and is no part of it, in English and Spanish.
TITLES = {"amb", "dr", "dra", "gen", "ing", "lic", "mr", "mrs", "ms", "mtra", "mtro", "prof", "sr", "sra", "srta"}
#: What English and Spanish put between the words that tell bodies apart.
LITTLE = {"and", "de", "del", "el", "for", "la", "las", "los", "of", "para", "the", "y"}
#: No name a person has is told apart by more words than these.
MOST_WORDS = 12
#: How like another, of 100, a name or title is that differs in a letter or two.
NEARLY = 95
ALIKE = 90
BODIES_ALIKE = 92


def person_name_words(name: str) -> list[str]:
    """Return the words of a person's name, without titles."""
    words = search_words(name)
    return ([word for word in words if word not in TITLES] or words)[:MOST_WORDS]


def same_words(one: Sequence[str], other: Sequence[str]) -> bool:
    return bool(one) and sorted(one) == sorted(other)


def could_be_same_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two people's names can be one's: all words of the shorter stand in the longer, two at least.

    A word may be short for another or slightly misspelt, but one at least must be the same in both.
    """
    if same_words(one, other):
        return True
    shorter, longer = sorted((one, other), key=len)
    in_full = any(len(word) >= 3 for word in set(one) & set(other))
    return in_full and len(shorter) >= 2 and _pairs_up(shorter, longer)


def _pairs_up(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    """Return whether each word of one can be paired with a different word of the other."""
    partner: dict[int, int] = {}

    def paired(number: int, tried: set[int]) -> bool:
        for place, word in enumerate(longer):
            if place not in tried and _same_word(shorter[number], word):
                tried.add(place)
                if place not in partner or paired(partner[place], tried):
                    partner[place] = number
                    return True
        return False

    return all(paired(number, set()) for number in range(len(shorter)))


def _same_word(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=lambda word: (len(word), word))
    if short == long:
        return True
    if len(short) >= 3 and (long == f"{short}a" or {one, other} == {f"{short[:-1]}a", f"{short[:-1]}o"}):
        # Two names, a man's and a woman's: Daniel and Daniela, Mario and Maria.
        return False
    if long.startswith(short):
        return len(short) != 2
    return len(short) >= 5 and JaroWinkler.normalized_similarity(short, long) >= 0.92


def could_be_same_body(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two names of countries, bodies or organisations can be one's.

    So they can where one stands whole in the other, as two words at least: but for little words, which are left out.
    """
    names = [[word for word in words if word not in LITTLE] or words for words in (one, other)]
    if same_words(*names):
        return True
    shorter, longer = sorted((" ".join(words) for words in names), key=len)
    if " " in shorter and f" {shorter} " in f" {longer} ":
        return True
    return bool(shorter) and fuzz.token_sort_ratio(shorter, longer) >= BODIES_ALIKE


def similar_titles(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two titles have so many words in common that, of one day, they can be one text's or meeting's."""
    if same_words(one, other):
        return True
    enough = min(len(one), len(other)) >= 2 and _numbers_agree(one, other)
    return enough and fuzz.token_set_ratio(" ".join(one), " ".join(other)) >= ALIKE


def nearly_equal_titles(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two titles differ in no more than a slip of the pen."""
    if not one or not other or not _numbers_agree(one, other):
        return False
    return fuzz.token_sort_ratio(" ".join(one), " ".join(other)) >= NEARLY


def _numbers_agree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether no number tells two titles apart, such as the 12th and the 13th of a series."""
    numbers, others = ({word for word in words if any(c.isdigit() for c in word)} for words in (one, other))
    return not numbers or not others or numbers == others
