"""Whether a quote stands word for word in the passages it is said to be from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from tracker.models import Passage

#: What stands for words left out of a quote.
LEFT_OUT = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.")
#: Characters of a passage; in a longer one the differences are not looked for.
LONGEST = 20_000


@dataclass(frozen=True)
class QuoteComparison:
    """What a quote is beside a passage: word for word in it, or with differences.

    `passage` is nothing where no passage's words are known. Each difference is ("same", "left out" or "put in", words),
    as the quote has it against the passage.
    """

    passage: Passage | None = None
    word_for_word: bool = False
    differences: list[tuple[str, str]] = field(default_factory=list)


def compare_quote(quote: str, passages: Iterable[Passage]) -> QuoteComparison:
    """Compare a quote with the exact words of passages, blanks apart; it may be a part of one, with words left out."""
    from rapidfuzz import fuzz

    known = {passage: " ".join(passage.exact.split()) for passage in passages if passage.exact}
    said = _bare(quote)
    for passage, exact in known.items():
        if appears_in(said, exact):
            return QuoteComparison(passage, word_for_word=True)
    if not known:
        return QuoteComparison()
    nearest = max(known, key=lambda passage: fuzz.partial_ratio(said, known[passage]))
    if len(known[nearest]) > LONGEST:
        return QuoteComparison(nearest)
    return QuoteComparison(nearest, differences=_differences(known[nearest].split(), LEFT_OUT.sub(" … ", said).split()))


def appears_in(quote: str, exact: str) -> bool:
    """Return whether the parts of a quote stand in words one after the other."""
    at, parts = 0, [part.strip() for part in LEFT_OUT.split(quote) if part.strip()]
    for part in parts:
        at = exact.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return bool(parts)


def _bare(quote: str) -> str:
    """Return a quote without the quotation marks around it."""
    quote = " ".join(quote.split())
    around = re.fullmatch(r"“(.*)”|\"(.*)\"|«\s?(.*?)\s?»|‘(.*)’", quote)
    return next((part for part in around.groups() if part), quote) if around else quote


def _differences(exact: list[str], quote: list[str]) -> list[tuple[str, str]]:
    """Return (sort, words) stretch by stretch, without what the passage has before and after the quote."""
    found: list[tuple[str, str]] = []
    for sort, a, b, c, d in SequenceMatcher(None, exact, quote, autojunk=False).get_opcodes():
        if sort == "equal":
            found.append(("same", " ".join(quote[c:d])))
            continue
        if "…" in quote[c:d]:
            found.append(("same", "…"))
            quote_words, exact_words = [word for word in quote[c:d] if word != "…"], []
        else:
            quote_words, exact_words = quote[c:d], exact[a:b]
        if exact_words:
            found.append(("left out", " ".join(exact_words)))
        if quote_words:
            found.append(("put in", " ".join(quote_words)))
    while found and found[0][0] == "left out":
        found.pop(0)
    while found and found[-1][0] == "left out":
        found.pop()
    return found
