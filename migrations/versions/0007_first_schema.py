"""The first schema: what governments undertook where, how that stands on what evidence, reports, and the history."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = None
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
ISSUED = "a report that was issued is never changed: issue another"
#: {append-only table: the message to whoever tries to change its rows}
APPEND_ONLY = {
    "change": "the history is never changed",
    "progress_update": "an update is never changed: log a correction",
    "evidence": "evidence is never changed: correct its update",
    "check_log": "a check is never changed: void it",
    "report_run": ISSUED,
    "report_part": ISSUED,
}
#: {append-only table: the condition on a row of its own that a new row would replace}; what is empty equals nothing.
REPLACED = {
    "change": "seq = NEW.seq",
    "progress_update": (
        "id = NEW.id OR code = NEW.code OR recorded_at = NEW.recorded_at OR corrects_id = NEW.corrects_id"
    ),
    "evidence": "id = NEW.id OR code = NEW.code",
    "check_log": "id = NEW.id OR code = NEW.code OR voids_id = NEW.voids_id",
    "report_run": "id = NEW.id OR code = NEW.code",
    "report_part": "id = NEW.id OR (report_id = NEW.report_id AND number = NEW.number)",
}
#: {condition that a new update must not meet: the message that refuses it}
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
#: Each before those that it refers to.
TABLES = (
    "evidence",
    "commitment_party",
    "report_part",
    "progress_update",
    "participation",
    "milestone",
    "meeting_link",
    "commitment_source",
    "commitment_link",
    "commitment_framework",
    "commitment_area",
    "claim",
    "check_log",
    "report_run",
    "passage",
    "meeting_document",
    "import_file",
    "document_text",
    "document_issuer",
    "commitment",
    "change",
    "bulk_step",
    "policy_area",
    "party",
    "participant",
    "meeting",
    "indicator",
    "import_mapping",
    "framework",
    "document",
    "account",
)


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
        sa.Column(
            "published_precision",
            words("dateprecision", "day", "month", "year", "unknown"),
            nullable=False,
        ),
        sa.Column("web_address", TEXT, nullable=True),
        sa.Column("retrieved_on", sa.Date(), nullable=True),
        sa.Column("sha256", TEXT, nullable=True),
        sa.Column("text_sha256", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(published_precision = 'unknown') = (published_on IS NULL)", name=op.f("ck_document_published_on_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("code", name=op.f("uq_document_code")),
    )
    op.create_index("ix_document_published_on", "document", ["published_on"])
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
        "import_mapping",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "fingerprint", name=op.f("pk_import_mapping")),
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
        sa.Column(
            "date_precision",
            words("dateprecision", "day", "month", "year", "unknown"),
            nullable=False,
        ),
        sa.Column(
            "date_basis",
            words("date_basis", "stated", "inferred"),
            nullable=False,
        ),
        sa.Column("date_note", TEXT, nullable=True),
        sa.Column("venue", TEXT, nullable=True),
        sa.Column("city", TEXT, nullable=True),
        sa.Column("country", TEXT, nullable=True),
        sa.Column(
            "place_basis",
            words("place_basis", "stated", "inferred"),
            nullable=True,
        ),
        sa.Column(
            "status",
            words("meetingstatus", "held", "planned", "cancelled"),
            nullable=False,
        ),
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
    op.create_index("ix_meeting_starts_on", "meeting", ["starts_on"])
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
            "kind",
            words("partykind", "country", "government_body", "international_organisation"),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["party.id"], name=op.f("fk_party_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("code", name=op.f("uq_party_code")),
    )
    op.create_index("ix_party_parent_id", "party", ["parent_id"])
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
    op.create_index("ix_policy_area_parent_id", "policy_area", ["parent_id"])
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
    op.create_table(
        "change",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            words("action", "added", "edited", "removed"),
            nullable=False,
        ),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_change_account_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
    )
    op.create_index("ix_change_account_id", "change", ["account_id"])
    op.create_index("ix_change_record", "change", ["kind", "code", "seq"])
    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("title_es", TEXT, nullable=True),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("text_es", TEXT, nullable=True),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column(
            "kind",
            words("commitmentkind", "new_commitment", "reaffirmation", "intention"),
            nullable=False,
        ),
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
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column(
            "priority",
            words("priority", "high", "normal", "low"),
            nullable=False,
        ),
        sa.Column("review_every", sa.Integer(), nullable=True),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("retired_because", TEXT, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
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
        sa.CheckConstraint(
            "(retired_at IS NULL) = (retired_because IS NULL)", name=op.f("ck_commitment_retired_has_reason")
        ),
        sa.CheckConstraint("due_on >= made_on", name=op.f("ck_commitment_due_after_made")),
        sa.CheckConstraint("every_months BETWEEN 1 AND 1200", name=op.f("ck_commitment_every_months_in_reason")),
        sa.CheckConstraint("review_every BETWEEN 1 AND 3650", name=op.f("ck_commitment_review_every_in_reason")),
        sa.ForeignKeyConstraint(["area_id"], ["policy_area.id"], name=op.f("fk_commitment_area_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_commitment_meeting_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_commitment_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("code", name=op.f("uq_commitment_code")),
    )
    op.create_index("ix_commitment_area_id", "commitment", ["area_id", "made_on", "id"])
    op.create_index("ix_commitment_due_on", "commitment", ["due_on"])
    op.create_index("ix_commitment_kind", "commitment", ["kind"])
    op.create_index("ix_commitment_made_on", "commitment", ["made_on", "id"])
    op.create_index("ix_commitment_meeting_id", "commitment", ["meeting_id"])
    op.create_index("ix_commitment_owner_id", "commitment", ["owner_id"])
    op.create_table(
        "document_issuer",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_issuer_document_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_document_issuer_party_id")),
        sa.PrimaryKeyConstraint("document_id", "party_id", name=op.f("pk_document_issuer")),
    )
    op.create_index("ix_document_issuer_party_id", "document_issuer", ["party_id"])
    op.create_table(
        "document_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("first_paragraph", sa.Integer(), nullable=False),
        sa.Column("file_name", TEXT, nullable=True),
        sa.Column("media_type", TEXT, nullable=True),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("attached_at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_paragraph IN (0, 1)", name=op.f("ck_document_text_first_paragraph_0_or_1")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_document_text_account_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_text_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_text")),
    )
    op.create_index("ix_document_text_account_id", "document_text", ["account_id"])
    op.create_index("ix_document_text_document_id", "document_text", ["document_id"])
    op.create_table(
        "import_file",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=True),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_file_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
    )
    op.create_index("ix_import_file_account_id", "import_file", ["account_id"])
    op.create_index("ix_import_file_uploaded_at", "import_file", ["uploaded_at"])
    op.create_table(
        "meeting_document",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_meeting_document_document_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_document_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "document_id", name=op.f("pk_meeting_document")),
    )
    op.create_index("ix_meeting_document_document_id", "meeting_document", ["document_id"])
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
        sa.Column("exact", TEXT, nullable=True),
        sa.Column("prefix", TEXT, nullable=True),
        sa.Column("suffix", TEXT, nullable=True),
        sa.Column(
            "check_result",
            words("passagecheck", "found", "moved", "not_found", "no_text"),
            nullable=False,
        ),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("found_paragraph", sa.Integer(), nullable=True),
        sa.Column("found_start", sa.Integer(), nullable=True),
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
    op.create_index("ix_passage_document_id", "passage", ["document_id"])
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
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_report_run_sha256_of_64")),
        sa.CheckConstraint("since <= as_of", name=op.f("ck_report_run_since_before_as_of")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["account.id"], name=op.f("fk_report_run_recorded_by_id")),
        sa.ForeignKeyConstraint(["since_meeting_id"], ["meeting.id"], name=op.f("fk_report_run_since_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.UniqueConstraint("code", name=op.f("uq_report_run_code")),
    )
    op.create_index("ix_report_run_since_meeting_id", "report_run", ["since_meeting_id"])
    op.create_table(
        "check_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("where_searched", TEXT, nullable=True),
        sa.Column("voids_id", sa.Integer(), nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(voids_id IS NULL) = (reason IS NULL)", name=op.f("ck_check_log_void_has_reason")),
        sa.CheckConstraint(
            "(voids_id IS NULL) = (where_searched IS NOT NULL)", name=op.f("ck_check_log_check_says_where")
        ),
        sa.CheckConstraint("voids_id <> id", name=op.f("ck_check_log_voids_another")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_check_log_commitment_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["account.id"], name=op.f("fk_check_log_recorded_by_id")),
        sa.ForeignKeyConstraint(["voids_id"], ["check_log.id"], name=op.f("fk_check_log_voids_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_log")),
        sa.UniqueConstraint("code", name=op.f("uq_check_log_code")),
        sa.UniqueConstraint("voids_id", name=op.f("uq_check_log_voids_id")),
    )
    op.create_index("ix_check_log_commitment_id", "check_log", ["commitment_id", "checked_on"])
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
        sa.Column("commitment_id", sa.Integer(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_claim_period_in_order")),
        sa.CheckConstraint("supersedes_id <> id", name=op.f("ck_claim_supersedes_another")),
        sa.CheckConstraint("value IS NULL OR unit IS NOT NULL", name=op.f("ck_claim_value_has_unit")),
        sa.ForeignKeyConstraint(["area_id"], ["policy_area.id"], name=op.f("fk_claim_area_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_claim_commitment_id")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_claim_indicator_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_claim_meeting_id")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_claim_passage_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["claim.id"], name=op.f("fk_claim_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("code", name=op.f("uq_claim_code")),
    )
    op.create_index("ix_claim_area_id", "claim", ["area_id"])
    op.create_index("ix_claim_commitment_id", "claim", ["commitment_id"])
    op.create_index("ix_claim_indicator_id", "claim", ["indicator_id"])
    op.create_index("ix_claim_meeting_id", "claim", ["meeting_id"])
    op.create_index("ix_claim_passage_id", "claim", ["passage_id"])
    op.create_index("ix_claim_supersedes_id", "claim", ["supersedes_id"])
    op.create_table(
        "commitment_area",
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("policy_area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_area_commitment_id")),
        sa.ForeignKeyConstraint(["policy_area_id"], ["policy_area.id"], name=op.f("fk_commitment_area_policy_area_id")),
        sa.PrimaryKeyConstraint("commitment_id", "policy_area_id", name=op.f("pk_commitment_area")),
    )
    op.create_index("ix_commitment_area_policy_area_id", "commitment_area", ["policy_area_id"])
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
    op.create_index("ix_commitment_framework_framework_id", "commitment_framework", ["framework_id"])
    op.create_table(
        "commitment_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            words(
                "commitmentlinkkind",
                "restates",
                "strengthens",
                "weakens",
                "replaces",
                "splits",
                "depends_on",
                "in_return_for",
            ),
            nullable=False,
        ),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("commitment_id <> to_id", name=op.f("ck_commitment_link_two_commitments")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_link_commitment_id")),
        sa.ForeignKeyConstraint(["to_id"], ["commitment.id"], name=op.f("fk_commitment_link_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_link")),
        sa.UniqueConstraint("code", name=op.f("uq_commitment_link_code")),
        sa.UniqueConstraint("commitment_id", "to_id", "kind", name=op.f("uq_commitment_link_commitment_id_to_id_kind")),
    )
    op.create_index("ix_commitment_link_commitment_id", "commitment_link", ["commitment_id"])
    op.create_index("ix_commitment_link_to_id", "commitment_link", ["to_id"])
    op.create_table(
        "commitment_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column(
            "relation",
            words("sourcerelation", "states", "reports", "restates"),
            nullable=False,
        ),
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
    op.create_index("ix_commitment_source_commitment_id", "commitment_source", ["commitment_id"])
    op.create_index("ix_commitment_source_passage_id", "commitment_source", ["passage_id"])
    op.create_table(
        "meeting_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            words("meetinglinkkind", "follows", "refers_to", "same_as"),
            nullable=False,
        ),
        sa.Column(
            "certainty",
            words("certainty", "stated", "possible"),
            nullable=False,
        ),
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
    op.create_index("ix_meeting_link_meeting_id", "meeting_link", ["meeting_id"])
    op.create_index("ix_meeting_link_passage_id", "meeting_link", ["passage_id"])
    op.create_index("ix_meeting_link_to_id", "meeting_link", ["to_id"])
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("passage_id", sa.Integer(), nullable=True),
        sa.Column("web_address", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "done_on IS NULL OR passage_id IS NOT NULL OR web_address IS NOT NULL",
            name=op.f("ck_milestone_done_has_evidence"),
        ),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_milestone_commitment_id")),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_milestone_passage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("code", name=op.f("uq_milestone_code")),
    )
    op.create_index("ix_milestone_commitment_id", "milestone", ["commitment_id"])
    op.create_index("ix_milestone_due_on", "milestone", ["due_on"])
    op.create_index("ix_milestone_passage_id", "milestone", ["passage_id"])
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
        sa.Column(
            "role",
            words("seatrole", "host", "head_of_delegation", "participant"),
            nullable=True,
        ),
        sa.Column(
            "attendance",
            words("attendance", "attended", "inferred", "mentioned_only"),
            nullable=False,
        ),
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
    op.create_index("ix_participation_meeting_id", "participation", ["meeting_id"])
    op.create_index("ix_participation_participant_id", "participation", ["participant_id"])
    op.create_index("ix_participation_party_id", "participation", ["party_id"])
    op.create_index("ix_participation_passage_id", "participation", ["passage_id"])
    op.create_table(
        "progress_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            words("status", *STATUSES),
            nullable=True,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column(
            "confidence",
            words("confidence", "low", "medium", "high"),
            nullable=True,
        ),
        sa.Column(
            "claimed_status",
            words("claimed_status", *STATUSES),
            nullable=True,
        ),
        sa.Column("claimed_by", TEXT, nullable=True),
        sa.Column("on_behalf_of", TEXT, nullable=True),
        sa.Column("joint_id", TEXT, nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
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
        sa.ForeignKeyConstraint(["recorded_by_id"], ["account.id"], name=op.f("fk_progress_update_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_update")),
        sa.UniqueConstraint("code", name=op.f("uq_progress_update_code")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_progress_update_corrects_id")),
        sa.UniqueConstraint("recorded_at", name=op.f("uq_progress_update_recorded_at")),
    )
    op.create_index(
        "ix_progress_update_lead", "progress_update", ["commitment_id", "party_id", "effective_on", "recorded_at"]
    )
    op.create_index("ix_progress_update_party_id", "progress_update", ["party_id"])
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
    op.create_table(
        "commitment_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            words("partyrole", "lead", "support", "beneficiary"),
            nullable=False,
        ),
        sa.Column(
            "status",
            words("status", *STATUSES),
            nullable=False,
        ),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["progress_update.id"], name=op.f("fk_commitment_party_claim_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_party_commitment_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["progress_update.id"], name=op.f("fk_commitment_party_finding_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_commitment_party_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_party")),
        sa.UniqueConstraint("code", name=op.f("uq_commitment_party_code")),
        sa.UniqueConstraint(
            "commitment_id", "party_id", "role", name=op.f("uq_commitment_party_commitment_id_party_id_role")
        ),
    )
    op.create_index("ix_commitment_party_claim_id", "commitment_party", ["claim_id"])
    op.create_index("ix_commitment_party_commitment_id", "commitment_party", ["commitment_id"])
    op.create_index("ix_commitment_party_finding_id", "commitment_party", ["finding_id"])
    op.create_index("ix_commitment_party_party_id", "commitment_party", ["party_id"])
    op.create_index("ix_commitment_party_status", "commitment_party", ["status"])
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("update_code", TEXT, nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=True),
        sa.Column("web_address", TEXT, nullable=True),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("retrieved_on", sa.Date(), nullable=True),
        sa.Column(
            "relation",
            words("evidencerelation", "supports", "contradicts", "context"),
            nullable=False,
        ),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(passage_id IS NULL) <> (web_address IS NULL)", name=op.f("ck_evidence_passage_or_page")),
        sa.CheckConstraint(
            "web_address IS NULL OR (title IS NOT NULL AND retrieved_on IS NOT NULL)",
            name=op.f("ck_evidence_page_has_title_and_day"),
        ),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_evidence_passage_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["account.id"], name=op.f("fk_evidence_recorded_by_id")),
        sa.ForeignKeyConstraint(
            ["update_code"],
            ["progress_update.code"],
            name=op.f("fk_evidence_update_code"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("code", name=op.f("uq_evidence_code")),
    )
    op.create_index("ix_evidence_passage_id", "evidence", ["passage_id"])
    op.create_index("ix_evidence_update_code", "evidence", ["update_code"])
    op.bulk_insert(
        sa.table("account", sa.column("code", TEXT), sa.column("name", TEXT)),
        [{"code": "local", "name": "Local account"}, {"code": "seeds", "name": "Seeds"}],
    )
    if op.get_context().dialect.name == "sqlite":
        protect_on_sqlite()
    else:
        protect_on_postgresql()


def protect_on_sqlite() -> None:
    for table, message in APPEND_ONLY.items():
        # INSERT OR REPLACE deletes without a word to the trigger for deleting.
        op.execute(
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} WHEN EXISTS "  # noqa: S608
            f"(SELECT 1 FROM {table} WHERE {REPLACED[table]}) BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
    refused = {**REFUSED, "NEW.effective_on > date(NEW.recorded_at, '+14 hours')": IN_THE_FUTURE}
    cases = " ".join(f"SELECT RAISE(ABORT, '{message}') WHERE {condition};" for condition, message in refused.items())
    op.execute(f"CREATE TRIGGER progress_update_is_sound BEFORE INSERT ON progress_update BEGIN {cases} END")


def protect_on_postgresql() -> None:
    for table, message in APPEND_ONLY.items():
        function = function_of(table)
        op.execute(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    future = "NEW.effective_on > ((NEW.recorded_at AT TIME ZONE 'UTC') + interval '14 hours')::date"
    refused = {**REFUSED, future: IN_THE_FUTURE}
    cases = " ".join(f"IF {wrong} THEN RAISE EXCEPTION '{message}'; END IF;" for wrong, message in refused.items())
    op.execute(
        "CREATE FUNCTION progress_update_is_sound() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {cases} RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER progress_update_is_sound BEFORE INSERT ON progress_update "
        "FOR EACH ROW EXECUTE FUNCTION progress_update_is_sound()"
    )


def function_of(table: str) -> str:
    """Return the name of the function that refuses changes to a table."""
    return "refuse_report" if table.startswith("report_") else f"refuse_{table}"


def downgrade() -> None:
    # Their triggers go with the tables.
    for table in TABLES:
        op.drop_table(table)
    if op.get_context().dialect.name != "sqlite":
        for name in {"progress_update_is_sound", *map(function_of, APPEND_ONLY)}:
            op.execute(f"DROP FUNCTION {name}")
