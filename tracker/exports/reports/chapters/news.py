"""What is new since a day, every line of it a record."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from babel.lists import format_list
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from tracker.exports.reports.blocks import Block, Heading, Items, Line, Paragraph, Span
from tracker.exports.reports.wording import day, evidence, label, link, listed, soft, tag
from tracker.queries.reports.data import Data
from tracker.vocabulary import CommitmentLinkKind


def parts(report: dict[str, Any]) -> list[tuple[str, str, Callable[[Any], Line]]]:
    """Return (name, title, what tells an item) of each part of the brief."""
    return [
        ("moved", _("Status changes"), _moved),
        (
            "new",
            _("New commitments"),
            lambda told: [link(told), soft(_(", made on %(day)s", day=day(told["made_on"])))],
        ),
        ("overdue", _("Overdue"), _due),
        ("due", _before_next(report), _due),
        ("again", _("Promised again"), _again),
        ("contradicted", _("Contradicted"), _contradicted),
        ("differs", _("Claimed otherwise than found"), _differs),
        ("silent", _("Without news"), _silent),
    ]


def laid(data: Data) -> Iterator[Block]:
    report, brief = data.head["report"], data.head["brief"]
    told = [part for part in parts(report) if part[0] in brief]
    yield Heading(since(report), 1)
    if report["since"]:
        yield from _counts(data)
    else:
        yield Paragraph([Span(_("No meeting in this scope was held before, so no changes are told."))])
    for name, title, tell in told:
        part = brief[name]
        if part["count"]:
            yield Heading(f"{title} ({format_decimal(part['count'])})", 2)
            if name == "silent":
                yield Paragraph([soft(_searched(report, part))])
            items = _together(part["items"]) if name == "moved" else part["items"]
            yield Items([tell(item) for item in items])
            if part["count"] > len(part["items"]):
                more = format_decimal(part["count"] - len(part["items"]))
                yield Paragraph([soft(_("And %(more)s more, which are counted and not named here.", more=more))])
    nothing = [title for name, title, _tell in told if not brief[name]["count"]]
    if nothing:
        yield Paragraph([Span(_("None: "), look="strong"), Span("; ".join(nothing) + ".")])


def since(report: dict[str, Any]) -> str:
    """Return what the brief is called."""
    if report["since_meeting"]:
        return _("Since the meeting of %(day)s", day=day(report["since_meeting"]["starts_on"]))
    return _("Since %(day)s", day=day(report["since"])) if report["since"] else _("What wants attention")


def _counts(data: Data) -> Iterator[Block]:
    report = data.head["report"]
    if report["since_meeting"]:
        yield Paragraph([link(report["since_meeting"])], look="soft")
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
        yield Items(lines)
    yield Paragraph(
        [
            soft(
                _(
                    "The statuses on %(since)s and on %(on)s are compared, both as known by the same moment. A change "
                    "may be for better or worse; from “Not assessed” it means that no status was recorded before.",
                    since=day(report["since"]),
                    on=day(report["as_of"]),
                )
            )
        ]
    )


def _before_next(report: dict[str, Any]) -> str:
    if report["next_meeting"]:
        return _("Due before the next meeting, on %(day)s", day=day(report["next_meeting"]["starts_on"]))
    return _("Due within 30 days")


def _together(moved: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return changes of a commitment that are alike for several leads as one."""
    names = ("commitment", "before", "after", "effective_on", "reason", "evidence")
    return [list(alike) for _told, alike in groupby(moved, lambda told: [told.get(name) for name in names])]


def _moved(alike: list[dict[str, Any]]) -> Line:
    told, names = alike[0], format_list([each["name"] for each in alike], locale=get_locale())
    line = [*_who(told, names), tag(told["before"]), Span(" → "), tag(told["after"])]
    if "update" in told:
        line += [soft(_(" since %(day)s. ", day=day(told["effective_on"]))), Span(told["reason"])]
    return [*line, *_evidence(told)]


def _who(told: dict[str, Any], names: str) -> list[Span]:
    return [link(told), Span(": "), Span(names, look="strong"), Span(" ")]


def _evidence(told: dict[str, Any]) -> list[Span]:
    return [soft(_(" Evidence: ")), *evidence(told["evidence"])] if told.get("evidence") else []


def _due(told: dict[str, Any]) -> Line:
    return [link(told), soft(_(", due on %(day)s", day=day(told["due_on"])))]


def _again(told: dict[str, Any]) -> Line:
    kind = label(CommitmentLinkKind, told["kind"]).lower()
    made, before = day(told["made_on"]), day(told["again"]["made_on"])
    return [link(told), soft(f" ({made}) {kind} "), link(told["again"]), soft(f" ({before})")]


def _contradicted(told: dict[str, Any]) -> Line:
    against = listed(([Span(piece["text"], to=piece["url"])] for piece in told["evidence"]), "; ")
    return [*_who(told, told["name"]), tag(told["status"]), soft(_(", contradicted by ")), *against]


def _differs(told: dict[str, Any]) -> Line:
    return [
        *_who(told, told["name"]),
        tag(told["claimed_status"]),
        soft(_(" by its own account (%(who)s), found ", who=told["claimed_by"])),
        tag(told["status"]),
    ]


def _searched(report: dict[str, Any], part: dict[str, Any]) -> str:
    return _(
        "Nothing that became true of these since %(day)s is recorded. Searched for in vain: %(checked)s; not searched "
        "for: %(rest)s.",
        day=day(report["since"]),
        checked=format_decimal(part["checked"]),
        rest=format_decimal(part["count"] - part["checked"]),
    )


def _silent(told: dict[str, Any]) -> Line:
    if told.get("checked_on"):
        where = _(", searched for on %(day)s: %(where)s", day=day(told["checked_on"]), where=told["where_searched"])
        return [link(told), soft(where)]
    return [link(told), soft(_(", not searched for"))]
