"""Milestones of commitments, and typed links between commitments."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: Compared as SQLite compares, on PostgreSQL too.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LINK_KIND = sa.Enum(
    "restates",
    "strengthens",
    "weakens",
    "replaces",
    "splits",
    "depends_on",
    "in_return_for",
    name="commitmentlinkkind",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def upgrade() -> None:
    op.create_table(
        "commitment_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("kind", LINK_KIND, nullable=False),
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
    op.create_index(op.f("ix_commitment_link_commitment_id"), "commitment_link", ["commitment_id"])
    op.create_index(op.f("ix_commitment_link_to_id"), "commitment_link", ["to_id"])
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
    op.create_index(op.f("ix_milestone_commitment_id"), "milestone", ["commitment_id"])
    op.create_index(op.f("ix_milestone_due_on"), "milestone", ["due_on"])
    op.create_index(op.f("ix_milestone_passage_id"), "milestone", ["passage_id"])


def downgrade() -> None:
    op.drop_table("milestone")
    op.drop_table("commitment_link")
