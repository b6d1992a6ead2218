"""The document of a report, built from its data: its chapters in order, in words, and its origin."""

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby, islice

from babel.lists import format_list
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.dates import use_zone, zone
from tracker.exports.charts import chart_types
from tracker.exports.reports.blocks import (
    Block,
    BulletList,
    Chart,
    Heading,
    Line,
    Paragraph,
    ReportDocument,
    Span,
    Table,
    count_link,
    evidence_links,
    format_day,
    format_moment,
    format_score,
    joined_spans,
    record_link,
    relation_label,
    soft_text,
    status_tag,
    term_label,
    words_of,
)
from tracker.models import ReportRun
from tracker.page_urls import page_address
from tracker.queries.reports.data import MAX_DEADLINES
from tracker.queries.reports.stored import Head, ReportData, Row
from tracker.records import record_address
from tracker.records.date_fields import format_date_range
from tracker.vocabulary import (
    SCORES,
    Chapter,
    CommitmentKind,
    CommitmentLinkKind,
    Confidence,
    DatePrecision,
    DeadlineState,
    EvidenceRelation,
    FollowUp,
    OverallStatus,
    PartyRole,
    SourceRelation,
    Status,
    Term,
)

#: The number of the drawing: raised when the words or the layout of the same data change, so that verification can tell
#: files of an earlier drawing from files that were changed. Files of the first drawing have no number.
DRAWING = 2
#: The version that a file was made with, as its stamp says.
MADE_WITH = f"Tracker {version('commitment-tracker')} · drawing {DRAWING}"
MADE_WITH_PATTERN = re.compile(r"\bTracker \d[\w.+-]*(?: · drawing (\d+))?")
#: The most leads that the opening names, and the most commitments listed that nobody searched for.
MAX_LEADS, MAX_UNSEARCHED = 5, 50
#: {name of figures in the head: their caption}
CAPTIONS = {
    "statuses": _l("Commitments by overall status"),
    "trend": _l("Commitments by overall status"),
    "deadlines": _l("Commitments by deadline"),
    "follow_up": _l("What wants follow-up; one commitment can have several reasons"),
    "ahead": _l("Deadlines of open commitments"),
    "areas": _l("Commitments by primary policy area and overall status"),
    "parties": _l("Commitments by lead party and that party’s own status"),
}
#: The caption of a table that follows its chart.
SAME_AS_TABLE = _l("The same as a table")
#: The key of a part of the brief, its title, and the function that builds a line of it: from an item, or from all items
#: of a commitment where the items are leads.
Part = tuple[str, str, Callable[..., Line]]


def build_document(data: ReportData, run: ReportRun | None, max_records: int) -> ReportDocument:
    """Build the document of an issued report, or of a preview, with at most `max_records` commitments and claims."""
    report = data.head["report"]
    with use_zone(report["timezone"]):
        return ReportDocument(
            title=report["title"],
            subtitle=_subtitle(report["as_of"], report["known_by"]),
            language=report["language"],
            blocks=list(_blocks(data, max_records)),
            stamp=report_stamp(data, run),
            foot=_foot(data, run),
        )


def _subtitle(as_of: str, known_by: str) -> str:
    known = datetime.datetime.fromisoformat(known_by).astimezone(zone()).date().isoformat()
    if known == as_of:
        return _("Status report as of %(day)s", day=format_day(as_of))
    return _("Status report as of %(day)s, as known on %(known)s", day=format_day(as_of), known=format_day(known))


def _blocks(data: ReportData, max_records: int) -> Iterator[Block]:
    report = data.head["report"]
    for paragraph in (report["cover_note"] or "").split("\n\n"):
        if paragraph.strip():
            yield Paragraph([Span(paragraph.strip())], look="lede")
    yield from _opening(data)
    scope = [Span(_("Scope: "), look="strong"), Span(report["sentence"] or _("all commitments"))]
    yield Paragraph(scope, look="soft")
    yield from changes_chapters(data)
    chapters = {
        Chapter.SUMMARY: _summary_chapter(data),
        Chapter.AREAS: _areas_chapter(data),
        Chapter.PARTIES: _parties_chapter(data),
        Chapter.COMMITMENTS: _commitments_chapter(data, max_records),
        Chapter.CLAIMS: _claims_chapter(data, max_records),
        Chapter.METHODS: _methods_chapter(data),
    }
    for chapter, blocks in chapters.items():
        if chapter.value in report["chapters"]:
            yield from blocks


