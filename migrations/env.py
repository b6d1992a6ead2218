"""How Alembic reaches the database, compares it with the models, and writes and runs what it finds.

Configured in code; all steps are one transaction. Beyond what Alembic does by itself, a rebuilt table keeps its
triggers, CHECK constraints are compared, and the words of a list are changed by an operation of their own.
"""

import ast
import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.ddl import sqlite
from alembic.operations import MigrateOperation, Operations, ops
from alembic.operations.batch import ApplyBatchImpl
from alembic.runtime.migration import MigrationContext
from alembic.script import write_hooks
from alembic.util import CommandError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import conv

from tracker.database import make_engine
from tracker.models import LOCAL, Account, Change, Record
from tracker.models.history import chain_hash
from tracker.vocabulary import Action

METADATA = Record.metadata
#: No word that is dropped.
EMPTY: Mapping[str, str | None] = {}
#: The length of a line in a migration that is written.
LINE_LENGTH = 120


class SQLiteImpl(sqlite.SQLiteImpl):
    """Alters a table of SQLite by rebuilding it, and gives it back its triggers, which go with the old table."""

    __dialect__ = "sqlite"

    def prep_table_for_batch(self, batch_impl: ApplyBatchImpl, table: sa.Table) -> None:
        listed = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = :table")
        self.triggers = {table.name: list(context.get_bind().scalars(listed, {"table": table.name}))}
        # A trigger of another table may name this one, also while it is not there.
        context.get_bind().exec_driver_sql("PRAGMA legacy_alter_table = ON")

    def rename_table(self, old_table_name: str, new_table_name: str, schema: str | None = None) -> None:
        super().rename_table(old_table_name, new_table_name, schema)
        context.get_bind().exec_driver_sql("PRAGMA legacy_alter_table = OFF")
        for statement in getattr(self, "triggers", {}).pop(new_table_name, ()):
            context.get_bind().exec_driver_sql(statement)


@Operations.register_operation("change_words")
class ChangeWords(MigrateOperation):
    """Another list of words for a column: `add` joins it, and `drop` is {word that leaves it: what replaces it}."""

    def __init__(
        self, table: str, column: str, constraint: str, add: Iterable[str] = (), drop: Mapping[str, str | None] = EMPTY
    ) -> None:
        self.table, self.column, self.constraint = table, column, constraint
        self.add, self.drop = list(add), dict(drop)

    @classmethod
    def change_words(
        cls,
        operations: Operations,
        table: str,
        column: str,
        constraint: str,
        add: Iterable[str] = (),
        drop: Mapping[str, str | None] = EMPTY,
    ) -> None:
        """Add words to the list that a column is checked against, and drop some of it.

        Records that hold a dropped word get the one that replaces it, and have that in their history. Raises
        CommandError, with nothing changed, if none replaces it, or if the rows that hold it are never changed.
        """
        operations.invoke(cls(table, column, constraint, add, drop))

    def reverse(self) -> "ChangeWords":
        return ChangeWords(self.table, self.column, self.constraint, self.drop, dict.fromkeys(self.add))

    def to_diff_tuple(self) -> tuple[object, ...]:
        return "change_words", self.table, self.column, self.add, [*self.drop]


@renderers.dispatch_for(ChangeWords)
def render_change_words(_context: AutogenContext, operation: ChangeWords) -> str:
    add = f", add={operation.add!r}" if operation.add else ""
    drop = f", drop={operation.drop!r}" if operation.drop else ""
    return f"op.change_words({operation.table!r}, {operation.column!r}, {operation.constraint!r}{add}{drop})"


@Operations.implementation_for(ChangeWords)
def change_words(operations: Operations, operation: ChangeWords) -> None:
    connection, table = operations.get_bind(), operation.table
    column = sa.column(operation.column, sa.Text)
    checks = {check["name"]: check["sqltext"] for check in sa.inspect(connection).get_check_constraints(table)}
    words = [word for word in words_of(checks[operation.constraint]) if word not in operation.drop] + operation.add
    rows = replaceable_rows(connection, operation, words)
    # In two steps, for in between a word fits neither list.
    with operations.batch_alter_table(table) as batch:
        batch.drop_constraint(conv(operation.constraint), type_="check")
    replace_words(connection, operation, rows)
    with operations.batch_alter_table(table) as batch:
        batch.create_check_constraint(conv(operation.constraint), column.in_(words))


def words_of(sql: str) -> list[str]:
    """Return the words in a CHECK constraint that a column holds one of them."""
    return re.findall(r"'([^']*)'", sql)


def replaceable_rows(connection: sa.Connection, operation: ChangeWords, words: list[str]) -> list[tuple[str, str]]:
    """Return (code, word) of the rows whose word is dropped; raise CommandError if nothing may replace it."""
    name, column = f"{operation.table}.{operation.column}", sa.column(operation.column, sa.Text)
    query = sa.select(sa.column("code", sa.Text), column).select_from(sa.table(operation.table))
    rows = [(code, word) for code, word in connection.execute(query.where(column.in_(operation.drop)))]
    for word, replacement in operation.drop.items():
        codes = [code for code, held_word in rows if held_word == word]
        problem = f"{name} is “{word}” in {len(codes)} rows ({', '.join(codes[:3])}{', …' if len(codes) > 3 else ''})"
        if codes and is_append_only(connection, operation.table):
            raise CommandError(f"{problem}, which are never changed: leave the word in its list, marked RETIRED.")
        if codes and replacement not in words:
            raise CommandError(f"{problem}: name in the migration, under `drop`, the word that replaces it.")
    return rows


