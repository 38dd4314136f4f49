"""What does not add up in a file that was set aside, each with the claim it stands in."""

from collections.abc import Sequence

from services.claims import reading
from services.ehr.x12.faults import X12Fault
from services.ehr.x12.remittance import ClaimPayment


def failures(data: bytes) -> tuple[tuple[str, str], ...]:
    """Sentences with the number of the claim, empty for the whole payment; none if unreadable."""
    try:
        told = list(reading.failures(reading.read(data)))[: reading.SHOWN]
    except X12Fault:
        return ()
    rows = (one.row for one in reading.placed(data))
    begins = [(row.segment, row.claim_id) for row in rows if isinstance(row, ClaimPayment)]
    return tuple((sentence, _claim_at(begins, segment)) for sentence, segment in told)


def _claim_at(begins: Sequence[tuple[int, str]], segment: int) -> str:
    before = [number for start, number in begins if 0 < start <= segment]
    return before[-1] if before else ""
