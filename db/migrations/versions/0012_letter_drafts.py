"""Letters of appeal drafted by a model: the work on them, and what each draft took."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WORDS = ("model", "prompt_digest")
NUMBERS = ("tokens_in", "tokens_out", "tokens_cached", "microdollars", "took_ms")


def upgrade() -> None:
    """Create the table, and room beside each letter for what its draft took."""
    op.create_table(
        "letter_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("denial_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("chart", sa.LargeBinary(), nullable=True),
        sa.Column("chart_at", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter_draft"),
        sa.UniqueConstraint(
            "practice_id", "denial_id", name="uq_letter_draft_practice_id_denial_id"
        ),
    )
    with op.batch_alter_table("appeal_letter") as letters:
        for name in WORDS:
            letters.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        for name in NUMBERS:
            letters.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("appeal_letter") as letters:
        for name in (*WORDS, *NUMBERS):
            letters.alter_column(name, server_default=None)
    op.create_index("ix_denial_path", "denial", ["practice_id", "state", "path", "denied_on"])


def downgrade() -> None:
    """Drop them with everything in them."""
    op.drop_index("ix_denial_path", "denial")
    with op.batch_alter_table("appeal_letter") as letters:
        for name in (*WORDS, *NUMBERS):
            letters.drop_column(name)
    op.drop_table("letter_draft")