def is_append_only(connection: sa.Connection, table: str) -> bool:
    query = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = :table"
    if connection.dialect.name != "sqlite":
        query = "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relname = :table"
    return any(name.startswith(f"{table}_refuses") for name in connection.scalars(sa.text(query), {"table": table}))


def replace_words(connection: sa.Connection, operation: ChangeWords, rows: list[tuple[str, str]]) -> None:
    """Give rows the word that replaces theirs, and record it in the history of those that have one."""
    if not rows:
        return
    table = sa.table(operation.table, sa.column("code"), sa.column("version"), sa.column(operation.column))
    history = sa.select(Change.code, Change.fields).where(Change.kind == operation.table)
    # A value that the tracker works out itself has no history.
    recorded = {code for code, fields in connection.execute(history) if operation.column in fields}
    last = connection.execute(
        sa.select(Change.seq, Change.at, Change.hash).order_by(Change.seq.desc()).limit(1)
    ).first()
    at, seq, digest = datetime.datetime.now(datetime.UTC), 0, ""
    if last:
        at, seq, digest = max(at, last.at), last.seq, last.hash
    account = connection.execute(sa.select(Account.id).where(Account.code == LOCAL)).scalar_one()
    for code, word in rows:
        new = operation.drop[word]
        values = {operation.column: new, "version": table.c.version + 1}
        connection.execute(sa.update(table).where(table.c.code == code).values(values))
        if code in recorded:
            seq, fields = seq + 1, {operation.column: [word, new]}
            digest = chain_hash(digest, at, LOCAL, Action.EDITED.value, operation.table, code, fields)
            change = {"seq": seq, "at": at, "account_id": account, "action": Action.EDITED, "kind": operation.table}
            connection.execute(sa.insert(Change).values(change | {"code": code, "fields": fields, "hash": digest}))


def model_checks(connection: sa.Connection, table: sa.Table) -> dict[str, str]:
    """Return {name: SQL} of the CHECK constraints of a model, without its lists of words, as the database has them."""
    copy = sa.Table("model_checks", sa.MetaData(), prefixes=["TEMPORARY"])
    for column in table.c:
        stored = sa.String(column.type.length) if isinstance(column.type, sa.Enum) else column.type
        copy.append_column(sa.Column(column.name, stored))
    lists = {word_constraint(column) for column in table.c}
    for check in table.constraints:
        name = connection.dialect.identifier_preparer.format_constraint(check)
        if isinstance(check, sa.CheckConstraint) and name not in lists:
            copy.append_constraint(sa.CheckConstraint(str(check.sqltext), name=name))
    copy.create(connection)
    checks = {str(check["name"]): check["sqltext"] for check in sa.inspect(connection).get_check_constraints(copy.name)}
    copy.drop(connection)
    return checks


def word_constraint(column: sa.Column[Any]) -> str | None:
    """Return the name of the constraint that a column holds a word of its list, or None for any other column."""
    return f"ck_{column.table.name}_{column.type.name}" if isinstance(column.type, sa.Enum) else None


def add_check_changes(migration: MigrationContext, _revision: object, scripts: list[ops.MigrationScript]) -> None:
    """Add to what Alembic found how the CHECK constraints of the database differ from those of the models."""
    connection, upgrade, downgrade = migration.connection, scripts[0].upgrade_ops, scripts[0].downgrade_ops
    if connection is None or upgrade is None or downgrade is None:
        raise RuntimeError("Migrations are written by comparing with a database.")
    inspector = sa.inspect(connection)
    drops: list[ops.MigrateOperation] = []
    changes: list[ops.MigrateOperation] = []
    for table in METADATA.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        present = {str(check["name"]): check["sqltext"] for check in inspector.get_check_constraints(table.name)}
        creates: dict[str, str | sa.ColumnElement[bool]] = {}
        for column in table.c:
            if not isinstance(column.type, sa.Enum) or (name := word_constraint(column)) is None:
                continue
            if (sql := present.pop(name, None)) is None:
                creates[name] = sa.column(column.name).in_(column.type.enums)
            else:
                words, enums = words_of(sql), column.type.enums
                add, drop = [word for word in enums if word not in words], [word for word in words if word not in enums]
                if add or drop:
                    changes.append(ChangeWords(table.name, column.name, name, add, dict.fromkeys(drop)))
        modelled = model_checks(connection, table)
        creates |= {name: sql for name, sql in modelled.items() if present.get(name) != sql}
        for name, sql in present.items():
            if modelled.get(name) != sql:
                create = ops.CreateCheckConstraintOp(conv(name), table.name, sql)
                drops.append(ops.ModifyTableOps(table.name, [create.reverse()]))
        if creates:
            new = [ops.CreateCheckConstraintOp(conv(name), table.name, sql) for name, sql in creates.items()]
            changes.append(ops.ModifyTableOps(table.name, new))
    for change in upgrade.ops:
        for step in change.ops if isinstance(change, ops.ModifyTableOps) else ():
            # The list of words of a new column is a step of its own, for SQLite adds a column without constraints.
            if isinstance(step, ops.AddColumnOp) and isinstance(words_type := step.column.type, sa.Enum):
                step.column = step.column._copy()
                step.column.type = sa.String(words_type.length)
    upgrade.ops[:] = [*drops, *upgrade.ops, *changes]
    upgrade.reverse_into(downgrade)
    if writes and upgrade.is_empty():
        # Nothing is written.
        scripts.clear()


