"""The handling of every form: it is acted on and redirects, or is shown again as it was typed."""

from collections.abc import Callable, Iterable

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field

from tracker.database import session
from tracker.errors import Conflict, Invalid, TrackerError
from tracker.models import Record
from tracker.views.error_pages import wants_json

#: (id of a field, its label, a message) for the summary above a form.
ErrorLine = tuple[str, str, str]


class StaleForm(TrackerError):
    """The form's token is no longer valid: the page was open for long, or in another window."""


class ChangedMeanwhile(Conflict):
    """The record was saved by somebody else after its form was opened."""


def handle_form(
    show: Callable[[TrackerError | None], str], act: Callable[[], str | Response | None]
) -> ResponseReturnValue:
    """Show a form, or act on what was sent.

    `act` returns the address to redirect to, another response, or None to show the form again, as for a button that
    adds a row. It refuses by raising Invalid or Conflict: its changes are rolled back, and the refusal is passed to
    `show`, or sent to programs as JSON.
    """
    refusal: TrackerError | None = None
    if request.method == "POST":
        try:
            if g.get("stale"):
                raise StaleForm
            answer = act()
            if answer is not None:
                return redirect(answer, 303) if isinstance(answer, str) else answer
        except (Invalid, Conflict, StaleForm) as error:
            if wants_json():
                raise
            session.rollback()
            refusal = error
    return show(refusal), refusal.status if refusal else 200


def posted_form() -> MultiDict[str, str] | None:
    """Return the values of a form that was sent, or None where its page is only opened."""
    return request.form if request.method == "POST" else None


def check_version(record: Record) -> None:
    """Raise ChangedMeanwhile if the form was opened on an older version of a record."""
    if request.form.get("version") != str(record.version):
        raise ChangedMeanwhile(
            _("“%(record)s” was changed since you opened this page: look at it again.", record=record)
        )


def field_errors(fields: Iterable[Field]) -> list[ErrorLine]:
    return [(field.id, str(field.label.text), str(message)) for field in fields for message in field.errors]


def only_field_errors(refusal: TrackerError | None, field_id: str, label: str) -> list[ErrorLine]:
    """Return the errors of a form that has one field."""
    errors = refusal.errors.values() if isinstance(refusal, Invalid) else ()
    return [(field_id, label, str(message)) for messages in errors for message in messages]
