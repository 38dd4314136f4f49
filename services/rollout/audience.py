"""Whom a pilot reaches: people by name, people by role, and a share that stays the same people."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Protocol
from uuid import UUID


class Audience(Protocol):
    """What says whom a pilot reaches, such as a ``Rollout`` row."""

    @property
    def pilots(self) -> Sequence[str]:
        """Staff ids."""

    @property
    def roles(self) -> Sequence[str]:
        """Roles; none means every role."""

    @property
    def percent(self) -> int:
        """Which share of those roles."""


def bucket(practice_id: UUID, workflow: str, staff_id: UUID) -> int:
    """A person's place among 100, the same for as long as they work here.

    Whoever is in at 20 percent is in at 50, and each workflow draws its own order.
    """
    drawn = sha256(f"{practice_id}/{workflow}/{staff_id}".encode()).digest()
    return int.from_bytes(drawn[:8]) % 100


def reaches(
    audience: Audience, practice_id: UUID, workflow: str, staff_id: UUID | None,
    roles: Mapping[UUID, str],
) -> bool:  # fmt: skip
    """Whether the pilot reaches this person; *roles* says who is what."""
    if staff_id is None:
        return False
    if str(staff_id) in audience.pilots:
        return True
    if audience.roles and roles.get(staff_id, "") not in audience.roles:
        return False
    return bucket(practice_id, workflow, staff_id) < audience.percent
