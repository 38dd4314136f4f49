"""Phrases of the practice's own, with the abbreviations that become them in a reply."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "phrase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("abbreviation", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phrase"),
        sa.UniqueConstraint(
            "practice_id", "abbreviation", name="uq_phrase_practice_id_abbreviation"
        ),
    )


def downgrade() -> None:
    """Drop it with everything in it."""
    op.drop_table("phrase")