def report_stamp(data: ReportData, run: ReportRun | None) -> list[tuple[str, str]]:
    """Return the origin of a report as pairs of (label, text)."""
    report = data.head["report"]
    rows = ", ".join(
        f"{label}: {format_decimal(data.head['rows'][name])}"
        for name, label in (
            ("commitments", _("commitments")),
            ("updates", _("updates")),
            ("evidence", _("pieces of evidence")),
            ("claims", _("claims")),
        )
    )
    stamp = [
        (_("Title"), report["title"]),
        (_("Scope"), report["sentence"] or _("all commitments")),
        (_("As of"), format_day(report["as_of"])),
        (_("As known by"), format_moment(report["known_by"])),
        (_("News since"), format_day(report["since"])),
        (_("Holds"), rows),
    ]
    if run is None:
        return [*stamp, (_("Issued"), _("not yet: this is a preview"))]
    return [
        *stamp,
        (_("Report"), run.code),
        (_("Issued at"), format_moment(run.recorded_at.isoformat())),
        (_("Issued by"), str(run.recorded_by)),
        (_("Changes recorded by then"), f"{format_decimal(run.head_seq)} · {run.head_hash}"),
        (_("Checksum of the data (SHA-256)"), run.sha256),
        (_("Kept at"), record_address(run, report["address"])),
        (_("Made with"), MADE_WITH),
        (_("What the words mean"), page_address("methods.index", report["address"])),
    ]


def _foot(data: ReportData, run: ReportRun | None) -> str:
    on = format_day(data.head["report"]["as_of"])
    if run is None:
        return _("Tracker · preview, not issued · as of %(day)s", day=on)
    return _("Tracker · report %(code)s · as of %(day)s · data %(sha)s…", code=run.code, day=on, sha=run.sha256[:12])


# The opening


def _opening(data: ReportData) -> Iterator[Block]:
    """Yield the counts of commitments by status, of overdue ones, and by status for the first lead parties."""
    summary, report = data.head["summary"], data.head["report"]
    total, met = summary["commitments"], data.head["rows"]["meetings"]
    commitments = ngettext("%(n)s commitment", "%(n)s commitments", total, n=format_decimal(total))
    meetings = ngettext("%(n)s meeting", "%(n)s meetings", met, n=format_decimal(met))
    line = [Span(_("%(commitments)s from %(meetings)s: ", commitments=commitments, meetings=meetings), look="strong")]
    line += _status_counts(summary["statuses"], report)
    if overdue := summary["deadlines"].get(DeadlineState.OVERDUE.value):
        line += [Span("; "), *count_link(overdue, report, deadline=DeadlineState.OVERDUE.value), Span(_(" overdue"))]
    yield Paragraph([*line, Span(".")])
    parties = data.head["parties"]
    lines = []
    for party in parties[:MAX_LEADS]:
        counts = _status_counts(party["statuses"], report, party=party["party"])
        lines.append([Span(party["name"], to=party["url"]), Span(": "), *counts, Span(".")])
    if lines:
        yield BulletList(lines)
    if more := len(parties[MAX_LEADS:]):
        text = ngettext("And %(num)s more lead party.", "And %(num)s more lead parties.", more)
        yield Paragraph([Span(text)], look="soft")


def _status_counts(counts: dict[str, int], report: Head, **filters: str) -> Line:
    """Return the counts of commitments by status, each linked to the list of them."""
    return joined_spans(
        [*count_link(n, report, **filters, status=word), Span(f" {term_label(OverallStatus, word).lower()}")]
        for word, n in counts.items()
    )


# The brief: what is new since a day, and what wants attention, a record in each line


