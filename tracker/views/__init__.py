"""The pages of the tracker, and JSON and files at the same addresses."""

from flask import Flask
from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _

from tracker import vocabulary
from tracker.errors import Conflict
from tracker.models import Participation, Record
from tracker.queries import referrers
from tracker.queries.duplicates import COMPARED
from tracker.records import CATALOGUE, Kind, kind_of, kind_stored_as, record_address
from tracker.records.claims import claim_period
from tracker.records.date_fields import Date, PastMoment, Timestamp, format_date_range
from tracker.records.fields import PlainValue, unattached
from tracker.records.filters import selected_values
from tracker.records.meetings import meeting_dates
from tracker.views import (
    bulk,
    dashboard,
    document_text,
    duplicates,
    error_pages,
    feeds,
    follow_up,
    forms,
    imports,
    methods,
    records,
    reports,
    retire,
    security,
    updates,
    urls,
)

#: Vocabularies of states: their terms are shown as tags, others as plain text.
STANDING = (
    vocabulary.Attendance,
    vocabulary.Basis,
    vocabulary.Certainty,
    vocabulary.CommitmentKind,
    vocabulary.DeadlineState,
    vocabulary.EvidenceRelation,
    vocabulary.MeetingStatus,
    vocabulary.OverallStatus,
    vocabulary.PassageCheck,
    vocabulary.SeatRole,
    vocabulary.SourceRelation,
    vocabulary.Status,
)


def init_app(app: Flask) -> None:
    app.url_map.converters |= {"kind": urls.KindConverter, "paged": urls.PagedKindConverter, "code": urls.CodeConverter}
    security.init_app(app)
    error_pages.init_app(app)
    # The first of two routes that match an address is taken.
    modules = (bulk, feeds, dashboard, imports, methods, follow_up, reports, records, retire)
    for module in (*modules, duplicates, document_text, updates):
        app.register_blueprint(module.pages)
    app.jinja_env.globals.update(
        address=urls.current_url,
        as_then=urls.with_requested_dates,
        compared=COMPARED,
        date_text=format_date_range,
        day_text=unattached(Date(), "day").display,
        known_by_text=unattached(PastMoment(), "moment").display,
        moment_text=unattached(Timestamp(), "moment").display,
        without=urls.url_without,
        format_datetime=format_datetime,
        get_locale=get_locale,
        kind_of=kind_of,
        kind_stored_as=kind_stored_as,
        kinds=CATALOGUE,
        list_address=urls.list_address,
        most_listed=referrers.MAX_REFERRERS,
        parts=selected_values,
        period=claim_period,
        record_address=record_address,
        change_text=display_change,
        confirmed_different=duplicates.confirmed_different,
        when=meeting_dates,
    )
    app.jinja_env.tests.update(
        standing=lambda value: isinstance(value, STANDING),
        record=lambda value: isinstance(value, Record),
        seat=lambda value: isinstance(value, Participation),
        # Reasons why a form is refused.
        stale_form=lambda refusal: isinstance(refusal, forms.StaleForm),
        conflict=lambda refusal: isinstance(refusal, Conflict),
        changed_meanwhile=lambda refusal: isinstance(refusal, forms.ChangedMeanwhile),
        likely_duplicates=lambda refusal: isinstance(refusal, duplicates.LikelyDuplicates),
    )


def display_change(kind: Kind, field: str, value: PlainValue) -> str:
    """Return a value of the history as people read it: terms by their labels, booleans as yes and no."""
    if value is None or value == []:
        return _("empty")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    vocabulary = kind.columns[field].field.vocabulary if field in kind.columns else None
    labels = {term.value: str(term.label) for term in vocabulary or ()}
    return "; ".join(labels.get(str(item), str(item)) for item in (value if isinstance(value, list) else [value]))
