"""The application, put together."""

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy import select

from tracker import database, views
from tracker.config import Settings, secret_key
from tracker.models import LOCAL, Account
from tracker.paths import folder

#: Methods that change nothing.
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
#: The size of the largest request in bytes; a form with a long text in every field and many rows is smaller.
MAX_REQUEST_BYTES = 8 * 1024 * 1024
#: The host names a browser on this computer uses; others are refused, even if they resolve to it.
HOSTS = ["localhost", "127.0.0.1"]


class PrefixedSession(SecureCookieSessionInterface):
    """Sessions whose cookie is sent only to the path where the tracker is served."""

    def get_cookie_path(self, app: Flask) -> str:
        return request.script_root or "/"


class Tracker(Flask):
    """Flask, with each request as one transaction, committed only if the answer's status is below 400."""

    session_interface = PrefixedSession()

    def dispatch_request(self) -> Response:
        if request.endpoint == "static":
            return self.make_response(super().dispatch_request())
        if request.method not in SAFE_METHODS:
            database.begin_write()
        else:
            # All of a page is read from one snapshot, on PostgreSQL as on SQLite.
            database.begin_snapshot()
        g.account = database.session.scalar(select(Account).where(Account.code == LOCAL))
        try:
            response = self.make_response(super().dispatch_request())
            if response.status_code < 400:
                database.session.commit()
        finally:
            # After a commit this does nothing.
            database.session.rollback()
        return response


def create_app(settings: Settings | None = None, **config: object) -> Flask:
    """Return the application on the database that the settings name; the database need not exist yet."""
    settings = settings or Settings()
    app = Tracker(__name__, template_folder=str(folder("templates")))
    app.config.from_mapping(
        SECRET_KEY=secret_key(settings.data),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        TRUSTED_HOSTS=HOSTS,
        SESSION_COOKIE_NAME="tracker",
        SESSION_COOKIE_SAMESITE="Lax",
        # A form may stay open all day.
        WTF_CSRF_TIME_LIMIT=None,
        # views.security checks the token, once the form is known to be readable.
        WTF_CSRF_CHECK_DEFAULT=False,
        SETTINGS=settings,
    )
    app.config.from_mapping(config)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    CSRFProtect(app)
    database.init_app(app, database.database_url(settings.database, settings.data))
    views.init_app(app)
    return app
