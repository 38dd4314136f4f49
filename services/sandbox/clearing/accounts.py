"""Which account a call is about, and whether its key opens it."""

import hmac

from starlette.requests import Request

from services.sandbox.clearing.house import House, new_house
from services.sandbox.refusals import Refused
from services.sandbox.shapes import answer
from services.sandbox.tenants import Tenant
from services.sandbox.world import World, world_of


def refusal(status: int, text: str) -> Refused:
    """The clearinghouse's no: a sentence as JSON."""
    return Refused(answer({"error": text}, status))


def account(request: Request) -> House:
    """The account in the path, once the key is good, with all that is due done. Raises Refused."""
    world, code = world_of(request), request.path_params["practice"]
    practices = _opened_by(world, request.headers.get("authorization", ""))
    if not practices:
        raise refusal(401, "The key is missing or not known.")
    if code not in world.tenants:
        raise refusal(404, "There is no such account.")
    if code not in practices:
        raise refusal(403, "The key opens another account.")
    return house_of(world, world.tenants[code])


def house_of(world: World, tenant: Tenant) -> House:
    """A practice's account, opened at the first call; what is due by now has happened."""
    if tenant.code not in world.houses:
        number = list(world.tenants).index(tenant.code)
        config, today = world.config, world.clock.now().date()
        world.houses[tenant.code] = new_house(
            tenant.code, number, today, config.seed, config.claims_pace
        )
    house = world.houses[tenant.code]
    house.run(world.clock.now())
    return house


def _opened_by(world: World, header: str) -> tuple[str, ...]:
    kind, _, key = header.partition(" ")
    if kind.lower() != "bearer" or not key:
        return ()
    if _same(key, world.config.clearinghouse_key):
        return tuple(world.tenants)
    clients = world.access.clients.values()
    return next((c.practices for c in clients if _same(key, c.clearinghouse_key)), ())


def _same(shown: str, known: str) -> bool:
    return bool(known) and hmac.compare_digest(shown.encode(), known.encode())
