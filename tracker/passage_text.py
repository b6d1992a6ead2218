"""Paragraphs, sentences and places in a text, and locating passages in it. Positions are Unicode code points."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, islice, takewhile

from flask_babel import gettext as _

#: The number of characters stored from before and after a passage, to tell it from the same words elsewhere.
CONTEXT_LENGTH = 32
#: The number of places that are compared; of words as frequent as this none can be preferred.
MAX_CANDIDATES = 10_000
#: The least similarity, in per cent, of a first paragraph that is the title: printed ones differ in case and quotes.
MIN_TITLE_SIMILARITY = 85
PLACE = re.compile(r"p\s*(\d{1,6})(?:\s*s\s*(\d{1,6})|\s+(\d{1,7})\s*[-–]\s*(\d{1,7}))?", re.IGNORECASE)


class Paragraphs(dict[int, str]):
    """The paragraphs of a text by their numbers."""

    @cached_property
    def edges(self) -> dict[int, tuple[list[int], set[int]]]:
        """Return {number: (where words begin, where words end)}."""
        return {
            number: (
                [match.start() for match in re.finditer(r"(?<!\w)\S", paragraph)],
                {match.end() for match in re.finditer(r"\S(?!\w)", paragraph)},
            )
            for number, paragraph in self.items()
        }

    def nearest(self, number: int) -> list[int]:
        """Return the numbers of all paragraphs, those near a number first."""
        return sorted(self, key=lambda other: abs(other - number))


@dataclass(frozen=True)
class PassageSelector:
    """What is recorded of a passage: its place and, if known, the sha256 of its words, the words and their context."""

    paragraph: int
    start: int
    end: int
    sha256: str | None = None
    exact: str | None = None
    prefix: str | None = None
    suffix: str | None = None


@dataclass(frozen=True)
class LocationResult:
    """Whether recorded words were "found", "moved" or "not_found"; where they are now, and the words."""

    result: str
    paragraph: int | None = None
    start: int | None = None
    exact: str | None = None


def normalise_line_ends(text: str) -> str:
    """Return a text with its line ends as LF; nothing else is changed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def sha256_of(text: str) -> str:
    """Return the sha256 of a text as UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def search_words(text: str) -> list[str]:
    """Return the words of a text without accents or case: "Límites, U.S." gives limites, u, s."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"\w+", text.casefold())


def split_paragraphs(text: str, first: int) -> Paragraphs:
    """Return the paragraphs of a text, the first one numbered `first`: 0 where it is the title, else 1.

    They are separated by blank lines, where there are any; else each line is one.
    """
    blocks = [list(lines) for full, lines in groupby(text.split("\n"), lambda line: bool(line.strip())) if full]
    parted = blocks[0] if len(blocks) == 1 else ["\n".join(lines) for lines in blocks]
    return Paragraphs(enumerate(parted, first))


def begins_with_title(text: str, title: str) -> bool:
    """Return whether the first paragraph resembles the recorded title."""
    from rapidfuzz import fuzz

    beginning = " ".join(search_words(split_paragraphs(text, 0).get(0, "")[: 4 * len(title)]))
    return fuzz.ratio(beginning, " ".join(search_words(title))) >= MIN_TITLE_SIMILARITY


