"""Rollout by role and share, who is left out, versions, plans, and limits that pause by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = (
    "rollout_opt_out", "rollout_version", "rollout_plan", "guardrail", "guardrail_trip",
)  # fmt: skip


def upgrade() -> None:
    """Create these tables, empty; every stage of before stays as it is."""
    with op.batch_alter_table("rollout") as rollout:
        rollout.add_column(sa.Column("roles", sa.JSON(), nullable=False, server_default="[]"))
        rollout.add_column(sa.Column("percent", sa.Integer(), nullable=False, server_default="0"))
        rollout.add_column(sa.Column("draining", sa.JSON(), nullable=False, server_default="{}"))
    # In a step of its own: SQLite copies the rows with whatever default the step ends with.
    with op.batch_alter_table("rollout") as rollout:
        for column in ("roles", "percent", "draining"):
            rollout.alter_column(column, server_default=None)
    _opt_out()
    _version()
    _plan()
    _guardrails()


def downgrade() -> None:
    """Drop these tables with everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("rollout") as rollout:
        for column in ("draining", "percent", "roles"):
            rollout.drop_column(column)


def _row(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )


def _opt_out() -> None:
    _row(
        "rollout_opt_out",
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("because", sa.String(), nullable=False),
        sa.UniqueConstraint(
            "practice_id",
            "workflow",
            "staff_id",
            name="uq_rollout_opt_out_practice_id_workflow_staff_id",
        ),
    )


def _version() -> None:
    _row(
        "rollout_version",
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("because", sa.String(), nullable=False),
        sa.UniqueConstraint(
            "practice_id",
            "workflow",
            "number",
            name="uq_rollout_version_practice_id_workflow_number",
        ),
    )


def _plan() -> None:
    _row(
        "rollout_plan",
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("move", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("stops_at", sa.DateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
    )
    op.create_index("ix_rollout_plan_state", "rollout_plan", ["practice_id", "state"])


def _guardrails() -> None:
    _row(
        "guardrail",
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("limit", sa.Float(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.UniqueConstraint(
            "practice_id",
            "workflow",
            "measure",
            name="uq_guardrail_practice_id_workflow_measure",
        ),
    )
    _row(
        "guardrail_trip",
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("limit", sa.Float(), nullable=False),
        sa.Column("paused", sa.JSON(), nullable=False),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
    )
    op.create_index("ix_guardrail_trip_at", "guardrail_trip", ["practice_id", "at"])
