"""What a report is laid out of, the same for a page and every document; and how days, words and records read."""

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
    #: The whole address it leads to, if it is a link.
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
    #: The address of the record it is about.
    to: str = ""


@dataclass(frozen=True)
class Paragraph:
    sort: ClassVar[str] = "paragraph"
    line: Line
    #: Empty, "lede" for what opens the report, "soft" for what stands back.
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
    """A drawing, its figures following as a table; `alt` says in words what it shows."""

    sort: ClassVar[str] = "chart"
    svg: str
    caption: str
    alt: str


Block = Heading | Paragraph | BulletList | Table | Chart


@dataclass(frozen=True)
class ReportDocument:
    """A whole report, laid out."""

    title: str
    #: As of when, in words.
    subtitle: str
    #: The language its texts are in: en, es.
    language: str
    blocks: Sequence[Block]
    #: (label, text) of all that says where the report comes from: the last chapter, and the properties of a file.
    stamp: Sequence[tuple[str, str]]
    #: One line of the stamp, for the foot of every page.
    foot: str


def belongs_to_heading(above: Block | None, block: Block) -> bool:
    """Return whether a block is part of the heading right above it, as the facts of a record are, which stand back."""
    return isinstance(above, Heading) and isinstance(block, Paragraph) and block.look == "soft"


def format_day(day: str | None) -> str:
    """Return a day, given as in JSON, as people write it."""
    return format_date(datetime.date.fromisoformat(day), "long") if day else ""


def format_moment(moment: str) -> str:
    """Return a moment, given as in JSON, as people write it: as a day, if it is the end of one."""
    return unattached(PastMoment(), "moment").display(datetime.datetime.fromisoformat(moment))


def format_score(score: Head) -> tuple[str, str]:
    """Return a score, and of how many statuses of leads it is, as in "7 of 12"."""
    percentage, number = score["percentage"], score["scored"] + score["unscored"]
    text = "–" if percentage is None else format_percent(percentage / 100, format="#,##0.#%")
    return text, _("%(n)s of %(all)s", n=format_decimal(score["scored"]), all=format_decimal(number))


def term_label(words: type[Term], value: str) -> str:
    """Return the label of a word, given as in JSON; a word that is in its list no more stands for itself."""
    return next((str(word.label) for word in words if word.value == value), value.replace("_", " ").capitalize())


def words_of(words: type[Term], counts: Iterable[dict[str, int]]) -> list[str]:
    """Return the words that are counted, in the order of their list, after which come those in it no more."""
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
    """Return the link to a record, given its title and its address."""
    return Span(item["title"], to=item["url"])


def count_link(count: int, report: Head, **filters: str) -> Line:
    """Return a count of commitments as a link to the list of them, of the report's scope and two dates.

    It is no link where the scope chooses among the same words: together they would select something else.
    """
    scope, text = parse_qsl(report["scope"]), format_decimal(count)
    # A status is that of the party, where one is chosen.
    chosen = {*filters, *(("status", "party") if "status" in filters else ())}
    if not count or chosen & {name for name, _value in scope}:
        return [Span(text)]
    query = [*scope, *filters.items(), ("as_of", report["as_of"]), ("known_by", report["known_by"])]
    commitments = page_address("records.index", report["address"], kind="commitments")
    return [Span(text, to=f"{commitments}?{urlencode(query)}")]


def joined_spans(lines: Iterable[Line], between: str = ", ") -> list[Span]:
    """Return several lines as one, with something between them."""
    spans: list[Span] = []
    for line in lines:
        spans += [*([Span(between)] if spans else []), *line]
    return spans


def evidence_links(pieces: Iterable[Head]) -> list[Span]:
    """Return pieces of evidence as links, each with its relation where it does not support the finding."""
    return joined_spans(
        ([Span(piece["text"], to=piece["url"]), *relation_label(piece["relation"])] for piece in pieces), "; "
    )


def relation_label(word: str) -> list[Span]:
    if word == EvidenceRelation.SUPPORTS.value:
        return []
    return [soft_text(f" ({term_label(EvidenceRelation, word).lower()})")]