def change_sections(report: Head) -> list[tuple[str, list[Part]]]:
    """Return the chapters of the brief with their parts; changes since a day come first if the report has one."""
    changes: list[Part] = [
        ("moved", _("Status changes"), _status_changes),
        ("learnt", _("Learnt since, true before"), _status_changes),
        ("new", _("New commitments"), _new_commitment),
        ("again", _("Promised again"), _promised_again),
        ("silent", _("Without news"), _without_news),
    ]
    standing: list[Part] = [
        ("overdue", _("Overdue"), _due),
        ("due", _before_next_meeting(report), _due),
        ("contradicted", _("Contradicted"), _contradicted),
        ("differs", _("Claimed otherwise than found"), _claimed_otherwise),
    ]
    attention = _("What wants attention")
    if not report["since"]:
        return [(attention, standing + changes)]
    since = _("Since %(day)s", day=format_day(report["since"]))
    if meeting := report["since_meeting"]:
        since = _("Since the meeting of %(day)s", day=_meeting_day(meeting))
    return [(since, changes), (attention, standing)]


def changes_chapters(data: ReportData) -> Iterator[Block]:
    for number, (heading, parts) in enumerate(change_sections(data.head["report"])):
        yield Heading(heading, 1)
        if number == 0:
            yield from _changes_opening(data)
        yield from _parts(data, parts)


def _parts(data: ReportData, parts: Iterable[Part]) -> Iterator[Block]:
    """Yield the parts of the brief that the report has; empty ones are named at the end."""
    report, empty = data.head["report"], []
    for name, title, lay_out in parts:
        if (part := data.head["brief"].get(name)) is None:
            continue
        introduction = _introduction(report, name, part)
        if not part["count"]:
            empty.append([Span(title, to=introduction[0].to if introduction else "")])
            continue
        yield Heading(f"{title} ({_part_count(part)})", 2)
        if introduction:
            yield Paragraph(introduction, look="soft")
        items = part["items"]
        if name == "silent":
            # Commitments that nobody searched for come last.
            items = items[: MAX_UNSEARCHED + sum("checked_on" in item for item in items)]
        shown = len(items)
        if "commitments" in part:
            items = [list(group) for _code, group in groupby(items, lambda item: item["commitment"])]
        yield BulletList(list(map(lay_out, items)))
        if more := part["count"] - shown:
            text = _("And %(more)s more, which are counted and not named here.", more=format_decimal(more))
            yield Paragraph([soft_text(text)])
    if empty:
        yield Paragraph([Span(_("None: "), look="strong"), *joined_spans(empty, "; "), Span(".")])


def _part_count(part: Head) -> str:
    """Return the number of items in a part, and of commitments where several items are of one."""
    if part.get("commitments", part["count"]) == part["count"]:
        return format_decimal(part["count"])
    return _(
        "%(statuses)s of %(commitments)s",
        statuses=ngettext("%(num)s status", "%(num)s statuses", part["count"]),
        commitments=ngettext("%(num)s commitment", "%(num)s commitments", part["commitments"]),
    )


def _introduction(report: Head, name: str, part: Head) -> Line:
    """Return the line under the heading of a part, empty for most."""
    if name == "due" and report["next_meeting"]:
        return [record_link(report["next_meeting"])]
    if name == "silent":
        text = _(
            "Nothing that became true of these since %(day)s is recorded. Searched for in vain: %(checked)s; not "
            "searched for: %(rest)s.",
            day=format_day(report["since"]),
            checked=format_decimal(part["checked"]),
            rest=format_decimal(part["count"] - part["checked"]),
        )
        return [Span(text)]
    if name == "learnt":
        text = _(
            "These stood otherwise on %(since)s than was known here by the end of that day.",
            since=format_day(report["since"]),
        )
        return [Span(text)]
    return []


def _changes_opening(data: ReportData) -> Iterator[Block]:
    report = data.head["report"]
    if not report["since"]:
        yield Paragraph([Span(_("No meeting in this scope was held before, so no changes are told."))])
        return
    if report["since_meeting"]:
        yield Paragraph([record_link(report["since_meeting"])], look="soft")
    lines = []
    for party in data.head["parties"]:
        if party["led_before"]:
            text = ngettext(
                ": status changed on %(moved)s of the %(num)s commitment it led then.",
                ": status changed on %(moved)s of the %(num)s commitments it led then.",
                party["led_before"],
                moved=format_decimal(party["moved"]),
            )
            lines.append([Span(party["name"], to=party["url"]), Span(text)])
    if lines:
        yield BulletList(lines)
    text = _(
        "The statuses on %(since)s and on %(on)s are compared, both as known by the same moment. A change may be for "
        "better or worse; from “Not assessed” it means that no status was recorded before.",
        since=format_day(report["since"]),
        on=format_day(report["as_of"]),
    )
    yield Paragraph([soft_text(text)])
    if later := data.head["brief"].get("learnt", {}).get("recorded_later"):
        text = ngettext(
            "%(num)s commitment made by then was recorded here only later: of it, nothing is told as learnt since.",
            "%(num)s commitments made by then were recorded here only later: of them, nothing is told as learnt since.",
            later,
        )
        yield Paragraph([soft_text(text)])


