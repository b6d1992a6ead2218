"""The blocks that a page and every document of a report consist of; and days, words and records as text."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from flask_babel import format_date, format_decimal, format_percent
from flask_babel import gettext as _

from tracker.page_urls import page_address
from tracker.queries.reports.stored import Head
from tracker.records.date_fields import PastMoment
from tracker.records.fields import unattached
from tracker.vocabulary import EvidenceRelation, OverallStatus, Term


@dataclass(frozen=True)
class Span:
    """A stretch of text in a line; its text is data, whatever it holds."""

    text: str
    #: The full address of a link; empty for plain text.
    to: str = ""
    #: Empty, "strong", "soft", "code", or the status word of an OverallStatus, which is shown as a tag.
    look: str = ""


Line = Sequence[Span]


@dataclass(frozen=True)
class Heading:
    sort: ClassVar[str] = "heading"
    text: str
    #: 1 for a chapter, 2 for a part of one, 3 for a record.
    level: int
    #: The address of its record, if any.
    to: str = ""


@dataclass(frozen=True)
class Paragraph:
    sort: ClassVar[str] = "paragraph"
    line: Line
    #: Empty, "lede" for the opening, "soft" for what is less prominent.
    look: str = ""


@dataclass(frozen=True)
class BulletList:
    """A list with bullets."""

    sort: ClassVar[str] = "items"
    lines: Sequence[Line]


@dataclass(frozen=True)
class Table:
    """Rows under a header; the first cell of each row says what the row is about."""

    sort: ClassVar[str] = "table"
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Line]]
    #: The columns, from 0, that hold numbers.
    numbers: Sequence[int] = ()
    #: The last row adds up the others.
    total: bool = False


@dataclass(frozen=True)
class Chart:
    """A drawing, followed by its figures as a table; `alt` describes it in words."""

    sort: ClassVar[str] = "chart"
    svg: str
    caption: str
    alt: str


Block = Heading | Paragraph | BulletList | Table | Chart


@dataclass(frozen=True)
class ReportDocument:
    """A whole report as blocks."""

    title: str
    #: The day it is as of, in words.
    subtitle: str
    #: The language of its texts: en, es.
    language: str
    blocks: Sequence[Block]
    #: Pairs of (label, text) on its origin, for the last chapter and the properties of a file.
    stamp: Sequence[tuple[str, str]]
    #: One line of the stamp, for the foot of every page.
    foot: str


def belongs_to_heading(above: Block | None, block: Block) -> bool:
    """Return whether a block belongs to the heading right above it, as the facts of a record do."""
    return isinstance(above, Heading) and isinstance(block, Paragraph) and block.look == "soft"


def format_day(day: str | None) -> str:
    """Return a day of JSON as people write it."""
    return format_date(datetime.date.fromisoformat(day), "long") if day else ""


def format_moment(moment: str) -> str:
    """Return a moment of JSON as people write it: as a day, if it is the end of one."""
    return unattached(PastMoment(), "moment").display(datetime.datetime.fromisoformat(moment))


def format_score(score: Head) -> tuple[str, str]:
    """Return a score, and how many statuses of leads are scored, as in "7 of 12"."""
    percentage, number = score["percentage"], score["scored"] + score["unscored"]
    text = "–" if percentage is None else format_percent(percentage / 100, format="#,##0.#%")
    return text, _("%(n)s of %(all)s", n=format_decimal(score["scored"]), all=format_decimal(number))


def term_label(words: type[Term], value: str) -> str:
    """Return the label of a word of JSON; a word that its list no longer has is its own label."""
    return next((str(word.label) for word in words if word.value == value), value.replace("_", " ").capitalize())


def words_of(words: type[Term], counts: Iterable[dict[str, int]]) -> list[str]:
    """Return the words that are counted, in the order of their list; those that it no longer has come last."""
    counted = dict.fromkeys(word for group in counts for word in group)
    listed = [word.value for word in words]
    return [word for word in listed if word in counted] + [word for word in counted if word not in listed]


def status_tag(status: str | None) -> Span:
    """Return a status word as a tag."""
    word = status or OverallStatus.NOT_ASSESSED.value
    return Span(term_label(OverallStatus, word), look=word)


def soft_text(text: str) -> Span:
    return Span(text, look="soft")


def record_link(item: Head) -> Span:
    """Return the link to a record with its title."""
    return Span(item["title"], to=item["url"])


def count_link(count: int, report: Head, **filters: str) -> Line:
    """Return a count of commitments, linked to the list of them with the report's scope and two dates.

    There is no link where the scope has the same filter: together they would select other commitments.
    """
    scope, text = parse_qsl(report["scope"]), format_decimal(count)
    # With a filter for a party, a status is that of the party.
    chosen = {*filters, *(("status", "party") if "status" in filters else ())}
    if not count or chosen & {name for name, _value in scope}:
        return [Span(text)]
    query = [*scope, *filters.items(), ("as_of", report["as_of"]), ("known_by", report["known_by"])]
    commitments = page_address("records.index", report["address"], kind="commitments")
    return [Span(text, to=f"{commitments}?{urlencode(query)}")]


def joined_spans(lines: Iterable[Line], between: str = ", ") -> list[Span]:
    """Return several lines as one, joined by `between`."""
    spans: list[Span] = []
    for line in lines:
        spans += [*([Span(between)] if spans else []), *line]
    return spans


def evidence_links(pieces: Iterable[Head]) -> list[Span]:
    """Return pieces of evidence as links, each with its relation unless it supports the finding."""
    return joined_spans(
        ([Span(piece["text"], to=piece["url"]), *relation_label(piece["relation"])] for piece in pieces), "; "
    )


def relation_label(word: str) -> list[Span]:
    if word == EvidenceRelation.SUPPORTS.value:
        return []
    return [soft_text(f" ({term_label(EvidenceRelation, word).lower()})")]
