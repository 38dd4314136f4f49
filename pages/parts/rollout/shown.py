"""What the Rollout page knows about one practice at one moment, and how it says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from db.guardrails import GuardrailTrip, GuardrailTrips
from db.places import Place, Places
from db.rollout import Rollout, Rollouts, Switch
from db.staff import StaffList
from db.vocabulary import Role, Stage
from pages.parts.desk import open_building
from pages.parts.manage import Badge
from services import switches
from services.desk import Actor, looking
from services.policy import may
from services.rollout import scopes, staleness
from services.rollout.history import latest_number
from services.rollout.scopes import Scope
from services.rollout.staleness import Waiting
from services.switches import WORKFLOWS, Because

STAGES = {
    Stage.OFF: "Off: nothing is suggested and nobody sees it.",
    Stage.SHADOW: "Shadow: suggested in the background and measured; nobody sees it.",
    Stage.PILOT: "Pilot: only the people you choose see and use it.",
    Stage.ON: "On: everybody whose role allows it.",
}
STAGE_BADGES: dict[Stage, Badge] = {
    Stage.OFF: ("Off", "gray", ":material/toggle_off:"),
    Stage.SHADOW: ("Shadow", "blue", ":material/visibility_off:"),
    Stage.PILOT: ("Pilot", "orange", ":material/group:"),
    Stage.ON: ("On", "green", ":material/toggle_on:"),
}
FOLLOW = "Follow the practice"
WHOLE = "Whole practice"
ROLES = {
    Role.FRONT_DESK: "Front desk", Role.NURSE: "Nurses", Role.PROVIDER: "Providers",
    Role.BILLER: "Billers", Role.MANAGER: "Managers",
}  # fmt: skip
# What a person may give as the reason; the rest is said by the house itself.
REASONS = {
    one: one.capitalize()
    for one in (Because.NEXT_PHASE, Because.WENT_WELL, Because.TRIAL, Because.TRAINING,
                Because.TROUBLE, Because.ABSENCE, Because.OTHER)
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What this page knows about one practice at one moment."""

    stages: Mapping[str, Sequence[Rollout]]
    versions: Mapping[str, int]
    stopped: Mapping[str, Switch]
    trips: Sequence[GuardrailTrip]
    paused: Sequence[GuardrailTrip]
    places: Mapping[str, Place]
    names: Mapping[UUID, str]
    people: Mapping[UUID, tuple[str, Role]]
    zone: ZoneInfo
    waiting: Mapping[tuple[str, str], Waiting]

    def name(self, id: str) -> str:
        """A person or a place as the reader knows it."""
        if id in self.places or not id:
            return self.place(id)
        return self.names.get(UUID(id), "somebody who left")

    def who(self, id: UUID | None) -> str:
        """A person who did something."""
        return self.names.get(id, "somebody") if id else "the operator"

    def place(self, scope: str) -> str:
        """A scope as the reader knows it."""
        if not scope:
            return WHOLE
        place = self.places.get(scope)
        return f"{place.kind.capitalize()}: {place.name}" if place else scope

    def name_of(self, scope: str) -> str:
        """A place by its name alone, as within a sentence."""
        return self.places[scope].name if scope in self.places else scope

    def held(self, workflow: str, scope: str) -> GuardrailTrip | None:
        """The pause that a limit made there and nobody has ended."""
        mine = (t for t in self.paused if (t.workflow, t.scope) == (workflow, scope))
        return next(mine, None)

    def says(self, row: Rollout) -> str:
        """Whom a pilot reaches, in words."""
        return scopes.said(Scope.of(row), self.name).removeprefix("pilot for ")

    def readers(self, workflow: str) -> dict[UUID, str]:
        """Everybody whose role opens *workflow*."""
        opens = f"{workflow}.read"
        return {id: name for id, (name, role) in self.people.items() if may(role, opens)}


def looked_up(actor: Actor) -> Shown:
    """Stages, switches, notices, places and people as of now."""
    with looking(open_building(), actor) as desk:
        staff = desk.open(StaffList)
        stages = desk.open(Rollouts).of_many(list(WORKFLOWS))
        return Shown(
            stages=stages,
            versions={key: latest_number(desk, key) for key in WORKFLOWS},
            stopped=switches.stopped(desk),
            trips=desk.open(GuardrailTrips).unseen(),
            paused=desk.open(GuardrailTrips).going_on(WORKFLOWS),
            places=desk.open(Places).by_ref(),
            names=staff.names(),
            people={p.id: (p.name, p.role) for p in staff.active()},
            zone=desk.options.zone,
            waiting={(one.workflow, one.place): one for one in staleness.waiting(desk)},
        )
