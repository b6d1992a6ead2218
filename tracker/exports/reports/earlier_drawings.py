"""Comparison of a file of another drawing with the kept data by its values, whatever its words and layout.

A file is compared with what its report gives today. Rows that both have, wherever they stand, are left out; the others
are paired by likeness, and only their values are compared: numbers, days, words of lists, and texts of the kept data.
The words between the values and their places may differ.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from flask_babel import format_date

from tracker.exports.reports.document import MADE_WITH_PATTERN
from tracker.exports.reports.file_readers import FileRow
from tracker.models import ReportRun
from tracker.queries.reports.stored import Json, ReportData
from tracker.vocabulary import (
    CommitmentKind,
    CommitmentLinkKind,
    Confidence,
    DeadlineState,
    EvidenceRelation,
    FollowUp,
    OverallStatus,
    SourceRelation,
    Term,
)

#: A number that depends on the layout of pages: at the end of a line of the contents, or of a page.
PAGE_NUMBER = re.compile(r"(?: \.){3,} \d+$|\d+ / \d+$")
#: A number, or a word with one: 1,234.5 or 50% or p3 or 2024-03-01.
NUMBER = r"[\w.,:/%-]*\d[\w.,:/%-]*"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: The least likeness of two rows that may be the same, from 0 to 1, and the number of rows that are considered.
MIN_LIKENESS, WINDOW = 0.5, 40
#: The lists whose words documents print, also within a line; the cells of a workbook hold those of all columns.
PRINTED: tuple[type[Term], ...] = (
    OverallStatus,
    DeadlineState,
    FollowUp,
    Confidence,
    EvidenceRelation,
    CommitmentKind,
    CommitmentLinkKind,
    SourceRelation,
)
#: The names of what identifies a record, in its row and in the head.
SUBJECTS = ("code", "name", "title", "text", "commitment", "party")


class KeptValues:
    """The values in the kept data of a report, as a file may show them."""

    def __init__(self, data: ReportData, run: ReportRun, form: str) -> None:
        self.data, codebook = data, data.head["codebook"]
        self._split: dict[str, tuple[list[str], str]] = {}
        terms = [(word.value, str(word.label), str(word.definition)) for words in PRINTED for word in words]
        for words in PRINTED:
            terms += [
                (word, term["label"], term["definition"]) for word, term in codebook.get(words.__name__, {}).items()
            ]
        #: {label of a word, then and now, without regard to case: the word}
        self.labels = {label.casefold(): word for word, label, _definition in terms}
        self.words = set(self.labels.values())
        head = [data.head[name] for name in ("report", "summary", "areas", "parties", "brief")]
        rows = [row for kind in data.head["rows"] for row in data.rows(kind)]
        texts = {*_texts([head, rows, terms, run.sha256, run.head_hash, str(run.recorded_by)])}
        stored = self.words.union(*codebook.values(), data.head["report"]["chapters"])
        # A CSV holds words as they are stored, under names of columns.
        columns = {column["name"] for column in data.head["columns"]["commitments"]}
        texts = texts | stored | columns if form == "csv" else texts - stored
        if form == "xlsx":
            texts |= {*_texts(list(codebook.values()))}
        #: {text as it stands in a file: what it means}
        self.meanings = {plain: plain for text in texts if len(plain := plain_text(text)) > 2}
        for text in filter(DAY.fullmatch, texts):
            day = datetime.date.fromisoformat(text)
            self.meanings |= {format_date(day, length): text for length in ("long", "medium")}

    def split(self, text: str) -> tuple[list[str], str]:
        """Return the meanings of the values in a text, and the words around them."""
        if text not in self._split:
            folded = text.casefold()
            texts = [rf"(?<!\w){re.escape(known)}(?!\w)" for known in self.meanings if known in text]
            labels = [rf"(?<!\w)(?i:{re.escape(label)})(?!\w)" for label in self.labels if label in folded]
            pattern = re.compile("|".join([*sorted(texts + labels, key=len, reverse=True), NUMBER]))
            values = [
                self.labels.get(value.casefold()) or self.meanings.get(value) or _number(value)
                for value in pattern.findall(text)
            ]
            self._split[text] = values, pattern.sub("\0", text)
        return self._split[text]

    def same(self, issued: FileRow, actual: FileRow) -> bool:
        """Return whether two rows hold the same values; in a table, words of lists count except in the first cell."""
        if sorted(issued.cells) == sorted(actual.cells):
            return True
        if len(issued.cells) != len(actual.cells):
            return self.same_text(issued.text, actual.text)
        pairs = zip(issued.cells, actual.cells, strict=True)
        return all(self.same_text(ours, theirs, number > 0) for number, ((_n, ours), (_m, theirs)) in enumerate(pairs))

    def same_text(self, issued: str, actual: str, cell: bool = False) -> bool:
        (ours, our_words), (theirs, their_words) = map(self.split, map(plain_text, (issued, actual)))
        if our_words == their_words:
            return ours == theirs
        missing, more = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
        if more:
            return not missing and self.explains(more, theirs)
        # New words replaced a text that is gone; a word of a list may be part of the wording.
        put_in = set(their_words.split()) - set(our_words.split())
        if put_in and any(cell or not self._is_closed(value) for value in missing):
            return False
        return not missing or our_words.replace("\0", "").split() != their_words.replace("\0", "").split()

    def likeness(self, issued: FileRow, actual: FileRow) -> float:
        """Return how many words two rows share, from 0 to 1, and 1 more if they hold the same values."""
        texts = [plain_text(row.text) for row in (issued, actual)]
        (ours, our_values), (theirs, their_values) = (
            (Counter(text.split()), Counter(self.split(text)[0])) for text in texts
        )
        shared = 2 * (ours & theirs).total() / ((ours + theirs).total() or 1)
        return shared + bool(our_values and our_values == their_values)

    def explains(self, values: Iterable[str], beside: Sequence[str]) -> bool:
        """Return whether the kept data have each number and day among the values together with a value beside it."""
        numbers = [value for value in values if value not in self.words and self._is_closed(value)]
        return all(any((subject, number) in self._facts for subject in beside) for number in numbers)

    def _is_closed(self, value: str) -> bool:
        """Return whether a value is a number, a day or a word of a list, not the text of a record."""
        return value in self.words or value not in self.meanings or DAY.fullmatch(value) is not None

    @cached_property
    def _facts(self) -> set[tuple[str, str]]:
        """Return (subject, value) of all that the kept data hold."""
        rows = (row for kind in self.data.head["rows"] for row in self.data.rows(kind))
        return set(chain(_facts(self.data.head, ()), chain.from_iterable(_facts(row, ()) for row in rows)))


def plain_text(text: str) -> str:
    """Return a text without what depends on the drawing: line ends, marks, numbers of pages."""
    text = PAGE_NUMBER.sub("", MADE_WITH_PATTERN.sub("", text.strip()))
    return " ".join(text.replace("\\", "").split())


def unlike_rows(
    values: KeptValues, issued: Sequence[FileRow], actual: Sequence[FileRow], wraps: bool
) -> Iterator[tuple[FileRow | None, FileRow | None]]:
    """Yield the rows with other values in pairs; None beside a row that was removed or added.

    `wraps` says that rows are lines, which may break anywhere.
    """
    rest, theirs = _unmatched(issued, actual, wraps), _unmatched(actual, issued, wraps)
    for row in theirs:
        near = max(rest[:WINDOW], key=lambda other: values.likeness(other, row), default=None)
        if near is None or values.likeness(near, row) < MIN_LIKENESS:
            row_values, _words = values.split(plain_text(row.text))
            if not values.explains(row_values, row_values):
                yield None, row
            continue
        rest.remove(near)
        if not values.same(near, row):
            yield near, row
    if rest:
        everything = _join(actual)
        for row in rest:
            texts, _words = values.split(plain_text(row.text))
            if any(text in values.meanings and text not in everything for text in texts):
                yield row, None


def _unmatched(rows: Iterable[FileRow], others: Iterable[FileRow], wraps: bool) -> list[FileRow]:
    """Return the rows that the others lack; consecutive lines become one row if they wrap."""
    counts, groups, before = Counter(map(_key, others)), list[list[FileRow]](), -2
    for number, row in enumerate(rows):
        if counts[_key(row)]:
            # The number of pages may differ.
            counts[_key(row)] -= not PAGE_NUMBER.search(row.text.strip())
            continue
        if wraps and number == before + 1:
            groups[-1].append(row)
        else:
            groups.append([row])
        before = number
    return [FileRow(group[0].place, group[0].cells if len(group) == 1 else [("", _join(group))]) for group in groups]


def _join(rows: Iterable[FileRow]) -> str:
    return " ".join(plain_text(row.text) for row in rows)


def _key(row: FileRow) -> tuple[str, ...]:
    return tuple(filter(None, (plain_text(text) for _name, text in row.cells)))


def _number(text: str) -> str:
    digits = text.strip(".,:/-").replace(",", "").removesuffix("%")
    try:
        return str(float(digits))
    except ValueError:
        return digits


def _texts(value: Json | tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _facts(value: Json, about: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        about += tuple(plain_text(value[name]) for name in SUBJECTS if isinstance(value.get(name), str))
        for name, inner in value.items():
            yield from _facts(inner, (*about, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _facts(inner, about)
    elif value is not None:
        meaning = _number(str(value)) if isinstance(value, int | float) else plain_text(str(value))
        yield from ((subject, meaning) for subject in about)
