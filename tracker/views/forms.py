"""The one way of every form: what was sent is acted on and leads on, or is shown again as it was typed."""

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
    """Somebody else saved what the form is about after it was opened."""


def handle_form(
    show: Callable[[TrackerError | None], str], act: Callable[[], str | Response | None]
) -> ResponseReturnValue:
    """Show a form, or act on what was sent.

    `act` returns the address to go on to, another response, or None to show the form again, where a button asks for
    another row. It refuses by raising Invalid or Conflict: what it did is undone, and `show` gets the refusal; programs
    get it as JSON.
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
    """Return what was sent by a form, or None where its page is only opened."""
    return request.form if request.method == "POST" else None


def check_version(record: Record) -> None:
    """Refuse what was typed into a page that shows an older version of a record; raises ChangedMeanwhile."""
    if request.form.get("version") != str(record.version):
        raise ChangedMeanwhile(
            _("“%(record)s” was changed since you opened this page: look at it again.", record=record)
        )


def field_errors(fields: Iterable[Field]) -> list[ErrorLine]:
    return [(field.id, str(field.label.text), str(message)) for field in fields for message in field.errors]


def only_field_errors(refusal: TrackerError | None, field_id: str, label: str) -> list[ErrorLine]:
    """Return what is wrong with a form of one field."""
    errors = refusal.errors.values() if isinstance(refusal, Invalid) else ()
    return [(field_id, label, str(message)) for messages in errors for message in messages]
