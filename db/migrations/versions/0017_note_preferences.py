"""How each provider likes their notes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, empty: nobody has said anything yet."""
    op.create_table(
        "note_preference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note_preference"),
        sa.UniqueConstraint(
            "practice_id", "staff_id", name="uq_note_preference_practice_id_staff_id"
        ),
        sa.UniqueConstraint(
            "practice_id", "provider", name="uq_note_preference_practice_id_provider"
        ),
    )


def downgrade() -> None:
    """Drop the table with everything in it."""
    op.drop_table("note_preference")
