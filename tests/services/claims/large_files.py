"""Synthetic files of any size for posting: the same claims billed, answered, denied and taken back."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from services.ehr.x12.claim import BilledLine, Claim, Coverage, Diagnosis, Party
from services.ehr.x12.claim_writer import write_claims
from services.ehr.x12.rows import Address, Dated, Named, Reference
from services.ehr.x12.writing import Submission
from tests.x12_files import interchange, payment

DAY = date(2026, 2, 1)
EVERY = 6  # one claim in so many is denied


def answer(number: str, *, status: str = "1", paid: int = 80, denied: bool = False) -> list[str]:
    """One CLP of 100.00: paid 80.00 less contract, or denied whole; negative for a reversal."""
    sign = -1 if status == "22" else 1
    paid = 0 if denied else paid
    reason = f"CAS*CO*16*{sign * 100}" if denied else f"CAS*CO*45*{sign * (100 - paid)}"
    return [
        f"CLP*{number}*{status}*{sign * 100}*{sign * paid}**12*P{number}*11*1",
        "NM1*QC*1*BENNETT*RUTH****MI*M1", f"SVC*HC:99213*{sign * 100}*{sign * paid}**1",
        "DTM*472*20260201", reason,
    ]  # fmt: skip


def remittance(numbers: Iterable[str], *, control: int = 905) -> bytes:
    """An 835 that balances: every sixth claim is denied, the others are paid 80.00."""
    segments, amount = [], 0
    for place, number in enumerate(numbers):
        denied = place % EVERY == 0
        segments += answer(number, denied=denied)
        amount += 0 if denied else 80
    return interchange("835", payment(str(amount), *segments), control=control)


def numbers(count: int) -> list[str]:
    """The practice's own numbers of so many claims."""
    return [f"CLM{number:06}" for number in range(count)]


def billed(count: int) -> Iterator[Claim]:
    """So many professional claims of 100.00, as an 837 bills them."""
    payer = Party(Named("PR", "2", "A PAYER", qualifier="PI", id="12345"))
    address = Address("1 SAMPLE ST", "SPRINGFIELD", "IL", "62701")
    billing = Party(
        Named("85", "2", "A PRACTICE", qualifier="XX", id="1234567893"),
        "207Q00000X",
        address,
        references=(Reference("EI", "123456789"),),
    )
    for place, number in enumerate(numbers(count)):
        born = DAY - timedelta(days=9_000 + place)
        person = Named("IL", "1", f"SAMPLE{place}", "RUTH", qualifier="MI", id=f"M{place}")
        subscriber = Party(person, address=address, birth_date=born, sex="F")
        yield Claim(
            kind="P", claim_id=number, charge=10_000, facility="11", facility_qualifier="B",
            frequency="1", terms=("Y", "A", "Y", "Y"), billing=billing,
            coverage=Coverage("P", "18", subscriber=subscriber, payer=payer),
            diagnoses=(Diagnosis("ABK", "E119"),),
            lines=(BilledLine("HC", "99213", (), 10_000, units=Decimal(1), place="11", pointers=(1,), dates=(Dated("472", DAY),)),),
        )  # fmt: skip


def bill(count: int, *, control: int = 1) -> bytes:
    """An 837P with so many claims."""
    at = datetime(2026, 2, 2, 9, 0)  # noqa: DTZ001  (local time, as X12 has it)
    return write_claims(
        list(billed(count)), Submission("A", "B", control, at, "A", "B", "C", "5550100000")
    )
