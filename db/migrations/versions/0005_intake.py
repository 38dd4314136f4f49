"""The schedule ahead, intake forms, and their fields."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

QUEUE = ["practice_id", "state", "visit_at", "id", "assigned_to", "pool", "match", "version"]
TABLES = ("visit", "intake_form", "intake_field", "handover")


def upgrade() -> None:
    """Create these tables, empty."""
    _visit()
    _intake_form()
    _intake_field()
    _handover()


def downgrade() -> None:
    """Drop these tables with everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _visit() -> None:
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("ehr_ref", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("forms_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint("practice_id", "ehr_ref", name="uq_visit_practice_id_ehr_ref"),
    )
    op.create_index("ix_visit_patient", "visit", ["practice_id", "patient_id", "starts_at"])
    op.create_index("ix_visit_starts", "visit", ["practice_id", "starts_at"])


def _intake_form() -> None:
    op.create_table(
        "intake_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_ref", sa.String(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("match", sa.String(), nullable=False),
        sa.Column("form_status", sa.String(), nullable=False),
        sa.Column("visit_ref", sa.String(), nullable=False),
        sa.Column("visit_at", sa.DateTime(), nullable=True),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("authored_at", sa.DateTime(), nullable=False),
        sa.Column("compared_at", sa.DateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("amended", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("fields", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("open_fields", sa.Integer(), nullable=False),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.Column("to_copy", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("committed_by", sa.Uuid(), nullable=True),
        sa.Column("committed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("purged_at", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        # SQLite reads a row up to the last column asked for: what is heavy comes last.
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("registration", sa.LargeBinary(), nullable=True),
        sa.Column("match_reasons", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_intake_form"),
        sa.UniqueConstraint(
            "practice_id", "source_ref", name="uq_intake_form_practice_id_source_ref"
        ),
    )
    op.create_index(
        "ix_intake_form_closed", "intake_form", ["practice_id", "purged_at", "closed_at"]
    )
    op.create_index("ix_intake_form_newest", "intake_form", ["practice_id", "closed_at"])
    op.create_index("ix_intake_form_patient", "intake_form", ["practice_id", "patient_id"])
    op.create_index("ix_intake_form_queue", "intake_form", QUEUE)


def _intake_field() -> None:
    op.create_table(
        "intake_field",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("chart_ref", sa.String(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("accepted", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_intake_field"),
    )
    op.create_index("ix_intake_field_delivery", "intake_field", ["practice_id", "delivery_id"])
    op.create_index("ix_intake_field_form", "intake_field", ["practice_id", "form_id", "position"])


def _handover() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("visit_ref", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
        sa.UniqueConstraint("practice_id", "form_id", name="uq_handover_practice_id_form_id"),
    )
    op.create_index("ix_handover_visit", "handover", ["practice_id", "visit_ref"])
