"""Files and unmatched payments as the page shows them: totals, reasons, and what they may belong to."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.claim_payments import Adjustment, Adjustments, ClaimPayment, ClaimPayments
from db.claims import ClaimFilter, Claims
from db.staff import StaffList
from db.vault import Unreadable
from db.x12_files import FileState, X12File, X12Files
from services import rollout
from services.actions import Target
from services.claims import failing, interchanges, keeping, matching, names, payments
from services.container import Container
from services.desk import Actor, Desk, working
from services.workflows.claims.listing import PAGE, Listed, Row, rows_of, shown
from services.workflows.claims.reading import file_names


@dataclass(frozen=True)
class FileRow:
    """One file with its totals in cents; ``duplicate_of`` is what the same interchange was called."""

    id: UUID
    version: int
    content_hash: str
    name: str = field(repr=False)
    kind: str
    source: str
    state: FileState
    reason: str
    difference_cents: int
    claims: int
    charge_cents: int
    paid_cents: int
    provider_cents: int
    received_at: datetime
    closed_at: datetime | None
    by: str
    verb: str
    duplicate_of: str = field(default="", repr=False)
    failures: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def target(self) -> Target:
        """What an action on this file acts on: exactly what is shown."""
        return Target(self.id, self.version, self.content_hash)


@dataclass(frozen=True)
class Unmatched:
    """A payment of nobody's claim. ``likely`` are claims it may be for, each with reasons."""

    payment: ClaimPayment
    number: str = field(repr=False)
    patient: str = field(repr=False)
    file: str = field(repr=False)
    adjustments: tuple[Adjustment, ...] = ()
    likely: tuple[tuple[Row, tuple[str, ...]], ...] = ()

    @property
    def target(self) -> Target:
        """What an action on this payment acts on: exactly what is shown."""
        return Target(self.payment.id, self.payment.version)


def files(container: Container, actor: Actor, page: int = 0) -> tuple[tuple[FileRow, ...], bool]:
    """A page of files, those that need a person first; and whether more follow."""
    with working(container, actor) as desk:
        _admit(desk)
        found = desk.open(X12Files).listed(PAGE + 1, page * PAGE)
        people = desk.open(StaffList).names()
        desk.vault.preload([file.key_id for file in found])
        rows = tuple(_file(desk, file, people) for file in found[:PAGE])
        desk.record("claims.files_listed", f"practice/{desk.practice_id}")
        return rows, len(found) > PAGE


def open_file(container: Container, actor: Actor, id: UUID) -> FileRow:
    """One file; where it does not balance, everything that does not add up and in which claim."""
    with working(container, actor) as desk:
        _admit(desk)
        file = desk.open(X12Files).get(id)
        desk.record("claims.file_opened", file.ref)
        return _file(desk, file, desk.open(StaffList).names(), whole=True)


def unmatched(
    container: Container, actor: Actor, page: int = 0
) -> tuple[tuple[Unmatched, ...], bool]:
    """A page of payments of nobody's claim, oldest first; and whether more follow."""
    with working(container, actor) as desk:
        _admit(desk)
        found = desk.open(ClaimPayments).unmatched(PAGE + 1, page * PAGE)
        rows = tuple(_payment(desk, one) for one in found[:PAGE])
        for one in found[:PAGE]:
            desk.record("claims.payment_listed", one.ref)
        return rows, len(found) > PAGE


def open_payment(container: Container, actor: Actor, id: UUID) -> Unmatched:
    """One payment with the claims it may be for; opening it is on the trail."""
    with working(container, actor) as desk:
        _admit(desk)
        payment = desk.open(ClaimPayments).get(id)
        desk.record("claims.payment_opened", payment.ref)
        return _payment(desk, payment, whole=True)


def claims_numbered(container: Container, actor: Actor, number: str) -> tuple[Row, ...]:
    """The claims with exactly this number, for a payment that is matched by hand."""
    with working(container, actor) as desk:
        _admit(desk)
        desk.require("claims.search", "search claims")
        wanted = ClaimFilter((), numbers=(names.number_digest(desk, number),))
        found = desk.open(Claims).worklist(wanted, PAGE)
        desk.record("claims.searched", f"practice/{desk.practice_id}", reason=f"{len(found)} found")
        return tuple(rows_of(desk, found, set()))


def _admit(desk: Desk) -> None:
    desk.require("claims.read", "read claims")
    rollout.require(desk, "claims", (), "Claims")


def _file(desk: Desk, file: X12File, people: dict[UUID, str], *, whole: bool = False) -> FileRow:
    return FileRow(
        id=file.id, version=file.version, content_hash=file.content_hash,
        name=shown(desk, file, "name"), kind=file.kind, source=file.source, state=file.state,
        reason=file.reason, difference_cents=file.difference_cents or 0, claims=file.claims,
        charge_cents=file.charge_cents, paid_cents=file.paid_cents,
        provider_cents=file.provider_cents, received_at=file.received_at,
        closed_at=file.closed_at, by=people.get(file.last_actor, "") if file.last_actor else "",
        verb=file.last_verb, duplicate_of=_duplicate_of(desk, file) if whole else "",
        failures=_failures(desk, file) if whole else (),
    )  # fmt: skip


def _duplicate_of(desk: Desk, file: X12File) -> str:
    if file.state is not FileState.DUPLICATE:
        return ""
    first = interchanges.first_with(desk, file)
    return shown(desk, desk.open(X12Files).get(first), "name") if first else ""


def _failures(desk: Desk, file: X12File) -> tuple[tuple[str, str], ...]:
    """What does not add up, each with the number of the claim it stands in."""
    if file.state is not FileState.QUARANTINED:
        return ()
    try:
        return failing.failures(keeping.content_of(desk, file))
    except Unreadable:
        return ()


def _payment(desk: Desk, payment: ClaimPayment, *, whole: bool = False) -> Unmatched:
    try:
        answer = payments.answer_of(desk, payment)
    except Unreadable:
        answer = None
    whom = answer.named("QC") if answer else None
    listed: Listed = set()
    likely = matching.likely(desk, payment) if whole and answer else []
    rows = rows_of(desk, [one.claim for one in likely], listed)
    return Unmatched(
        payment,
        number=answer.claim_id if answer else "",
        patient=f"{whom.first} {whom.last}".strip() if whom else "",
        file=file_names(desk, [payment.file_id]).get(payment.file_id, "") if whole else "",
        adjustments=tuple(desk.open(Adjustments).of_payments([payment.id])) if whole else (),
        likely=tuple((row, one.reasons) for row, one in zip(rows, likely, strict=True)),
    )
