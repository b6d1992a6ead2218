"""Errors as pages, and as JSON for programs."""

from collections.abc import Mapping, Sequence
from typing import cast

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from tracker.errors import Conflict, Invalid, TrackerError
from tracker.queries.referrers import Referrer
from tracker.vocabulary import Label

#: {status: (title, what to do)}
TITLES: dict[int, tuple[Label, Label]] = {
    400: (_l("This request cannot be read"), _l("Go back, and try again from the page you came from.")),
    404: (_l("Nothing is here"), _l("Check the address, or search one of the lists.")),
    405: (_l("This cannot be done here"), _l("This address does not take that kind of request.")),
    409: (_l("The records do not allow this"), _l("Look at what is in the way, then try again.")),
    413: (
        _l("That is too large"),
        _l("Send at most 10,000 characters in each field, or a file of 25 megabytes."),
    ),
    422: (_l("Something in this address is not known"), _l("Correct it, or begin again from the whole list.")),
    503: (_l("Somebody else is writing"), _l("Go back, where what you typed still stands, and send it again.")),
    500: (_l("Something went wrong on our side"), _l("Nothing was saved. Try again; if it happens again, report it.")),
}


def wants_json() -> bool:
    """Return whether a program made this request."""
    if file_format := request.args.get("format"):
        return file_format in ("json", "about")
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def error_response(
    status: int,
    message: object = None,
    errors: Mapping[str, Sequence[object]] | None = None,
    in_the_way: Sequence[Referrer] = (),
) -> Response:
    """Return the page, or JSON, that describes an error."""
    title, way_out = TITLES.get(status, (_l("This cannot be done"), _l("Go back, and try again.")))
    if wants_json():
        body: dict[str, object] = {"status": status, "message": str(message or title)}
        if errors:
            body["errors"] = {name: [str(text) for text in messages] for name, messages in errors.items()}
        if in_the_way:
            body["records"] = [f"{referrer.kind.name}/{referrer.record.code}" for referrer in in_the_way]
        return make_response(body, status)
    context = {"title": title, "message": message, "way_out": way_out, "errors": errors or {}, "uses": in_the_way}
    return make_response(render_template("error.html", status=status, **context), status)


def init_app(app: Flask) -> None:
    @app.errorhandler(TrackerError)
    def tracker_error(error: TrackerError) -> Response:
        if isinstance(error, Invalid):
            return error_response(error.status, errors=error.errors)
        in_the_way = cast(Sequence[Referrer], error.records) if isinstance(error, Conflict) else ()
        return error_response(error.status, error, in_the_way=in_the_way)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.response is not None:
            return make_response(error.response)
        message = None
        if isinstance(error, CSRFError):
            message = _("This form is no longer valid: go back, reload the page and send it again.")
        elif error.code == 400 and error.description != type(error).description:
            message = error.description
        response = error_response(error.code or 500, message)
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def crash(error: Exception) -> Response:
        app.logger.error("%s %s failed", request.method, request.path, exc_info=error)
        return error_response(500)
