"""What a macro or a phrase was at each change: kept for ever, numbered from one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from db.shelf_versions import ShelfVersion, ShelfVersions
from services.desk import Desk
from services.errors import Stale


def keep_version(desk: Desk, shelf: str, id: UUID, body: Mapping[str, Any], stale: str) -> int:
    """Keep *body* as the next version of *id*; its number. Raises ``Stale`` in words of *stale*."""
    versions = desk.open(ShelfVersions)
    number = len(versions.of(shelf, str(id))) + 1
    version = ShelfVersion(
        practice_id=desk.practice_id, created_at=desk.now, shelf=shelf, key=str(id),
        number=number, body=dict(body), staff_id=desk.actor.staff_id,
    )  # fmt: skip
    if not versions.begin(version):
        raise Stale(stale)
    return number
