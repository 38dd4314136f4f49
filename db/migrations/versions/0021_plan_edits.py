"""What a planned change of the rollout was before somebody changed it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let every plan keep what it was; those that are there were never changed, as far as known."""
    with op.batch_alter_table("rollout_plan") as plan:
        plan.add_column(sa.Column("earlier", sa.JSON(), nullable=False, server_default="[]"))
    # In a step of its own: SQLite copies the rows with whatever default the step ends with.
    with op.batch_alter_table("rollout_plan") as plan:
        plan.alter_column("earlier", server_default=None)


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("rollout_plan") as plan:
        plan.drop_column("earlier")