def render_type(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write the type of a column as the database stores it, so that a migration outlives the types of the models."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, sa.TypeDecorator) else False


@write_hooks.register("format")
def format_migration(path: str, _options: Mapping[str, object]) -> None:
    """Lay out the steps of a migration just written as ruff would, which need not be installed."""
    source = Path(path).read_text(encoding="utf-8")
    header, *_rest = source.partition("\n\n\ndef upgrade(")
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    texts = [f"def {node.name}() -> None:\n{format_block(node.body, 4)}" for node in functions]
    if not any(re.search(r"\bsa\.", text) for text in texts):
        header = header.replace("import sqlalchemy as sa\n", "")
    Path(path).write_text("\n\n".join([f"{header}\n", *texts]), encoding="utf-8")


def format_block(statements: Sequence[ast.stmt], indent: int) -> str:
    text = ""
    for statement in statements:
        if isinstance(statement, ast.With):
            text += f"{' ' * indent}{ast.unparse(statement).partition(chr(10))[0]}\n".replace("'", '"')
            text += format_block(statement.body, indent + 4)
        elif isinstance(statement, ast.Expr):
            text += f"{' ' * indent}{format_code(statement.value, indent)}\n"
        else:
            text += f"{' ' * indent}{ast.unparse(statement)}\n"
    return text


def format_code(node: ast.AST, indent: int, around: int = 0) -> str:
    """Return code that begins at an indent, on one line where that and `around` more characters leave room for it."""
    line = one_line(node)
    if indent + len(line) + around <= LINE_LENGTH:
        return line
    if isinstance(node, ast.keyword):
        return f"{node.arg}={format_code(node.value, indent, around + len(node.arg or '') + 1)}"
    if isinstance(node, ast.Call):
        start, end, parts = f"{one_line(node.func)}(", ")", [*node.args, *node.keywords]
    elif isinstance(node, ast.List):
        start, end, parts = "[", "]", [*node.elts]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        return f"\n{' ' * indent}".join(map(quoted, wrapped(node.value, LINE_LENGTH - indent - 4)))
    else:
        return line
    inner = f"\n{' ' * (indent + 4)}"
    together = ", ".join(map(one_line, parts))
    if indent + 4 + len(together) <= LINE_LENGTH:
        return f"{start}{inner}{together}\n{' ' * indent}{end}"
    return f"{start}{''.join(f'{inner}{format_code(part, indent + 4, 1)},' for part in parts)}\n{' ' * indent}{end}"


def one_line(node: ast.AST) -> str:
    if isinstance(node, ast.keyword):
        return f"{node.arg}={one_line(node.value)}"
    if isinstance(node, ast.Call):
        return f"{one_line(node.func)}({', '.join(map(one_line, [*node.args, *node.keywords]))})"
    if isinstance(node, ast.Attribute):
        return f"{one_line(node.value)}.{node.attr}"
    if isinstance(node, ast.List):
        return f"[{', '.join(map(one_line, node.elts))}]"
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return f"{{{', '.join(f'{one_line(key)}: {one_line(value)}' for key, value in pairs if key)}}}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return quoted(node.value)
    return ast.unparse(node)


def quoted(text: str) -> str:
    """Return a string as code, in double quotes unless it holds some."""
    code = repr(text)
    return f'"{code[1:-1]}"' if code[0] == "'" and '"' not in text else code


def wrapped(text: str, width: int) -> list[str]:
    """Return the pieces of a text that are at most so wide; each but the last ends with a blank."""
    return re.findall(rf".{{1,{width}}}(?:\s|$)", text) if " " in text else [text]


#: Whether the database is changed, or only compared with the models.
writes = context.config.attributes.get("write", True)
engine = make_engine(context.config.attributes["url"], poolclass=NullPool).execution_options(write=writes)

with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # Altering a table rebuilds it, and the rows that refer to it must not go with the old one.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        render_item=render_type,
        process_revision_directives=add_check_changes,
        transactional_ddl=True,
    )
    with connection.begin(), context.begin_transaction():
        context.run_migrations()
        is_changed = writes and connection.dialect.name == "sqlite"
        if is_changed and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"Rows refer to what is not there: {broken}")
