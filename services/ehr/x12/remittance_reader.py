"""An 835 read in one pass: the payment, each claim as soon as it is whole, and whether it balances."""

from collections.abc import Callable, Iterator
from typing import Any

from services.ehr.x12.envelope import Body
from services.ehr.x12.faults import X12Fault
from services.ehr.x12.remittance import (
    Adjustment,
    ClaimPayment,
    Payment,
    ProviderAdjustment,
    ServiceLine,
    Settlement,
)
from services.ehr.x12.remittance_header import PaymentHeader
from services.ehr.x12.rows import Amount, Dated, Reference, named
from services.ehr.x12.values import cents, day, quantity

EMPTY = [""] * 24
MOST_FAULTS = 20  # lines or claims out of balance that are told one by one


def read_remittance(body: Body) -> Iterator[Payment | ClaimPayment | Settlement]:
    """A ``Payment``, its ``ClaimPayment`` rows, and last a ``Settlement``. Raises ``X12Fault``."""
    reading = _Reading(body)
    handlers = reading.handlers
    opening = {"CLP": reading.open_claim, "PLB": reading.adjust_provider}
    name = ""
    try:
        for elements in body:
            name = elements[0]
            handler = handlers.get(name)
            if handler is not None:
                handler(elements)
            elif name in opening:
                yield from reading.finished()
                opening[name](elements)
    except ValueError:
        raise body.fault(f"{name} holds an amount, count or date that is none.") from None
    except IndexError:
        raise body.fault(f"{name} lacks an element that it must have.") from None
    yield from reading.finished()
    yield reading.settled()


class _Part:
    """What a claim and a line have in common, while it is being read."""

    __slots__ = ("adjustments", "amounts", "dates", "head", "references", "remarks", "segment")

    def __init__(self, segment: int, head: tuple[Any, ...]) -> None:
        self.segment = segment
        self.head = head
        self.adjustments: list[Adjustment] = []
        self.dates: list[Dated] = []
        self.references: list[Reference] = []
        self.amounts: list[Amount] = []
        self.remarks: list[str] = []


