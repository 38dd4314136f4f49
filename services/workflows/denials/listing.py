"""The denial desk's worklist: by urgency, what is alike as one row, each with its reason in words."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from db.claims import Claim, Claims
from db.denials import Denial, DenialFilter, Denials, DenialState
from db.staff import StaffList
from db.vault import Unreadable
from services import rollout
from services.actions import Target
from services.claims import places, showing
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import NotRolledOut
from services.options import PracticeOptions
from services.policy import may

PAGE = 50
COUNTED = 1_000  # a lane's number ends here: nobody plans by the difference
READ = "denials.read"
GROUPED = (DenialState.OPEN,)
CLOSED = (
    DenialState.RECOVERED, DenialState.PATIENT, DenialState.WRITTEN_OFF, DenialState.LOST,
    DenialState.CLEARED,
)  # fmt: skip
WORKING: tuple[DenialState, ...] = (DenialState.WAITING, DenialState.SENDING, DenialState.IN_WORK)

# What became of a denial, as the cards count it: its lane, its states, and whether by letter.
FATES: Mapping[str, tuple[str, tuple[DenialState, ...], bool | None]] = {
    "open": ("open", (DenialState.OPEN, DenialState.SNOOZED), None),
    "in work": ("work", WORKING, False),
    "appealed": ("work", WORKING, True),
} | {
    word: ("closed", (state,), None)
    for word, state in (
        ("recovered", DenialState.RECOVERED), ("written off", DenialState.WRITTEN_OFF),
        ("patient's", DenialState.PATIENT), ("lost", DenialState.LOST),
        ("cleared", DenialState.CLEARED),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One denial in the worklist, or the first of a group that is alike. Money in cents.

    ``targets`` are all of the group, this one first: a decision on the group acts on exactly
    these. ``days_left`` is ``None`` without a deadline.
    """

    id: UUID
    version: int
    content_hash: str
    patient: str = field(repr=False)
    number: str = field(repr=False)
    payer: str
    carc: str
    group_code: str
    reason: str
    remarks: tuple[str, ...]
    denied_cents: int
    denied_on: date
    due_on: date | None
    days_left: int | None
    cents_a_minute: int
    path: str
    state: DenialState
    decision: str
    location: str
    owner: str
    assigned_to: UUID | None
    trouble: str
    snoozed_until: datetime | None
    recovered_cents: int = 0
    targets: tuple[Target, ...] = ()
    members: tuple[tuple[str, int], ...] = field(default=(), repr=False)  # patient, cents
    group_cents: int = 0

    @property
    def target(self) -> Target:
        """What a click on this row acts on: exactly what was shown."""
        return Target(self.id, self.version, self.content_hash)


@dataclass(frozen=True)
class Choices:
    """What the list can be filtered by, and whom a denial can be given to, with their names."""

    payers: tuple[tuple[str, str], ...] = ()
    carcs: tuple[tuple[str, str], ...] = ()
    locations: tuple[tuple[str, str], ...] = ()
    colleagues: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True)
class Narrowed:
    """The filters of the page's address; empty ones do not filter."""

    payer: str = ""
    carc: str = ""
    location: str = ""
    fate: str = ""  # one of FATES: what became of it, narrower than its lane


@dataclass(frozen=True)
class Worklist:
    """Denials with what stands around them; ``more`` says whether there are further ones."""

    rows: tuple[Row, ...]
    more: bool
    counts: Mapping[str, int]
    options: PracticeOptions


Listed = set[tuple[UUID, int]]


def lanes(actor: Actor, narrowed: Narrowed) -> dict[str, DenialFilter]:
    """The standing lists everyone has, by the name in the URL; the first is where a day begins."""

    def lane(states: Sequence[DenialState], owner: UUID | None = None) -> DenialFilter:
        return DenialFilter(
            tuple(states), owner=owner, payer_id=narrowed.payer, carc=narrowed.carc,
            location=narrowed.location,
        )  # fmt: skip

    found = {
        "mine": lane(GROUPED, actor.staff_id),
        "open": lane(GROUPED),
        "work": lane(WORKING),
        "snoozed": lane((DenialState.SNOOZED,)),
        "closed": lane(CLOSED),
    }
    if narrowed.fate in FATES:
        name, states, appealed = FATES[narrowed.fate]
        found[name] = replace(found[name], states=states, appealed=appealed)
    return found


