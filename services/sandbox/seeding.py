"""How a world begins: the seeded inbox, or the threads of the last run."""

import random
from dataclasses import replace
from datetime import date, datetime

from services.sandbox.access import Access
from services.sandbox.check_ins import expect_forms
from services.sandbox.clock import Clock
from services.sandbox.history import fill_inbox
from services.sandbox.newcomers import SEEDED, Newcomer, arrive_new
from services.sandbox.notes.morning import sign_morning
from services.sandbox.notes.signed import sign_yesterday
from services.sandbox.notes.today import fill_day
from services.sandbox.pace import Pace
from services.sandbox.population import first_practice, second_practice
from services.sandbox.state import load
from services.sandbox.tenants import Switches, Tenant
from services.sandbox.webhooks import Hook
from services.sandbox.world import SandboxConfig, World

SECOND_INBOX, SECOND_VISITS = 6, 2
SECOND_WRITES = ("QuestionnaireResponse",)


def new_world(config: SandboxConfig, access: Access | None = None) -> World:
    """The seeded start, or the state file's if there is one. *access* keeps registered apps and tokens."""
    world = seeded_world(config, access)
    if config.state and config.state.exists():
        world = seeded_world(_without_inbox(config), access)
        load(world, config.state)
        # The same draws again would repeat the first run's messages word for word.
        world.pace.draws.seed(f"{config.seed}:{len(world.ledger.writes)}:{world.messages}")
    return world


def seeded_world(config: SandboxConfig, access: Access | None = None) -> World:
    """A start that is the same for the same seed on the same day."""
    clock = Clock()
    today = clock.now().date()
    draws = random.Random(config.seed)  # noqa: S311 - a rehearsal must repeat
    tenants: dict[str, Tenant] = {}
    for number, code in enumerate(config.practices):
        tenants[code] = new_tenant(code, number, today)
        count = min(config.inbox, SECOND_INBOX) if number else config.inbox
        fill_inbox(tenants[code], count, clock.now(), draws)
        if config.forms:
            expect_check_in(tenants[code], config, clock.now(), newcomers=number == 0)
        fill_day(
            tenants[code],
            min(config.visits, SECOND_VISITS) if number else config.visits,
            clock.now(),
        )
        if number == 0:
            sign_morning(tenants[code], config.signed, clock.now())
    hook = Hook()
    hook.point(config.hook_url, config.hook_secret)
    pace = Pace(config.per_hour, draws)
    world = World(config, tenants, access or Access(config.clients), pace, hook, clock)
    if config.yesterday:
        sign_yesterday(world, next(iter(tenants.values())), config.yesterday)
    return world


def new_tenant(code: str, number: int, today: date) -> Tenant:
    """The first practice with all patients and every write, or a further one with less of both."""
    if number == 0:
        return Tenant(code, first_practice(today))
    return Tenant(
        code, second_practice(today), Switches(intake_writes=SECOND_WRITES, note_layout=False)
    )


def expect_check_in(tenant: Tenant, config: SandboxConfig, now: datetime, newcomers: bool) -> None:
    """New patients, and forms for the coming visits."""
    for who in SEEDED if newcomers else ():
        arrive_new(tenant, Newcomer(*who), now.date())
    expect_forms(tenant, config.forms, now, config.seed)


def _without_inbox(config: SandboxConfig) -> SandboxConfig:
    return replace(config, inbox=0)