class _Reading:
    """One transaction, segment by segment."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.component = body.separators.component
        self.header: PaymentHeader | None = PaymentHeader(body)
        self.promised = self.paid = self.charged = self.claims = self.line_count = 0
        self.plb: list[ProviderAdjustment] = []
        self.lines_out: list[tuple[int, int]] = []
        self.claims_out: list[tuple[int, int]] = []
        self.claim: _Part | None = None
        self.part: _Part | None = None  # the claim, or the line that is open
        self.names: list[Any] = []
        self.lines: list[ServiceLine] = []
        self.handlers: dict[str, Callable[[list[str]], None]] = dict(self.header.handlers)
        self.handlers |= {"SVC": self._svc, "CAS": self._cas}

    def finished(self) -> Iterator[Payment | ClaimPayment]:
        """Whatever is complete now that something new begins: the header, or a claim."""
        if self.header is not None:
            payment = self.header.payment()
            self.promised, self.header = payment.amount, None
            self.handlers |= {
                "NM1": self._nm1, "REF": self._ref, "DTM": self._dtm, "AMT": self._amt,
                "LQ": self._lq, "MIA": self._mia, "MOA": self._moa,
            }  # fmt: skip
            for name in ("N1", "TRN", "BPR"):
                self.handlers[name] = self._misplaced
            yield payment
        if self.claim is not None:
            yield self._claim(self.claim)
            self.claim = self.part = None
            self.body.rested()

    def settled(self) -> Settlement:
        """The end of the transaction."""
        return Settlement(
            self.promised, self.paid, self.charged, self.claims, self.line_count,
            tuple(self.plb), tuple(self.lines_out), tuple(self.claims_out),
        )  # fmt: skip

    def _claim(self, part: _Part) -> ClaimPayment:
        self._end_line()
        details = self._details(part)
        claim = ClaimPayment(
            *(part.segment, *part.head, details[0], tuple(self.names), *details[1:],
              tuple(self.lines))
        )  # fmt: skip
        self.claims += 1
        self.line_count += len(self.lines)
        self.paid += claim.paid
        self.charged += claim.charge
        if claim.difference and len(self.claims_out) < MOST_FAULTS:
            self.claims_out.append((part.segment, claim.difference))
        return claim

    def _end_line(self) -> None:
        part = self.part
        if part is None or part is self.claim:
            return
        line = ServiceLine(*(part.head + self._details(part)))
        self.lines.append(line)
        if line.difference and len(self.lines_out) < MOST_FAULTS:
            self.lines_out.append((part.segment, line.difference))
        self.part = self.claim

    def _details(self, part: _Part) -> tuple[Any, ...]:
        return (
            tuple(part.adjustments), tuple(part.dates), tuple(part.references),
            tuple(part.amounts), tuple(part.remarks),
        )  # fmt: skip

    def open_claim(self, elements: list[str]) -> None:
        """CLP: a claim begins."""
        if len(elements) < 10:
            elements = elements + EMPTY
        _, id, status, charge, paid, share, filing, number, facility, frequency = elements[:10]
        if not (id and status and charge and paid):
            raise IndexError
        self.claim = self.part = _Part(
            self.body.number,
            (id, status, cents(charge), cents(paid), cents(share), filing, number, facility,
             frequency),
        )  # fmt: skip
        self.names, self.lines = [], []

    def _svc(self, elements: list[str]) -> None:
        if self.claim is None:
            raise self._out_of_place(elements)
        self._end_line()
        if len(elements) < 8:
            elements = elements + EMPTY
        _, procedure, charge, paid, revenue, units, submitted, billed = elements[:8]
        qualifier, _, rest = procedure.partition(self.component)
        code, _, rest = rest.partition(self.component)
        modifiers = tuple(m for m in rest.split(self.component)[:4] if m) if rest else ()
        if not code:
            self.body.find("SVC names no procedure; ISA may name other separators.")
        self.part = _Part(
            self.body.number,
            (qualifier, code, modifiers, cents(charge), cents(paid),
             revenue, quantity(units) if units else None, submitted and submitted.partition(self.component)[2],
             quantity(billed) if billed else None),
        )  # fmt: skip

    def _cas(self, elements: list[str]) -> None:
        part = self.part
        if part is None:
            raise self._out_of_place(elements)
        group, count = elements[1], len(elements)
        if count < 4:
            raise IndexError
        for at in range(2, count, 3):
            reason = elements[at]
            amount = elements[at + 1] if at + 1 < count else ""
            units = elements[at + 2] if at + 2 < count else ""
            if reason or amount:
                number = quantity(units) if units else None
                part.adjustments.append(Adjustment(group, reason, cents(amount), number))

    def _dtm(self, elements: list[str]) -> None:
        part = self.part
        if part is None:
            raise self._out_of_place(elements)
        try:
            part.dates.append(Dated(elements[1], day(elements[2])))
        except ValueError:
            self.body.day(elements[2])  # which says so

    def _ref(self, elements: list[str]) -> None:
        part = self.part
        if part is None:
            raise self._out_of_place(elements)
        part.references.append(Reference(elements[1], elements[2]))

    def _amt(self, elements: list[str]) -> None:
        part = self.part
        if part is None:
            raise self._out_of_place(elements)
        part.amounts.append(Amount(elements[1], cents(elements[2])))

    def _lq(self, elements: list[str]) -> None:
        if self.part is None:
            raise self._out_of_place(elements)
        if elements[1] == "HE":
            self.part.remarks.append(elements[2])

    def _mia(self, elements: list[str]) -> None:
        self._remark(elements, (5, 20, 21, 22, 23))

    def _moa(self, elements: list[str]) -> None:
        self._remark(elements, (3, 4, 5, 6, 7))

    def _remark(self, elements: list[str], places: tuple[int, ...]) -> None:
        if self.part is None:
            raise self._out_of_place(elements)
        codes = (elements[at] for at in places if at < len(elements))
        self.part.remarks.extend(code for code in codes if code)

    def _nm1(self, elements: list[str]) -> None:
        if self.part is None:
            raise self._out_of_place(elements)
        self.names.append(named(elements))

    def adjust_provider(self, elements: list[str]) -> None:
        """PLB: what is taken or given apart from any claim."""
        for at in range(3, len(elements) - 1, 2):
            reason, _, reference = elements[at].partition(self.component)
            if reason or elements[at + 1]:
                amount = cents(elements[at + 1])
                row = ProviderAdjustment(elements[1], elements[2], reason, reference, amount)
                self.plb.append(row)

    def _misplaced(self, elements: list[str]) -> None:
        raise self._out_of_place(elements)

    def _out_of_place(self, elements: list[str]) -> X12Fault:
        return self.body.fault(f"{elements[0]} stands where an 835 does not allow it.")
