"""The commitment that a claim is tied to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("claim") as batch:
        batch.add_column(sa.Column("commitment_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_claim_commitment_id"), "commitment", ["commitment_id"], ["id"])
    op.create_index(op.f("ix_claim_commitment_id"), "claim", ["commitment_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_claim_commitment_id"), "claim")
    with op.batch_alter_table("claim") as batch:
        batch.drop_constraint(op.f("fk_claim_commitment_id"), type_="foreignkey")
        batch.drop_column("commitment_id")
