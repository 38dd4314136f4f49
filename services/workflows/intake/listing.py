"""The intake worklist: forms by time of visit, each with how ready it is."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.intake import CERTAIN, FormFilter, FormState, IntakeForm, IntakeForms
from db.patients import Patient, Patients
from db.places import Places
from db.staff import StaffList
from db.vault import Unreadable
from db.vocabulary import DocumentKind
from services import rollout
from services.actions import Target
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.errors import NotRolledOut
from services.options import PracticeOptions
from services.policy import may
from services.workflows.intake.acting import JUDGE

PAGE = 50
COUNTED = 1_000  # a lane's number ends here: nobody plans by the difference
TO_DO = (FormState.WAITING, FormState.READY, FormState.FAILED)


@dataclass(frozen=True)
class Row:
    """One form in the worklist. ``readiness`` is a word for staff, ``tone`` how it is coloured.

    ``tone`` is ``ok`` (everything matches), ``ask`` (something to decide), ``wait`` (not ours to
    move now) or ``alarm`` (it cannot go on by itself). Unless it is ``certain``, ``patient`` is
    only whose form it seems to be.
    """

    id: UUID
    version: int
    content_hash: str
    patient: str = field(repr=False)
    birth_date: str = field(repr=False)
    title: str = field(repr=False)
    visit_at: datetime | None
    provider: str
    location: str
    source: str
    form_status: str
    state: FormState
    readiness: str
    tone: str
    fields: int
    same: int
    open_fields: int
    conflicts: int
    amended: int
    pool: str
    kind: DocumentKind | None
    note: str = field(repr=False)
    noted_by: str
    owner: str
    assigned_to: UUID | None
    trouble: str
    authored_at: datetime
    certain: bool = True

    @property
    def target(self) -> Target:
        """What a click on this row acts on: exactly what was shown."""
        return Target(self.id, self.version, self.content_hash)


@dataclass(frozen=True)
class Worklist:
    """A page of forms with what stands around it; ``more`` says whether another page follows."""

    rows: tuple[Row, ...]
    more: bool
    counts: Mapping[str, int]
    options: PracticeOptions


def lanes(actor: Actor, options: PracticeOptions) -> dict[str, FormFilter]:
    """The standing lists everyone has, by the name in the URL."""
    return {
        "team": FormFilter(
            TO_DO,
            owner=actor.staff_id,
            pools=options.pools_of(actor.role),
            clinical=actor.role is not None and may(actor.role, JUDGE),
        ),
        "unassigned": FormFilter(TO_DO, unassigned=True),
        "whose": FormFilter((FormState.READY,), unsure=True),
        "writing": FormFilter((FormState.WRITING,)),
        "all": FormFilter(TO_DO),
        "done": FormFilter((FormState.DONE,)),
        "removed": FormFilter((FormState.REMOVED, FormState.WITHDRAWN)),
    }


Listed = set[tuple[UUID, int]]


def worklist(
    container: Container, actor: Actor, lane: str = "team", page: int = 0,
    listed: Listed | None = None,
) -> Worklist:  # fmt: skip
    """A page of the worklist; every form shown is on the trail, each version once a sitting.

    *listed* is the caller's memory of one sitting of one person; it is filled here. Raises
    ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require("intake.read", "read intake forms")
        options = desk.options
        filters = lanes(actor, options)
        wanted = filters.get(lane, filters["team"])
        sight = rollout.sight(desk, "intake")
        seen = desk.open(IntakeForms).seen(sight)
        found = seen.worklist(wanted, PAGE + 1, page * PAGE)
        if not found and not sight.sees_new:
            raise NotRolledOut("Intake")
        return Worklist(
            rows=tuple(_rows(desk, found[:PAGE], set() if listed is None else listed)),
            more=len(found) > PAGE,
            counts=_counts(seen, filters),
            options=options,
        )


def open_to(container: Container, actor: Actor) -> None:
    """Raises ``NotAllowed`` or ``NotRolledOut`` where intake is not for this person."""
    with looking(container, actor) as desk:
        desk.require("intake.read", "read intake forms")
        rollout.seen(desk, "intake", IntakeForms, "Intake")