def _before_next_meeting(report: Head) -> str:
    meeting = report["next_meeting"]
    if meeting is None:
        return _("Due within 30 days")
    if meeting["date_precision"] == DatePrecision.DAY.value:
        return _("Due before the next meeting, on %(day)s", day=_meeting_day(meeting))
    return _("Due before the next meeting, in %(month)s", month=_meeting_day(meeting))


def _meeting_day(meeting: Head) -> str:
    """Return the start of a meeting, only as exact as it is known."""
    precisions = {word.value: word for word in DatePrecision}
    starts_on = datetime.date.fromisoformat(meeting["starts_on"])
    return format_date_range(starts_on, precisions.get(meeting["date_precision"], DatePrecision.MONTH))


def _status_changes(items: list[Head]) -> Line:
    """Return the changes of a commitment; the same change of several leads is named once."""
    names = ("before", "after", "effective_on", "recorded_on", "reason", "evidence")
    changes = [list(alike) for _key, alike in groupby(items, lambda item: [item.get(name) for name in names])]
    return [record_link(items[0]), Span(": "), *joined_spans(map(_status_change, changes), " · ")]


def _status_change(alike: list[Head]) -> Line:
    item, names = alike[0], format_list([change["name"] for change in alike], locale=get_locale())
    line = [Span(names, look="strong"), Span(" "), status_tag(item["before"]), Span(" → "), status_tag(item["after"])]
    if "update" in item:
        line += [soft_text(_change_dates(item)), Span(item["reason"])]
    if item.get("evidence"):
        line += [soft_text(_(" Evidence: ")), *evidence_links(item["evidence"])]
    return line


def _change_dates(item: Head) -> str:
    if "recorded_on" not in item:
        return _(" since %(day)s. ", day=format_day(item["effective_on"]))
    recorded = format_day(item["recorded_on"])
    if item["effective_on"]:
        return _(" since %(day)s, recorded on %(recorded)s. ", day=format_day(item["effective_on"]), recorded=recorded)
    return _(", by a correction recorded on %(recorded)s. ", recorded=recorded)


def _new_commitment(item: Head) -> Line:
    return [record_link(item), soft_text(_(", made on %(day)s", day=format_day(item["made_on"])))]


def _due(item: Head) -> Line:
    return [record_link(item), soft_text(_(", due on %(day)s", day=format_day(item["due_on"])))]


def _promised_again(item: Head) -> Line:
    kind = term_label(CommitmentLinkKind, item["kind"]).lower()
    made_on, before = format_day(item["made_on"]), format_day(item["again"]["made_on"])
    return [
        record_link(item),
        soft_text(f" ({made_on}) {kind} "),
        record_link(item["again"]),
        soft_text(f" ({before})"),
    ]


def _lead(item: Head) -> list[Span]:
    return [record_link(item), Span(": "), Span(item["name"], look="strong"), Span(" ")]


def _contradicted(item: Head) -> Line:
    against = joined_spans(([Span(piece["text"], to=piece["url"])] for piece in item["evidence"]), "; ")
    return [*_lead(item), status_tag(item["status"]), soft_text(_(", contradicted by ")), *against]


def _claimed_otherwise(item: Head) -> Line:
    return [
        *_lead(item),
        status_tag(item["claimed_status"]),
        soft_text(_(" by its own account (%(who)s), found ", who=item["claimed_by"])),
        status_tag(item["status"]),
    ]


def _without_news(item: Head) -> Line:
    if not item.get("checked_on"):
        return [record_link(item), soft_text(_(", not searched for"))]
    day = format_day(item["checked_on"])
    return [
        record_link(item),
        soft_text(_(", searched for on %(day)s: %(where)s", day=day, where=item["where_searched"])),
    ]


