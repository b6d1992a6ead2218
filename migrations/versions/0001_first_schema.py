"""The first schema: documents, meetings, who sat there, what was undertaken and claimed, and the history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: Compared as SQLite compares, on PostgreSQL too.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def words(name: str, *listed: str) -> sa.Enum:
    """Return the type of a column that holds one word of a closed list."""
    return sa.Enum(*listed, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("code", name=op.f("uq_account_code")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("title_supplied", sa.Boolean(), nullable=False),
        sa.Column(
            "kind",
            words(
                "documentkind",
                "joint_statement",
                "communique",
                "readout",
                "news_report",
                "fact_sheet",
                "progress_report",
                "dataset",
                "social_post",
                "other",
            ),
            nullable=False,
        ),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("publisher", TEXT, nullable=True),
        sa.Column("republisher", TEXT, nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_precision", words("dateprecision", "day", "month", "year", "unknown"), nullable=False),
        sa.Column("web_address", TEXT, nullable=True),
        sa.Column("retrieved_on", sa.Date(), nullable=True),
        sa.Column("sha256", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(published_precision = 'unknown') = (published_on IS NULL)", name=op.f("ck_document_published_on_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("code", name=op.f("uq_document_code")),
    )
    op.create_index(op.f("ix_document_published_on"), "document", ["published_on"])

    op.create_table(
        "framework",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_es", TEXT, nullable=True),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework")),
        sa.UniqueConstraint("code", name=op.f("uq_framework_code")),
    )
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_es", TEXT, nullable=True),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("code", name=op.f("uq_indicator_code")),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("title_es", TEXT, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("date_precision", words("dateprecision", "day", "month", "year", "unknown"), nullable=False),
        sa.Column("date_basis", words("date_basis", "stated", "inferred"), nullable=False),
        sa.Column("date_note", TEXT, nullable=True),
        sa.Column("venue", TEXT, nullable=True),
        sa.Column("city", TEXT, nullable=True),
        sa.Column("country", TEXT, nullable=True),
        sa.Column("place_basis", words("place_basis", "stated", "inferred"), nullable=True),
        sa.Column("status", words("meetingstatus", "held", "planned", "cancelled"), nullable=False),
        sa.Column("series", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(date_precision = 'unknown') = (starts_on IS NULL)", name=op.f("ck_meeting_starts_on_known")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_meeting_end_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("code", name=op.f("uq_meeting_code")),
    )
    op.create_index(op.f("ix_meeting_starts_on"), "meeting", ["starts_on"])

    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("other_names", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("code", name=op.f("uq_participant_code")),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_es", TEXT, nullable=True),
        sa.Column(
            "kind", words("partykind", "country", "government_body", "international_organisation"), nullable=False
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["party.id"], name=op.f("fk_party_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("code", name=op.f("uq_party_code")),
    )
    op.create_index(op.f("ix_party_parent_id"), "party", ["parent_id"])

    op.create_table(
        "policy_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_es", TEXT, nullable=True),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["policy_area.id"], name=op.f("fk_policy_area_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_area")),
        sa.UniqueConstraint("code", name=op.f("uq_policy_area_code")),
    )
    op.create_index(op.f("ix_policy_area_parent_id"), "policy_area", ["parent_id"])

    op.create_table(
        "change",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("action", words("action", "added", "edited", "removed"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_change_account_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_account_id"), "change", ["account_id"])
    op.create_index(op.f("ix_change_record"), "change", ["kind", "code", "seq"])

    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("title_es", TEXT, nullable=True),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("text_es", TEXT, nullable=True),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("kind", words("commitmentkind", "new_commitment", "reaffirmation", "intention"), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column(
            "deadline_kind",
            words("deadlinekind", "explicit", "relative", "recurring", "ongoing", "none"),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("every_months", sa.Integer(), nullable=True),
        sa.Column("deadline_words", TEXT, nullable=True),
        sa.Column("done_when", TEXT, nullable=True),
        sa.Column("priority", words("priority", "high", "normal", "low"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(deadline_kind = 'recurring') = (every_months IS NOT NULL)",
            name=op.f("ck_commitment_recurring_has_months"),
        ),
        sa.CheckConstraint(
            "deadline_kind <> 'explicit' OR due_on IS NOT NULL", name=op.f("ck_commitment_explicit_has_day")
        ),
        sa.CheckConstraint("deadline_kind <> 'none' OR due_on IS NULL", name=op.f("ck_commitment_no_deadline_no_day")),
        sa.CheckConstraint("due_on >= made_on", name=op.f("ck_commitment_due_after_made")),
        sa.CheckConstraint("every_months BETWEEN 1 AND 1200", name=op.f("ck_commitment_every_months_in_reason")),
        sa.ForeignKeyConstraint(["area_id"], ["policy_area.id"], name=op.f("fk_commitment_area_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_commitment_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("code", name=op.f("uq_commitment_code")),
    )
    op.create_index(op.f("ix_commitment_area_id"), "commitment", ["area_id", "made_on", "id"])
    op.create_index(op.f("ix_commitment_due_on"), "commitment", ["due_on"])
    op.create_index(op.f("ix_commitment_kind"), "commitment", ["kind"])
    op.create_index(op.f("ix_commitment_made_on"), "commitment", ["made_on", "id"])
    op.create_index(op.f("ix_commitment_meeting_id"), "commitment", ["meeting_id"])

    op.create_table(
        "document_issuer",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_issuer_document_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_document_issuer_party_id")),
        sa.PrimaryKeyConstraint("document_id", "party_id", name=op.f("pk_document_issuer")),
    )
    op.create_index(op.f("ix_document_issuer_party_id"), "document_issuer", ["party_id"])

    op.create_table(
        "meeting_document",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_meeting_document_document_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_document_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "document_id", name=op.f("pk_meeting_document")),
    )
    op.create_index(op.f("ix_meeting_document_document_id"), "meeting_document", ["document_id"])

    op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("sha256", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint('"end" > start AND start >= 0', name=op.f("ck_passage_start_before_end")),
        sa.CheckConstraint("paragraph >= 0", name=op.f("ck_passage_paragraph_from_0")),
        sa.CheckConstraint("sentence >= 1", name=op.f("ck_passage_sentence_from_1")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_passage_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
        sa.UniqueConstraint("code", name=op.f("uq_passage_code")),
    )
    op.create_index(op.f("ix_passage_document_id"), "passage", ["document_id"])

    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("passage_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("text_es", TEXT, nullable=True),
        sa.Column("attributed_to", TEXT, nullable=True),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", TEXT, nullable=True),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_claim_period_in_order")),
        sa.CheckConstraint("supersedes_id <> id", name=op.f("ck_claim_supersedes_another")),
        sa.CheckConstraint("value IS NULL OR unit IS NOT NULL", name=op.f("ck_claim_value_has_unit")),
        sa.ForeignKeyConstraint(["area_id"], ["policy_area.id"], name=op.f("fk_claim_area_id")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_claim_indicator_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_claim_meeting_id")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_claim_passage_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["claim.id"], name=op.f("fk_claim_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("code", name=op.f("uq_claim_code")),
    )
    op.create_index(op.f("ix_claim_area_id"), "claim", ["area_id"])
    op.create_index(op.f("ix_claim_indicator_id"), "claim", ["indicator_id"])
    op.create_index(op.f("ix_claim_meeting_id"), "claim", ["meeting_id"])
    op.create_index(op.f("ix_claim_passage_id"), "claim", ["passage_id"])
    op.create_index(op.f("ix_claim_supersedes_id"), "claim", ["supersedes_id"])

    op.create_table(
        "commitment_area",
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("policy_area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_area_commitment_id")),
        sa.ForeignKeyConstraint(["policy_area_id"], ["policy_area.id"], name=op.f("fk_commitment_area_policy_area_id")),
        sa.PrimaryKeyConstraint("commitment_id", "policy_area_id", name=op.f("pk_commitment_area")),
    )
    op.create_index(op.f("ix_commitment_area_policy_area_id"), "commitment_area", ["policy_area_id"])

    op.create_table(
        "commitment_framework",
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("framework_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_framework_commitment_id")
        ),
        sa.ForeignKeyConstraint(["framework_id"], ["framework.id"], name=op.f("fk_commitment_framework_framework_id")),
        sa.PrimaryKeyConstraint("commitment_id", "framework_id", name=op.f("pk_commitment_framework")),
    )
    op.create_index(op.f("ix_commitment_framework_framework_id"), "commitment_framework", ["framework_id"])

    op.create_table(
        "commitment_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("role", words("partyrole", "lead", "support", "beneficiary"), nullable=False),
        sa.Column(
            "status",
            words(
                "status",
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
            ),
            nullable=False,
        ),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_party_commitment_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_commitment_party_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_party")),
        sa.UniqueConstraint("code", name=op.f("uq_commitment_party_code")),
        sa.UniqueConstraint(
            "commitment_id", "party_id", "role", name=op.f("uq_commitment_party_commitment_id_party_id_role")
        ),
    )
    op.create_index(op.f("ix_commitment_party_commitment_id"), "commitment_party", ["commitment_id"])
    op.create_index(op.f("ix_commitment_party_party_id"), "commitment_party", ["party_id"])

    op.create_table(
        "commitment_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column("relation", words("sourcerelation", "states", "reports", "restates"), nullable=False),
        sa.Column("attributed_to", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_source_commitment_id")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_commitment_source_passage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_source")),
        sa.UniqueConstraint("code", name=op.f("uq_commitment_source_code")),
        sa.UniqueConstraint(
            "commitment_id",
            "passage_id",
            "relation",
            name=op.f("uq_commitment_source_commitment_id_passage_id_relation"),
        ),
    )
    op.create_index(op.f("ix_commitment_source_commitment_id"), "commitment_source", ["commitment_id"])
    op.create_index(op.f("ix_commitment_source_passage_id"), "commitment_source", ["passage_id"])

    op.create_table(
        "meeting_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("kind", words("meetinglinkkind", "follows", "refers_to", "same_as"), nullable=False),
        sa.Column("certainty", words("certainty", "stated", "possible"), nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("meeting_id <> to_id", name=op.f("ck_meeting_link_two_meetings")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_link_meeting_id")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_meeting_link_passage_id")),
        sa.ForeignKeyConstraint(["to_id"], ["meeting.id"], name=op.f("fk_meeting_link_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_link")),
        sa.UniqueConstraint("code", name=op.f("uq_meeting_link_code")),
        sa.UniqueConstraint("meeting_id", "to_id", "kind", name=op.f("uq_meeting_link_meeting_id_to_id_kind")),
    )
    op.create_index(op.f("ix_meeting_link_meeting_id"), "meeting_link", ["meeting_id"])
    op.create_index(op.f("ix_meeting_link_passage_id"), "meeting_link", ["passage_id"])
    op.create_index(op.f("ix_meeting_link_to_id"), "meeting_link", ["to_id"])

    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("name_as_printed", TEXT, nullable=False),
        sa.Column("office_as_printed", TEXT, nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("role", words("seatrole", "host", "head_of_delegation", "participant"), nullable=True),
        sa.Column("attendance", words("attendance", "attended", "inferred", "mentioned_only"), nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IS NULL OR attendance <> 'mentioned_only'", name=op.f("ck_participation_mention_has_no_role")
        ),
        sa.CheckConstraint("is_group = (participant_id IS NULL)", name=op.f("ck_participation_person_or_group")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_participation_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_participation_participant_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_participation_party_id")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_participation_passage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("code", name=op.f("uq_participation_code")),
    )
    op.create_index(op.f("ix_participation_meeting_id"), "participation", ["meeting_id"])
    op.create_index(op.f("ix_participation_participant_id"), "participation", ["participant_id"])
    op.create_index(op.f("ix_participation_party_id"), "participation", ["party_id"])
    op.create_index(op.f("ix_participation_passage_id"), "participation", ["passage_id"])

    op.bulk_insert(
        sa.table("account", sa.column("code", TEXT), sa.column("name", TEXT)),
        [{"code": "local", "name": "Local account"}, {"code": "seeds", "name": "Seeds"}],
    )
    if op.get_context().dialect.name == "sqlite":
        # INSERT OR REPLACE deletes without a word to the trigger for deleting.
        op.execute(
            "CREATE TRIGGER change_refuses_replace BEFORE INSERT ON change "
            "WHEN EXISTS (SELECT 1 FROM change WHERE seq = NEW.seq) "
            "BEGIN SELECT RAISE(ABORT, 'the history is never changed'); END"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER change_refuses_{verb.lower()} BEFORE {verb} ON change "
                "BEGIN SELECT RAISE(ABORT, 'the history is never changed'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the history is never changed'; END $$"
        )
        op.execute(
            "CREATE TRIGGER change_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON change "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER change_refuses_replace")
        op.execute("DROP TRIGGER change_refuses_update")
        op.execute("DROP TRIGGER change_refuses_delete")
    else:
        op.execute("DROP TRIGGER change_refuses ON change")
        op.execute("DROP FUNCTION refuse_change")

    op.drop_table("participation")

    op.drop_table("meeting_link")

    op.drop_table("commitment_source")

    op.drop_table("commitment_party")

    op.drop_table("commitment_framework")

    op.drop_table("commitment_area")

    op.drop_table("claim")

    op.drop_table("passage")

    op.drop_table("meeting_document")

    op.drop_table("document_issuer")

    op.drop_table("commitment")

    op.drop_table("change")

    op.drop_table("policy_area")

    op.drop_table("party")
    op.drop_table("participant")

    op.drop_table("meeting")
    op.drop_table("indicator")
    op.drop_table("framework")

    op.drop_table("document")
    op.drop_table("account")
