"""What payers remember between claims: deductibles met, services seen, numbers handed out."""

from dataclasses import dataclass, field
from datetime import date

from services.sandbox.clearing.model import Claim, Verdict
from services.sandbox.clearing.parties import Payer

Service = tuple[str, str, str]


@dataclass
class Book:
    """All payers' memory. ``met`` is cents of deductible by payer, member and year."""

    met: dict[tuple[str, str, int], int] = field(default_factory=dict)
    seen: dict[Service, list[tuple[date, str]]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    ends: dict[tuple[str, str], date] = field(default_factory=dict)
    issued: int = 0

    def copy(self) -> "Book":
        """Another one that can go its own way."""
        seen = {service: list(days) for service, days in self.seen.items()}
        return Book(dict(self.met), seen, dict(self.members), dict(self.ends), self.issued)

    def number(self, payer: str, day: date) -> str:
        """The payer's next claim control number."""
        self.issued += 1
        return f"{payer[1:3]}{day:%y%j}{self.issued:05}"

    def deductible_left(self, payer: Payer, member: str, year: int) -> int:
        """Cents of this year's deductible still to be met."""
        return max(0, payer.deductible - self.met.get((payer.id, member, year), 0))

    def meet(self, payer: Payer, member: str, year: int, cents: int) -> None:
        """Count *cents* towards the deductible."""
        key = (payer.id, member, year)
        self.met[key] = self.met.get(key, 0) + cents

    def give_back(self, verdict: Verdict) -> None:
        """A verdict is taken back: so is the deductible it counted."""
        claim = verdict.claim
        for a in verdict.adjustments:
            if (a.group, a.code) == ("PR", "1"):
                key = (claim.payer, claim.member, claim.day.year)
                self.met[key] = self.met.get(key, 0) - a.amount

    def enter(self, claim: Claim) -> None:
        """Remember the services of a claim that is adjudicated."""
        for line in claim.lines:
            days = self.seen.setdefault((claim.payer, claim.member, line.procedure), [])
            days.append((claim.day, claim.id))

    def earlier(self, claim: Claim, procedure: str, days: int) -> int:
        """How often other claims had *procedure* within *days* until this claim's day."""
        known = self.seen.get((claim.payer, claim.member, procedure), [])
        return sum(i != claim.id and 0 <= (claim.day - day).days < days for day, i in known)

    def knows(self, claim: Claim) -> bool:
        """Has this very claim been adjudicated, or another with its first service on its day?"""
        first = claim.lines[0].procedure
        known = self.seen.get((claim.payer, claim.member, first), [])
        return any(day == claim.day for day, _ in known)