# Figures: over all, by policy area, and by party


def _summary_chapter(data: ReportData) -> Iterator[Block]:
    summary, report = data.head["summary"], data.head["report"]
    yield Heading(_("Summary"), 1)
    yield Paragraph(_summary_line(summary, report))
    rows = [[[status_tag(word)], count_link(n, report, status=word)] for word, n in summary["statuses"].items()]
    yield Table(str(CAPTIONS["statuses"]), [_("Status"), _("Commitments")], rows, numbers=[1])
    yield from _trend(summary["trend"])
    rows = [
        [[Span(term_label(DeadlineState, word))], count_link(n, report, deadline=word)]
        for word, n in summary["deadlines"].items()
    ]
    yield Table(str(CAPTIONS["deadlines"]), [_("Deadline"), _("Commitments")], rows, numbers=[1])
    if reasons := summary["follow_up"].items():
        rows = [[[Span(term_label(FollowUp, word))], count_link(n, report, follow_up=word)] for word, n in reasons]
        yield Table(str(CAPTIONS["follow_up"]), [_("Reason"), _("Commitments")], rows, numbers=[1])
    yield from _deadlines(data)


def _summary_line(summary: Head, report: Head) -> Line:
    percentage, number = format_score(summary["score"])
    text = _(", from 0%% to 100%%: %(score)s. %(of)s statuses of leads are scored.", score=percentage, of=number)
    if not summary["score"]["scored"]:
        text = _(": no status of a lead is one that is scored.")
    unscored = [f"“{word.label}”" for word, score in SCORES.items() if score is None]
    text += _(
        " Intentions are left out. %(words)s are not scored, nor is “%(word)s” before its day has passed.",
        words=format_list(unscored, locale=get_locale()),
        word=Status.NOT_STARTED.label,
    )
    rule = page_address("methods.index", report["address"]) + "#score"
    line = [Span(_("Score"), to=rule), Span(text)]
    if summary["one_sided"]:
        one_sided = ngettext(
            "%(num)s commitment is reported by one side only.",
            "%(num)s commitments are reported by one side only.",
            summary["one_sided"],
        )
        line.append(Span(" " + one_sided))
    return line


def _areas_chapter(data: ReportData) -> Iterator[Block]:
    areas, caption = data.head["areas"], str(CAPTIONS["areas"])
    yield Heading(_("By policy area"), 1)
    alt = "; ".join(f"{area['name']}: {_counts_text(area['statuses'])}" for area in areas) + "."
    bars = [(area["name"], area["statuses"]) for area in areas]
    yield Chart(chart_types.bar_chart(caption, alt, bars, key="areas"), caption, alt)
    yield _matrix(data, "areas", "primary_area", str(SAME_AS_TABLE), _("Policy area"))


def _parties_chapter(data: ReportData) -> Iterator[Block]:
    yield Heading(_("By party"), 1)
    yield _matrix(data, "parties", "party", str(CAPTIONS["parties"]), _("Lead party"))


def _matrix(data: ReportData, part: str, filter_name: str, caption: str, label: str) -> Table:
    """Return the counts by status of areas, with their total, or of parties; `filter_name` selects one of them."""
    groups, report, total = data.head[part], data.head["report"], part == "areas"
    words = words_of(OverallStatus, (group["statuses"] for group in groups))
    rows: list[list[Line]] = []
    for group in groups:
        chosen = {filter_name: group[filter_name.removeprefix("primary_")]}
        counts = [count_link(group["statuses"].get(word, 0), report, **chosen, status=word) for word in words]
        number = group["commitments"]
        whole = count_link(number, report, **chosen) if total else [Span(format_decimal(number))]
        rows.append([[Span(group["name"], to=group["url"])], *counts, whole, *_score_cells(group["score"])])
    if total:
        sums = [sum(group["statuses"].get(word, 0) for group in groups) for word in words]
        numbers = [[Span(format_decimal(number))] for number in (*sums, data.head["summary"]["commitments"])]
        rows.append([[Span(_("All"))], *numbers, *_score_cells(data.head["summary"]["score"])])
    header = [label, *(term_label(OverallStatus, word) for word in words), _("All"), _("Score"), _("Scored")]
    return Table(caption, header, rows, numbers=range(1, len(header)), total=total)


