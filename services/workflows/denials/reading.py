"""One denial opened: what was billed beside the answer, what it is worth, what may be done, what was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claim_payments import ClaimPayments
from db.claims import Claim, Claims
from db.deliveries import Deliveries
from db.denials import Denial, Denials, DenialState
from db.patients import Patients
from db.staff import StaffList
from db.x12_files import X12Files
from services import rollout
from services.actions import Target, places_of
from services.claims import arising, mending, paths, places, ranking, showing
from services.claims.mending import Editable
from services.claims.showing import Billed, LineBeside
from services.codes import reasons
from services.container import Container
from services.desk import Actor, Desk, working
from services.errors import Invalid
from services.policy import ALLOWED, may
from services.sent import SentEntry, sent_entry
from services.workflows.denials import cause, letters
from services.workflows.denials.cause import TakenDown
from services.workflows.denials.listing import READ, Row, row_of

SIMILAR = 5  # endings told one by one; the rest is counted


@dataclass(frozen=True)
class Ended:
    """How a denial with the same reason and payer ended."""

    state: DenialState
    decision: str
    denied_cents: int
    recovered_cents: int
    closed_at: datetime


@dataclass(frozen=True)
class Step:
    """One step of the claim's life: from which file, or by whom."""

    at: datetime
    kind: EventKind
    code: str
    cents: int | None
    file: str = field(repr=False)
    by: str


@dataclass(frozen=True)
class OpenDenial:
    """Everything the open pane shows of one denial."""

    row: Row
    billed: Billed
    mrn: str = field(repr=False)  # of the patient in the chart; empty while nobody is known
    lines: tuple[LineBeside, ...]
    remarks: tuple[tuple[str, str], ...]
    service_on: date
    charge_cents: int
    scenario: str
    next_steps: tuple[str, ...]
    path: str
    path_reason: str
    worth: ranking.Worth
    due_from: str
    similar: tuple[Ended, ...]
    similar_counts: Mapping[DenialState, int]
    steps: tuple[Step, ...]
    sent: tuple[SentEntry, ...]
    letter: letters.Shown
    editable: tuple[Editable, ...]
    cause: str
    taken_down: TakenDown | None
    claim_hash: str
    location: str
    verbs: frozenset[str]

    @property
    def target(self) -> Target:
        """What an action on this denial acts on: exactly what is shown."""
        return self.row.target


def open_denial(container: Container, actor: Actor, id: UUID) -> OpenDenial:
    """Open one denial for reading. The audit line is written before anything is returned.

    Raises ``NotFound``, ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        denial, claim = _readable(desk, id)
        opened = _open(desk, denial, claim)
        desk.record("denials.opened", denial.ref)
        return opened


def letter_file(container: Container, actor: Actor, id: UUID, *, word: bool = False) -> bytes:
    """The letter as PDF or Word document; reading it is on the trail."""
    with working(container, actor) as desk:
        denial, claim = _readable(desk, id)
        desk.record("denials.letter_opened", denial.ref)
        return letters.printed(desk, denial, claim, word=word)


def _readable(desk: Desk, id: UUID) -> tuple[Denial, Claim]:
    desk.require(READ, "read denials")
    denial = desk.open(Denials).get(id)
    rollout.require(desk, "denials", places_of(denial), "Denials")
    claim = desk.open(Claims).find(denial.claim_id)
    if claim is None:
        raise Invalid("The claim of this denial is not in the books any more.")
    return denial, claim


def _open(desk: Desk, denial: Denial, claim: Claim) -> OpenDenial:
    names = desk.open(StaffList).names()
    payment = desk.open(ClaimPayments).find(denial.payment_id)
    advice = paths.advise(denial.carc, denial.group_code, denial.remarks)
    ended = desk.open(Denials).ended_like(denial.carc, denial.payer_id)
    role = desk.actor.role
    return OpenDenial(
        row=row_of(desk, denial, claim, names),
        billed=showing.billed_of(desk, claim),
        mrn=_mrn(desk, denial),
        lines=showing.lines_of(desk, claim, payment),
        remarks=tuple((code, showing.remark(code)) for code in denial.remarks),
        service_on=claim.service_on,
        charge_cents=claim.charge_cents,
        scenario=paths.SCENARIOS.get(denial.scenario, ""),
        next_steps=reasons.next_steps(denial.carc, denial.group_code, tuple(denial.remarks)),
        path=denial.path,
        path_reason=denial.path_reason,
        worth=arising.worth_of(desk, denial, advice),
        due_from=denial.due_from,
        similar=tuple(_ended(one) for one in ended[:SIMILAR]),
        similar_counts=_counted(ended),
        steps=_steps(desk, claim, names),
        sent=tuple(sent_entry(d, names) for d in desk.open(Deliveries).of_claim(claim.id)),
        letter=letters.shown(desk, denial, claim),
        editable=mending.editable(desk, claim, denial.remarks),
        cause=denial.cause,
        taken_down=cause.taken_down(desk, denial),
        claim_hash=claim.content_hash,
        location=places.name_of(places.names(desk), denial.location),
        verbs=frozenset(v for v in ALLOWED if role is not None and may(role, v)),
    )


def _mrn(desk: Desk, denial: Denial) -> str:
    patient = desk.open(Patients).find(denial.patient_id) if denial.patient_id else None
    return desk.vault.read(patient, "mrn").text if patient else ""


def _ended(denial: Denial) -> Ended:
    assert denial.closed_at is not None  # noqa: S101  (only closed ones are asked for)
    return Ended(
        denial.state, denial.decision, denial.denied_cents, denial.recovered_cents,
        denial.closed_at,
    )  # fmt: skip


def _counted(ended: Sequence[Denial]) -> dict[DenialState, int]:
    counts: dict[DenialState, int] = {}
    for denial in ended:
        counts[denial.state] = counts.get(denial.state, 0) + 1
    return counts


def _steps(desk: Desk, claim: Claim, names: Mapping[UUID, str]) -> tuple[Step, ...]:
    events = desk.open(ClaimEvents).of(claim.id)
    files = _file_names(desk, {event.file_id for event in events if event.file_id})
    return tuple(_step(event, files, names) for event in events)


def _step(event: ClaimEvent, files: Mapping[UUID, str], names: Mapping[UUID, str]) -> Step:
    return Step(
        at=event.at, kind=event.kind, code=event.code, cents=event.amount_cents,
        file=files.get(event.file_id, "") if event.file_id else "",
        by=names.get(event.staff_id, "") if event.staff_id else "",
    )  # fmt: skip


def _file_names(desk: Desk, ids: set[UUID]) -> dict[UUID, str]:
    found = ((id, desk.open(X12Files).find(id)) for id in ids)
    return {id: desk.vault.read(file, "name").text for id, file in found if file}
