"""Checks of each request before its page is called, and headers of each response."""

from urllib.parse import unquote_to_bytes

from flask import Flask, Response, current_app, g, request
from flask.globals import request_ctx
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest

from tracker.errors import Invalid, TooLarge
from tracker.records.fields import FORBIDDEN_CHARACTERS, mask_forbidden
from tracker.views import error_pages

#: Scripts, styles and frames only from the tracker, none inline; the pictures in the stylesheet are data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: More fields than any form has, however many rows it has.
MAX_FIELDS = 18_000

#: The endpoints that show a form again, as it was typed, if its token is no longer valid.
FORM_ENDPOINTS = {
    "records.new",
    "records.edit",
    "document_text.attach",
    "updates.log",
    "updates.correct",
    "updates.check",
    "updates.void",
    "retire.change",
    "bulk.change",
    "reports.issue",
    "reports.into_template",
}
#: The endpoints that take a file, which may be larger than any form and in any encoding; its limit in bytes.
UPLOADING = {"document_text.attach", "imports.upload", "reports.into_template"}
MAX_UPLOAD_BYTES = 27 * 1024 * 1024


def init_app(app: Flask) -> None:
    app.before_request(bind_refused_host)
    app.before_request(refuse_unreadable)
    app.before_request(refuse_forged)
    app.after_request(add_headers)


def bind_refused_host() -> None:
    """Let the page that refuses a host build its links, which name no host."""
    if request_ctx.url_adapter is None:
        request_ctx.url_adapter = current_app.url_map.bind("", request.script_root or "/")


def refuse_unreadable() -> None:
    sends_file = request.endpoint in UPLOADING and request.mimetype == "multipart/form-data"
    if sends_file:
        request.max_content_length = request.max_form_memory_size = MAX_UPLOAD_BYTES
    try:
        unquote_to_bytes(request.query_string).decode()
        body = b"" if sends_file else request.get_data(cache=True)
        if request.mimetype == "application/x-www-form-urlencoded":
            if body.count(b"&") >= MAX_FIELDS:
                raise TooLarge(_("This form has more fields than any page here sends."))
            body = unquote_to_bytes(body)
        body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(_("This is not UTF-8, so it cannot be read.")) from error
    for name, value in request.args.items(multi=True):
        if FORBIDDEN_CHARACTERS.search(name + value):
            raise Invalid({mask_forbidden(name[:60]): [_("Remove the control characters; nothing here holds them.")]})


def refuse_forged() -> None:
    """Refuse a form without a valid token, which another site may have sent; FORM_ENDPOINTS show theirs again."""
    if request.endpoint is None:
        return
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError:
        if request.endpoint not in FORM_ENDPOINTS or error_pages.wants_json():
            raise
        g.stale = True


def add_headers(response: Response) -> Response:
    response.headers.extend(HEADERS)
    if not response.cache_control:
        response.cache_control.no_cache = True
    return response
