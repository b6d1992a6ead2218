"""What is new since a day, every line of it a record."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from babel.lists import format_list
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from tracker.exports.reports.blocks import Block, BulletList, Heading, Line, Paragraph, Span
from tracker.exports.reports.formatting import (
    evidence_links,
    format_day,
    joined_spans,
    parse_term,
    record_link,
    soft_text,
    status_tag,
    term_label,
)
from tracker.queries.reports.data import ReportData
from tracker.records.date_fields import format_date_range
from tracker.vocabulary import CommitmentLinkKind, DatePrecision

#: The key of a part of the brief, its title, and what lays out one line of it.
Part = tuple[str, str, Callable[[Any], Line]]
#: How many of those are named that nobody searched for.
MOST_UNSEARCHED = 50


def change_sections(report: dict[str, Any]) -> list[tuple[str, list[Part]]]:
    """Return the chapters of the brief, each with its parts: what changed since a day, if there is one, goes first."""
    changes: list[Part] = [
        ("moved", _("Status changes"), _changed),
        ("learnt", _("Learnt since, true before"), _changed),
        ("new", _("New commitments"), _new),
        ("again", _("Promised again"), _again),
        ("silent", _("Without news"), _silent),
    ]
    standing: list[Part] = [
        ("overdue", _("Overdue"), _due),
        ("due", _before_next(report), _due),
        ("contradicted", _("Contradicted"), _contradicted),
        ("differs", _("Claimed otherwise than found"), _differs),
    ]
    attention = _("What wants attention")
    if not report["since"]:
        return [(attention, standing + changes)]
    return [(_since(report), changes), (attention, standing)]


def changes_chapters(data: ReportData) -> Iterator[Block]:
    for place, (heading, parts) in enumerate(change_sections(data.head["report"])):
        yield Heading(heading, 1)
        if place == 0:
            yield from _opening(data)
        yield from _parts(data, parts)


def _parts(data: ReportData, parts: Iterable[Part]) -> Iterator[Block]:
    """Lay out those parts of the brief that it has; those in which there is nothing are named at the end."""
    report, nothing = data.head["report"], []
    for name, title, tell in parts:
        if (part := data.head["brief"].get(name)) is None:
            continue
        about = _about(report, name, part)
        if not part["count"]:
            nothing.append([Span(title, to=about[0].to if about else "")])
            continue
        yield Heading(f"{title} ({_number(part)})", 2)
        if about:
            yield Paragraph(about, look="soft")
        named = _named(name, part["items"])
        yield BulletList([tell(item) for item in (_by_commitment(named) if "commitments" in part else named)])
        if more := part["count"] - len(named):
            said = _("And %(more)s more, which are counted and not named here.", more=format_decimal(more))
            yield Paragraph([soft_text(said)])
    if nothing:
        yield Paragraph([Span(_("None: "), look="strong"), *joined_spans(nothing, "; "), Span(".")])


def _number(part: dict[str, Any]) -> str:
    """Return how many there are; of what, where a line tells of several statuses of a commitment."""
    if part.get("commitments", part["count"]) == part["count"]:
        return format_decimal(part["count"])
    return _(
        "%(statuses)s of %(commitments)s",
        statuses=ngettext("%(num)s status", "%(num)s statuses", part["count"]),
        commitments=ngettext("%(num)s commitment", "%(num)s commitments", part["commitments"]),
    )


def _about(report: dict[str, Any], name: str, part: dict[str, Any]) -> Line:
    """Return what stands under the heading of a part, if anything does."""
    if name == "due" and report["next_meeting"]:
        return [record_link(report["next_meeting"])]
    if name == "silent":
        return [Span(_searched(report, part))]
    if name == "learnt":
        said = _(
            "These stood otherwise on %(since)s than was known here by the end of that day.",
            since=format_day(report["since"]),
        )
        return [Span(said)]
    return []


def _named(name: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what of a part is named: of what nobody searched for, which comes last, so many."""
    if name != "silent":
        return items
    return items[: MOST_UNSEARCHED + sum("checked_on" in item for item in items)]


def _since(report: dict[str, Any]) -> str:
    if report["since_meeting"]:
        return _("Since the meeting of %(day)s", day=_when(report["since_meeting"]))
    return _("Since %(day)s", day=format_day(report["since"]))


def _opening(data: ReportData) -> Iterator[Block]:
    report = data.head["report"]
    if not report["since"]:
        yield Paragraph([Span(_("No meeting in this scope was held before, so no changes are told."))])
        return
    if report["since_meeting"]:
        yield Paragraph([record_link(report["since_meeting"])], look="soft")
    lines = []
    for party in data.head["parties"]:
        if party["led_before"]:
            said = ngettext(
                ": status changed on %(moved)s of the %(num)s commitment it led then.",
                ": status changed on %(moved)s of the %(num)s commitments it led then.",
                party["led_before"],
                moved=format_decimal(party["moved"]),
            )
            lines.append([Span(party["name"], to=party["url"]), Span(said)])
    if lines:
        yield BulletList(lines)
    yield Paragraph(
        [
            soft_text(
                _(
                    "The statuses on %(since)s and on %(on)s are compared, both as known by the same moment. A change "
                    "may be for better or worse; from “Not assessed” it means that no status was recorded before.",
                    since=format_day(report["since"]),
                    on=format_day(report["as_of"]),
                )
            )
        ]
    )
    if later := data.head["brief"].get("learnt", {}).get("recorded_later"):
        said = ngettext(
            "%(num)s commitment made by then was recorded here only later: of it, nothing is told as learnt since.",
            "%(num)s commitments made by then were recorded here only later: of them, nothing is told as learnt since.",
            later,
        )
        yield Paragraph([soft_text(said)])


