"""Who and where the practice is: the need for a directory, and the places that cross the border."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Place:
    """A location, department or provider (the words of ``kind``); claims name it by ``npi``."""

    ref: str
    kind: str
    name: str
    parent: str = ""
    npi: str = ""


class Directory(Protocol):
    """Who and where the practice is."""

    def places(self) -> Sequence[Place]:
        """Every location, department and provider."""
