"""What a person can choose from while handling the inbox: colleagues, pools, times, wordings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.places import Places
from db.replies import Macro, Macros, ReplyTemplate, ReplyTemplates
from db.staff import StaffList
from services import hours
from services.container import Container
from services.desk import Actor, looking
from services.options import PracticeOptions
from services.policy import may


@dataclass(frozen=True)
class Choices:
    """The practice's own lists; none of them holds patient data."""

    options: PracticeOptions
    colleagues: Mapping[UUID, str]
    locations: Mapping[str, str]
    providers: Mapping[str, str]
    macros: tuple[Macro, ...]
    templates: tuple[ReplyTemplate, ...]


def choices(container: Container, actor: Actor) -> Choices:
    """What there is to choose from now. Colleagues are those whose role reads the inbox."""
    with looking(container, actor) as desk:
        desk.require("inbox.read", "read the inbox")
        places = desk.open(Places)
        people = desk.open(StaffList).active()
        return Choices(
            options=desk.options,
            colleagues={p.id: p.name for p in people if may(p.role, "inbox.read")},
            locations={p.ehr_ref: p.name for p in places.of_kind("location")},
            providers={p.ehr_ref: p.name for p in places.of_kind("provider")},
            macros=tuple(desk.open(Macros).by_label()),
            templates=tuple(desk.open(ReplyTemplates).approved()),
        )


def snooze_times(now: datetime, options: PracticeOptions) -> dict[str, datetime]:
    """The usual times to wake something, by name, soonest first; all lie in the future."""
    opening = _next_opening(now, options)
    monday = _next_opening(_start_of_next_week(now, options), options)
    times = {
        monday: "Next week",  # a time with two names keeps the nearer one
        opening: "Next opening",
        now + timedelta(hours=4): "In 4 hours",
        now + timedelta(hours=1): "In 1 hour",
    }
    return {f"{times[at]} ({_wall_clock(at, options)})": at for at in sorted(times)}


def _next_opening(now: datetime, options: PracticeOptions) -> datetime:
    # The first minute of opening time after tonight is the minute after the doors open.
    midnight = (now.astimezone(options.zone) + timedelta(days=1)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return hours.after(midnight, 1, options) - timedelta(minutes=1)


def _start_of_next_week(now: datetime, options: PracticeOptions) -> datetime:
    local = now.astimezone(options.zone)
    return local + timedelta(days=6 - local.weekday())


def _wall_clock(moment: datetime, options: PracticeOptions) -> str:
    return f"{moment.astimezone(options.zone):%a %H:%M}"