def _before_next(report: dict[str, Any]) -> str:
    ahead = report["next_meeting"]
    if ahead is None:
        return _("Due within 30 days")
    if ahead["date_precision"] == DatePrecision.DAY.value:
        return _("Due before the next meeting, on %(day)s", day=_when(ahead))
    return _("Due before the next meeting, in %(month)s", month=_when(ahead))


def _when(meeting: dict[str, Any]) -> str:
    """Return when a meeting starts, no more exact than it is known."""
    first = datetime.date.fromisoformat(meeting["starts_on"])
    return format_date_range(first, parse_term(DatePrecision, meeting["date_precision"]))


def _by_commitment(changes: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [list(own) for _code, own in groupby(changes, lambda told: told["commitment"])]


def _changed(own: list[dict[str, Any]]) -> Line:
    """Return the changes of a commitment, those that are alike for several leads as one."""
    names = ("before", "after", "effective_on", "recorded_on", "reason", "evidence")
    changes = [list(alike) for _told, alike in groupby(own, lambda told: [told.get(name) for name in names])]
    return [record_link(own[0]), Span(": "), *joined_spans(map(_change, changes), " · ")]


def _change(alike: list[dict[str, Any]]) -> Line:
    told, names = alike[0], format_list([each["name"] for each in alike], locale=get_locale())
    line = [Span(names, look="strong"), Span(" "), status_tag(told["before"]), Span(" → "), status_tag(told["after"])]
    if "update" in told:
        line += [soft_text(_changed_on(told)), Span(told["reason"])]
    return [*line, *_evidence(told)]


def _changed_on(told: dict[str, Any]) -> str:
    if "recorded_on" not in told:
        return _(" since %(day)s. ", day=format_day(told["effective_on"]))
    recorded = format_day(told["recorded_on"])
    if told["effective_on"]:
        return _(" since %(day)s, recorded on %(recorded)s. ", day=format_day(told["effective_on"]), recorded=recorded)
    return _(", by a correction recorded on %(recorded)s. ", recorded=recorded)


def _new(told: dict[str, Any]) -> Line:
    return [record_link(told), soft_text(_(", made on %(day)s", day=format_day(told["made_on"])))]


def _who(told: dict[str, Any], names: str) -> list[Span]:
    return [record_link(told), Span(": "), Span(names, look="strong"), Span(" ")]


def _evidence(told: dict[str, Any]) -> list[Span]:
    return [soft_text(_(" Evidence: ")), *evidence_links(told["evidence"])] if told.get("evidence") else []


def _due(told: dict[str, Any]) -> Line:
    return [record_link(told), soft_text(_(", due on %(day)s", day=format_day(told["due_on"])))]


def _again(told: dict[str, Any]) -> Line:
    kind = term_label(CommitmentLinkKind, told["kind"]).lower()
    made, before = format_day(told["made_on"]), format_day(told["again"]["made_on"])
    return [record_link(told), soft_text(f" ({made}) {kind} "), record_link(told["again"]), soft_text(f" ({before})")]


def _contradicted(told: dict[str, Any]) -> Line:
    against = joined_spans(([Span(piece["text"], to=piece["url"])] for piece in told["evidence"]), "; ")
    return [*_who(told, told["name"]), status_tag(told["status"]), soft_text(_(", contradicted by ")), *against]


def _differs(told: dict[str, Any]) -> Line:
    return [
        *_who(told, told["name"]),
        status_tag(told["claimed_status"]),
        soft_text(_(" by its own account (%(who)s), found ", who=told["claimed_by"])),
        status_tag(told["status"]),
    ]


def _searched(report: dict[str, Any], part: dict[str, Any]) -> str:
    return _(
        "Nothing that became true of these since %(day)s is recorded. Searched for in vain: %(checked)s; not searched "
        "for: %(rest)s.",
        day=format_day(report["since"]),
        checked=format_decimal(part["checked"]),
        rest=format_decimal(part["count"] - part["checked"]),
    )


def _silent(told: dict[str, Any]) -> Line:
    if told.get("checked_on"):
        where = _(
            ", searched for on %(day)s: %(where)s", day=format_day(told["checked_on"]), where=told["where_searched"]
        )
        return [record_link(told), soft_text(where)]
    return [record_link(told), soft_text(_(", not searched for"))]
