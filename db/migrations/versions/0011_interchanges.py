"""Each interchange of a file is known by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The content of what came before was not summed up: it is known by its name alone.
MOVE = """
INSERT INTO x12_interchange (id, practice_id, created_at, file_id, number, name, content)
SELECT id, practice_id, created_at, id, 1, interchange, '' FROM x12_file
WHERE interchange IS NOT NULL
"""
BACK = """
UPDATE x12_file SET interchange = (
    SELECT name FROM x12_interchange WHERE file_id = x12_file.id AND number = 1
)
"""


def upgrade() -> None:
    """Create the table; what files said of their first interchange moves there."""
    op.create_table(
        "x12_interchange",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_x12_interchange"),
        sa.UniqueConstraint(
            "practice_id", "file_id", "number",
            name="uq_x12_interchange_practice_id_file_id_number",
        ),
    )  # fmt: skip
    op.create_index("ix_x12_interchange_name", "x12_interchange", ["practice_id", "name"])
    op.execute(MOVE)
    op.drop_index("ix_x12_file_interchange", "x12_file")
    op.drop_column("x12_file", "interchange")


def downgrade() -> None:
    """Files say again what their first interchange is; of the others nothing is known."""
    op.add_column("x12_file", sa.Column("interchange", sa.LargeBinary(), nullable=True))
    op.execute(BACK)
    op.create_index("ix_x12_file_interchange", "x12_file", ["practice_id", "interchange"])
    op.drop_index("ix_x12_interchange_name", "x12_interchange")
    op.drop_table("x12_interchange")
