"""A kept file checked to its end before any of it counts: its kind, what it sums to, whether it adds up."""

import io
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
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
class Part:
    """What one interchange of a file comes to. Money in cents; ``digest`` is that of its content."""

    sent: Interchange = field(repr=False)
    digest: str = ""
    findings: list[str] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    claims: int = 0
    charged: int = 0
    paid: int = 0
    largest: int = 0


@dataclass
class Reading:
    """What a whole file comes to; its rows are read again when they are posted. Money in cents."""

    kind: str = ""
    sent_at: datetime | None = None
    parts: list[Part] = field(default_factory=list)

    @property
    def is_test(self) -> bool:
        """Whether an interchange of it is marked as a test."""
        return any(part.sent.is_test for part in self.parts)

    @property
    def settlements(self) -> list[Settlement]:
        """What its payments come to, in order."""
        return [settlement for part in self.parts for settlement in part.settlements]

    @property
    def findings(self) -> list[str]:
        """What is wrong but harms nothing."""
        return [finding for part in self.parts for finding in part.findings]

    @property
    def claims(self) -> int:
        """How many claims, answers or acknowledgements it holds."""
        return sum(part.claims for part in self.parts)

    @property
    def charged(self) -> int:
        """What its answers were charged."""
        return sum(part.charged for part in self.parts)

    @property
    def paid(self) -> int:
        """What its answers pay."""
        return sum(part.paid for part in self.parts)

    @property
    def largest(self) -> int:
        """Its largest amount, whole payments a thousandth of themselves."""
        return max((part.largest for part in self.parts), default=0)

    @property
    def difference(self) -> int:
        """By how many cents it fails to balance, all failures added up without their signs."""
        return sum(_differences(settlement) for settlement in self.settlements)

    @property
    def provider(self) -> int:
        """What PLB withholds (positive) or adds."""
        return sum(p.amount for s in self.settlements for p in s.provider_adjustments)

    def without(self, skipped: Container[int]) -> "Reading":
        """The same without the interchanges of these numbers."""
        return replace(self, parts=[p for p in self.parts if p.sent.number not in skipped])


def read(data: bytes) -> Reading:
    """Read *data* to its end. Raises ``X12Fault``: then nothing of it may be used.

    Memory does not grow with the file: rows are counted and let go.
    """
    found = Reading(sent_at=_sent_at(data))
    for body, row in rows(
        io.BytesIO(data), closed=lambda sent, digest: _close(found, sent, digest)
    ):
        found.kind = found.kind or _kind(body.header)
        part = _part(found, body.header.interchange)
        if row is None:
            part.findings += body.findings
        else:
            _count(part, row)
    return found


def _part(found: Reading, sent: Interchange) -> Part:
    if not found.parts or found.parts[-1].sent.number != sent.number:
        found.parts.append(Part(sent))
    return found.parts[-1]


def _close(found: Reading, sent: Interchange, digest: str) -> None:
    _part(found, sent).digest = digest


def placed(data: bytes, skipped: Container[int] = ()) -> Iterator[Placed]:
    """The rows of *data* that count, in order, numbered from 1. Read it whole first.

    Rows of the *skipped* interchanges keep their numbers and are passed over.
    """
    payment: Payment | None = None
    numbers = count(1)
    for body, row in rows(io.BytesIO(data)):
        if isinstance(row, Payment):
            next(numbers)  # its number is its own, as files were numbered from the start
            payment = row
        elif isinstance(row, COUNTED):
            place = next(numbers)
            if body.header.interchange.number not in skipped:
                yield Placed(place, body.header, row, payment)


def _count(part: Part, row: AnyRow) -> None:
    if isinstance(row, Settlement):
        part.settlements.append(row)
        whole = (row.promised, *(p.amount for p in row.provider_adjustments))
        part.largest = max([part.largest, *(abs(cents) // 1_000 for cents in whole)])
    if not isinstance(row, COUNTED):
        return
    part.claims += 1
    if isinstance(row, ClaimPayment):
        part.charged += row.charge
        part.paid += row.paid
    part.largest = max([part.largest, *map(abs, _amounts(row))])


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
