"""Messages for constraints of the database that a change breaks."""

import re

from flask_babel import gettext as _
from sqlalchemy import Enum, Table, UniqueConstraint, inspect
from sqlalchemy.exc import IntegrityError

from tracker.database import Base
from tracker.records import CATALOGUE, Kind

#: The message of SQLite, which names the columns of a unique constraint, a check, and no foreign key.
SQLITE_MESSAGE = re.compile(r"(UNIQUE|CHECK|FOREIGN KEY) constraint failed(?:: (.+))?")
#: The verb of a statement, and its table.
STATEMENT = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


def describe_violation(error: IntegrityError) -> str | None:
    """Return what forbids a change to records, and the way out; None for a constraint that no user can break."""
    statement = STATEMENT.match(error.statement or "")
    if statement is None:
        return None
    kind = next((kind for kind in CATALOGUE.values() if statement[2] in _tables(kind)), None)
    name = constraint_name(error)
    if kind is None or not name:
        return None
    if name.startswith("fk_"):
        if statement[1] == "DELETE FROM":
            return _("Other records rest on what is removed here: change or remove them first.")
        return _("A record that is named here was removed meanwhile: choose another.")
    table = Base.metadata.tables[kind.model.__tablename__]
    unique = next((c for c in unique_constraints(table.name) if c.name == name), None)
    if unique is not None:
        return _describe_repetition(kind, [column.name.removesuffix("_id") for column in unique.columns])
    words = {f"ck_{table}_{enum.name}": column for column in table.columns if isinstance(enum := column.type, Enum)}
    if name not in words:
        return None
    return _(
        "“%(field)s” holds a word that this database does not take: bring it up to date with “tracker migrate”, "
        "or choose another word.",
        field=kind.columns[words[name].name].label,
    )


def constraint_name(error: IntegrityError) -> str:
    """Return the name of the broken constraint, or "" if it is unknown; "fk_" for a foreign key in SQLite."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or ""
    message = SQLITE_MESSAGE.match(str(error.orig))
    if message is None:
        return ""
    if message[1] == "UNIQUE":
        columns = message[2].split(", ")
        table = columns[0].partition(".")[0]
        unique = unique_constraints(table)
        return next((str(c.name) for c in unique if [f"{table}.{column.name}" for column in c.columns] == columns), "")
    return "fk_" if message[1] == "FOREIGN KEY" else message[2]


def _describe_repetition(kind: Kind, names: list[str]) -> str | None:
    if names == ["code"]:
        return _("The code is taken by another record: leave it empty, or choose another.")
    # None for a field that no form fills in.
    labels = [str(field.label.text) for field in kind.form() if field.name in names]
    if len(labels) < len(names):
        return None
    return _(
        "%(kind)s: another has the same “%(fields)s”. Look at it again, or change one of the two.",
        kind=kind.singular,
        fields=_("” and “").join(labels),
    )


def _tables(kind: Kind) -> set[str]:
    """Return the tables of a kind: that of its records, and those of its many-to-many references."""
    links = (relationship.secondary for relationship in inspect(kind.model).relationships)
    return {kind.model.__tablename__, *(table.name for table in links if isinstance(table, Table))}


def unique_constraints(table_name: str) -> list[UniqueConstraint]:
    """Return the unique constraints of a table; none if there is no such table."""
    table = Base.metadata.tables.get(table_name)
    return [c for c in table.constraints if isinstance(c, UniqueConstraint)] if table is not None else []
