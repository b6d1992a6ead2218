"""A report laid out: its chapters in order, and where it comes from."""

import datetime
from collections.abc import Iterator
from importlib.metadata import version

from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.addresses import page_address
from tracker.dates import use_zone, zone
from tracker.exports.reports.blocks import Block, Line, Paragraph, ReportDocument, Span
from tracker.exports.reports.chapters import changes, claims, commitments, figures, methods
from tracker.exports.reports.formatting import format_day, format_moment
from tracker.models import ReportRun
from tracker.queries.reports.data import ReportData
from tracker.records import record_address
from tracker.vocabulary import Chapter

#: What a file was made with: another version may put things in other words.
PROGRAM = f"Tracker {version('commitment-tracker')}"


def build_document(data: ReportData, run: ReportRun | None, most: int) -> ReportDocument:
    """Lay out a report that was issued, or is about to be; of commitments and of claims at most so many."""
    report = data.head["report"]
    with use_zone(report["timezone"]):
        return ReportDocument(
            title=report["title"],
            subtitle=_subtitle(report["as_of"], report["known_by"]),
            language=report["language"],
            blocks=list(_blocks(data, most)),
            stamp=report_stamp(data, run),
            foot=_foot(data, run),
        )


def _subtitle(as_of: str, known_by: str) -> str:
    known = datetime.datetime.fromisoformat(known_by).astimezone(zone()).date().isoformat()
    if known == as_of:
        return _("Status report as of %(day)s", day=format_day(as_of))
    return _("Status report as of %(day)s, as known on %(known)s", day=format_day(as_of), known=format_day(known))


def _blocks(data: ReportData, most: int) -> Iterator[Block]:
    report, chapters = data.head["report"], set(data.head["report"]["chapters"])
    for paragraph in (report["cover_note"] or "").split("\n\n"):
        if paragraph.strip():
            yield Paragraph([Span(paragraph.strip())], look="lede")
    yield from figures.opening_blocks(data)
    yield Paragraph(_scope(data), look="soft")
    yield from changes.changes_chapters(data)
    if Chapter.SUMMARY in chapters:
        yield from figures.summary_chapter(data)
    if Chapter.AREAS in chapters:
        yield from figures.areas_chapter(data)
    if Chapter.PARTIES in chapters:
        yield from figures.parties_chapter(data)
    if Chapter.COMMITMENTS in chapters:
        yield from commitments.commitment_chapters(data, most)
    if Chapter.CLAIMS in chapters:
        yield from claims.claims_chapter(data, most)
    if Chapter.METHODS in chapters:
        yield from methods.methods_chapter(data)


def _scope(data: ReportData) -> Line:
    return [Span(_("Scope: "), look="strong"), Span(data.head["report"]["sentence"] or _("all commitments"))]


def report_stamp(data: ReportData, run: ReportRun | None) -> list[tuple[str, str]]:
    """Return what says where a report comes from."""
    report = data.head["report"]
    rows = ", ".join(
        f"{called}: {format_decimal(data.head['rows'][name])}"
        for name, called in (
            ("commitments", _("commitments")),
            ("updates", _("updates")),
            ("evidence", _("pieces of evidence")),
            ("claims", _("claims")),
        )
    )
    found = [
        (_("Title"), report["title"]),
        (_("Scope"), report["sentence"] or _("all commitments")),
        (_("As of"), format_day(report["as_of"])),
        (_("As known by"), format_moment(report["known_by"])),
        (_("News since"), format_day(report["since"])),
        (_("Holds"), rows),
    ]
    if run is None:
        return [*found, (_("Issued"), _("not yet: this is a preview"))]
    return [
        *found,
        (_("Report"), run.code),
        (_("Issued at"), format_moment(run.recorded_at.isoformat())),
        (_("Issued by"), str(run.recorded_by)),
        (_("Changes recorded by then"), f"{format_decimal(run.head_seq)} · {run.head_hash}"),
        (_("Checksum of the data (SHA-256)"), run.sha256),
        (_("Kept at"), record_address(run, report["address"])),
        (_("Made with"), PROGRAM),
        (_("What the words mean"), page_address("methods.index", report["address"])),
    ]


def _foot(data: ReportData, run: ReportRun | None) -> str:
    on = format_day(data.head["report"]["as_of"])
    if run is None:
        return _("Tracker · preview, not issued · as of %(day)s", day=on)
    return _("Tracker · report %(code)s · as of %(day)s · data %(sha)s…", code=run.code, day=on, sha=run.sha256[:12])
