"""New messages keep arriving, on the world's random clock."""

import asyncio

from starlette.applications import Starlette

from services.sandbox.arrivals import Arrival, deliver
from services.sandbox.history import first_message
from services.sandbox.mailbox import Message
from services.sandbox.stories import draw
from services.sandbox.tenants import Tenant
from services.sandbox.world import World

THANKS_SHARE = 0.2
THANKS = (
    "Thank you!",
    "Got it, thanks.",
    "ok thanks so much",
    "Perfect, thank you for the quick reply.",
)


async def keep_arriving(app: Starlette) -> None:
    """Let messages arrive at the first practice until cancelled."""
    while True:
        world: World = app.state.world
        pace = world.pace
        try:
            await asyncio.wait_for(pace.changed.wait(), pace.gap())
        except TimeoutError:
            if app.state.world is world:
                arrive(world, next(iter(world.tenants.values())))
        else:
            pace.changed.clear()


def arrive(world: World, tenant: Tenant) -> Message:
    """One message comes in now: a new story, or thanks for an answer the practice gave."""
    now, draws = world.clock.now(), world.pace.draws
    answered = answered_threads(tenant)
    if answered and draws.random() < THANKS_SHARE:
        thread = draws.choice(answered)
        arrival = Arrival(body=draws.choice(THANKS), at=now, thread=thread)
    else:
        arrival = first_message(draw(tenant.stories(now.date()), draws), now, draws)
    message = deliver(tenant, arrival)
    world.hook.announce(tenant.code, message, now)
    return message


def answered_threads(tenant: Tenant) -> list[str]:
    """Threads in which one of our replies has the last word."""
    box = tenant.mailbox
    return [i for i in box.threads if box.of_thread(i)[-1].client_ref]