def _score_cells(score: Head) -> list[Line]:
    return [[Span(text)] for text in format_score(score)]


def _trend(trend: Sequence[Head]) -> Iterator[Block]:
    if len(trend) < 2:
        return
    words = words_of(OverallStatus, (day["statuses"] for day in trend))
    days = [format_day(day["day"]) for day in trend]
    series = [
        (word, term_label(OverallStatus, word), [day["statuses"].get(word, 0) for day in trend]) for word in words
    ]
    caption = _("Commitments by overall status, %(first)s to %(last)s", first=days[0], last=days[-1])
    moves = [
        _("%(status)s from %(before)s to %(after)s", status=label, before=counts[0], after=counts[-1])
        for _word, label, counts in series
    ]
    alt = _("From the first day to the last: %(moves)s.", moves="; ".join(moves))
    yield Chart(chart_types.stacked_columns(caption, alt, days, series, key="trend"), caption, alt)
    rows = [
        [[Span(day)], *([Span(format_decimal(counts[number]))] for _word, _label, counts in series)]
        for number, day in enumerate(days)
    ]
    header = [_("Day"), *(label for _word, label, _counts in series)]
    yield Table(str(SAME_AS_TABLE), header, rows, numbers=range(1, len(header)))


def _counts_text(counts: dict[str, int]) -> str:
    return ", ".join(f"{term_label(OverallStatus, word)} {format_decimal(n)}" for word, n in counts.items())


def _deadlines(data: ReportData) -> Iterator[Block]:
    due, on = data.head["summary"]["ahead"], data.head["report"]["as_of"]
    if not due:
        return
    caption, alt = str(CAPTIONS["ahead"]), _("Each stands in the table that follows.")
    if len(due) == MAX_DEADLINES:
        caption = _("The first %(n)s deadlines of open commitments", n=MAX_DEADLINES)
    states = {word.value: word for word in DeadlineState}
    days = [
        (datetime.date.fromisoformat(item["due_on"]), item["title"], states[item["state"]])
        for item in due
        if item["state"] in states
    ]
    chart = chart_types.deadline_chart(caption, alt, datetime.date.fromisoformat(on), days, key="ahead")
    yield Chart(chart, caption, alt)
    rows = [
        [[record_link(item)], [Span(format_day(item["due_on"]))], [Span(term_label(DeadlineState, item["state"]))]]
        for item in due
    ]
    yield Table(str(SAME_AS_TABLE), [_("Commitment"), _("Due on"), _("Deadline")], rows)


# Commitments: what was undertaken, the status of each lead, and the evidence for it


@dataclass
class _RecordIndex:
    """The records that describe commitments, by kind and by the code that looks them up."""

    by_code: dict[str, dict[str, Row]]
    by_commitment: dict[str, dict[str, list[Row]]]
    #: By the code of their update.
    evidence: dict[str, list[Row]]


def _commitments_chapter(data: ReportData, max_records: int) -> Iterator[Block]:
    """Yield the first commitments, by primary area."""
    commitments = list(islice(data.rows("commitments"), max_records))
    index = _record_index(data, {row["code"] for row in commitments})
    chapters = set(data.head["report"]["chapters"])
    yield Heading(_("Commitments"), 1)
    for area in data.head["areas"]:
        rows = [row for row in commitments if row["area"] == area["area"]]
        if rows:
            yield Heading(area["name"], 2)
        for row in rows:
            yield from _commitment(row, index, chapters)
    more = data.head["rows"]["commitments"] - len(commitments)
    if more > 0:
        yield Paragraph([soft_text(_("And %(more)s more, which the files hold.", more=format_decimal(more)))])


def _record_index(data: ReportData, codes: set[str]) -> _RecordIndex:
    by_code = ("parties", "areas", "meetings", "documents", "passages")
    kinds = ("commitment-parties", "commitment-sources", "updates", "checks")
    by_commitment: dict[str, dict[str, list[Row]]] = {kind: defaultdict(list) for kind in kinds}
    for kind in kinds:
        for row in data.rows(kind):
            if row["commitment"] in codes:
                by_commitment[kind][row["commitment"]].append(row)
    evidence: dict[str, list[Row]] = defaultdict(list)
    for row in data.rows("evidence"):
        evidence[row["update"]].append(row)
    return _RecordIndex(
        {kind: {row["code"]: row for row in data.rows(kind)} for kind in by_code}, by_commitment, evidence
    )


