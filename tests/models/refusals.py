"""What shows that the database refuses something by its triggers, and would do it without them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.conftest import SERVER

ON_SQLITE = pytest.mark.on_sqlite
ON_POSTGRESQL = pytest.mark.on_postgresql


def contents(connection, tables):
    return [connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() for table in tables]


def unguard(connection, tables):
    """Take the triggers away until the transaction is rolled back."""
    for table in tables:
        if SERVER:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            query = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
            for (name,) in connection.execute(query, {"table": table}).all():
                connection.execute(text(f"DROP TRIGGER {name}"))


def assert_refused(engine, tables, message, act):
    """Fail unless the database refuses to act, and would not without its triggers."""
    with engine.connect() as connection:
        before = contents(connection, tables)
        with pytest.raises(DatabaseError, match=message):
            act(connection)
        connection.rollback()
        assert contents(connection, tables) == before
        connection.rollback()
        unguard(connection, tables)
        act(connection)
        assert contents(connection, tables) != before
        connection.rollback()


def insert(connection, table, values, how="INSERT"):
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    connection.execute(text(f"{how} INTO {table} ({names}) VALUES ({marks})"), values)


def runs(statement):
    return lambda connection: connection.execute(text(statement))
