"""How a report puts days, words and records."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from tracker.addresses import page_address
from tracker.exports.reports.blocks import Line, Span
from tracker.queries.scores import format_percentage
from tracker.records.date_fields import PastMoment
from tracker.records.fields import unattached
from tracker.vocabulary import EvidenceRelation, OverallStatus


def format_day(plain: str | None) -> str:
    """Return a day, given as in JSON, as people write it."""
    return format_date(datetime.date.fromisoformat(plain), "long") if plain else ""


def format_moment(plain: str) -> str:
    """Return a moment, given as in JSON, as people write it: as a day, if it is the end of one."""
    return unattached(PastMoment(), "moment").display(datetime.datetime.fromisoformat(plain))


def status_tag(status: str | None) -> Span:
    """Return a status word as a tag."""
    word = OverallStatus(status or OverallStatus.NOT_ASSESSED)
    return Span(str(word.label), look=word.value)


def parse_term(words: Any, value: str) -> Any:
    """Return the word of a list that is given as in JSON."""
    return words(value)


def term_label(words: Any, value: str) -> str:
    return str(parse_term(words, value).label)


def record_link(told: dict[str, Any]) -> Span:
    """Return the link to a record that is told with its title and its address."""
    return Span(told["title"], to=told["url"])


def soft_text(text: str) -> Span:
    return Span(text, look="soft")


def count_link(value: int, report: dict[str, Any], **chosen: str) -> Line:
    """Return a count of commitments as a link to the list of them, of the report's scope and two dates.

    It is no link where the scope chooses among the same words: together they would ask for something else.
    """
    scope, told = parse_qsl(report["scope"]), format_decimal(value)
    # A status is that of the party, where one is chosen.
    meant = {*chosen, *(("status", "party") if "status" in chosen else ())}
    if not value or meant & {name for name, _value in scope}:
        return [Span(told)]
    commitments = page_address("records.index", report["address"], kind="commitments")
    asked = [*scope, *chosen.items(), ("as_of", report["as_of"]), ("known_by", report["known_by"])]
    return [Span(told, to=f"{commitments}?{urlencode(asked)}")]


def joined_spans(spans: Iterable[Sequence[Span]], between: str = ", ") -> list[Span]:
    """Return several stretches one after the other, with something between them."""
    found: list[Span] = []
    for each in spans:
        found += [*([Span(between)] if found else []), *each]
    return found


def score_text(scored: dict[str, Any]) -> tuple[str, str]:
    """Return a score, and of how many statuses of leads it is, as in "7 of 12"."""
    percentage, of = scored["percentage"], scored["scored"] + scored["unscored"]
    told = "–" if percentage is None else format_percentage(percentage)
    return told, _("%(n)s of %(all)s", n=format_decimal(scored["scored"]), all=format_decimal(of))


def evidence_links(pieces: Iterable[dict[str, Any]]) -> list[Span]:
    """Return pieces of evidence as links, each with what it is where it does not support the finding."""
    return joined_spans(
        ([Span(piece["text"], to=piece["url"]), *relation_label(piece["relation"])] for piece in pieces), "; "
    )


def relation_label(word: str) -> list[Span]:
    if word == EvidenceRelation.SUPPORTS.value:
        return []
    return [soft_text(f" ({term_label(EvidenceRelation, word).lower()})")]
