"""Posting kept files: read whole, checked, then into the books in batches, each place once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from db.claim_events import ClaimEvents
from db.claim_payments import ClaimPayments
from db.practices import Practice
from db.vault import Unreadable
from db.x12_files import FileState, X12File, X12Files
from services.claims import acknowledging, billed, interchanges, keeping, payments, reading
from services.claims.interchanges import Known
from services.claims.reading import Placed, Reading
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.billing import DRAFT
from services.ehr.x12.acknowledgement import Acknowledgement
from services.ehr.x12.claim import Claim
from services.ehr.x12.faults import X12Fault
from services.ehr.x12.remittance import ClaimPayment
from services.ehr.x12.status import ClaimStatus

BATCH = 200  # claims a transaction
LEASE = timedelta(minutes=10)  # renewed with every batch
ACCEPTED = "claims.accept_file"  # a person has looked at the file, and it counts as it is
# One file that meets a mistake of ours, or is damaged here, must not keep all after it waiting.
UNFORESEEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, Unreadable)


class TakenOver(Exception):
    """Our lease ran out and another process posts this file now: it goes on, we stop."""


@dataclass
class Held:
    """A file that this process posts, and until when it is ours."""

    id: UUID
    until: datetime
    is_draft: bool = False
    is_accepted: bool = False
    skipped: frozenset[int] = frozenset()  # interchanges that are in the books already
    told: str = ""


def post_kept(container: Container, practice: Practice) -> Counter[str]:
    """Post every file that waits, in the order they came. Safe to repeat, whatever dies."""
    counts: Counter[str] = Counter()
    while held := _next(container, practice):
        try:
            counts[_post_surely(container, practice, held)] += 1
        except TakenOver:
            counts["taken over"] += 1
            break
    return counts


def _post_surely(container: Container, practice: Practice, held: Held) -> str:
    try:
        return _post(container, practice, held)
    except UNFORESEEN as error:
        with _holding(container, practice, held) as desk:
            keeping.set_aside(desk, held.id, FileState.REFUSED, _stopped(error))
        return "stopped"


def _stopped(error: Exception) -> str:
    """What staff read of a file that met a mistake of ours; the error's text may quote the file."""
    kind = type(error).__name__
    return f"Posting stopped by a fault in Foyer ({kind}). Please tell whoever looks after it."


def _next(container: Container, practice: Practice) -> Held | None:
    with working(container, _poster(practice)) as desk:
        until = desk.now + LEASE
        for file in desk.open(X12Files).claim_received(desk.now, until, 1):
            accepted = file.last_verb == ACCEPTED
            return Held(file.id, until, file.kind == DRAFT, accepted)
    return None


def _post(container: Container, practice: Practice, held: Held) -> str:
    with _holding(container, practice, held) as desk:
        data = keeping.content_of(desk, desk.open(X12Files).get(held.id))
    try:
        found = reading.read(data)
    except X12Fault as fault:
        with _holding(container, practice, held) as desk:
            keeping.set_aside(desk, held.id, FileState.REFUSED, str(fault))
        return "refused"
    with _holding(container, practice, held) as desk:
        if state := _kept_out(desk, practice, held, found):
            return state
        done = _done(desk, held.id)
    for batch in _batches(reading.placed(data, held.skipped)):
        new = [one for one in batch if one.place not in done]
        if new:
            with _holding(container, practice, held) as desk:
                _post_batch(desk, held, new, found)
    with _holding(container, practice, held) as desk:
        file = desk.open(X12Files).get(held.id)
        file.reason = held.told
        _finish(desk, file)
    return "posted"


def _batches(rows: Iterable[Placed]) -> Iterator[list[Placed]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


@contextmanager
def _holding(container: Container, practice: Practice, held: Held) -> Iterator[Desk]:
    """A desk that holds the file: whoever has lost it writes nothing of it any more."""
    with working(container, _poster(practice)) as desk:
        until = desk.now + LEASE
        if not desk.open(X12Files).renew(held.id, held.until, until):
            raise TakenOver
        yield desk
    held.until = until


def _done(desk: Desk, id: UUID) -> set[int]:
    """What was posted of this file before the process that posted it died."""
    return desk.open(ClaimPayments).places(id) | desk.open(ClaimEvents).places(id)


def _kept_out(desk: Desk, practice: Practice, held: Held, found: Reading) -> str:
    """Why a file must not be posted as it is; empty where nothing speaks against it."""
    file = desk.open(X12Files).get(held.id)
    file.kind = file.kind or found.kind
    known = interchanges.look_up(desk, file, found.parts)
    meant = held.is_accepted and known.is_whole
    held.skipped, held.told = known.skipped(meant=meant), "" if meant else known.told
    counted = found.without(held.skipped)
    state, why = FileState.REFUSED, reading.too_large(counted)
    if not why:
        _sum(file, found if known.is_whole and not meant else counted)
    if not why and not held.is_accepted:
        if found.is_test and not practice.synthetic:
            why = "The file is marked as a test (ISA15)."
        elif known.is_whole:
            state, why = FileState.DUPLICATE, known.told
        else:
            state, why = FileState.QUARANTINED, _why_held(known, counted)
    if not why:
        return ""
    keeping.set_aside(desk, held.id, state, why)
    return str(state)


def _why_held(known: Known, counted: Reading) -> str:
    return " ".join(filter(None, (known.clash, reading.why_unbalanced(counted))))


def _post_batch(desk: Desk, held: Held, batch: list[Placed], found: Reading) -> None:
    file = desk.open(X12Files).get(held.id)
    at: datetime = min(found.sent_at or desk.now, desk.now)
    bills = [(p.place, p.transaction, p.row) for p in batch if isinstance(p.row, Claim)]
    pays = [
        (p.place, p.payment, p.row) for p in batch if isinstance(p.row, ClaimPayment) and p.payment
    ]
    states = [(p.place, p.row) for p in batch if isinstance(p.row, ClaimStatus)]
    read = [(p.place, p.row) for p in batch if isinstance(p.row, Acknowledgement)]
    if bills:
        billed.post(desk, file, bills, at, draft=held.is_draft)
    if pays:
        payments.post(desk, file, pays)
    if states:
        acknowledging.post_statuses(desk, file, states, at)
    if read:
        acknowledging.post_acknowledgements(desk, file, read, at)


def _sum(file: X12File, found: Reading) -> None:
    file.difference_cents = found.difference
    file.claims, file.charge_cents = found.claims, found.charged
    file.paid_cents, file.provider_cents = found.paid, found.provider


def _finish(desk: Desk, file: X12File) -> None:
    file.state, file.lease_until = FileState.POSTED, None
    file.closed_at = desk.now
    file.version += 1
    desk.record("claims.file_posted", file.ref, reason=file.kind)


def _poster(practice: Practice) -> Actor:
    return Actor.job(practice.id, "claims.post")
