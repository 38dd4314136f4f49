"""A kept file checked to its end before any of it counts: its kind, what it sums to, whether it adds up."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from services.ehr.x12.acknowledgement import Acknowledgement
from services.ehr.x12.claim import Claim
from services.ehr.x12.envelope import Interchange, Transaction
from services.ehr.x12.reading import AnyRow, rows
from services.ehr.x12.remittance import ClaimPayment, Payment, Settlement
from services.ehr.x12.status import ClaimStatus
from services.money import dollars

COUNTED = (ClaimPayment, ClaimStatus, Claim, Acknowledgement)
# 20 million dollars, what a column of cents holds; no claim has more, no payment a thousand times it.
MOST_CENTS = 2_000_000_000
SHOWN = 20  # places of a file that does not balance, as shown to a person


@dataclass(frozen=True)
class Placed:
    """One row that counts: its number in the file, where it stands, and in an 835 whose payment."""

    place: int
    transaction: Transaction
    row: AnyRow
    payment: Payment | None


@dataclass
class Reading:
    """What a whole file comes to; its rows are read again when they are posted. Money in cents."""

    interchange: str = field(default="", repr=False)
    kind: str = ""
    is_test: bool = False
    sent_at: datetime | None = None
    findings: list[str] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    claims: int = 0
    charged: int = 0
    paid: int = 0
    largest: int = 0

    @property
    def difference(self) -> int:
        """By how many cents it fails to balance, all failures added up without their signs."""
        return sum(_differences(settlement) for settlement in self.settlements)

    @property
    def provider(self) -> int:
        """What PLB withholds (positive) or adds."""
        return sum(p.amount for s in self.settlements for p in s.provider_adjustments)


def read(data: bytes) -> Reading:
    """Read *data* to its end. Raises ``X12Fault``: then nothing of it may be used.

    Memory does not grow with the file: rows are counted and let go.
    """
    found = Reading(sent_at=_sent_at(data))
    first: Transaction | None = None
    for body, row in rows(io.BytesIO(data)):
        first = first or body.header
        if row is None:
            found.findings += body.findings
        else:
            _count(found, row)
    sent = first or Transaction("", "", "", "", "", Interchange())
    isa = sent.interchange
    found.interchange = f"{isa.sender}/{isa.receiver}/{isa.control}"
    found.kind, found.is_test = _kind(sent), isa.is_test
    return found


def placed(data: bytes) -> Iterator[Placed]:
    """The rows of *data* that count, in order, numbered from 1. Read it whole first."""
    payment: Payment | None = None
    numbers = count(1)
    for body, row in rows(io.BytesIO(data)):
        if isinstance(row, Payment):
            next(numbers)  # its number is its own, as files were numbered from the start
            payment = row
        elif isinstance(row, COUNTED):
            yield Placed(next(numbers), body.header, row, payment)


def _count(found: Reading, row: AnyRow) -> None:
    if isinstance(row, Settlement):
        found.settlements.append(row)
        whole = (row.promised, *(p.amount for p in row.provider_adjustments))
        found.largest = max([found.largest, *(abs(cents) // 1_000 for cents in whole)])
    if not isinstance(row, COUNTED):
        return
    found.claims += 1
    if isinstance(row, ClaimPayment):
        found.charged += row.charge
        found.paid += row.paid
    found.largest = max([found.largest, *map(abs, _amounts(row))])


def _amounts(row: AnyRow) -> Iterator[int]:
    if isinstance(row, ClaimPayment):
        yield from (row.charge, row.paid, row.patient_responsibility)
        yield from (a.amount for a in row.adjustments)
        yield from (a.amount for line in row.lines for a in line.adjustments)
    elif isinstance(row, Claim):
        yield row.charge


def too_large(reading: Reading) -> str:
    """Why no such file can be right, whoever lets it in; empty where nothing speaks against it."""
    if reading.largest <= MOST_CENTS:
        return ""
    return "It holds an amount above 20 million dollars for a single claim. Ask whoever sent it."


def why_unbalanced(reading: Reading) -> str:
    """The first thing that does not add up, in a sentence; empty where everything does."""
    return next(failures(reading), ("", 0))[0]


def failures(reading: Reading) -> Iterator[tuple[str, int]]:
    """Everything that does not add up: a sentence with the difference, and the segment (0: none)."""
    for settlement in reading.settlements:
        for segment, cents in settlement.claims_out:
            yield _unlike("a claim", segment, cents), segment
        for segment, cents in settlement.lines_out:
            yield _unlike("a line", segment, cents), segment
        if settlement.difference:
            told = (
                f"The payment ({dollars(settlement.promised)}) is not what its claims "
                f"({dollars(settlement.paid)}) and provider adjustments add up to; "
                f"the difference is {dollars(settlement.difference)}."
            )
            yield told, 0


def _unlike(what: str, segment: int, cents: int) -> str:
    return (
        f"Segment {segment:,}: charge less adjustments is not what was paid for {what}; "
        f"the difference is {dollars(cents)}."
    )


def _differences(settlement: Settlement) -> int:
    parts = [cents for _, cents in (*settlement.claims_out, *settlement.lines_out)]
    return sum(map(abs, [*parts, settlement.difference]))


def _kind(header: Transaction) -> str:
    if header.type == "277" and "X214" in header.version:
        return "277CA"
    return header.type


def _sent_at(data: bytes) -> datetime | None:
    """ISA09 and ISA10, which stand at the same place in every file. Their zone is not told."""
    stamp = data[:200].lstrip()[70:81].decode("ascii", "replace")
    try:
        return datetime.strptime(stamp[:6] + stamp[7:11], "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
