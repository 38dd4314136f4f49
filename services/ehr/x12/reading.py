"""One file of X12 as typed rows: which transactions we read, and by what."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from services.ehr.x12.acknowledgement import Acknowledgement, read_acknowledgements
from services.ehr.x12.claim import Claim
from services.ehr.x12.claim_reader import read_claims
from services.ehr.x12.eligibility import Eligibility, read_eligibility
from services.ehr.x12.envelope import Body, Closed, transactions
from services.ehr.x12.faults import shown
from services.ehr.x12.remittance import ClaimPayment, Payment, Settlement
from services.ehr.x12.remittance_reader import read_remittance
from services.ehr.x12.status import BatchStatus, ClaimStatus
from services.ehr.x12.status_reader import read_statuses

AnyRow = (
    Payment | ClaimPayment | Settlement | ClaimStatus | BatchStatus
    | Acknowledgement | Claim | Eligibility
)  # fmt: skip
Reader = Callable[[Body], Iterator[AnyRow]]
# The transaction, and the guides of it that we know; an empty text means whichever it names.
READERS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "835": (read_remittance, ("",)),
    "277": (read_statuses, ("X214", "X212", "004010X093")),
    "999": (read_acknowledgements, ("",)),
    "997": (read_acknowledgements, ("",)),
    "TA1": (read_acknowledgements, ("",)),
    "837": (read_claims, ("X222", "X223", "X098", "X096")),
    "271": (read_eligibility, ("X279", "X092")),
}


def rows(
    file: BinaryIO, *, bare: bool = False, closed: Closed | None = None
) -> Iterator[tuple[Body, AnyRow | None]]:
    """Every row of *file* with the transaction it stands in; ``None`` follows a transaction's last.

    Use nothing of a file before the end is reached: only then has its envelope agreed. With
    *bare*, transactions that stand without any envelope are read too; *closed* is told of
    each interchange when it ends, with a digest of its content. Raises ``X12Fault``.
    """
    for body in transactions(file, bare=bare, closed=closed):
        reader = _reader(body)
        for row in reader(body):
            yield body, row
        yield body, None


def _reader(body: Body) -> Reader:
    type, version = body.header.type, body.header.version
    reader, guides = READERS.get(type, (None, ()))
    if reader is None:
        raise body.fault(
            f"It holds a transaction of type {shown(type)}, which Foyer does not read."
        )
    if not any(guide in version for guide in guides):
        known = f"a {type} by a guide that Foyer does not read"
        raise body.fault(f"It holds {known}.")
    return reader
