"""How everything stands: over all, by policy area, and by party."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.exports import charts, deadlines
from tracker.exports.reports.blocks import Block, Chart, Heading, Line, Paragraph, Span, Table
from tracker.exports.reports.wording import count, day, label, listed, score, tag, word_of
from tracker.queries.reports.data import Data
from tracker.queries.reports.summary import MOST_AHEAD
from tracker.vocabulary import DeadlineState, FollowUp, OverallStatus

#: {figures in the summary: what stands over them}
CAPTIONS = {
    "statuses": _l("Commitments by overall status"),
    "trend": _l("Commitments by overall status"),
    "deadlines": _l("Commitments by deadline"),
    "follow_up": _l("What wants follow-up; one commitment can have several reasons"),
    "ahead": _l("Deadlines of open commitments"),
}


def opening(data: Data) -> Paragraph:
    """Return in a sentence how many commitments stand how, and how many are overdue."""
    told, report = data.head["summary"], data.head["report"]
    commitments = ngettext("%(num)s commitment", "%(num)s commitments", told["commitments"])
    meetings = ngettext("%(num)s meeting", "%(num)s meetings", data.head["rows"]["meetings"])
    line = [Span(_("%(commitments)s from %(meetings)s: ", commitments=commitments, meetings=meetings), look="strong")]
    statuses = [
        [*count(n, report, status=word), Span(f" {label(OverallStatus, word).lower()}")]
        for word, n in told["statuses"].items()
    ]
    line += listed(statuses)
    if overdue := told["deadlines"].get(DeadlineState.OVERDUE.value):
        line += [Span("; "), *count(overdue, report, deadline=DeadlineState.OVERDUE.value), Span(_(" overdue"))]
    return Paragraph([*line, Span(".")])


def summary(data: Data) -> Iterator[Block]:
    told, report = data.head["summary"], data.head["report"]
    yield Heading(_("Summary"), 1)
    percentage, of = score(told["score"])
    said = _(", from 0%% to 100%%: %(score)s. %(of)s statuses of leads are scored.", score=percentage, of=of)
    if not told["score"]["scored"]:
        said = _(": no status of a lead is one that is scored.")
    line = [Span(_("Score"), to=f"{report['address']}/methods/#score"), Span(said)]
    if told["one_sided"]:
        one_sided = ngettext(
            "%(num)s commitment is reported by one side only.",
            "%(num)s commitments are reported by one side only.",
            told["one_sided"],
        )
        line.append(Span(" " + one_sided))
    yield Paragraph(line)
    rows = [[[tag(word)], count(n, report, status=word)] for word, n in told["statuses"].items()]
    yield _counted(str(CAPTIONS["statuses"]), _("Status"), rows)
    yield from _trend(told["trend"])
    rows = [
        [[Span(label(DeadlineState, word))], count(n, report, deadline=word)] for word, n in told["deadlines"].items()
    ]
    yield _counted(str(CAPTIONS["deadlines"]), _("Deadline"), rows)
    if told["follow_up"]:
        rows = [
            [[Span(label(FollowUp, word))], count(n, report, follow_up=word)] for word, n in told["follow_up"].items()
        ]
        yield _counted(str(CAPTIONS["follow_up"]), _("Reason"), rows)
    yield from _ahead(data)


def areas(data: Data) -> Iterator[Block]:
    told, caption = data.head["areas"], _("Commitments by primary policy area and overall status")
    yield Heading(_("By policy area"), 1)
    alt = "; ".join(f"{area['name']}: {_words(area['statuses'])}" for area in told) + "."
    bars = [(area["name"], area["statuses"]) for area in told]
    yield Chart(charts.bars(caption, alt, bars, key="areas"), caption, alt)
    yield _matrix(data, "areas", "primary_area", caption, _("Policy area"))


def parties(data: Data) -> Iterator[Block]:
    yield Heading(_("By party"), 1)
    caption = _("Commitments by lead party and that party’s own status")
    yield _matrix(data, "parties", "party", caption, _("Lead party"))


def _matrix(data: Data, what: str, chosen: str, caption: str, about: str) -> Table:
    """Return the counts by status of areas, which add up, or of parties; `chosen` is the filter for one of them."""
    told, report, total = data.head[what], data.head["report"], what == "areas"
    words = [word.value for word in OverallStatus if any(word.value in each["statuses"] for each in told)]
    rows: list[list[Line]] = []
    for each in told:
        own = {chosen: each[chosen.removeprefix("primary_")]}
        counts = [count(each["statuses"].get(word, 0), report, **own, status=word) for word in words]
        whole = count(each["commitments"], report, **own) if total else [Span(format_decimal(each["commitments"]))]
        rows.append([[Span(each["name"], to=each["url"])], *counts, whole, *_scored(each["score"])])
    if total:
        sums = [sum(each["statuses"].get(word, 0) for each in told) for word in words]
        numbers = [[Span(format_decimal(number))] for number in (*sums, data.head["summary"]["commitments"])]
        rows.append([[Span(_("All"))], *numbers, *_scored(data.head["summary"]["score"])])
    header = [about, *(label(OverallStatus, word) for word in words), _("All"), _("Score"), _("Scored")]
    return Table(caption, header, rows, numbers=range(1, len(header)), total=total)


def _scored(scored: dict[str, Any]) -> list[Line]:
    return [[Span(text)] for text in score(scored)]


def _counted(caption: str, about: str, rows: Sequence[Sequence[Line]]) -> Table:
    return Table(caption, [about, _("Commitments")], rows, numbers=[1])


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
        [[Span(on)], *([Span(format_decimal(counts[place]))] for _word, _called, counts in series)]
        for place, on in enumerate(days)
    ]
    yield Table(caption, [_("Day"), *(called for _word, called, _counts in series)], rows, range(1, len(series) + 1))


def _words(counts: dict[str, int]) -> str:
    """Return counts of status words as people read them."""
    return ", ".join(f"{label(OverallStatus, word)} {format_decimal(n)}" for word, n in counts.items())


def _ahead(data: Data) -> Iterator[Block]:
    told, on = data.head["summary"]["ahead"], data.head["report"]["as_of"]
    if told:
        caption = str(CAPTIONS["ahead"])
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
