"""What a claim is, and what a payer said of it: plain values, money in integer cents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# Adjustments that are not denials: contract, deductible, coinsurance, copay, sequestration, other payer.
ORDINARY = {"45", "1", "2", "3", "253", "23"}


@dataclass(frozen=True)
class Adjustment:
    """One CAS triplet: group code, CARC, cents."""

    group: str
    code: str
    amount: int

    @property
    def denies(self) -> bool:
        """Is this a denial, rather than what the contract or the plan takes off?"""
        return self.code not in ORDINARY


@dataclass(frozen=True)
class Line:
    """One service. ``pointers`` count diagnoses from 1; ``units`` are whole."""

    procedure: str
    charge: int
    pointers: tuple[int, ...]
    modifiers: tuple[str, ...] = ()
    units: int = 1


@dataclass(frozen=True)
class Person:
    """Patient or subscriber; ``born`` is a date, ``sex`` one of M, F, U."""

    family: str
    given: str
    born: date
    sex: str
    address: tuple[str, str, str, str]


@dataclass(frozen=True)
class OtherPayer:
    """What the primary did before this payer is asked; one tuple of adjustments a line."""

    payer: str
    member: str
    paid: tuple[int, ...]
    adjustments: tuple[tuple[Adjustment, ...], ...]
    day: date


@dataclass(frozen=True)
class Claim:
    """A claim, professional or an institution's. ``frequency`` 1 is a first one, 7 replaces, 8 voids ``original``."""

    id: str
    payer: str
    member: str
    subject: Person
    day: date
    lines: tuple[Line, ...]
    diagnoses: tuple[str, ...]
    rendering: str
    facility: str
    patient: str = ""
    relationship: str = "18"
    holder: Person | None = None
    group: str = ""
    authorization: str = ""
    referring: str = ""
    frequency: str = "1"
    original: str = ""
    order: int = 1
    other: OtherPayer | None = None
    billing: str = ""
    encounter: str = ""
    institutional: bool = False

    @property
    def charge(self) -> int:
        """What is billed."""
        return sum(line.charge for line in self.lines)


@dataclass(frozen=True)
class LineVerdict:
    """What the payer did with one line."""

    charge: int
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def paid(self) -> int:
        """Charge less every adjustment."""
        return self.charge - sum(a.amount for a in self.adjustments)

    def negated(self) -> "LineVerdict":
        """The same, taken back."""
        taken = tuple(Adjustment(a.group, a.code, -a.amount) for a in self.adjustments)
        return LineVerdict(-self.charge, taken)


@dataclass(frozen=True)
class Verdict:
    """One CLP: a claim paid, denied or taken back. ``whole`` says it is told at claim level, without lines."""

    claim: Claim
    status: str
    lines: tuple[LineVerdict, ...]
    number: str
    received: date
    remarks: tuple[str, ...] = ()
    whole: bool = False

    @property
    def adjustments(self) -> Iterator[Adjustment]:
        """Every adjustment of every line."""
        return (a for line in self.lines for a in line.adjustments)

    @property
    def charge(self) -> int:
        """CLP03."""
        return sum(line.charge for line in self.lines)

    @property
    def paid(self) -> int:
        """CLP04."""
        return sum(line.paid for line in self.lines)

    @property
    def owed(self) -> int:
        """CLP05: what is left to the patient."""
        return sum(a.amount for a in self.adjustments if a.group == "PR")

    @property
    def denied(self) -> int:
        """Cents taken off by denials."""
        return sum(a.amount for a in self.adjustments if a.denies)

    @property
    def reversal(self) -> bool:
        """Does this take an earlier one back?"""
        return self.status == "22"

    def reversed(self) -> "Verdict":
        """The CLP that takes this one back: every amount negative, status 22."""
        lines = tuple(line.negated() for line in self.lines)
        return Verdict(self.claim, "22", lines, self.number, self.received, (), self.whole)


@dataclass(frozen=True)
class Rejection:
    """Why a claim was never adjudicated: category and status codes (X12 507, 508), and whose."""

    category: str
    status: str
    entity: str = ""


@dataclass(frozen=True)
class Script:
    """An outcome a rehearsal asked for. ``result`` is paid, denied or rejected."""

    result: str
    group: str = "CO"
    carc: str = ""
    remarks: tuple[str, ...] = ()
    line: int = 0
    rejection: Rejection | None = None
    appeal: str = ""


@dataclass(frozen=True)
class Levy:
    """One PLB amount, positive where it lowers the payment (L6 interest is negative)."""

    reason: str
    reference: str
    amount: int


@dataclass(frozen=True)
class Remittance:
    """One 835: what a payer paid, for which claims. ``slip`` cents are added to BPR02 by mistake."""

    payer: str
    day: date
    trace: str
    verdicts: tuple[Verdict, ...]
    levies: tuple[Levy, ...] = ()
    slip: int = 0

    @property
    def payment(self) -> int:
        """BPR02 when it balances: claims less provider-level adjustments."""
        return sum(v.paid for v in self.verdicts) - sum(levy.amount for levy in self.levies)
