"""What the other side says of itself, from which each road's reason for being closed follows."""

from collections.abc import Callable
from dataclasses import dataclass

from services.ehr.connection import PracticeConnection


@dataclass(frozen=True)
class Declared:
    """Token scopes and interactions of each type; ``carries_hl7``: we have a channel for it."""

    scopes: frozenset[str]
    interactions: dict[str, frozenset[str]]
    carries_hl7: bool = False

    def can(self, resource: str, interaction: str) -> bool:
        """Whether the CapabilityStatement declares it."""
        return interaction in self.interactions.get(resource, frozenset())


WhyNot = Callable[[PracticeConnection, Declared], str | None]
"""In words why a road is closed; ``None`` for an open one."""
