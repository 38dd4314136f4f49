"""Denials, appeal letters, payers' deadlines, and models that estimate denials."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("appeal_letter", "denial", "payer_rule", "risk_model")


def upgrade() -> None:
    """Create these tables, empty."""
    _appeal_letter()
    _denial()
    _payer_rule()
    _risk_model()


def downgrade() -> None:
    """Drop these tables with everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _appeal_letter() -> None:
    op.create_table(
        "appeal_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("denial_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("first", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("needed", sa.LargeBinary(), nullable=True),
        sa.Column("enclosures", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_appeal_letter"),
    )
    op.create_index("ix_appeal_letter_denial", "appeal_letter", ["practice_id", "denial_id"])


def _denial() -> None:
    op.create_table(
        "denial",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("payer_id", sa.String(), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("carc", sa.String(), nullable=False),
        sa.Column("group_code", sa.String(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("scenario", sa.Integer(), nullable=False),
        sa.Column("denied_cents", sa.Integer(), nullable=False),
        sa.Column("recovered_cents", sa.Integer(), nullable=False),
        sa.Column("denied_on", sa.Date(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("path_reason", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_from", sa.String(), nullable=False),
        sa.Column("expected_cents", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("ranked_on", sa.Date(), nullable=True),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("last_actor", sa.Uuid(), nullable=True),
        sa.Column("last_verb", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_denial"),
    )
    op.create_index("ix_denial_claim", "denial", ["practice_id", "claim_id"])
    op.create_index("ix_denial_closed", "denial", ["practice_id", "closed_at"])
    op.create_index("ix_denial_group", "denial", ["practice_id", "group_key", "state"])
    op.create_index("ix_denial_queue", "denial", ["practice_id", "state", "urgency", "id"])


def _payer_rule() -> None:
    op.create_table(
        "payer_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("payer_id", sa.String(), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payer_rule"),
        sa.UniqueConstraint(
            "practice_id", "payer_id", "purpose", name="uq_payer_rule_practice_id_payer_id_purpose"
        ),
    )


def _risk_model() -> None:
    op.create_table(
        "risk_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("trained_at", sa.DateTime(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Integer(), nullable=False),
        sa.Column("tested", sa.Integer(), nullable=False),
        sa.Column("artefact", sa.String(), nullable=False),
        sa.Column("reliability", sa.JSON(), nullable=False),
        sa.Column("brier", sa.Float(), nullable=False),
        sa.Column("base_brier", sa.Float(), nullable=False),
        sa.Column("auc", sa.Float(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("why_not", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_risk_model"),
    )
    op.create_index("ix_risk_model_newest", "risk_model", ["practice_id", "trained_at"])
