"""How everything stands: over all, by policy area, and by party."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from babel.lists import format_list
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.addresses import page_address
from tracker.exports.charts import bars_and_lines, deadlines
from tracker.exports.reports.blocks import Block, BulletList, Chart, Heading, Line, Paragraph, Span, Table
from tracker.exports.reports.formatting import (
    count_link,
    format_day,
    joined_spans,
    parse_term,
    score_text,
    status_tag,
    term_label,
)
from tracker.queries.reports.data import ReportData
from tracker.queries.reports.summary import MOST_AHEAD
from tracker.vocabulary import SCORES, DeadlineState, FollowUp, OverallStatus, Status

#: How many leads the opening names.
MOST_LEADS = 5

#: {figures in the head: what stands over them}
CAPTIONS = {
    "statuses": _l("Commitments by overall status"),
    "trend": _l("Commitments by overall status"),
    "deadlines": _l("Commitments by deadline"),
    "follow_up": _l("What wants follow-up; one commitment can have several reasons"),
    "ahead": _l("Deadlines of open commitments"),
    "areas": _l("Commitments by primary policy area and overall status"),
    "parties": _l("Commitments by lead party and that party’s own status"),
}


def opening_blocks(data: ReportData) -> Iterator[Block]:
    """Tell how many commitments stand how, how many are overdue, and how those stand who lead most of them."""
    told, report = data.head["summary"], data.head["report"]
    number, met = told["commitments"], data.head["rows"]["meetings"]
    commitments = ngettext("%(n)s commitment", "%(n)s commitments", number, n=format_decimal(number))
    meetings = ngettext("%(n)s meeting", "%(n)s meetings", met, n=format_decimal(met))
    line = [Span(_("%(commitments)s from %(meetings)s: ", commitments=commitments, meetings=meetings), look="strong")]
    line += _statuses(told["statuses"], report)
    if overdue := told["deadlines"].get(DeadlineState.OVERDUE.value):
        line += [Span("; "), *count_link(overdue, report, deadline=DeadlineState.OVERDUE.value), Span(_(" overdue"))]
    yield Paragraph([*line, Span(".")])
    parties = data.head["parties"]
    if parties:
        yield BulletList([_party(each, report) for each in parties[:MOST_LEADS]])
    if more := len(parties[MOST_LEADS:]):
        said = ngettext("And %(num)s more lead party.", "And %(num)s more lead parties.", more)
        yield Paragraph([Span(said)], look="soft")


def _party(told: dict[str, Any], report: dict[str, Any]) -> Line:
    own = _statuses(told["statuses"], report, party=told["party"])
    return [Span(told["name"], to=told["url"]), Span(": "), *own, Span(".")]


def _statuses(counts: dict[str, int], report: dict[str, Any], **chosen: str) -> Line:
    """Return how many commitments stand how, each number leading to the list of them."""
    return joined_spans(
        [*count_link(n, report, **chosen, status=word), Span(f" {term_label(OverallStatus, word).lower()}")]
        for word, n in counts.items()
    )


def summary_chapter(data: ReportData) -> Iterator[Block]:
    told, report = data.head["summary"], data.head["report"]
    yield Heading(_("Summary"), 1)
    percentage, of = score_text(told["score"])
    said = _(", from 0%% to 100%%: %(score)s. %(of)s statuses of leads are scored.", score=percentage, of=of)
    if not told["score"]["scored"]:
        said = _(": no status of a lead is one that is scored.")
    said += _(
        " Intentions are left out. %(words)s are not scored, nor is “%(word)s” before its day has passed.",
        words=_unscored(),
        word=Status.NOT_STARTED.label,
    )
    rule = page_address("methods.index", report["address"]) + "#score"
    line = [Span(_("Score"), to=rule), Span(said)]
    if told["one_sided"]:
        one_sided = ngettext(
            "%(num)s commitment is reported by one side only.",
            "%(num)s commitments are reported by one side only.",
            told["one_sided"],
        )
        line.append(Span(" " + one_sided))
    yield Paragraph(line)
    rows = [[[status_tag(word)], count_link(n, report, status=word)] for word, n in told["statuses"].items()]
    yield _counted(str(CAPTIONS["statuses"]), _("Status"), rows)
    yield from _trend(told["trend"])
    rows = [
        [[Span(term_label(DeadlineState, word))], count_link(n, report, deadline=word)]
        for word, n in told["deadlines"].items()
    ]
    yield _counted(str(CAPTIONS["deadlines"]), _("Deadline"), rows)
    if told["follow_up"]:
        rows = [
            [[Span(term_label(FollowUp, word))], count_link(n, report, follow_up=word)]
            for word, n in told["follow_up"].items()
        ]
        yield _counted(str(CAPTIONS["follow_up"]), _("Reason"), rows)
    yield from _ahead(data)


def _unscored() -> str:
    """Return the status words that are never scored."""
    words = [f"“{word.label}”" for word, score in SCORES.items() if score is None]
    return str(format_list(words, locale=get_locale()))


def areas_chapter(data: ReportData) -> Iterator[Block]:
    told, caption = data.head["areas"], str(CAPTIONS["areas"])
    yield Heading(_("By policy area"), 1)
    alt = "; ".join(f"{area['name']}: {_words(area['statuses'])}" for area in told) + "."
    bars = [(area["name"], area["statuses"]) for area in told]
    yield Chart(bars_and_lines.bar_chart(caption, alt, bars, key="areas"), caption, alt)
    yield _matrix(data, "areas", "primary_area", _same(), _("Policy area"))


def parties_chapter(data: ReportData) -> Iterator[Block]:
    yield Heading(_("By party"), 1)
    yield _matrix(data, "parties", "party", str(CAPTIONS["parties"]), _("Lead party"))


def _matrix(data: ReportData, what: str, chosen: str, caption: str, about: str) -> Table:
    """Return the counts by status of areas, which add up, or of parties; `chosen` is the filter for one of them."""
    told, report, total = data.head[what], data.head["report"], what == "areas"
    words = [word.value for word in OverallStatus if any(word.value in each["statuses"] for each in told)]
    rows: list[list[Line]] = []
    for each in told:
        own = {chosen: each[chosen.removeprefix("primary_")]}
        counts = [count_link(each["statuses"].get(word, 0), report, **own, status=word) for word in words]
        whole = count_link(each["commitments"], report, **own) if total else [Span(format_decimal(each["commitments"]))]
        rows.append([[Span(each["name"], to=each["url"])], *counts, whole, *_scored(each["score"])])
    if total:
        sums = [sum(each["statuses"].get(word, 0) for each in told) for word in words]
        numbers = [[Span(format_decimal(number))] for number in (*sums, data.head["summary"]["commitments"])]
        rows.append([[Span(_("All"))], *numbers, *_scored(data.head["summary"]["score"])])
    header = [about, *(term_label(OverallStatus, word) for word in words), _("All"), _("Score"), _("Scored")]
    return Table(caption, header, rows, numbers=range(1, len(header)), total=total)


def _scored(scored: dict[str, Any]) -> list[Line]:
    return [[Span(text)] for text in score_text(scored)]


def _counted(caption: str, about: str, rows: Sequence[Sequence[Line]]) -> Table:
    return Table(caption, [about, _("Commitments")], rows, numbers=[1])


def _trend(told: Sequence[dict[str, Any]]) -> Iterator[Block]:
    if len(told) < 2:
        return
    words = [word for word in OverallStatus if any(word.value in each["statuses"] for each in told)]
    days = [format_day(each["day"]) for each in told]
    series = [(word.value, str(word.label), [each["statuses"].get(word.value, 0) for each in told]) for word in words]
    caption = _("Commitments by overall status, %(first)s to %(last)s", first=days[0], last=days[-1])
    moves = [
        _("%(status)s from %(before)s to %(after)s", status=called, before=counts[0], after=counts[-1])
        for _word, called, counts in series
    ]
    alt = _("From the first day to the last: %(moves)s.", moves="; ".join(moves))
    yield Chart(bars_and_lines.stacked_columns(caption, alt, days, series, key="trend"), caption, alt)
    rows = [
        [[Span(on)], *([Span(format_decimal(counts[place]))] for _word, _called, counts in series)]
        for place, on in enumerate(days)
    ]
    yield Table(_same(), [_("Day"), *(called for _word, called, _counts in series)], rows, range(1, len(series) + 1))


def _same() -> str:
    """Return the caption of a table that follows its chart."""
    return _("The same as a table")


def _words(counts: dict[str, int]) -> str:
    """Return counts of status words as people read them."""
    return ", ".join(f"{term_label(OverallStatus, word)} {format_decimal(n)}" for word, n in counts.items())


def _ahead(data: ReportData) -> Iterator[Block]:
    told, on = data.head["summary"]["ahead"], data.head["report"]["as_of"]
    if told:
        caption = str(CAPTIONS["ahead"])
        if len(told) == MOST_AHEAD:
            caption = _("The first %(n)s deadlines of open commitments", n=MOST_AHEAD)
        alt = _("Each stands in the table that follows.")
        days = [
            (datetime.date.fromisoformat(each["due_on"]), each["title"], parse_term(DeadlineState, each["state"]))
            for each in told
        ]
        yield Chart(
            deadlines.deadline_chart(caption, alt, datetime.date.fromisoformat(on), days, key="ahead"), caption, alt
        )
        rows = [
            [
                [Span(each["title"], to=each["url"])],
                [Span(format_day(each["due_on"]))],
                [Span(term_label(DeadlineState, each["state"]))],
            ]
            for each in told
        ]
        yield Table(_same(), [_("Commitment"), _("Due on"), _("Deadline")], rows)
