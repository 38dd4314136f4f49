"""One claim opened: what was billed, what the rules found, what happened to it, and what was paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.claim_events import ClaimEvent, ClaimEvents
from db.claim_findings import ClaimFinding, ClaimFindings
from db.claim_payments import Adjustment, Adjustments, ClaimPayment, ClaimPayments
from db.claims import Claim, Claims
from db.deliveries import Deliveries, Delivery
from db.patients import Patients
from db.staff import StaffList
from db.vault import Unreadable
from db.x12_files import X12Files
from services import rollout
from services.actions import Target, places_of
from services.claims import names, places
from services.claims.billed import Content, content_of
from services.container import Container
from services.desk import Actor, Desk, working
from services.options import PracticeOptions
from services.scrub.rules import RULES
from services.workflows.claims.listing import Row, row_of, shown

SOURCES = {rule.id: rule.source for rule in RULES}


@dataclass(frozen=True)
class FindingRow:
    """What a rule found; ``by`` and ``at`` are set once somebody has let it pass."""

    id: UUID
    rule: str
    holds: bool
    line: int
    where: str
    value: str = field(repr=False)
    sentence: str = field(repr=False)
    fix: str = field(repr=False)
    source: str
    by: str
    at: datetime | None
    why: str


@dataclass(frozen=True)
class Step:
    """One step of the timeline; ``file`` is the name of the file that told it."""

    event: ClaimEvent
    by: str
    file: str = field(repr=False)


@dataclass(frozen=True)
class Paid:
    """One payer's answer with its adjustments; ``matched_by`` where a person gave it to the claim."""

    payment: ClaimPayment
    adjustments: tuple[Adjustment, ...]
    file: str = field(repr=False)
    matched_by: str

    @property
    def target(self) -> Target:
        """What an action on this payment acts on: exactly what is shown."""
        return Target(self.payment.id, self.payment.version)


@dataclass(frozen=True)
class Sent:
    """One promise about the claim, and who approved it."""

    delivery: Delivery
    by: str


@dataclass(frozen=True)
class OpenClaim:
    """Everything the open pane shows of one claim. ``billed`` is unknown without an 837."""

    row: Row
    patient: str = field(repr=False)
    birth_date: str = field(repr=False)
    payer_control: str = field(repr=False)
    provider: str
    location: str
    billed: Content | None = field(repr=False)
    patient_cents: int
    adjusted_cents: int
    findings: tuple[FindingRow, ...]
    steps: tuple[Step, ...]
    paid: tuple[Paid, ...]
    sent: tuple[Sent, ...]
    options: PracticeOptions

    @property
    def target(self) -> Target:
        """What an action on this claim acts on: exactly what is shown."""
        return self.row.target


def open_claim(container: Container, actor: Actor, id: UUID) -> OpenClaim:
    """Open one claim for reading. The audit line is written before anything is returned.

    Raises ``NotFound``, ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require("claims.read", "read claims")
        claim = desk.open(Claims).get(id)
        rollout.require(desk, "claims", places_of(claim), "Claims")
        opened = _open(desk, claim)
        desk.record("claims.opened", claim.ref)
        return opened


def _open(desk: Desk, claim: Claim) -> OpenClaim:
    people = desk.open(StaffList).names()
    events = desk.open(ClaimEvents).of(claim.id)
    payments = desk.open(ClaimPayments).of_claim(claim.id)
    files = file_names(desk, [*(e.file_id for e in events), *(p.file_id for p in payments)])
    patient = desk.open(Patients).find(claim.patient_id) if claim.patient_id else None
    billed = _billed(desk, claim)
    whom = names.patient_of(billed) if billed else None
    known = places.names(desk)
    born = whom.birth_date if whom else None
    return OpenClaim(
        row=row_of(desk, claim, patient),
        patient=f"{whom.name.first} {whom.name.last}".strip() if whom else "",
        birth_date=born.isoformat() if born else "",
        payer_control=shown(desk, claim, "payer_control"),
        provider=places.name_of(known, claim.provider),
        location=places.name_of(known, claim.location),
        billed=billed,
        patient_cents=claim.patient_cents, adjusted_cents=claim.adjusted_cents,
        findings=tuple(_finding(desk, f, people) for f in desk.open(ClaimFindings).of(claim.id)),
        steps=tuple(_step(event, people, files) for event in events),
        paid=_paid(desk, payments, people, files),
        sent=tuple(
            Sent(d, people.get(d.approved_by, "")) for d in desk.open(Deliveries).of_claim(claim.id)
        ),
        options=desk.options,
    )  # fmt: skip


def _billed(desk: Desk, claim: Claim) -> Content | None:
    try:
        return content_of(desk, claim)
    except Unreadable:
        return None


def file_names(desk: Desk, ids: Sequence[UUID | None]) -> dict[UUID, str]:
    """What these files were called."""
    files = desk.open(X12Files).named([id for id in ids if id])
    return {file.id: shown(desk, file, "name") for file in files}


def _finding(desk: Desk, row: ClaimFinding, people: Mapping[UUID, str]) -> FindingRow:
    return FindingRow(
        id=row.id, rule=row.rule, holds=row.severity == "hold", line=row.line, where=row.field,
        value=shown(desk, row, "value"), sentence=shown(desk, row, "sentence"),
        fix=shown(desk, row, "fix"), source=SOURCES.get(row.rule, ""),
        by=people.get(row.overruled_by, "a colleague") if row.overruled_by else "",
        at=row.overruled_at, why=row.overruled_for,
    )  # fmt: skip


def _step(event: ClaimEvent, people: Mapping[UUID, str], files: Mapping[UUID, str]) -> Step:
    by = people.get(event.staff_id, "") if event.staff_id else ""
    return Step(event, by, files.get(event.file_id, "") if event.file_id else "")


def _paid(
    desk: Desk, payments: Sequence[ClaimPayment], people: Mapping[UUID, str],
    files: Mapping[UUID, str],
) -> tuple[Paid, ...]:  # fmt: skip
    found = desk.open(Adjustments).of_payments([p.id for p in payments]) if payments else ()
    return tuple(
        Paid(
            payment,
            tuple(a for a in found if a.payment_id == payment.id),
            files.get(payment.file_id, ""),
            people.get(payment.matched_by, "a colleague") if payment.matched_by else "",
        )
        for payment in payments
    )