def _commitment(commitment: Row, index: _RecordIndex, chapters: set[str]) -> Iterator[Block]:
    rows = {kind: by_code[commitment["code"]] for kind, by_code in index.by_commitment.items()}
    yield Heading(commitment["title"], 3, commitment["url"])
    yield Paragraph(_facts(commitment, index), look="soft")
    yield Paragraph([Span(commitment["text"])])
    if sources := [_source(row, index) for row in rows["commitment-sources"]]:
        yield Paragraph([soft_text(_("Rests on ")), *joined_spans(sources, "; ")])
    if commitment["done_when"]:
        yield Paragraph([soft_text(_("Done when: ")), Span(commitment["done_when"])])
    leads = [row for row in rows["commitment-parties"] if row["role"] == PartyRole.LEAD.value]
    findings = _findings(rows["updates"])
    if leads:
        yield _leads(leads, findings, index)
    timeline, with_evidence = Chapter.TIMELINE.value in chapters, Chapter.EVIDENCE.value in chapters
    updates = findings if timeline else _latest(leads, findings)
    if updates and (timeline or with_evidence):
        jointly = groupby(updates, lambda update: update["joint_id"] or update["code"])
        yield BulletList([_update(list(group), index, with_evidence) for _key, group in jointly])
    voided = {row["voids"] for row in rows["checks"]}
    checks = [row for row in rows["checks"] if row["where_searched"] and row["code"] not in voided]
    if checks and timeline:
        yield BulletList([_check(row) for row in checks])


def _check(row: Row) -> Line:
    text = _("Searched for in vain on %(day)s: ", day=format_day(row["checked_on"]))
    return [soft_text(text), Span(row["where_searched"])]


def _facts(commitment: Row, index: _RecordIndex) -> Line:
    line = [Span(commitment["code"], look="code"), Span(" · " + term_label(CommitmentKind, commitment["kind"]))]
    if meeting := index.by_code["meetings"].get(commitment["meeting"]):
        line += [Span(" · "), record_link(meeting)]
    line.append(Span(" · " + _("made on %(day)s", day=format_day(commitment["made_on"]))))
    if commitment["due_on"]:
        line.append(Span(" · " + _("due on %(day)s", day=format_day(commitment["due_on"]))))
    if commitment["one_sided"]:
        line += [Span(" · "), Span(_("reported by one side only"), look="strong")]
    return line


def _source(row: Row, index: _RecordIndex) -> Line:
    relation = term_label(SourceRelation, row["relation"]).lower()
    line = [_passage(row["passage"], index), soft_text(f" ({relation})")]
    if row["attributed_to"]:
        line.append(soft_text(_(", attributed to %(whom)s", whom=row["attributed_to"])))
    return line


def _passage(code: str, index: _RecordIndex) -> Span:
    """Return the link to a passage, named by its document and its place in it."""
    passage = index.by_code["passages"][code]
    document = index.by_code["documents"][passage["document"]]
    title = f"[{document['title']}]" if document["title_supplied"] else document["title"]
    sentence = f" s{passage['sentence']}" if passage["sentence"] else ""
    return Span(f"{title}, p{passage['paragraph']}{sentence}", to=passage["url"])


def _leads(leads: Iterable[Row], findings: list[Row], index: _RecordIndex) -> Table:
    rows: list[list[Line]] = []
    for lead in leads:
        updates = [update for update in findings if update["party"] == lead["party"]]
        last = updates[-1] if updates else None
        claim = next((update for update in reversed(updates) if update["claimed_status"]), None)
        rows.append(
            [
                [Span(index.by_code["parties"][lead["party"]]["name"])],
                [status_tag(lead["status"])],
                [Span(format_day(last["effective_on"]) if last else "–")],
                [Span(term_label(Confidence, last["confidence"]) if last else "–")],
                [status_tag(claim["claimed_status"]), soft_text(f" {claim['claimed_by']}")] if claim else [Span("–")],
            ]
        )
    header = [_("Lead party"), _("Status"), _("Since"), _("Confidence"), _("Says of itself")]
    return Table(_("How each lead stands"), header, rows)


