"""Where Alembic meets our tables; run by Alembic, on a connection that ``db.migrate`` opened."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy.types import TypeDecorator

from db.schema import metadata


def run() -> None:
    """Migrate inside the transaction that is already open, on either database."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata(),
        render_as_batch=True,  # SQLite cannot ALTER; a batch copies the table instead
        transactional_ddl=True,
        render_item=_as_plain_type,
    )
    context.run_migrations()


def _as_plain_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    # A revision is history: it must not change when one of our column types does.
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    return "sa.DateTime()" if isinstance(item.impl, sa.DateTime) else "sa.String()"


run()
