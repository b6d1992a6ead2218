"""How everything stands: over all, by policy area, and by party."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from tracker.exports import charts, deadlines
from tracker.exports.reports.blocks import Block, Chart, Heading, Line, Paragraph, Span, Table
from tracker.exports.reports.wording import day, label, number, score, tag, word_of
from tracker.queries.reports.data import Data
from tracker.queries.reports.summary import MOST_AHEAD
from tracker.vocabulary import DeadlineState, FollowUp, OverallStatus


def summary(data: Data) -> Iterator[Block]:
    told = data.head["summary"]
    yield Heading(_("Summary"), 1)
    said = ngettext("%(num)s commitment", "%(num)s commitments", told["commitments"])
    meetings = ngettext("%(num)s meeting", "%(num)s meetings", data.head["rows"]["meetings"])
    line = [Span(_("%(commitments)s from %(meetings)s.", commitments=said, meetings=meetings), look="strong")]
    line.append(Span(" " + _("Score of all leads: %(score)s.", score=score(told["score"]))))
    if told["one_sided"]:
        one_sided = ngettext(
            "%(num)s is reported by one side only.", "%(num)s are reported by one side only.", told["one_sided"]
        )
        line.append(Span(" " + one_sided))
    yield Paragraph(line)
    counts = [([tag(word)], n) for word, n in told["statuses"].items()]
    yield _counted(_("Commitments by overall status"), _("Status"), counts)
    yield from _trend(told["trend"])
    counts = [([Span(label(DeadlineState, word))], n) for word, n in told["deadlines"].items()]
    yield _counted(_("Commitments by deadline"), _("Deadline"), counts)
    if told["follow_up"]:
        counts = [([Span(label(FollowUp, word))], n) for word, n in told["follow_up"].items()]
        yield _counted(_("What wants follow-up; one commitment can have several reasons"), _("Reason"), counts)
    yield from _ahead(data)


def areas(data: Data) -> Iterator[Block]:
    told, caption = data.head["areas"], _("Commitments by primary policy area and overall status")
    yield Heading(_("By policy area"), 1)
    alt = "; ".join(f"{area['name']}: {_words(area['statuses'])}" for area in told) + "."
    bars = [(area["name"], area["statuses"]) for area in told]
    yield Chart(charts.bars(caption, alt, bars, key="areas"), caption, alt)
    yield from _matrix(told, caption, _("Policy area"), total=True)


def parties(data: Data) -> Iterator[Block]:
    yield Heading(_("By party"), 1)
    yield from _matrix(
        data.head["parties"], _("Commitments by lead party and that party’s own status"), _("Lead party"), total=False
    )


def _matrix(rows: Sequence[dict[str, Any]], caption: str, about: str, total: bool) -> Iterator[Block]:
    words = [word for word in OverallStatus if any(word.value in row["statuses"] for row in rows)]
    told: list[list[Line]] = [
        [
            [Span(row["name"], to=row["url"])],
            *(number(row["statuses"].get(word.value, 0)) for word in words),
            number(row["commitments"]),
            [Span(score(row["score"]))],
        ]
        for row in rows
    ]
    if total:
        sums = [sum(row["statuses"].get(word.value, 0) for row in rows) for word in words]
        told.append([[Span(_("All"))], *map(number, sums), number(sum(row["commitments"] for row in rows)), [Span("")]])
    header = [about, *(str(word.label) for word in words), _("All"), _("Score")]
    yield Table(caption, header, told, numbers=range(1, len(words) + 2), total=total)


def _counted(caption: str, about: str, counts: Sequence[tuple[Line, int]]) -> Table:
    return Table(caption, [about, _("Commitments")], [[line, number(n)] for line, n in counts], numbers=[1])


def _trend(told: Sequence[dict[str, Any]]) -> Iterator[Block]:
    if len(told) < 2:
        return
    words = [word for word in OverallStatus if any(word.value in each["statuses"] for each in told)]
    days = [day(each["day"]) for each in told]
    series = [(word.value, str(word.label), [each["statuses"].get(word.value, 0) for each in told]) for word in words]
    caption = _("Commitments by overall status, %(first)s to %(last)s", first=days[0], last=days[-1])
    moves = [
        _("%(status)s from %(before)s to %(after)s", status=called, before=counts[0], after=counts[-1])
        for _word, called, counts in series
    ]
    alt = _("From the first day to the last: %(moves)s.", moves="; ".join(moves))
    yield Chart(charts.stacked(caption, alt, days, series, key="trend"), caption, alt)
    rows = [
        [[Span(on)], *(number(counts[place]) for _word, _called, counts in series)] for place, on in enumerate(days)
    ]
    yield Table(caption, [_("Day"), *(called for _word, called, _counts in series)], rows, range(1, len(series) + 1))


def _words(counts: dict[str, int]) -> str:
    """Return counts of status words as people read them."""
    return ", ".join(f"{label(OverallStatus, word)} {format_decimal(n)}" for word, n in counts.items())


def _ahead(data: Data) -> Iterator[Block]:
    told, on = data.head["summary"]["ahead"], data.head["report"]["as_of"]
    if told:
        caption = _("Deadlines of open commitments")
        if len(told) == MOST_AHEAD:
            caption = _("The first %(n)s deadlines of open commitments", n=MOST_AHEAD)
        alt = _("Each stands in the table that follows.")
        days = [
            (datetime.date.fromisoformat(each["due_on"]), each["title"], word_of(DeadlineState, each["state"]))
            for each in told
        ]
        yield Chart(deadlines.ahead(caption, alt, datetime.date.fromisoformat(on), days, key="ahead"), caption, alt)
        rows = [
            [
                [Span(each["title"], to=each["url"])],
                [Span(day(each["due_on"]))],
                [Span(label(DeadlineState, each["state"]))],
            ]
            for each in told
        ]
        yield Table(caption, [_("Commitment"), _("Due on"), _("Deadline")], rows)
