"""Reminders before visits, and which patients want none."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("reminder", "reminder_preference")


def upgrade() -> None:
    """Create these tables, empty."""
    _reminder()
    _reminder_preference()


def downgrade() -> None:
    """Drop these tables with everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("visit_at", sa.DateTime(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("send_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("portal_id", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("read_to", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_in", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("purged_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint(
            "practice_id",
            "visit_id",
            "kind",
            "lead_days",
            "attempt",
            name="uq_reminder_practice_id_visit_id_kind_lead_days_attempt",
        ),
    )
    op.create_index("ix_reminder_closed", "reminder", ["practice_id", "purged_at", "closed_at"])
    op.create_index(
        "ix_reminder_list", "reminder", ["practice_id", "closed_at", "state", "send_at"]
    )
    op.create_index("ix_reminder_patient", "reminder", ["practice_id", "patient_id"])


def _reminder_preference() -> None:
    op.create_table(
        "reminder_preference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_preference"),
        sa.UniqueConstraint(
            "practice_id", "patient_id", name="uq_reminder_preference_practice_id_patient_id"
        ),
    )
