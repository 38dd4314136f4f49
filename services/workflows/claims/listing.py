"""The claims worklist: what waits to leave, what was rejected, what is on its way, or what was searched."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from db.claim_payments import ClaimPayments
from db.claims import BEFORE, Claim, ClaimFilter, Claims, ClaimState
from db.patients import Patient, Patients
from db.vault import Unreadable
from db.x12_files import WAITING, X12Files
from services import chart, rollout
from services.actions import Target
from services.claims import names
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import NotRolledOut
from services.options import PracticeOptions

PAGE = 50
COUNTED = 1_000  # a lane's number ends here: nobody plans by the difference
ON_THE_WAY = (
    ClaimState.RELEASED, ClaimState.SUBMITTED, ClaimState.ACCEPTED, ClaimState.PENDING,
    ClaimState.CORRECTED, ClaimState.APPEALED,
)  # fmt: skip
LANES: Mapping[str, ClaimFilter] = {
    "release": ClaimFilter(BEFORE),
    "rejected": ClaimFilter((ClaimState.REJECTED,)),
    "way": ClaimFilter(ON_THE_WAY),
    "all": ClaimFilter(()),
}
Listed = set[tuple[UUID, int]]


@dataclass(frozen=True)
class Row:
    """One claim in the list. Money in cents; ``patient`` is empty where nobody knows them here."""

    id: UUID
    version: int
    content_hash: str
    number: str = field(repr=False)
    patient: str = field(repr=False)
    payer: str
    state: ClaimState
    service_on: date
    charge_cents: int
    paid_cents: int
    holds: int
    attempt: int
    trouble: str

    @property
    def target(self) -> Target:
        """What a click on this row acts on: exactly what was shown."""
        return Target(self.id, self.version, self.content_hash)


@dataclass(frozen=True)
class Worklist:
    """A page of claims with what stands around it; ``more`` says whether another page follows."""

    rows: tuple[Row, ...]
    more: bool
    counts: Mapping[str, int]
    options: PracticeOptions


def worklist(
    container: Container, actor: Actor, lane: str = "release", page: int = 0,
    listed: Listed | None = None, words: str = "",
) -> Worklist:  # fmt: skip
    """A page of a lane; every claim shown is on the trail, each version once a sitting.

    With *words*, which only the lane ``all`` asks, claims with exactly this number or of patients
    with exactly this name, birth date or MRN. Raises ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require("claims.read", "read claims")
        wanted = LANES.get(lane, LANES["release"])
        sight = rollout.sight(desk, "claims")
        seen = desk.open(Claims).seen(sight)
        if lane == "all" and words.strip():
            found = _search(desk, seen, words, page)
        else:
            found = list(seen.worklist(wanted, PAGE + 1, page * PAGE))
        if not found and not sight.sees_new:
            raise NotRolledOut("Claims")
        return Worklist(
            rows=tuple(rows_of(desk, found[:PAGE], set() if listed is None else listed)),
            more=len(found) > PAGE,
            counts=counts(desk, seen),
            options=desk.options,
        )


def open_to(container: Container, actor: Actor) -> None:
    """Raises ``NotAllowed`` or ``NotRolledOut`` where claims are not for this person."""
    with looking(container, actor) as desk:
        desk.require("claims.read", "read claims")
        rollout.seen(desk, "claims", Claims, "Claims")


def newest(container: Container, actor: Actor) -> str:
    """A word that changes whenever a claim or a file does, for a page that looks every few seconds."""
    with looking(container, actor) as desk:
        desk.require("claims.read", "read claims")
        sight = rollout.sight(desk, "claims")
        return f"{desk.open(Claims).pulse()} {desk.open(X12Files).pulse()} {sight}"


def counts(desk: Desk, claims: Claims) -> dict[str, int]:
    """How many items each lane holds, counted no further than anybody plans by."""
    found = {n: claims.count_up_to(COUNTED, w) for n, w in LANES.items() if n != "all"}
    states = desk.open(X12Files).counts()
    found["files"] = sum(states.get(str(state), 0) for state in WAITING)
    found["unmatched"] = desk.open(ClaimPayments).count_unmatched(COUNTED)
    return found


def _search(desk: Desk, claims: Claims, words: str, page: int) -> list[Claim]:
    desk.require("claims.search", "search claims")
    number = ClaimFilter((), numbers=(names.number_digest(desk, words),))
    found = list(claims.worklist(number, PAGE + 1, page * PAGE))
    facts = chart.search_digests(desk, words)
    patients = tuple(desk.open(Patients).matching(facts))
    of_them = ClaimFilter((), patients=patients, facts=tuple(facts))
    if facts:
        found += [c for c in claims.worklist(of_them, PAGE + 1, page * PAGE) if c not in found]
    desk.record("claims.searched", f"practice/{desk.practice_id}", reason=f"{len(found)} found")
    return found


def rows_of(desk: Desk, claims: Sequence[Claim], listed: Listed) -> list[Row]:
    """*claims* as the list shows them; those that *listed* does not hold go on the trail."""
    ids = [claim.patient_id for claim in claims if claim.patient_id]
    patients = {p.id: p for p in desk.open(Patients).get_many(ids)} if ids else {}
    with suppress(Unreadable):  # told field by field below
        desk.vault.preload([*(c.key_id for c in claims), *(p.key_id for p in patients.values())])
    for claim in claims:
        if (claim.id, claim.version) not in listed:
            desk.record("claims.listed", claim.ref)
            listed.add((claim.id, claim.version))
    return [row_of(desk, c, patients.get(c.patient_id) if c.patient_id else None) for c in claims]


def row_of(desk: Desk, claim: Claim, patient: Patient | None) -> Row:
    """One claim as the list shows it; opens its number and the patient's name."""
    return Row(
        id=claim.id, version=claim.version, content_hash=claim.content_hash,
        number=shown(desk, claim, "number"),
        patient=shown(desk, patient, "name") if patient else "",
        payer=claim.payer_name or claim.payer_id, state=claim.state,
        service_on=claim.service_on, charge_cents=claim.charge_cents,
        paid_cents=claim.paid_cents, holds=claim.holds, attempt=claim.attempt,
        trouble=claim.trouble,
    )  # fmt: skip


def shown(desk: Desk, row: object, column: str) -> str:
    """A sealed field as text, or why it cannot be read: one bad record must not close the page."""
    try:
        return desk.vault.read(row, column).text
    except Unreadable as damage:
        return f"[{damage}]"
