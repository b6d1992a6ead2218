"""The HTML door, and JSON and CSV at the same addresses."""

from typing import Any

from flask import Flask
from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _
from wtforms import Form

from tracker import vocabulary
from tracker.models import Record
from tracker.queries import alike, uses
from tracker.records import CATALOGUE, kind_of, kind_stored_as, record_address
from tracker.records.claims import period
from tracker.records.clocked import Moment
from tracker.records.days import Day, Time, date_text
from tracker.records.filters import parts
from tracker.records.meetings import when
from tracker.views import (
    addresses,
    answers,
    bulk,
    duplicates,
    feeds,
    follow_up,
    guards,
    home,
    imports,
    methods,
    records,
    reports,
    retiring,
    texts,
    updates,
)

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
    app.url_map.converters |= {"kind": addresses.KindName, "paged": addresses.PagedKindName, "code": addresses.Code}
    guards.init_app(app)
    answers.init_app(app)
    app.register_blueprint(bulk.pages)
    app.register_blueprint(feeds.pages)
    app.register_blueprint(home.pages)
    app.register_blueprint(imports.pages)
    app.register_blueprint(methods.pages)
    app.register_blueprint(follow_up.pages)
    app.register_blueprint(reports.pages)
    app.register_blueprint(records.pages)
    app.register_blueprint(retiring.pages)
    app.register_blueprint(duplicates.pages)
    app.register_blueprint(texts.pages)
    app.register_blueprint(updates.pages)
    app.jinja_env.globals.update(
        address=addresses.address,
        as_then=addresses.as_then,
        compared=alike.COMPARED,
        date_text=date_text,
        day_text=Day().bind(Form(), "day").text,
        known_by_text=Moment().bind(Form(), "moment").text,
        moment_text=Time().bind(Form(), "moment").text,
        without=addresses.without,
        format_datetime=format_datetime,
        get_locale=get_locale,
        kind_of=kind_of,
        kind_stored_as=kind_stored_as,
        kinds=CATALOGUE,
        most_listed=uses.MOST_LISTED,
        parts=parts,
        period=period,
        record_address=record_address,
        said_different=duplicates.said_different,
        told=told,
        when=when,
    )
    # Words that tell how something stands are shown as tags; other words are plain text.
    app.jinja_env.tests["standing"] = lambda value: isinstance(value, STANDING)
    app.jinja_env.tests["record"] = lambda value: isinstance(value, Record)


def told(kind: Any, field: str, value: Any) -> str:
    """Return a plain value of the history as people read it: words by their labels, yes and no."""
    if value is None or value == []:
        return _("empty")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    words = kind.columns[field].words if field in kind.columns else None
    labels = {word.value: str(word.label) for word in words or ()}
    return "; ".join(labels.get(each, str(each)) for each in (value if isinstance(value, list) else [value]))
