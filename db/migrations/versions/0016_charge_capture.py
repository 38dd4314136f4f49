"""Charges of visits; a delivery may be about them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ENCOUNTER = "uq_charge_capture_practice_id_encounter_ref"


def upgrade() -> None:
    """Create the table, empty; a delivery may be about a capture."""
    _charge_capture()
    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("charge_id", sa.Uuid(), nullable=True))
        delivery.create_index("ix_delivery_charge", ["practice_id", "charge_id"])


def downgrade() -> None:
    """Drop the table with everything in it."""
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_index("ix_delivery_charge")
        delivery.drop_column("charge_id")
    op.drop_table("charge_capture")


def _charge_capture() -> None:
    op.create_table(
        "charge_capture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("encounter_ref", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("visit_at", sa.DateTime(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("coding", sa.LargeBinary(), nullable=True),
        sa.Column("difference", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("note_digest", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("amended_at", sa.DateTime(), nullable=True),
        sa.Column("looked_at", sa.DateTime(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("purged_at", sa.DateTime(), nullable=True),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_charge_capture"),
        sa.UniqueConstraint("practice_id", "encounter_ref", name=ENCOUNTER),
    )
    op.create_index(
        "ix_charge_capture_closed", "charge_capture", ["practice_id", "purged_at", "closed_at"]
    )
    op.create_index("ix_charge_capture_patient", "charge_capture", ["practice_id", "patient_id"])
    op.create_index(
        "ix_charge_capture_queue", "charge_capture", ["practice_id", "state", "visit_at"]
    )
