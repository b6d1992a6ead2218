"""What is new since a day, every line of it a record."""

from collections.abc import Callable, Iterator
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from tracker.exports.reports.blocks import Block, Heading, Items, Line, Paragraph, Span
from tracker.exports.reports.wording import day, evidence, label, link, soft, tag
from tracker.queries.reports.data import Data
from tracker.vocabulary import CommitmentLinkKind


def laid(data: Data) -> Iterator[Block]:
    report, brief = data.head["report"], data.head["brief"]
    parts: list[tuple[str, str, Callable[[Any], Line]]] = [
        ("moved", _("Status changes"), _moved),
        ("new", _("New commitments"), lambda told: [link(told), soft(_(" made on %(day)s", day=day(told["made_on"])))]),
        ("overdue", _("Overdue"), _due),
        ("due", _before_next(report), _due),
        ("again", _("Promised again"), _again),
        ("contradicted", _("Contradicted"), _contradicted),
        ("differs", _("Claims that differ from what was found"), _differs),
        ("silent", _("No news"), _silent),
    ]
    told = [part for part in parts if part[0] in brief]
    yield Heading(_since(report), 1)
    if report["since"]:
        yield from _counts(data)
    else:
        yield Paragraph([Span(_("No meeting in this scope was held before: what changed since is not told."))])
    for name, title, tell in told:
        part = brief[name]
        if part["count"]:
            yield Heading(f"{title} ({format_decimal(part['count'])})", 2)
            if name == "silent":
                yield Paragraph([soft(_searched(part))])
            yield Items([tell(item) for item in part["items"]])
            if part["count"] > len(part["items"]):
                more = format_decimal(part["count"] - len(part["items"]))
                yield Paragraph([soft(_("And %(more)s more, which the tables of the files hold.", more=more))])
    nothing = [title for name, title, _tell in told if not brief[name]["count"]]
    if nothing:
        yield Paragraph([Span(_("None: "), look="strong"), Span("; ".join(nothing) + ".")])


def _since(report: dict[str, Any]) -> str:
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
                " has moved on %(moved)s of the %(num)s commitment it led then.",
                " has moved on %(moved)s of the %(num)s commitments it led then.",
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
                    "The statuses of two days are compared, %(since)s and %(on)s, both as known by the same moment. "
                    "To move is to have another status than before, better or worse.",
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


def _moved(told: dict[str, Any]) -> Line:
    line = [
        Span(told["name"], look="strong"),
        Span(" "),
        tag(told["before"]),
        Span(" → "),
        tag(told["after"]),
        Span(" "),
        link(told),
    ]
    if "update" in told:
        line.append(soft(_(" since %(day)s. ", day=day(told["effective_on"]))))
        line.append(Span(told["reason"]))
    return [*line, *_evidence(told)]


def _evidence(told: dict[str, Any]) -> list[Span]:
    return [soft(_(" Evidence: ")), *evidence(told["evidence"])] if told.get("evidence") else []


def _due(told: dict[str, Any]) -> Line:
    return [link(told), soft(_(" due on %(day)s", day=day(told["due_on"])))]


def _again(told: dict[str, Any]) -> Line:
    kind = label(CommitmentLinkKind, told["kind"]).lower()
    made, before = day(told["made_on"]), day(told["again"]["made_on"])
    return [link(told), soft(f" ({made}) {kind} "), link(told["again"]), soft(f" ({before})")]


def _contradicted(told: dict[str, Any]) -> Line:
    return [Span(told["name"], look="strong"), Span(" "), tag(told["status"]), Span(" "), link(told), *_evidence(told)]


def _differs(told: dict[str, Any]) -> Line:
    return [
        Span(told["name"], look="strong"),
        Span(_(" says of itself ")),
        tag(told["claimed_status"]),
        Span(_(", found is ")),
        tag(told["status"]),
        Span(" "),
        link(told),
        soft(f" {told['claimed_by']}"),
    ]


def _searched(part: dict[str, Any]) -> str:
    return _(
        "Nothing that became true of them since is recorded. For %(checked)s somebody searched in vain, "
        "for %(rest)s nobody did.",
        checked=format_decimal(part["checked"]),
        rest=format_decimal(part["count"] - part["checked"]),
    )


def _silent(told: dict[str, Any]) -> Line:
    if told.get("checked_on"):
        where = _(" checked on %(day)s: %(where)s", day=day(told["checked_on"]), where=told["where_searched"])
        return [link(told), soft(where)]
    return [link(told), soft(_(" not checked"))]
