"""What a payer paid and why not more: the rows of an 835 (005010X221A1 and 004010X091)."""

from datetime import date
from decimal import Decimal

from services.ehr.x12.rows import Amount, Dated, Named, Reference, Row

DENIED, REVERSAL, PREDETERMINATION = "4", "22", "25"
# Patient's share, fee schedule and sequestration explain a payment; they refuse none.
NO_DENIALS = frozenset(("1", "2", "3", "45", "253"))


class Adjustment(Row, frozen=True):
    """One triplet of CAS: who bears it (CO, PR, OA, PI, CR), the CARC, cents, maybe units."""

    group: str
    reason: str
    amount: int
    quantity: Decimal | None = None


class ServiceLine(Row, frozen=True):
    """Loop 2110. ``submitted`` is SVC06, where the payer decided on another procedure."""

    qualifier: str
    procedure: str
    modifiers: tuple[str, ...]
    charge: int
    paid: int
    revenue_code: str = ""
    units_paid: Decimal | None = None
    submitted: str = ""
    units_billed: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    dates: tuple[Dated, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[Amount, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def control(self) -> str:
        """REF*6R: the number that the practice gave the line."""
        return _referred(self.references, "6R")

    @property
    def difference(self) -> int:
        """Charge less adjustments less payment: 0 cents where the line balances."""
        left = self.charge - self.paid
        for adjustment in self.adjustments:
            left -= adjustment.amount
        return left

    @property
    def is_denied(self) -> bool:
        """Nothing was paid, for a reason that is a denial."""
        return self.paid == 0 and any(map(is_denial, self.adjustments))


class ClaimPayment(Row, frozen=True):
    """Loop 2100 with its lines. ``segment`` is where its CLP stands in the file."""

    segment: int
    claim_id: str
    status: str
    charge: int
    paid: int
    patient_responsibility: int
    filing_indicator: str = ""
    payer_claim_id: str = ""
    facility: str = ""
    frequency: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    names: tuple[Named, ...] = ()
    dates: tuple[Dated, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[Amount, ...] = ()
    remarks: tuple[str, ...] = ()
    lines: tuple[ServiceLine, ...] = ()

    def named(self, role: str) -> Named | None:
        """QC patient, IL insured, 74 corrected, 82 rendering, TT crossover carrier, PR payer."""
        return next((named for named in self.names if named.role == role), None)

    @property
    def is_reversal(self) -> bool:
        """It takes an earlier payment back; a correction usually follows."""
        return self.status == REVERSAL

    @property
    def is_denied(self) -> bool:
        """Status 4, or a claim or line paid nothing for a reason that is a denial.

        Payers often say 1 and pay nothing. A reversal denies nothing by itself.
        """
        if self.status in (REVERSAL, PREDETERMINATION):
            return False
        if self.status == DENIED or any(line.is_denied for line in self.lines):
            return True
        everything = (*self.adjustments, *(a for line in self.lines for a in line.adjustments))
        return self.paid == 0 and any(map(is_denial, everything))

    @property
    def difference(self) -> int:
        """Charge less all adjustments less payment: 0 cents where the claim balances."""
        left = self.charge - self.paid
        for adjustment in self.adjustments:
            left -= adjustment.amount
        for line in self.lines:
            for adjustment in line.adjustments:
                left -= adjustment.amount
        return left


class ProviderAdjustment(Row, frozen=True):
    """One pair of PLB; a positive amount lowers the payment. ``fiscal_day`` as YYYYMMDD."""

    provider: str
    fiscal_day: str
    reason: str
    reference: str
    amount: int


class Company(Row, frozen=True):
    """A payer or payee of segment N1."""

    name: str = ""
    qualifier: str = ""
    id: str = ""
    references: tuple[Reference, ...] = ()


class Payment(Row, frozen=True):
    """What BPR and TRN promise: how much, when, how, and by which trace number."""

    amount: int
    handling: str
    credit: str
    method: str
    paid_on: date | None
    trace: str
    originator: str
    payer: Company
    payee: Company
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()


class Settlement(Row, frozen=True):
    """The end of a transaction: what PLB adjusts, and whether everything adds up to the cent.

    ``lines_out`` and ``claims_out`` are the segments and cents of the first that do not.
    """

    promised: int
    paid: int
    charged: int
    claims: int
    lines: int
    provider_adjustments: tuple[ProviderAdjustment, ...]
    lines_out: tuple[tuple[int, int], ...] = ()
    claims_out: tuple[tuple[int, int], ...] = ()

    @property
    def difference(self) -> int:
        """BPR02 less what the claims sum to and PLB leaves of it: 0 cents where it balances."""
        adjusted = sum(a.amount for a in self.provider_adjustments)
        return self.promised - (self.paid - adjusted)

    @property
    def balances(self) -> bool:
        """Whether every line, every claim and the payment add up."""
        return not (self.lines_out or self.claims_out or self.difference)


def is_denial(adjustment: Adjustment) -> bool:
    """Whether *adjustment* takes money away for a reason that refuses the service."""
    return adjustment.amount > 0 and adjustment.reason not in NO_DENIALS


def _referred(references: tuple[Reference, ...], qualifier: str) -> str:
    return next((r.value for r in references if r.qualifier == qualifier), "")
