"""What kind of document a form is, whose it may be, a note for colleagues, what clinicians decide."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

QUEUE = ("practice_id", "state", "visit_at", "id", "assigned_to", "pool", "match", "version")
COLUMNS = ("kind", "candidates", "note", "noted_by", "escalated")
PASSED_ON = """UPDATE intake_form SET escalated = (
    SELECT count(*) FROM intake_field
    WHERE intake_field.form_id = intake_form.id AND intake_field.replaced_at IS NULL
    AND intake_field.decision = 'escalated')"""


def upgrade() -> None:
    """Add the columns; check-in forms are of that kind, documents of none until read again."""
    op.add_column("intake_form", sa.Column("kind", sa.String(), nullable=True))
    op.add_column("intake_form", sa.Column("candidates", sa.LargeBinary(), nullable=True))
    op.add_column("intake_form", sa.Column("note", sa.LargeBinary(), nullable=True))
    op.add_column("intake_form", sa.Column("noted_by", sa.Uuid(), nullable=True))
    escalated = sa.Column("escalated", sa.Integer(), nullable=False, server_default="0")
    op.add_column("intake_form", escalated)
    _index(*QUEUE, "escalated")
    op.execute("UPDATE intake_form SET kind = 'check_in' WHERE source = 'check_in'")
    op.execute(PASSED_ON)


def downgrade() -> None:
    """Drop the columns with what they hold."""
    _index(*QUEUE)
    for name in COLUMNS:
        op.drop_column("intake_form", name)


def _index(*columns: str) -> None:
    """Everything the worklist asks for stands in its index."""
    op.drop_index("ix_intake_form_queue", "intake_form")
    op.create_index("ix_intake_form_queue", "intake_form", list(columns))
