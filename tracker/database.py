"""The engine, the session, and their transactions."""

import datetime
import enum
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from alembic.config import Config as AlembicConfig
from flask import Flask, current_app
from flask.globals import app_ctx
from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    SQLColumnExpression,
    Text,
    create_engine,
    event,
    type_coerce,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator
from werkzeug.local import LocalProxy

from tracker.errors import Busy, TrackerError
from tracker.paths import folder

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:
    import sqlite3 as sqlite

#: The key of the lock that admits one writer at a time, on PostgreSQL as on SQLite: the history is a chain, and codes
#: are numbered in order.
WRITE_LOCK = 7_205_114

#: The number of seconds a write waits for the one before it.
LOCK_TIMEOUT = 30

#: A scheme without “://”. A drive is a single letter; a file with such a name can be given with ./ before it.
MISTYPED = re.compile(r"\s*([a-z][\w+.-]+:(?!//)|postgres[\w+.-]*//)", re.IGNORECASE)


def term_type(words: type[enum.Enum], name: str | None = None) -> Enum:
    """Return the type of a column holding one word of a closed list, checked in the database.

    `name` names the constraint; it is needed where a table has two columns of the same list.
    """
    return Enum(
        words,
        name=name or words.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda terms: [term.value for term in terms],
    )


def as_term(expression: SQLColumnExpression[Any], words: type[enum.Enum]) -> ColumnElement[Any]:
    """Return an expression whose values are read as the words of a list."""
    values = Enum(words, native_enum=False, values_callable=lambda terms: [term.value for term in terms])
    return type_coerce(expression, values)


class UTCDateTime(TypeDecorator[datetime.datetime]):
    """A point in time, always aware and in UTC, also on SQLite, which stores no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        return value.astimezone(datetime.UTC) if value else None

    def process_result_value(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value.astimezone(datetime.UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # The "C" collation compares as SQLite does, so that both databases sort alike.
    type_annotation_map = {
        str: Text().with_variant(Text(collation="C"), "postgresql"),
        datetime.datetime: UTCDateTime,
    }


#: A session, or the proxy for that of the current request.
AnySession = Session | scoped_session[Session]
session = cast(scoped_session[Session], LocalProxy(lambda: current_app.extensions["tracker.session"]))


def database_url(name: str, data: Path) -> URL:
    """Return the address of a database from a file, an address, or "" for the default file.

    Raises ValueError for a mistyped address that would be taken for a file, password included.
    """
    if not name:
        name = str(data / "tracker.sqlite")
    if MISTYPED.match(name):
        raise ValueError("The address of a database begins with a scheme and “://”.")
    if "://" not in name:
        return URL.create("sqlite", database=str(Path(name).expanduser().absolute()))
    url = make_url(name)
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgres", "postgresql") else url


def make_engine(url: URL | str, **options: Any) -> Engine:
    """Return an engine on which a transaction is a read, unless it has the execution option `write`.

    SQLite enforces foreign keys, syncs each commit to the disk, and takes its write lock at the start, as its
    driver begins transactions late, which would lose updates.
    """
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        options.setdefault("connect_args", {"timeout": LOCK_TIMEOUT})
        engine = create_engine(url, module=sqlite, **options)
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True, **options)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions are switched off: `_begin` begins them.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("write")
    try:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
        elif writing:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
    except OperationalError as error:
        code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        if code not in ("55P03", "SQLITE_BUSY"):
            raise
        message = _("Somebody else has been writing for %(seconds)s seconds. Nothing was saved: try again.")
        raise Busy(message % {"seconds": LOCK_TIMEOUT}) from error


def begin_write() -> None:
    """Begin a write transaction in the session, ending the transaction before it."""
    session.remove()
    session(execution_options={"write": True})


def begin_snapshot() -> None:
    """Begin to read one snapshot of the database in the session, ending the transaction before it."""
    session.remove()
    # On SQLite every transaction reads one snapshot.
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@contextmanager
def writing() -> Iterator[None]:
    """Run a block as one write transaction."""
    begin_write()
    try:
        yield
        session.commit()
    finally:
        session.remove()


@contextmanager
def snapshot() -> Iterator[Connection]:
    """Yield a new connection that reads one snapshot of the database, of the time of its first query."""
    engine: Engine = current_app.extensions["tracker.engine"]
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def init_app(app: Flask, url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        engine = make_engine(url)
    except ModuleNotFoundError as error:
        raise TrackerError(
            f"The database {url.render_as_string()} needs the package {error.name}: "
            "install the tracker with its [postgres] extra."
        ) from error
    app.extensions["tracker.engine"] = engine
    app.extensions["tracker.session"] = scoped_session(
        sessionmaker(engine),
        scopefunc=lambda: id(app_ctx._get_current_object()),  # type: ignore[attr-defined]
    )
    app.teardown_appcontext(lambda _error: session.remove())


def alembic_config(url: URL | str) -> AlembicConfig:
    """Return Alembic's configuration, made in code."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(folder("migrations")))
    config.attributes["url"] = url
    # A new migration is formatted by a function in migrations/env.py.
    config.set_section_option("post_write_hooks", "hooks", "format")
    config.set_section_option("post_write_hooks", "format.type", "format")
    return config
