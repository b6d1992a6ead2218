"""Each commitment: what was undertaken, how each lead stands, and what that rests on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from babel.lists import format_list
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _

from tracker.exports.reports.blocks import Block, BulletList, Heading, Line, Paragraph, Span, Table
from tracker.exports.reports.formatting import (
    format_day,
    joined_spans,
    relation_label,
    soft_text,
    status_tag,
    term_label,
)
from tracker.queries.reports.data import ReportData
from tracker.vocabulary import Chapter, CommitmentKind, Confidence, PartyRole, SourceRelation

Row = dict[str, Any]


@dataclass
class RecordIndex:
    """The records that are told of some commitments, by what people find them by."""

    names: dict[str, dict[str, Row]]
    by_commitment: dict[str, dict[str, list[Row]]]
    evidence: dict[str, list[Row]]


def commitment_chapters(data: ReportData, most: int) -> Iterator[Block]:
    """Lay out the first commitments, at most so many, by their primary areas."""
    commitments = list(islice(data.rows("commitments"), most))
    kept = _kept(data, {each["code"] for each in commitments})
    chapters = set(data.head["report"]["chapters"])
    yield Heading(_("Commitments"), 1)
    for area in data.head["areas"]:
        own = [each for each in commitments if each["area"] == area["area"]]
        if own:
            yield Heading(area["name"], 2)
        for each in own:
            yield from _commitment(each, kept, chapters)
    more = data.head["rows"]["commitments"] - len(commitments)
    if more > 0:
        yield Paragraph([soft_text(_("And %(more)s more, which the files hold.", more=format_decimal(more)))])


def _kept(data: ReportData, codes: set[str]) -> RecordIndex:
    names = ("parties", "areas", "meetings", "documents", "passages")
    rows = ("commitment-parties", "commitment-sources", "updates", "checks")
    by_commitment: dict[str, dict[str, list[Row]]] = {name: defaultdict(list) for name in rows}
    for name in rows:
        for row in data.rows(name):
            if row["commitment"] in codes:
                by_commitment[name][row["commitment"]].append(row)
    evidence: dict[str, list[Row]] = defaultdict(list)
    for row in data.rows("evidence"):
        evidence[row["update"]].append(row)
    return RecordIndex({name: {row["code"]: row for row in data.rows(name)} for name in names}, by_commitment, evidence)


def _commitment(told: Row, kept: RecordIndex, chapters: set[str]) -> Iterator[Block]:
    code = told["code"]
    yield Heading(told["title"], 3, told["url"])
    yield Paragraph(_facts(told, kept), look="soft")
    yield Paragraph([Span(told["text"])])
    sources = [_source(row, kept) for row in kept.by_commitment["commitment-sources"][code]]
    if sources:
        yield Paragraph([soft_text(_("Rests on ")), *joined_spans(sources, "; ")])
    if told["done_when"]:
        yield Paragraph([soft_text(_("Done when: ")), Span(told["done_when"])])
    updates = kept.by_commitment["updates"][code]
    leads = [row for row in kept.by_commitment["commitment-parties"][code] if row["role"] == PartyRole.LEAD.value]
    if leads:
        yield _leads(leads, updates, kept)
    standing = _standing(updates)
    shown = standing if Chapter.TIMELINE.value in chapters else _latest(leads, standing)
    if shown and {Chapter.TIMELINE.value, Chapter.EVIDENCE.value} & chapters:
        with_evidence = Chapter.EVIDENCE.value in chapters
        jointly = groupby(shown, lambda update: update["joint_id"] or update["code"])
        yield BulletList([_update(list(updates), kept, with_evidence) for _code, updates in jointly])
    checks = [row for row in kept.by_commitment["checks"][code] if row["where_searched"]]
    voided = {row["voids"] for row in kept.by_commitment["checks"][code]}
    checks = [row for row in checks if row["code"] not in voided]
    if checks and Chapter.TIMELINE.value in chapters:
        yield BulletList(
            [
                [
                    soft_text(_("Searched for in vain on %(day)s: ", day=format_day(row["checked_on"]))),
                    Span(row["where_searched"]),
                ]
                for row in checks
            ]
        )


def _facts(told: Row, kept: RecordIndex) -> Line:
    line = [Span(told["code"], look="code"), Span(" · " + term_label(CommitmentKind, told["kind"]))]
    if meeting := kept.names["meetings"].get(told["meeting"]):
        line += [Span(" · "), Span(meeting["title"], to=meeting["url"])]
    line.append(Span(" · " + _("made on %(day)s", day=format_day(told["made_on"]))))
    if told["due_on"]:
        line.append(Span(" · " + _("due on %(day)s", day=format_day(told["due_on"]))))
    if told["one_sided"]:
        line += [Span(" · "), Span(_("reported by one side only"), look="strong")]
    return line


def _source(row: Row, kept: RecordIndex) -> Line:
    line = [_passage(row["passage"], kept), soft_text(f" ({term_label(SourceRelation, row['relation']).lower()})")]
    if row["attributed_to"]:
        line.append(soft_text(_(", attributed to %(whom)s", whom=row["attributed_to"])))
    return line


def _passage(code: str, kept: RecordIndex) -> Span:
    """Return the link to a passage, called by its document and its place there."""
    passage = kept.names["passages"][code]
    document = kept.names["documents"][passage["document"]]
    title = f"[{document['title']}]" if document["title_supplied"] else document["title"]
    sentence = f" s{passage['sentence']}" if passage["sentence"] else ""
    return Span(f"{title}, p{passage['paragraph']}{sentence}", to=passage["url"])


def _leads(leads: Iterable[Row], updates: list[Row], kept: RecordIndex) -> Table:
    standing = _standing(updates)
    rows: list[list[Line]] = []
    for lead in leads:
        own = [update for update in standing if update["party"] == lead["party"]]
        finding = own[-1] if own else None
        claim = next((update for update in reversed(own) if update["claimed_status"]), None)
        rows.append(
            [
                [Span(kept.names["parties"][lead["party"]]["name"])],
                [status_tag(lead["status"])],
                [Span(format_day(finding["effective_on"]) if finding else "–")],
                [Span(term_label(Confidence, finding["confidence"]) if finding else "–")],
                [status_tag(claim["claimed_status"]), soft_text(f" {claim['claimed_by']}")] if claim else [Span("–")],
            ]
        )
    header = [_("Lead party"), _("Status"), _("Since"), _("Confidence"), _("Says of itself")]
    return Table(_("How each lead stands"), header, rows)


def _standing(updates: Iterable[Row]) -> list[Row]:
    """Return the updates that neither a correction nor a void took the place of, in the order they became true."""
    standing = [update for update in updates if update["status"] and not update["corrected_by"]]
    return sorted(standing, key=lambda update: (update["effective_on"], update["recorded_at"]))


def _latest(leads: Iterable[Row], standing: list[Row]) -> list[Row]:
    """Return the update by which each lead stands as it does."""
    last = {update["party"]: update for update in standing}
    return [last[lead["party"]] for lead in leads if lead["party"] in last]


def _update(jointly: list[Row], kept: RecordIndex, with_evidence: bool) -> Line:
    """Tell an update, or one that was logged for several leads at once."""
    update, names = jointly[0], [kept.names["parties"][each["party"]]["name"] for each in jointly]
    line = [
        Span(format_day(update["effective_on"]), look="strong"),
        Span(f": {format_list(names, locale=get_locale())} "),
        status_tag(update["status"]),
        Span(f" {update['reason']}"),
    ]
    if with_evidence and kept.evidence[update["code"]]:
        line += [
            soft_text(_(" Evidence: ")),
            *joined_spans((_piece(each, kept) for each in kept.evidence[update["code"]]), "; "),
        ]
    return line


def _piece(piece: Row, kept: RecordIndex) -> Line:
    link = _passage(piece["passage"], kept) if piece["passage"] else Span(piece["title"], to=piece["web_address"])
    return [link, *relation_label(piece["relation"])]
