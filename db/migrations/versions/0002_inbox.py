"""Patients and conversations, their messages, and the keys that seal them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "item_key",
    "patient",
    "patient_index",
    "conversation",
    "message",
    "note",
    "draft",
    "presence",
)


def upgrade() -> None:
    """Create these tables, empty."""
    _item_key()
    _patient()
    _patient_index()
    _conversation()
    _message()
    _note()
    _draft()
    _presence()


def downgrade() -> None:
    """Drop these tables with everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _item_key() -> None:
    op.create_table(
        "item_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_item_key"),
    )
    op.create_index("ix_item_key_wrapped_by", "item_key", ["practice_id", "wrapped_by"])


def _patient() -> None:
    op.create_table(
        "patient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("ehr_ref", sa.String(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("mrn", sa.LargeBinary(), nullable=True),
        sa.Column("chart", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("replaced_by", sa.String(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(), nullable=True),
        sa.Column("wanted_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.UniqueConstraint("practice_id", "ehr_ref", name="uq_patient_practice_id_ehr_ref"),
    )


def _patient_index() -> None:
    op.create_table(
        "patient_index",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patient_index"),
        sa.UniqueConstraint(
            "practice_id",
            "digest",
            "patient_id",
            name="uq_patient_index_practice_id_digest_patient_id",
        ),
    )
    op.create_index("ix_patient_index_patient_id", "patient_index", ["patient_id"])


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("snippet", sa.LargeBinary(), nullable=True),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("urgency_rank", sa.Integer(), nullable=False),
        sa.Column("floor", sa.String(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("needs_reply", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("triage", sa.String(), nullable=False),
        sa.Column("triage_lease", sa.DateTime(), nullable=True),
        sa.Column("suspicious", sa.Boolean(), nullable=False),
        sa.Column("sorted_by", sa.String(), nullable=False),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(), nullable=True),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_as", sa.String(), nullable=False),
        sa.Column("purged_at", sa.DateTime(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint(
            "practice_id", "thread_id", name="uq_conversation_practice_id_thread_id"
        ),
    )
    op.create_index(
        "ix_conversation_closed", "conversation", ["practice_id", "purged_at", "closed_at"]
    )
    op.create_index("ix_conversation_patient", "conversation", ["practice_id", "patient_id"])
    op.create_index(
        "ix_conversation_queue",
        "conversation",
        [
            "practice_id",
            "state",
            "urgency_rank",
            "waiting_since",
            "id",
            "assigned_to",
            "pool",
            "category",
            "turn",
            "needs_reply",
            "confidence",
            "location",
            "provider",
            "patient_id",
        ],
    )
    op.create_index("ix_conversation_snoozed", "conversation", ["practice_id", "snoozed_until"])
    op.create_index(
        "ix_conversation_triage",
        "conversation",
        ["practice_id", "triage", "urgency_rank", "waiting_since"],
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("portal_id", sa.String(), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("delivery_ref", sa.String(), nullable=True),
        sa.Column("attachments", sa.LargeBinary(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint(
            "practice_id",
            "portal_id",
            "source_version",
            name="uq_message_practice_id_portal_id_source_version",
        ),
    )
    op.create_index(
        "ix_message_conversation", "message", ["practice_id", "conversation_id", "sent_at"]
    )


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_conversation", "note", ["practice_id", "conversation_id"])


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("source_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint(
            "practice_id", "conversation_id", name="uq_draft_practice_id_conversation_id"
        ),
    )


def _presence() -> None:
    op.create_table(
        "presence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("typing", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_presence"),
        sa.UniqueConstraint("practice_id", "staff_id", name="uq_presence_practice_id_staff_id"),
    )
