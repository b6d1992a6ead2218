"""How Alembic reaches the database: configured in code, one transaction for all steps."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.pool import NullPool

from tracker import models
from tracker.database import UTCDateTime, make_engine


def rendered(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write a column's type as what the database stores, so that a migration outlives the model's own types."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


engine = make_engine(context.config.attributes["url"], poolclass=NullPool).execution_options(write=True)

with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # Altering a table rebuilds it, and the rows that refer to it must not go with the old one.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
    context.configure(
        connection=connection,
        target_metadata=models.Record.metadata,
        render_as_batch=True,
        render_item=rendered,
        transactional_ddl=True,
    )
    with connection.begin(), context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite" and (
            broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        ):
            raise RuntimeError(f"Rows refer to what is not there: {broken}")
