"""Answers of payers about coverage."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, empty."""
    op.create_table(
        "eligibility_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("member_digest", sa.LargeBinary(), nullable=False),
        sa.Column("payer_id", sa.String(), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("covered", sa.String(), nullable=False),
        sa.Column("refusals", sa.String(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_eligibility_check"),
        sa.UniqueConstraint(
            "practice_id", "member_digest", "payer_id", "on_day",
            name="uq_eligibility_check_practice_id_member_digest_payer_id_on_day",
        ),
    )  # fmt: skip
    op.create_index("ix_eligibility_check_asked", "eligibility_check", ["practice_id", "asked_at"])


def downgrade() -> None:
    """Drop the table with everything in it."""
    op.drop_table("eligibility_check")
