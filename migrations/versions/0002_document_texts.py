"""Texts of documents, and what they say of each passage."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: Compared as SQLite compares, on PostgreSQL too.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CHECK = sa.Enum(
    "found", "moved", "not_found", "no_text", name="passagecheck", native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
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
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_paragraph IN (0, 1)", name=op.f("ck_document_text_first_paragraph_0_or_1")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_document_text_account_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_text_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_text")),
    )
    op.create_index(op.f("ix_document_text_document_id"), "document_text", ["document_id"])
    op.create_index(op.f("ix_document_text_account_id"), "document_text", ["account_id"])
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("text_sha256", TEXT, nullable=True))
    with op.batch_alter_table("passage") as batch:
        batch.add_column(sa.Column("exact", TEXT, nullable=True))
        batch.add_column(sa.Column("prefix", TEXT, nullable=True))
        batch.add_column(sa.Column("suffix", TEXT, nullable=True))
        batch.add_column(sa.Column("check_result", CHECK, nullable=False, server_default="no_text"))
        batch.add_column(sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("found_paragraph", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("found_start", sa.Integer(), nullable=True))
    with op.batch_alter_table("passage") as batch:
        batch.alter_column("check_result", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("passage") as batch:
        batch.drop_constraint(batch.f("ck_passage_passagecheck"), type_="check")
        batch.drop_column("found_start")
        batch.drop_column("found_paragraph")
        batch.drop_column("checked_at")
        batch.drop_column("check_result")
        batch.drop_column("suffix")
        batch.drop_column("prefix")
        batch.drop_column("exact")
    with op.batch_alter_table("document") as batch:
        batch.drop_column("text_sha256")
    op.drop_table("document_text")
