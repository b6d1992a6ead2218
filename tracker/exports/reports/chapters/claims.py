"""What the documents report as fact, and the figures among it."""

from collections.abc import Iterator
from itertools import islice

from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.exports.reports.blocks import Block, BulletList, Heading, Paragraph, Span
from tracker.exports.reports.formatting import format_day, soft_text
from tracker.queries.reports.data import ReportData


def claims_chapter(data: ReportData, most: int) -> Iterator[Block]:
    """Lay out the first claims, at most so many."""
    number = data.head["rows"]["claims"]
    if not number:
        return
    yield Heading(_("Claims and figures"), 1)
    yield Paragraph(
        [soft_text(_("What the documents report as fact. A claim is no progress on a commitment by itself."))]
    )
    revised = {row["supersedes"] for row in data.rows("claims") if row["supersedes"]}
    lines = []
    for row in islice(data.rows("claims"), most):
        line: list[Span] = [Span(row["text"], to=row["url"])]
        if row["value"] is not None:
            line.append(Span(f" {format_decimal(row['value'], format='#,##0.######')} {row['unit']}", look="strong"))
        if when := _when(row):
            line.append(soft_text(f" ({when})"))
        if row["attributed_to"]:
            line.append(soft_text(_(" – %(whom)s", whom=row["attributed_to"])))
        if row["code"] in revised:
            line.append(Span(_(" – revised by a later figure"), look="strong"))
        lines.append(line)
    yield BulletList(lines)
    if number > most:
        more = format_decimal(number - most)
        yield Paragraph([soft_text(_("And %(more)s more, which the JSON file holds.", more=more))])


def _when(row: dict[str, str | None]) -> str:
    start, end = format_day(row["period_start"]), format_day(row["period_end"])
    if start and end:
        return _("%(from)s until %(until)s", **{"from": start, "until": end})
    if start or end:
        return _("from %(day)s", day=start) if start else _("to %(day)s", day=end)
    return _("published on %(day)s", day=format_day(row["published_on"])) if row["published_on"] else ""
