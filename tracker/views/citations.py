"""How a record is cited: a document as itself, a commitment or a meeting as a record of this tracker."""

from collections.abc import Callable

from babel.lists import format_list
from flask import Response, request
from flask_babel import get_locale
from flask_babel import gettext as _

from tracker.dates import today, zone
from tracker.exports import citations
from tracker.models import Commitment, Document, Meeting
from tracker.queries import history
from tracker.records import kind_of, record_address
from tracker.records.date_fields import format_date_range
from tracker.records.meetings import meeting_dates
from tracker.views.urls import with_requested_dates
from tracker.vocabulary import Basis, DatePrecision, DocumentKind, PartyRole

#: The records that can be cited.
Cited = Commitment | Document | Meeting
#: {kind: prefix of the citation keys of its records}
CITED = {"commitments": "commitment", "documents": "document", "meetings": "meeting"}
#: {format in the address: (writer, content type, extension)}
FORMATS: dict[str, tuple[Callable[[citations.Source], str], str, str]] = {
    "bibtex": (citations.bibtex, citations.BIBTEX, "bib"),
    "csl": (citations.csl, citations.CSL, "csl.json"),
}
#: The kinds of document that have their own CSL type.
SORTS = {
    DocumentKind.DATASET: "dataset",
    DocumentKind.FACT_SHEET: "report",
    DocumentKind.PROGRESS_REPORT: "report",
    DocumentKind.SOCIAL_POST: "post",
}


def record_citations(record: Cited) -> dict[str, str]:
    """Return {format: the citation of a record}, the first in plain words."""
    source = source_of(record)
    return {"plain": citations.plain_citation(source)} | {
        name: write(source) for name, (write, *_rest) in FORMATS.items()
    }


def citation_file(record: Cited, form: str) -> Response:
    """Return a citation as a file for a reference manager."""
    write, content_type, ending = FORMATS[form]
    source = source_of(record)
    response = Response(write(source), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{source.key}.{ending}"'
    return response


def source_of(record: Cited) -> citations.Source:
    """Return the bibliographic data of a record."""
    kind = kind_of(record)
    key = f"{CITED[kind.name]}-{record.code}"
    if isinstance(record, Document):
        return _document(record, key)
    day = history.last_changed(kind, [record.code])[record.code].astimezone(zone()).date()
    genre = _meeting(record) if isinstance(record, Meeting) else _commitment(record)
    return citations.Source(
        key,
        str(record),
        f"{genre} ({record.caveat})" if record.caveat else genre,
        "entry",
        publisher=_("Tracker"),
        published_on=day,
        precision=DatePrecision.DAY,
        dated=_("as recorded on %(day)s", day=format_date_range(day, DatePrecision.DAY)),
        address=with_requested_dates(record_address(record, request.url_root)),
        accessed=today(),
        language=str(get_locale()),
    )


def _document(document: Document, key: str) -> citations.Source:
    return citations.Source(
        key,
        str(document),
        str(document.kind.label),
        SORTS.get(document.kind, "document"),
        authors=[str(party) for party in document.issued_by],
        publisher=document.publisher or "",
        republisher=document.republisher or "",
        published_on=document.published_on,
        precision=document.published_precision,
        address=document.web_address or "",
        accessed=document.retrieved_on,
        language=document.language,
    )


def _commitment(commitment: Commitment) -> str:
    leads = [str(row.party) for row in commitment.parties if row.role is PartyRole.LEAD]
    values = {"kind": commitment.kind.label, "day": format_date_range(commitment.made_on, DatePrecision.DAY)}
    if not leads:
        return _("%(kind)s, made on %(day)s", **values)
    parties = format_list(leads, locale=get_locale())
    return _("%(kind)s of %(parties)s, made on %(day)s", parties=parties, **values)


def _meeting(meeting: Meeting) -> str:
    values = {"status": str(meeting.status.label).lower(), "when": meeting_dates(meeting)}
    if meeting.starts_on and meeting.date_basis is Basis.INFERRED:
        return _("Meeting, %(status)s, %(when)s (date inferred)", **values)
    return _("Meeting, %(status)s, %(when)s", **values)
