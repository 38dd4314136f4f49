"""The lists of charges: what waits for a biller, what is on its way, what is done or set aside."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from db.base import Row as Kept
from db.charges import ChargeCapture, ChargeCaptures, ChargeState
from db.patients import Patient, Patients
from db.places import Places
from db.vault import Unreadable
from services import rollout
from services.actions import Target
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import NotRolledOut
from services.options import PracticeOptions
from services.workflows.charges import coding
from services.workflows.charges.coding import Coding

READ = "charges.read"
PAGE = 50
BACK = timedelta(days=30)  # of what is over; nothing that waits is ever hidden
NO_END = timedelta(days=36_500)
LANES: Mapping[str, tuple[ChargeState, ...]] = {
    "approve": (ChargeState.READY, ChargeState.AMENDED),
    "sending": (ChargeState.SENDING,),
    "done": (ChargeState.DONE,),
    "aside": (ChargeState.SET_ASIDE,),
}
WAITING = ("approve", "sending")


@dataclass(frozen=True)
class Row:
    """The charges of one visit in a list; ``codes`` are those that stand, procedures first."""

    id: UUID
    version: int
    content_hash: str
    patient: str = field(repr=False)
    visit_at: datetime
    provider: str
    location: str
    state: ChargeState
    codes: tuple[str, ...] = field(repr=False)
    missing: int
    trouble: str
    signed_at: datetime | None
    amended_at: datetime | None
    is_by_hand: bool

    @property
    def target(self) -> Target:
        """What a click on this row acts on: exactly what was shown."""
        return Target(self.id, self.version, self.content_hash)


@dataclass(frozen=True)
class Listed:
    """A page of visits with what stands around it; ``unsigned`` visits wait for a signature."""

    rows: tuple[Row, ...]
    more: bool
    counts: Mapping[str, int]
    unsigned: int
    options: PracticeOptions


def charges(container: Container, actor: Actor, lane: str = "approve", page: int = 0) -> Listed:
    """A page of one list by time of visit; that it was read is on the trail.

    Raises ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require(READ, "read charges")
        since = desk.now - (NO_END if lane in WAITING else BACK)
        states = LANES.get(lane, LANES["approve"])
        sight = rollout.sight(desk, "charges")
        seen = desk.open(ChargeCaptures).seen(sight)
        found = seen.listed(states, since, PAGE + 1, page * PAGE)
        if not found and not sight.sees_new:
            raise NotRolledOut("Charges")
        shown = found[:PAGE]
        desk.record("charges.listed", "charge_capture", reason=f"{len(shown)} of {lane}")
        counts = seen.counts()
        return Listed(
            rows_of(desk, shown), len(found) > PAGE, _lanes(counts),
            counts.get(ChargeState.UNSIGNED, 0), desk.options,
        )  # fmt: skip


def newest(container: Container, actor: Actor) -> str:
    """A word that changes whenever the lists do, for a page that looks every few seconds."""
    with looking(container, actor) as desk:
        desk.require(READ, "read charges")
        return f"{desk.open(ChargeCaptures).pulse()}.{rollout.sight(desk, 'charges')}"


def rows_of(desk: Desk, found: Sequence[ChargeCapture]) -> tuple[Row, ...]:
    """These captures as rows, with the names around them."""
    patients = {p.id: p for p in desk.open(Patients).get_many([c.patient_id for c in found])}
    with suppress(Unreadable):  # it is met again where it concerns one visit only
        desk.vault.preload([*(c.key_id for c in found), *(p.key_id for p in patients.values())])
    places = {ref: place.name for ref, place in desk.open(Places).by_ref().items()}
    return tuple(_row(desk, c, patients[c.patient_id], places) for c in found)


def _row(desk: Desk, capture: ChargeCapture, patient: Patient, places: Mapping[str, str]) -> Row:
    codes = _coding(desk, capture)
    named = (*codes.charged(), *codes.diagnoses())
    return Row(
        id=capture.id, version=capture.version, content_hash=capture.content_hash,
        patient=_read(desk, patient, "name") or "Patient not named yet",
        visit_at=capture.visit_at, provider=places.get(capture.provider, ""),
        location=places.get(capture.location, ""), state=capture.state,
        codes=tuple(" ".join([one.code, *one.modifiers]) for one in named),
        missing=capture.missing, trouble=capture.trouble, signed_at=capture.signed_at,
        amended_at=capture.amended_at, is_by_hand=capture.is_by_hand,
    )  # fmt: skip


def _coding(desk: Desk, capture: ChargeCapture) -> Coding:
    try:
        return coding.read(desk.vault.read(capture, "coding").text)
    except Unreadable:
        return Coding()


def _read(desk: Desk, row: Kept, name: str) -> str:
    try:
        return desk.vault.read(row, name).text
    except Unreadable:
        return "(cannot be read any more)"


def _lanes(counts: Mapping[ChargeState, int]) -> dict[str, int]:
    return {lane: sum(counts.get(state, 0) for state in states) for lane, states in LANES.items()}
