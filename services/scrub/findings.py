"""What a rule is, what it finds on a claim, and how that is shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.ehr.x12.claim import Claim
from services.scrub.context import Context


class Severity(StrEnum):
    """A claim with a ``hold`` is not submitted before it is corrected or the finding overruled."""

    HOLD = "hold"
    WARN = "warn"


@dataclass(frozen=True, repr=False)
class Found:
    """What a check tells of one place on a claim; ``line`` counts from 1, ``None`` is the claim.

    ``sentence`` and ``fix`` are for staff and name codes and lines, never a person; ``value`` is
    what the claim says there, and may be patient data.
    """

    field: str
    value: str
    sentence: str
    fix: str
    line: int | None = None


Check = Callable[[Claim, Context], Iterable[Found]]


@dataclass(frozen=True)
class Rule:
    """One rule: ``sentence`` says what it asks of a claim, ``source`` on whose word.

    ``professional`` rules ask what only an 837P has, or go by lists made for those who bill on it.
    """

    id: str
    severity: Severity
    sentence: str
    source: str
    check: Check
    professional: bool = False


@dataclass(frozen=True, repr=False)
class Finding:
    """What one rule found in one place of a claim."""

    rule: str
    severity: Severity
    field: str
    line: int | None
    value: str
    sentence: str
    fix: str
    source: str

    def __repr__(self) -> str:
        return f"<Finding {self.rule} {self.severity} line={self.line}>"

    @property
    def holds(self) -> bool:
        """Whether the claim must not be submitted as it is."""
        return self.severity is Severity.HOLD