def worklist(
    container: Container, actor: Actor, lane: str = "mine", narrowed: Narrowed | None = None,
    pages: int = 1, listed: Listed | None = None,
) -> Worklist:  # fmt: skip
    """The first *pages* of a lane; every denial shown is on the trail, each version once a sitting.

    *listed* is the caller's memory of one sitting of one person; it is filled here. Raises
    ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require(READ, "read denials")
        filters = lanes(actor, narrowed or Narrowed())
        sight = rollout.sight(desk, "denials")
        seen = desk.open(Denials).seen(sight)
        found = seen.worklist(filters.get(lane, filters["mine"]), PAGE * pages + 1)
        if not found and not sight.sees_new:
            raise NotRolledOut("Denials")
        shown = found[: PAGE * pages]
        return Worklist(
            rows=grouped(_rows(desk, shown, set() if listed is None else listed)),
            more=len(found) > PAGE * pages,
            counts={name: seen.count_up_to(COUNTED, f) for name, f in filters.items()},
            options=desk.options,
        )


def choices(container: Container, actor: Actor) -> Choices:
    """What open denials can be filtered by, and who else works here. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "read denials")
        kinds = desk.open(Denials).kinds()
        names = places.names(desk)
        payers = {id: name for id, name, _, _ in kinds}
        carcs = {carc: showing.sentence(carc) for _, _, carc, _ in kinds if carc}
        locations = {ref: places.name_of(names, ref) for *_, ref in kinds if ref}
        people = [(p.id, p.name) for p in desk.open(StaffList).active() if may(p.role, READ)]
        by_name = [tuple(sorted(one.items())) for one in (payers, carcs, locations)]
        return Choices(by_name[0], by_name[1], by_name[2], tuple(people))


def open_to(container: Container, actor: Actor) -> None:
    """Raises ``NotAllowed`` or ``NotRolledOut`` where denials are not for this person."""
    with looking(container, actor) as desk:
        desk.require(READ, "read denials")
        rollout.seen(desk, "denials", Denials, "Denials")


def newest(container: Container, actor: Actor) -> str:
    """A word that changes whenever the worklist does, for a page that looks every few seconds."""
    with looking(container, actor) as desk:
        desk.require(READ, "read denials")
        return f"{desk.open(Denials).pulse()} {rollout.sight(desk, 'denials')}"


def grouped(rows: Sequence[tuple[str, Row]]) -> tuple[Row, ...]:
    """Open denials with one reason, payer and fix become one row, where the most urgent stands."""
    groups: dict[str, list[Row]] = {}
    for key, row in rows:
        alike = key if row.state in GROUPED and key else str(row.id)
        groups.setdefault(alike, []).append(row)
    return tuple(_together(group) for group in groups.values())


def row_of(desk: Desk, denial: Denial, claim: Claim | None, names: Mapping[UUID, str]) -> Row:
    """*denial* as the list shows it."""
    patient, number = _who(desk, claim)
    today = desk.today
    return Row(
        id=denial.id, version=denial.version, content_hash=denial.content_hash, patient=patient,
        number=number, payer=denial.payer_name or denial.payer_id, carc=denial.carc,
        group_code=denial.group_code,
        reason=showing.sentence(denial.carc) if denial.carc else "Denied without a reason code.",
        remarks=tuple(denial.remarks), denied_cents=denial.denied_cents,
        denied_on=denial.denied_on, due_on=denial.due_on,
        days_left=(denial.due_on - today).days if denial.due_on else None,
        cents_a_minute=denial.expected_cents // max(1, denial.minutes), path=denial.path,
        state=denial.state, decision=denial.decision, location=denial.location,
        owner=names.get(denial.assigned_to, "") if denial.assigned_to else "",
        assigned_to=denial.assigned_to, trouble=denial.trouble,
        snoozed_until=denial.snoozed_until, recovered_cents=denial.recovered_cents,
    )  # fmt: skip


def _together(group: Sequence[Row]) -> Row:
    first = group[0]
    return replace(
        first, targets=tuple(row.target for row in group),
        members=tuple((row.patient, row.denied_cents) for row in group),
        group_cents=sum(row.denied_cents for row in group),
    )  # fmt: skip


def _rows(desk: Desk, denials: Sequence[Denial], listed: Listed) -> list[tuple[str, Row]]:
    claims = desk.open(Claims).get_many([d.claim_id for d in denials])
    with suppress(Unreadable):  # told row by row below
        desk.vault.preload([claim.key_id for claim in claims.values()])
    names = desk.open(StaffList).names()
    for denial in denials:
        if (denial.id, denial.version) not in listed:
            desk.record("denials.listed", denial.ref)
            listed.add((denial.id, denial.version))
    return [(d.group_key, row_of(desk, d, claims.get(d.claim_id), names)) for d in denials]


def _who(desk: Desk, claim: Claim | None) -> tuple[str, str]:
    if claim is None:
        return "", ""
    try:
        billed = showing.billed_of(desk, claim)
    except Unreadable:
        return "Record destroyed or damaged", ""
    return billed.patient, billed.number
