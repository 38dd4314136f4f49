"""Summaries of visits for patients; a delivery may be about one."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, empty; a delivery may be about a summary."""
    _visit_summary()
    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("summary_id", sa.Uuid(), nullable=True))
        delivery.create_index("ix_delivery_summary", ["practice_id", "summary_id"])


def downgrade() -> None:
    """Drop the table with everything in it."""
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_index("ix_delivery_summary")
        delivery.drop_column("summary_id")
    op.drop_table("visit_summary")


def _visit_summary() -> None:
    op.create_table(
        "visit_summary",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("encounter_ref", sa.String(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("visit_at", sa.DateTime(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=True),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("earlier", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("spoken", sa.String(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("source_digest", sa.String(), nullable=False),
        sa.Column("newest_digest", sa.String(), nullable=False),
        sa.Column("sent_digest", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt_digest", sa.String(), nullable=False),
        sa.Column("unsettled", sa.Integer(), nullable=False),
        sa.Column("is_harder", sa.Boolean(), nullable=False),
        sa.Column("is_edited", sa.Boolean(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("looked_at", sa.DateTime(), nullable=True),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("purged_at", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visit_summary"),
        sa.UniqueConstraint(
            "practice_id", "encounter_ref", name="uq_visit_summary_practice_id_encounter_ref"
        ),
    )
    columns = ["practice_id", "purged_at", "closed_at"]
    op.create_index("ix_visit_summary_closed", "visit_summary", columns)
    op.create_index("ix_visit_summary_list", "visit_summary", ["practice_id", "state", "visit_at"])
    op.create_index("ix_visit_summary_patient", "visit_summary", ["practice_id", "patient_id"])
