"""Notes of visits, their wordings, and template profiles; a delivery may be about a note.

Providers have their National Provider Identifier, which HL7 names them by.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("visit_note", "note_revision", "note_profile")


def upgrade() -> None:
    """Create these tables, empty; a delivery may be about a note."""
    _visit_note()
    _note_revision()
    _note_profile()
    with op.batch_alter_table("place") as place:
        place.add_column(sa.Column("npi", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("place") as place:  # in one batch SQLite would copy rows without it
        place.alter_column("npi", server_default=None)
    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("note_id", sa.Uuid(), nullable=True))
        delivery.create_index("ix_delivery_note", ["practice_id", "note_id"])


def downgrade() -> None:
    """Drop these tables with everything in them."""
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_index("ix_delivery_note")
        delivery.drop_column("note_id")
    with op.batch_alter_table("place") as place:
        place.drop_column("npi")
    for table in reversed(TABLES):
        op.drop_table(table)


def _visit_note() -> None:
    op.create_table(
        "visit_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("encounter_ref", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("visit_at", sa.DateTime(), nullable=False),
        sa.Column("visit_status", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("transcript", sa.LargeBinary(), nullable=True),
        sa.Column("gathered", sa.LargeBinary(), nullable=True),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("source_digest", sa.String(), nullable=False),
        sa.Column("has_transcript", sa.Boolean(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt_digest", sa.String(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=True),
        sa.Column("unsettled", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("looked_at", sa.DateTime(), nullable=True),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("filed_at", sa.DateTime(), nullable=True),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("purged_at", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visit_note"),
        sa.UniqueConstraint(
            "practice_id", "encounter_ref", name="uq_visit_note_practice_id_encounter_ref"
        ),
    )
    op.create_index("ix_visit_note_closed", "visit_note", ["practice_id", "purged_at", "closed_at"])
    op.create_index("ix_visit_note_patient", "visit_note", ["practice_id", "patient_id"])
    op.create_index("ix_visit_note_queue", "visit_note", ["practice_id", "state", "visit_at"])


def _note_revision() -> None:
    op.create_table(
        "note_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_note_revision"),
    )
    op.create_index("ix_note_revision_note", "note_revision", ["practice_id", "note_id", "version"])


def _note_profile() -> None:
    op.create_table(
        "note_profile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("road", sa.String(), nullable=False),
        sa.Column("is_discovered", sa.Boolean(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note_profile"),
        sa.UniqueConstraint(
            "practice_id",
            "location",
            "department",
            "version",
            name="uq_note_profile_practice_id_location_department_version",
        ),
    )
