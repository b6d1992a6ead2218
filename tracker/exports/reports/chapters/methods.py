"""What the words of a report mean, and how its figures are worked out."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from tracker.addresses import page_address
from tracker.exports.reports.blocks import Block, BulletList, Heading, Line, Paragraph, Span
from tracker.queries.reports.data import ReportData
from tracker.vocabulary import Confidence, DeadlineState, EvidenceRelation, FollowUp, OverallStatus


def methods_chapter(data: ReportData) -> Iterator[Block]:
    yield Heading(_("Methods"), 1)
    for said in (
        _(
            "Each lead party of a commitment has a status of its own. Every status but “Not assessed”, “No evidence "
            "found” and “Uncheckable” rests on at least one piece of evidence that supports it. A status never "
            "follows from a date."
        ),
        _(
            "A status is true since one day, and known here since another. This report tells what was true at the end "
            "of the day “As of”, as far as it was recorded by the moment “As known by”; the same two always give the "
            "same statuses. Titles, parties, areas and deadlines are those of the day it was issued."
        ),
        _(
            "What is told as learnt since was true by the day since which news is told, but recorded here only after "
            "it; not of commitments that were themselves recorded only after it."
        ),
        _(
            "The next meeting is the first one, not cancelled, that starts after the day “As of” and belongs with a "
            "meeting in the scope: of the same series, linked with it, or with seats of two sides that sat together "
            "there. A side is a country with its ministries and agencies."
        ),
        _(
            "The overall status is the common word of all leads, else “Mixed”. The score of a lead is +1 for done, 0 "
            "for in progress, partly done and stalled, −1 for not done and reversed, and for not started once it is "
            "due; all others are not scored, nor are intentions. A percentage is (mean + 1) / 2 × 100, after the G7 "
            "and G20 Research Groups."
        ),
    ):
        yield Paragraph([Span(said)])
    rules = page_address("methods.index", data.head["report"]["address"])
    yield Paragraph([Span(_("All rules, with a worked example"), to=rules)])
    lists: tuple[tuple[str, Iterable[Any]], ...] = (
        (_("Statuses"), OverallStatus),
        (_("Confidence"), Confidence),
        (_("Evidence"), EvidenceRelation),
        (_("Deadlines"), DeadlineState),
        (_("Follow-up"), FollowUp),
    )
    for title, words in lists:
        yield Heading(title, 2)
        yield BulletList([_defined(word) for word in words])


def _defined(word: Any) -> Line:
    return [Span(str(word.label), look="strong"), Span(f": {word.definition}")]
