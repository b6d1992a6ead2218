"""Comparison of a quote with the passages it is attributed to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rapidfuzz import fuzz

from tracker.models import Passage

#: The marks for words left out of a quote.
LEFT_OUT = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.")
#: Characters of a passage; a longer one is not compared word by word.
MAX_LENGTH = 20_000


@dataclass(frozen=True)
class QuoteComparison:
    """How a quote compares with a passage: word for word, or with differences.

    `passage` is None where no passage's words are known. A difference is ("same", "left out" or "put in", words).
    """

    passage: Passage | None = None
    word_for_word: bool = False
    differences: list[tuple[str, str]] = field(default_factory=list)


def compare_quote(quote: str, passages: Iterable[Passage]) -> QuoteComparison:
    """Compare a quote with the exact words of passages, blanks aside; it may be a part, with words left out."""
    known = {passage: " ".join(passage.exact.split()) for passage in passages if passage.exact}
    words = _without_marks(quote)
    for passage, exact in known.items():
        if appears_in(words, exact):
            return QuoteComparison(passage, word_for_word=True)
    if not known:
        return QuoteComparison()
    nearest = max(known, key=lambda passage: fuzz.partial_ratio(words, known[passage]))
    if len(known[nearest]) > MAX_LENGTH:
        return QuoteComparison(nearest)
    return QuoteComparison(
        nearest, differences=_differences(known[nearest].split(), LEFT_OUT.sub(" … ", words).split())
    )


def appears_in(quote: str, exact: str) -> bool:
    """Return whether the parts of a quote occur in a text one after the other."""
    at, parts = 0, [part.strip() for part in LEFT_OUT.split(quote) if part.strip()]
    for part in parts:
        at = exact.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return bool(parts)


def _without_marks(quote: str) -> str:
    """Return a quote without the quotation marks around it."""
    quote = " ".join(quote.split())
    around = re.fullmatch(r"“(.*)”|\"(.*)\"|«\s?(.*?)\s?»|‘(.*)’", quote)
    return next((part for part in around.groups() if part), quote) if around else quote


def _differences(exact: list[str], quote: list[str]) -> list[tuple[str, str]]:
    """Return (sort, words) in order, without the words of the passage before and after the quote."""
    differences: list[tuple[str, str]] = []
    for sort, a, b, c, d in SequenceMatcher(None, exact, quote, autojunk=False).get_opcodes():
        if sort == "equal":
            differences.append(("same", " ".join(quote[c:d])))
            continue
        if "…" in quote[c:d]:
            differences.append(("same", "…"))
            quote_words, exact_words = [word for word in quote[c:d] if word != "…"], []
        else:
            quote_words, exact_words = quote[c:d], exact[a:b]
        if exact_words:
            differences.append(("left out", " ".join(exact_words)))
        if quote_words:
            differences.append(("put in", " ".join(quote_words)))
    while differences and differences[0][0] == "left out":
        differences.pop(0)
    while differences and differences[-1][0] == "left out":
        differences.pop()
    return differences
