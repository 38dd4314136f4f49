"""Files from the clearinghouse, claims, their timelines, findings and payments."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("adjustment", "claim", "claim_event", "claim_finding", "claim_payment", "x12_file")


def upgrade() -> None:
    """Create these tables, empty; a delivery may be about a claim."""
    _adjustment()
    _claim()
    _claim_event()
    _claim_finding()
    _claim_payment()
    _x12_file()
    _delivery()


def downgrade() -> None:
    """Drop these tables with everything in them."""
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_index("ix_delivery_claim")
        delivery.drop_column("denial_id")
        delivery.drop_column("claim_id")
    for table in reversed(TABLES):
        op.drop_table(table)


def _adjustment() -> None:
    op.create_table(
        "adjustment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("group_code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_adjustment"),
    )
    op.create_index("ix_adjustment_payment", "adjustment", ["practice_id", "payment_id"])
    op.create_index("ix_adjustment_reason", "adjustment", ["practice_id", "reason", "group_code"])


def _claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_digest", sa.LargeBinary(), nullable=False),
        sa.Column("payer_control", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("traits", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("name_digest", sa.LargeBinary(), nullable=True),
        sa.Column("birth_digest", sa.LargeBinary(), nullable=True),
        sa.Column("payer_id", sa.String(), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("charge_cents", sa.Integer(), nullable=False),
        sa.Column("paid_cents", sa.Integer(), nullable=False),
        sa.Column("patient_cents", sa.Integer(), nullable=False),
        sa.Column("adjusted_cents", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=True),
        sa.Column("risk_model", sa.String(), nullable=False),
        sa.Column("risk_on", sa.Date(), nullable=True),
        sa.Column("risk_reasons", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("purged_at", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_claim"),
        sa.UniqueConstraint(
            "practice_id", "number_digest", name="uq_claim_practice_id_number_digest"
        ),
    )
    op.create_index("ix_claim_answered", "claim", ["practice_id", "answered_at"])
    op.create_index("ix_claim_paid", "claim", ["practice_id", "paid_cents"])
    op.create_index("ix_claim_closed", "claim", ["practice_id", "purged_at", "closed_at"])
    op.create_index("ix_claim_name", "claim", ["practice_id", "name_digest"])
    op.create_index("ix_claim_birth", "claim", ["practice_id", "birth_digest"])
    op.create_index("ix_claim_patient", "claim", ["practice_id", "patient_id"])
    op.create_index("ix_claim_payer", "claim", ["practice_id", "payer_id", "service_on"])
    op.create_index("ix_claim_queue", "claim", ["practice_id", "state", "service_on", "id"])


def _claim_event() -> None:
    op.create_table(
        "claim_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_claim_event"),
        sa.UniqueConstraint(
            "practice_id", "file_id", "place", name="uq_claim_event_practice_id_file_id_place"
        ),
    )
    op.create_index("ix_claim_event_code", "claim_event", ["practice_id", "code"])
    op.create_index("ix_claim_event_claim", "claim_event", ["practice_id", "claim_id", "at"])


def _claim_finding() -> None:
    op.create_table(
        "claim_finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("sentence", sa.LargeBinary(), nullable=True),
        sa.Column("fix", sa.LargeBinary(), nullable=True),
        sa.Column("overruled_by", sa.Uuid(), nullable=True),
        sa.Column("overruled_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_claim_finding"),
    )
    op.create_index("ix_claim_finding_claim", "claim_finding", ["practice_id", "claim_id"])


def _claim_payment() -> None:
    op.create_table(
        "claim_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("unmatched", sa.Boolean(), nullable=False),
        sa.Column("number_digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.String(), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("charge_cents", sa.Integer(), nullable=False),
        sa.Column("paid_cents", sa.Integer(), nullable=False),
        sa.Column("patient_cents", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Boolean(), nullable=False),
        sa.Column("reversal", sa.Boolean(), nullable=False),
        sa.Column("reversed_by", sa.Uuid(), nullable=True),
        sa.Column("matched_by", sa.Uuid(), nullable=True),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_claim_payment"),
        sa.UniqueConstraint(
            "practice_id", "file_id", "place", name="uq_claim_payment_practice_id_file_id_place"
        ),
    )
    op.create_index(
        "ix_claim_payment_claim", "claim_payment", ["practice_id", "claim_id", "paid_on"]
    )
    op.create_index(
        "ix_claim_payment_sums",
        "claim_payment",
        ["practice_id", "unmatched", "reversal", "paid_cents"],
    )
    op.create_index("ix_claim_payment_reversed", "claim_payment", ["practice_id", "reversed_by"])
    op.create_index("ix_claim_payment_number", "claim_payment", ["practice_id", "number_digest"])
    op.create_index("ix_claim_payment_unmatched", "claim_payment", ["practice_id", "unmatched"])


def _x12_file() -> None:
    op.create_table(
        "x12_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("interchange", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("difference_cents", sa.BigInteger(), nullable=True),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("provider_cents", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("purged_at", sa.DateTime(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_x12_file"),
        sa.UniqueConstraint("practice_id", "digest", name="uq_x12_file_practice_id_digest"),
    )
    op.create_index("ix_x12_file_closed", "x12_file", ["practice_id", "purged_at", "closed_at"])
    op.create_index("ix_x12_file_interchange", "x12_file", ["practice_id", "interchange"])
    op.create_index("ix_x12_file_state", "x12_file", ["practice_id", "state", "received_at"])


def _delivery() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claim_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("denial_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_delivery_claim", ["practice_id", "claim_id"], unique=False)
