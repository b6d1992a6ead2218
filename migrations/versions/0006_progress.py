"""Progress: updates, their evidence and checks, which are never changed; what follow-up needs; bulk steps."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: Compared as SQLite compares, on PostgreSQL too.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
STATUSES = (
    "not_assessed",
    "no_evidence_found",
    "not_started",
    "in_progress",
    "partly_done",
    "done",
    "stalled",
    "not_done",
    "reversed",
    "withdrawn",
    "uncheckable",
)
#: {table: what is said to whoever tries to change its rows}
LOGGED = {
    "progress_update": "an update is never changed: log a correction",
    "evidence": "evidence is never changed: correct its update",
    "check_log": "a check is never changed: void it",
}
#: {table: what else no two of its rows have alike}; what is empty is like nothing.
UNIQUE = {"progress_update": ("recorded_at", "corrects_id"), "check_log": ("voids_id",)}
#: {what an update may not be: what is said of it}; the days of the last are a day in the zone furthest ahead.
REFUSED = {
    "NEW.status IS NOT NULL AND NEW.status NOT IN ('not_assessed', 'no_evidence_found', 'uncheckable') "
    "AND NOT EXISTS (SELECT 1 FROM evidence WHERE update_code = NEW.code AND relation = 'supports')": (
        "this status needs evidence that supports it"
    ),
    "NEW.corrects_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM progress_update WHERE id = NEW.corrects_id "
    "AND commitment_id = NEW.commitment_id AND party_id = NEW.party_id)": (
        "an update corrects one of the same commitment and party"
    ),
    "NEW.recorded_at <= (SELECT max(recorded_at) FROM progress_update)": "an update is recorded after those before it",
}
IN_THE_FUTURE = "an update is not effective in the future"


def words(name: str, *listed: str) -> sa.Enum:
    return sa.Enum(*listed, name=name, native_enum=False, create_constraint=True, length=40)


def logged(table: str, *columns: sa.schema.SchemaItem) -> None:
    """Create a table with what every record has, and every one that is logged."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        *columns,
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["account.id"], name=op.f(f"fk_{table}_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("code", name=op.f(f"uq_{table}_code")),
    )


