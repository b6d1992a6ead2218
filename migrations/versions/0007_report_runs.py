"""Reports that were issued, with the data they printed; neither is ever changed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: Compared as SQLite compares, on PostgreSQL too.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
SAID = "a report that was issued is never changed: issue another"
#: {table: what no two of its rows have alike, as a row that is added would}
KEPT = {
    "report_run": "id = NEW.id OR code = NEW.code",
    "report_part": "id = NEW.id OR (report_id = NEW.report_id AND number = NEW.number)",
}


def upgrade() -> None:
    op.create_table(
        "report_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("cover_note", TEXT, nullable=True),
        sa.Column("scope", TEXT, nullable=True),
        sa.Column("sentence", TEXT, nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_by", MOMENT, nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("since_meeting_id", sa.Integer(), nullable=True),
        sa.Column("chapters", sa.JSON(), nullable=False),
        sa.Column("commitments", sa.Integer(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("since <= as_of", name=op.f("ck_report_run_since_before_as_of")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_report_run_sha256_of_64")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["account.id"], name=op.f("fk_report_run_recorded_by_id")),
        sa.ForeignKeyConstraint(["since_meeting_id"], ["meeting.id"], name=op.f("fk_report_run_since_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.UniqueConstraint("code", name=op.f("uq_report_run_code")),
    )
    op.create_index(op.f("ix_report_run_since_meeting_id"), "report_run", ["since_meeting_id"])
    op.create_table(
        "report_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report_run.id"], name=op.f("fk_report_part_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_part")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_part_report_id_number")),
    )
    if op.get_context().dialect.name == "sqlite":
        _keep_on_sqlite()
    else:
        _keep_on_postgresql()


def _keep_on_sqlite() -> None:
    for table, same in KEPT.items():
        # INSERT OR REPLACE deletes without a word to the trigger for deleting.
        op.execute(
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} WHEN EXISTS "  # noqa: S608
            f"(SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
            )


def _keep_on_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION refuse_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{SAID}'; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_report()"
        )


def downgrade() -> None:
    # Their triggers go with the tables.
    op.drop_table("report_part")
    op.drop_table("report_run")
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_report")
