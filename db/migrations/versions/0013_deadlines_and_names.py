"""The law's own limit beside a payer's deadline, why a finding was let pass, and names behind NPIs."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
# Until now only Medicare's lawful limits were kept with this confidence.
LAWFUL = "UPDATE payer_rule SET lawful_days = days WHERE confidence = 'standard'"


def upgrade() -> None:
    """Add the columns and the table; what was kept as standard is the law's."""
    op.add_column("payer_rule", sa.Column("lawful_days", sa.Integer(), nullable=True))
    op.execute(LAWFUL)
    why = sa.Column("overruled_for", sa.String(), nullable=False, server_default="")
    op.add_column("claim_finding", why)
    op.create_table(
        "npi_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("npi", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by_ehr", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_npi_name"),
        sa.UniqueConstraint("practice_id", "npi", name="uq_npi_name_practice_id_npi"),
    )


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("npi_name")
    op.drop_column("claim_finding", "overruled_for")
    op.drop_column("payer_rule", "lawful_days")