def upgrade() -> None:
    logged(
        "progress_update",
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("status", words("status", *STATUSES), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("confidence", words("confidence", "low", "medium", "high"), nullable=True),
        sa.Column("claimed_status", words("claimed_status", *STATUSES), nullable=True),
        sa.Column("claimed_by", TEXT, nullable=True),
        sa.Column("on_behalf_of", TEXT, nullable=True),
        sa.Column("joint_id", TEXT, nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(claimed_status IS NULL) = (claimed_by IS NULL)", name=op.f("ck_progress_update_claim_has_speaker")
        ),
        sa.CheckConstraint("corrects_id <> id", name=op.f("ck_progress_update_corrects_another")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_progress_update_has_reason")),
        sa.CheckConstraint(
            "status IS NOT NULL OR corrects_id IS NOT NULL", name=op.f("ck_progress_update_void_corrects")
        ),
        sa.CheckConstraint(
            "status IS NULL OR confidence IS NOT NULL", name=op.f("ck_progress_update_finding_has_confidence")
        ),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_progress_update_commitment_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["progress_update.id"], name=op.f("fk_progress_update_corrects_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_progress_update_party_id")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_progress_update_corrects_id")),
        sa.UniqueConstraint("recorded_at", name=op.f("uq_progress_update_recorded_at")),
    )
    op.create_index(
        "ix_progress_update_lead", "progress_update", ["commitment_id", "party_id", "effective_on", "recorded_at"]
    )
    op.create_index(op.f("ix_progress_update_party_id"), "progress_update", ["party_id"])
    logged(
        "evidence",
        sa.Column("update_code", TEXT, nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=True),
        sa.Column("web_address", TEXT, nullable=True),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("retrieved_on", sa.Date(), nullable=True),
        sa.Column("relation", words("evidencerelation", "supports", "contradicts", "context"), nullable=False),
        sa.CheckConstraint("(passage_id IS NULL) <> (web_address IS NULL)", name=op.f("ck_evidence_passage_or_page")),
        sa.CheckConstraint(
            "web_address IS NULL OR (title IS NOT NULL AND retrieved_on IS NOT NULL)",
            name=op.f("ck_evidence_page_has_title_and_day"),
        ),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_evidence_passage_id")),
        sa.ForeignKeyConstraint(
            ["update_code"],
            ["progress_update.code"],
            name=op.f("fk_evidence_update_code"),
            initially="DEFERRED",
            deferrable=True,
        ),
    )
    op.create_index(op.f("ix_evidence_passage_id"), "evidence", ["passage_id"])
    op.create_index(op.f("ix_evidence_update_code"), "evidence", ["update_code"])
    logged(
        "check_log",
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("where_searched", TEXT, nullable=True),
        sa.Column("voids_id", sa.Integer(), nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.CheckConstraint("(voids_id IS NULL) = (reason IS NULL)", name=op.f("ck_check_log_void_has_reason")),
        sa.CheckConstraint(
            "(voids_id IS NULL) = (where_searched IS NOT NULL)", name=op.f("ck_check_log_check_says_where")
        ),
        sa.CheckConstraint("voids_id <> id", name=op.f("ck_check_log_voids_another")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_check_log_commitment_id")),
        sa.ForeignKeyConstraint(["voids_id"], ["check_log.id"], name=op.f("fk_check_log_voids_id")),
        sa.UniqueConstraint("voids_id", name=op.f("uq_check_log_voids_id")),
    )
    op.create_index("ix_check_log_commitment_id", "check_log", ["commitment_id", "checked_on"])
    op.create_table(
        "bulk_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bulk_step_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_step")),
    )
    with op.batch_alter_table("commitment") as batch:
        batch.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("review_every", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("retired_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("retired_because", TEXT, nullable=True))
        batch.create_foreign_key(batch.f("fk_commitment_owner_id"), "account", ["owner_id"], ["id"])
        batch.create_check_constraint(
            batch.f("ck_commitment_review_every_in_reason"), "review_every BETWEEN 1 AND 3650"
        )
        batch.create_check_constraint(
            batch.f("ck_commitment_retired_has_reason"), "(retired_at IS NULL) = (retired_because IS NULL)"
        )
        batch.create_index(batch.f("ix_commitment_owner_id"), ["owner_id"])
    with op.batch_alter_table("commitment_party") as batch:
        batch.add_column(sa.Column("finding_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("claim_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(batch.f("fk_commitment_party_finding_id"), "progress_update", ["finding_id"], ["id"])
        batch.create_foreign_key(batch.f("fk_commitment_party_claim_id"), "progress_update", ["claim_id"], ["id"])
        batch.create_index(batch.f("ix_commitment_party_finding_id"), ["finding_id"])
        batch.create_index(batch.f("ix_commitment_party_claim_id"), ["claim_id"])
        batch.create_index(batch.f("ix_commitment_party_status"), ["status"])
    if op.get_context().dialect.name == "sqlite":
        _keep_on_sqlite()
    else:
        _keep_on_postgresql()


def _keep_on_sqlite() -> None:
    for table, said in LOGGED.items():
        # INSERT OR REPLACE deletes without a word to the trigger for deleting.
        same = " OR ".join(f"{name} = NEW.{name}" for name in ("id", "code", *UNIQUE.get(table, ())))
        op.execute(
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} WHEN EXISTS "  # noqa: S608
            f"(SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
    refused = {**REFUSED, "NEW.effective_on > date(NEW.recorded_at, '+14 hours')": IN_THE_FUTURE}
    cases = " ".join(f"SELECT RAISE(ABORT, '{said}') WHERE {wrong};" for wrong, said in refused.items())
    op.execute(f"CREATE TRIGGER progress_update_is_sound BEFORE INSERT ON progress_update BEGIN {cases} END")


def _keep_on_postgresql() -> None:
    for table, said in LOGGED.items():
        op.execute(
            f"CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}()"
        )
    future = "NEW.effective_on > ((NEW.recorded_at AT TIME ZONE 'UTC') + interval '14 hours')::date"
    refused = {**REFUSED, future: IN_THE_FUTURE}
    cases = " ".join(f"IF {wrong} THEN RAISE EXCEPTION '{said}'; END IF;" for wrong, said in refused.items())
    op.execute(
        "CREATE FUNCTION progress_update_is_sound() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {cases} RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER progress_update_is_sound BEFORE INSERT ON progress_update "
        "FOR EACH ROW EXECUTE FUNCTION progress_update_is_sound()"
    )


def downgrade() -> None:
    # Nothing says any more why it should be another.
    op.execute("UPDATE commitment_party SET status = 'not_assessed'")
    with op.batch_alter_table("commitment_party") as batch:
        batch.drop_index(batch.f("ix_commitment_party_status"))
        batch.drop_index(batch.f("ix_commitment_party_claim_id"))
        batch.drop_index(batch.f("ix_commitment_party_finding_id"))
        batch.drop_constraint(batch.f("fk_commitment_party_claim_id"), type_="foreignkey")
        batch.drop_constraint(batch.f("fk_commitment_party_finding_id"), type_="foreignkey")
        batch.drop_column("claim_id")
        batch.drop_column("finding_id")
    with op.batch_alter_table("commitment") as batch:
        batch.drop_index(batch.f("ix_commitment_owner_id"))
        batch.drop_constraint(batch.f("ck_commitment_retired_has_reason"), type_="check")
        batch.drop_constraint(batch.f("ck_commitment_review_every_in_reason"), type_="check")
        batch.drop_constraint(batch.f("fk_commitment_owner_id"), type_="foreignkey")
        batch.drop_column("retired_because")
        batch.drop_column("retired_at")
        batch.drop_column("review_every")
        batch.drop_column("owner_id")
    op.drop_table("bulk_step")
    # Their triggers go with the tables.
    for table in ("evidence", "check_log", "progress_update"):
        op.drop_table(table)
    if op.get_context().dialect.name != "sqlite":
        for name in (*(f"refuse_{table}" for table in LOGGED), "progress_update_is_sound"):
            op.execute(f"DROP FUNCTION {name}")
