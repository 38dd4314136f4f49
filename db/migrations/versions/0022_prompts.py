"""Versions of a practice's instructions for engines, and replays of past messages through them."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "prompt_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("live_by", sa.Uuid(), nullable=True),
        sa.Column("live_at", sa.DateTime(), nullable=True),
        sa.Column("because", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prompt_version"),
        sa.UniqueConstraint(
            "practice_id", "workflow", "number",
            name="uq_prompt_version_practice_id_workflow_number",
        ),
    )  # fmt: skip
    op.create_table(
        "prompt_replay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("live_digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("estimated", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_prompt_replay"),
    )
    op.create_index(
        "ix_prompt_replay_version", "prompt_replay", ["practice_id", "workflow", "created_at"]
    )
    op.create_table(
        "prompt_replay_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("replay_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lease", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("decided_category", sa.String(), nullable=False),
        sa.Column("decided_urgency", sa.String(), nullable=False),
        sa.Column("live_category", sa.String(), nullable=False),
        sa.Column("live_urgency", sa.String(), nullable=False),
        sa.Column("suggestion_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("has_draft", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("microdollars", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prompt_replay_item"),
        sa.UniqueConstraint(
            "practice_id", "replay_id", "conversation_id",
            name="uq_prompt_replay_item_practice_id_replay_id_conversation_id",
        ),
    )  # fmt: skip
    op.create_index(
        "ix_prompt_replay_item_next", "prompt_replay_item",
        ["practice_id", "replay_id", "state", "place"],
    )  # fmt: skip


def downgrade() -> None:
    """Drop them with everything in them."""
    op.drop_table("prompt_replay_item")
    op.drop_table("prompt_replay")
    op.drop_table("prompt_version")