def newest(container: Container, actor: Actor) -> str:
    """A word that changes whenever the worklist does, for a page that looks every few seconds."""
    with looking(container, actor) as desk:
        desk.require("intake.read", "read intake forms")
        return f"{desk.open(IntakeForms).pulse()} {rollout.sight(desk, 'intake')}"


def readiness(form: IntakeForm) -> tuple[str, str]:
    """How ready *form* is, in words for staff, and the tone of it."""
    match form.state:
        case FormState.WAITING:
            return "Being read", "wait"
        case FormState.FAILED:
            return "Could not be read", "alarm"
        case FormState.WRITING:
            return "On its way to the chart", "wait"
        case FormState.DONE:
            return "In the chart", "ok"
        case FormState.REMOVED:
            return "Removed", "wait"
        case FormState.WITHDRAWN:
            return "Taken back by the patient", "wait"
    if form.match not in CERTAIN:
        return "Whose form is it?", "alarm"
    return _to_decide(form)


def _to_decide(form: IntakeForm) -> tuple[str, str]:
    if form.open_fields:
        noun = "field" if form.open_fields == 1 else "fields"
        return f"{form.open_fields} {noun} to decide", "ask"
    if form.asked:
        return "Waiting for the patient", "wait"
    if form.escalated:
        return "With a nurse", "wait"
    return "Everything matches", "ok"


def _counts(seen: IntakeForms, filters: Mapping[str, FormFilter]) -> dict[str, int]:
    wanted = {k: w for k, w in filters.items() if k not in ("done", "removed")}
    return {name: seen.count_up_to(COUNTED, lane) for name, lane in wanted.items()}


def _rows(desk: Desk, forms: Sequence[IntakeForm], listed: Listed) -> list[Row]:
    ids = [form.patient_id for form in forms if form.patient_id]
    patients = {p.id: p for p in desk.open(Patients).get_many(ids)}
    with suppress(Unreadable):  # told field by field below
        desk.vault.preload([*(f.key_id for f in forms), *(p.key_id for p in patients.values())])
    names = desk.open(StaffList).names()
    places = site_names(desk)
    for form in forms:
        if (form.id, form.version) not in listed:
            desk.record("intake.listed", form.ref)
            listed.add((form.id, form.version))
    return [
        row_of(desk, f, patients.get(f.patient_id) if f.patient_id else None, names, places)
        for f in forms
    ]


def site_names(desk: Desk) -> dict[str, str]:
    """What staff call each location and provider, by EHR reference."""
    return {ref: place.name for ref, place in desk.open(Places).by_ref().items()}


def row_of(
    desk: Desk, form: IntakeForm, patient: Patient | None, names: Mapping[UUID, str],
    places: Mapping[str, str],
) -> Row:  # fmt: skip
    """One form as the worklist shows it; opens its title and the patient's name."""
    words, tone = readiness(form)
    return Row(
        id=form.id,
        version=form.version,
        content_hash=form.content_hash,
        patient=shown(desk, patient, "name") if patient else "",
        birth_date=shown(desk, patient, "birth_date") if patient else "",
        title=shown(desk, form, "title"),
        visit_at=form.visit_at,
        provider=places.get(form.provider, ""),
        location=places.get(form.location, ""),
        source=form.source,
        form_status=form.form_status,
        state=form.state,
        readiness=words,
        tone=tone,
        fields=form.fields,
        same=form.same,
        open_fields=form.open_fields,
        conflicts=form.conflicts,
        amended=form.amended,
        pool=form.pool,
        kind=form.kind,
        note=shown(desk, form, "note"),
        noted_by=names.get(form.noted_by, "") if form.noted_by else "",
        owner=names.get(form.assigned_to, "") if form.assigned_to else "",
        assigned_to=form.assigned_to,
        trouble=form.trouble,
        authored_at=form.authored_at,
        certain=form.match in CERTAIN,
    )


def shown(desk: Desk, row: object, column: str) -> str:
    """A sealed field as text, or why it cannot be read: one bad record must not close the page."""
    try:
        return desk.vault.read(row, column).text
    except Unreadable as damage:
        return f"[{damage}]"
