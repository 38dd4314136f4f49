"""A patient's words or facts in memory: printable only on purpose."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Phi:
    """Protected health information. Prints as a mask; ``.text`` is the real thing."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return "•••"

    def __repr__(self) -> str:
        return "Phi(•••)"

    def __format__(self, spec: str) -> str:
        return format("•••", spec)

    def __bool__(self) -> bool:
        return bool(self.text)
