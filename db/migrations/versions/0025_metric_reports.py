"""Reports of metrics by e-mail, and each call of a model with the workflow that it was for."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "metric_report",
        *_row(),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_metric_report"),
        sa.UniqueConstraint("practice_id", "week", name="uq_metric_report_practice_id_week"),
    )

    op.create_table(
        "ai_call",
        *_row(),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("microdollars", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ai_call"),
    )
    op.create_index("ix_ai_call_workflow", "ai_call", ["practice_id", "workflow", "at"])


def downgrade() -> None:
    """Drop them with everything in them."""
    op.drop_table("ai_call")
    op.drop_table("metric_report")


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
    ]
