"""Facts for metrics, packed by day, and the practice's own targets."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = ("metric_fact", "metric_day", "metric_group", "metric_cursor", "metric_target")
PLACES = ("location", "department", "provider", "payer", "label")


def upgrade() -> None:
    """Create these tables, empty; the next gathering fills them from what is stored."""
    _fact()
    _day()
    _group()
    _cursor()
    _target()


def downgrade() -> None:
    """Drop these tables with everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
    ]


def _fact() -> None:
    op.create_table(
        "metric_fact",
        *_row(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_metric_fact"),
    )
    op.create_index("ix_metric_fact_subject", "metric_fact", ["practice_id", "subject"])
    op.create_index("ix_metric_fact_value", "metric_fact", ["practice_id", "kind", "day", "value"])


def _day() -> None:
    op.create_table(
        "metric_day",
        *_row(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("groups", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_metric_day"),
        sa.UniqueConstraint(
            "practice_id", "kind", "day", name="uq_metric_day_practice_id_kind_day"
        ),
    )


def _group() -> None:
    op.create_table(
        "metric_group",
        *_row(),
        sa.Column("code", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in PLACES),
        sa.Column("mode", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_metric_group"),
        sa.UniqueConstraint("practice_id", "code", name="uq_metric_group_practice_id_code"),
    )


def _cursor() -> None:
    op.create_table(
        "metric_cursor",
        *_row(),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_metric_cursor"),
        sa.UniqueConstraint("practice_id", "source", name="uq_metric_cursor_practice_id_source"),
    )


def _target() -> None:
    op.create_table(
        "metric_target",
        *_row(),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("target", sa.Float(), nullable=True),
        sa.Column("baseline", sa.Float(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_metric_target"),
        sa.UniqueConstraint(
            "practice_id", "metric", "month", name="uq_metric_target_practice_id_metric_month"
        ),
    )
