"""Where does a claim stand: the answer to one enquiry of a 276."""

from services.sandbox.clearing.house import House
from services.sandbox.clearing.reading import Enquiry
from services.sandbox.clearing.records import Record
from services.sandbox.clearing.statuses import Standing

# Category (X12 507) and status (508): accepted and in process, paid, denied, rejected, not found.
CODES = {
    "pending": ("P1", "20"),
    "paid": ("F1", "65"),
    "partly_denied": ("F1", "65"),
    "denied": ("F2", "1"),
    "void": ("F3", "101"),
    "rejected": ("A3", "21"),
}
NOT_FOUND = ("A4", "35")


def standing_on(house: House, asked: Enquiry) -> Standing:
    """What the payer says of the claim that is asked about, by our id or by its own number."""
    record = house.records.get(asked.claim_id) or _by_number(house, asked.number)
    wrong_member = record and asked.member and record.claim.member != asked.member
    if record is None or wrong_member or record.state not in CODES:
        return _unknown(asked)
    return known(record, asked.trace)


def known(record: Record, trace: str) -> Standing:
    """The standing of a claim that is on file."""
    claim, last = record.claim, record.last()
    category, status = CODES[record.state]
    return Standing(
        asked=trace or claim.id,
        claim_id=claim.id,
        category=category,
        status=status,
        charge=claim.charge,
        paid=last.paid if last else 0,
        number=record.number,
        family=claim.subject.family,
        given=claim.subject.given,
        member=claim.member,
        payer=claim.payer,
        service=claim.day,
        day=last.received if last else None,
    )


def _by_number(house: House, number: str) -> Record | None:
    if not number:
        return None
    return next((r for r in house.records.values() if number == r.number), None)


def _unknown(asked: Enquiry) -> Standing:
    category, status = NOT_FOUND
    return Standing(
        asked=asked.trace or asked.claim_id or "0",
        claim_id=asked.claim_id or "UNKNOWN",
        category=category,
        status=status,
        family=asked.family,
        given=asked.given,
        member=asked.member,
        payer=asked.payer,
    )