def sentence_spans(paragraph: str, language: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence, without surrounding blanks."""
    from sentencex import get_sentence_boundaries

    spans = []
    for boundary in get_sentence_boundaries(language, paragraph):
        sentence = paragraph[boundary["start_index"] : boundary["end_index"]]
        start = boundary["end_index"] - len(sentence.lstrip())
        end = boundary["start_index"] + len(sentence.rstrip())
        if start < end:
            spans.append((start, end))
    return spans


def parse_place(text: Mapping[int, str], language: str, typed: str) -> tuple[int, int | None, int, int]:
    """Read a place as people type it: "p3", "p3 s2" or "p3 120-240".

    Returns (paragraph, sentence or None, start, end); raises ValueError, naming the range, for a place out of range.
    """
    match = PLACE.fullmatch(typed.strip())
    if not match:
        raise ValueError(_("Write a place as p3 (a paragraph), p3 s2 (a sentence) or p3 120-240 (characters)."))
    number, sentence, start, end = (int(part) if part else None for part in match.groups())
    if number is None or number not in text:
        first, last = min(text, default=0), max(text, default=0)
        raise ValueError(
            _("There is no paragraph %(n)s: write %(least)s to %(most)s.", n=number, least=first, most=last)
        )
    paragraph = text[number]
    if sentence is not None:
        spans = sentence_spans(paragraph, language)
        if not 1 <= sentence <= len(spans):
            raise ValueError(_("Paragraph %(n)s has %(most)s sentences.", n=number, most=len(spans)))
        return number, sentence, *spans[sentence - 1]
    if start is None or end is None:
        return number, None, 0, len(paragraph)
    if not start < end <= len(paragraph):
        length = len(paragraph)
        raise ValueError(_("Paragraph %(n)s has characters 0 to %(most)s, the lower first.", n=number, most=length))
    return number, None, start, end


def surrounding_text(paragraph: str, start: int, end: int) -> tuple[str, str]:
    """Return the text right before and right after a span of a paragraph."""
    return paragraph[max(0, start - CONTEXT_LENGTH) : start], paragraph[end : end + CONTEXT_LENGTH]


def locate(text: Paragraphs, words: PassageSelector) -> LocationResult:
    """Look for a passage at its place, else elsewhere; of several places take the one whose context fits best.

    One known only by its sha256 is searched for between edges of words, and the nearest match is taken.
    """
    here = text.get(words.paragraph, "")[words.start : words.end]
    whole = len(here) == words.end - words.start
    # Words with another hash were stored for another place.
    exact = words.exact if words.exact and words.sha256 in (None, sha256_of(words.exact)) else None
    if whole and (here == exact if exact else words.sha256 in (None, sha256_of(here))):
        return LocationResult("found", words.paragraph, words.start, here)
    if exact:
        places = islice(_occurrences(text, exact, words.paragraph), MAX_CANDIDATES)
        best = max(places, key=lambda at: _context_score(text, words, len(exact), at), default=None)
    else:
        best = _nearest_by_hash(text, words) if words.sha256 else None
    if best is None:
        return LocationResult("not_found")
    number, start = best
    return LocationResult("moved", number, start, exact or text[number][start : start + words.end - words.start])


def _occurrences(text: Paragraphs, exact: str, near: int) -> Iterator[tuple[int, int]]:
    """Yield each (paragraph, start) where words occur, those in paragraphs near a number first."""
    for number in text.nearest(near):
        at = text[number].find(exact)
        while at >= 0:
            yield number, at
            at = text[number].find(exact, at + 1)


def _context_score(text: Paragraphs, words: PassageSelector, length: int, at: tuple[int, int]) -> tuple[int, int, int]:
    """Return how well a place fits the recorded context, then how near it is; the greatest is best."""
    number, start = at
    before, after = surrounding_text(text[number], start, start + length)
    score = common_prefix_length(before[::-1], (words.prefix or "")[::-1])
    score += common_prefix_length(after, words.suffix or "")
    return score, -abs(number - words.paragraph), -abs(start - words.start)


def common_prefix_length(text: str, other: str) -> int:
    """Return the number of leading characters that two texts share."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False)))


def _nearest_by_hash(text: Paragraphs, words: PassageSelector) -> tuple[int, int] | None:
    """Return the nearest (paragraph, start) where words of the recorded length have the recorded sha256."""
    length = words.end - words.start
    for number in text.nearest(words.paragraph):
        starts, ends = text.edges[number]
        candidates = [start for start in starts if start + length in ends]
        for start in sorted(candidates, key=lambda start: abs(start - words.start)):
            if sha256_of(text[number][start : start + length]) == words.sha256:
                return number, start
    return None