def _findings(updates: Iterable[Row]) -> list[Row]:
    """Return the updates that were neither corrected nor voided, in the order they became true."""
    findings = [update for update in updates if update["status"] and not update["corrected_by"]]
    return sorted(findings, key=lambda update: (update["effective_on"], update["recorded_at"]))


def _latest(leads: Iterable[Row], findings: list[Row]) -> list[Row]:
    """Return the update that gives each lead its status."""
    last = {update["party"]: update for update in findings}
    return [last[lead["party"]] for lead in leads if lead["party"] in last]


def _update(jointly: list[Row], index: _RecordIndex, with_evidence: bool) -> Line:
    """Return the line of an update, or of updates logged jointly for several leads."""
    update, names = jointly[0], [index.by_code["parties"][row["party"]]["name"] for row in jointly]
    line = [
        Span(format_day(update["effective_on"]), look="strong"),
        Span(f": {format_list(names, locale=get_locale())} "),
        status_tag(update["status"]),
        Span(f" {update['reason']}"),
    ]
    pieces = index.evidence[update["code"]]
    if with_evidence and pieces:
        line += [soft_text(_(" Evidence: ")), *joined_spans((_piece(piece, index) for piece in pieces), "; ")]
    return line


def _piece(piece: Row, index: _RecordIndex) -> Line:
    link = _passage(piece["passage"], index) if piece["passage"] else Span(piece["title"], to=piece["web_address"])
    return [link, *relation_label(piece["relation"])]


# Claims: what the documents report as fact, with figures


def _claims_chapter(data: ReportData, max_records: int) -> Iterator[Block]:
    """Yield the first claims."""
    total = data.head["rows"]["claims"]
    if not total:
        return
    yield Heading(_("Claims and figures"), 1)
    text = _("What the documents report as fact. A claim is no progress on a commitment by itself.")
    yield Paragraph([soft_text(text)])
    revised = {row["supersedes"] for row in data.rows("claims") if row["supersedes"]}
    yield BulletList([_claim(row, row["code"] in revised) for row in islice(data.rows("claims"), max_records)])
    if total > max_records:
        more = format_decimal(total - max_records)
        yield Paragraph([soft_text(_("And %(more)s more, which the JSON file holds.", more=more))])


def _claim(row: Row, revised: bool) -> Line:
    line = [Span(row["text"], to=row["url"])]
    if row["value"] is not None:
        line.append(Span(f" {format_decimal(row['value'], format='#,##0.######')} {row['unit']}", look="strong"))
    if when := _claim_dates(row):
        line.append(soft_text(f" ({when})"))
    if row["attributed_to"]:
        line.append(soft_text(_(" – %(whom)s", whom=row["attributed_to"])))
    if revised:
        line.append(Span(_(" – revised by a later figure"), look="strong"))
    return line


def _claim_dates(row: Row) -> str:
    start, end = format_day(row["period_start"]), format_day(row["period_end"])
    if start and end:
        return _("%(from)s until %(until)s", **{"from": start, "until": end})
    if start or end:
        return _("from %(day)s", day=start) if start else _("to %(day)s", day=end)
    return _("published on %(day)s", day=format_day(row["published_on"])) if row["published_on"] else ""


# Methods: the meaning of the words, and how figures are computed


def _methods_chapter(data: ReportData) -> Iterator[Block]:
    yield Heading(_("Methods"), 1)
    for text in (
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
        yield Paragraph([Span(text)])
    rules = page_address("methods.index", data.head["report"]["address"])
    yield Paragraph([Span(_("All rules, with a worked example"), to=rules)])
    lists: tuple[tuple[str, type[Term]], ...] = (
        (_("Statuses"), OverallStatus),
        (_("Confidence"), Confidence),
        (_("Evidence"), EvidenceRelation),
        (_("Deadlines"), DeadlineState),
        (_("Follow-up"), FollowUp),
    )
    for title, words in lists:
        yield Heading(title, 2)
        yield BulletList([[Span(str(word.label), look="strong"), Span(f": {word.definition}")] for word in words])
