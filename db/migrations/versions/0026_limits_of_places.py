"""Limits of single places, how long a pause lasted, and what happened to a rollout as rows of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OLD, NEW = (f"uq_guardrail_practice_id_workflow_measure{end}" for end in ("", "_scope"))
# Marks of before: nobody can say of which workflow, so they are drawn for every one.
MARKS = """
INSERT INTO rollout_event
    (id, practice_id, created_at, workflow, scope, kind, at, told, "by", simulated)
SELECT id, practice_id, created_at, '', '', 'changed', at, label, NULL, {no}
FROM metric_fact WHERE kind = 'rollout.event'
"""


def upgrade() -> None:
    """Create the table and the columns; limits and pauses of before are the whole practice's."""
    with op.batch_alter_table("guardrail") as guardrail:
        guardrail.add_column(sa.Column("scope", sa.String(), nullable=False, server_default=""))
        guardrail.drop_constraint(OLD, type_="unique")
        guardrail.create_unique_constraint(NEW, ["practice_id", "workflow", "measure", "scope"])
    with op.batch_alter_table("guardrail_trip") as trip:
        trip.add_column(sa.Column("scope", sa.String(), nullable=False, server_default=""))
        trip.add_column(sa.Column("resumed_by", sa.Uuid(), nullable=True))
        trip.add_column(sa.Column("resumed_at", sa.DateTime(), nullable=True))
        trip.add_column(
            sa.Column("simulated", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    # In a step of its own: SQLite copies the rows with whatever default the step ends with.
    with op.batch_alter_table("guardrail") as guardrail:
        guardrail.alter_column("scope", server_default=None)
    with op.batch_alter_table("guardrail_trip") as trip:
        trip.alter_column("scope", server_default=None)
        trip.alter_column("simulated", server_default=None)
    _end_old_pauses()
    _events()


def downgrade() -> None:
    """Drop these with everything in them; limits of places go, those of the practice stay."""
    op.drop_index("ix_rollout_event_at", "rollout_event")
    op.drop_table("rollout_event")
    op.execute("DELETE FROM guardrail WHERE scope <> ''")
    with op.batch_alter_table("guardrail") as guardrail:
        guardrail.drop_constraint(NEW, type_="unique")
        guardrail.create_unique_constraint(OLD, ["practice_id", "workflow", "measure"])
        guardrail.drop_column("scope")
    with op.batch_alter_table("guardrail_trip") as trip:
        for column in ("simulated", "resumed_at", "resumed_by", "scope"):
            trip.drop_column(column)


def _end_old_pauses() -> None:
    # Whether they were ended nobody wrote down, and who switches it on does not end them now.
    op.execute("UPDATE guardrail_trip SET resumed_at = at")


def _events() -> None:
    op.create_table(
        "rollout_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollout_event"),
    )
    op.create_index("ix_rollout_event_at", "rollout_event", ["practice_id", "workflow", "at"])
    op.execute(MARKS.format(no="false"))
    for table in ("metric_fact", "metric_day"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'rollout.event'")  # noqa: S608
