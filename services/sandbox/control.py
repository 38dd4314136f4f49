"""The control endpoints: faults, ledger, clock, arrivals and switches, for loopback peers only."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox import charges, control_forms
from services.sandbox.access import Client
from services.sandbox.clearing import control as clearing
from services.sandbox.control_charts import merge, put_resource
from services.sandbox.control_messages import arrive, bulk, change, portal, set_account
from services.sandbox.hl7 import control as hl7
from services.sandbox.hl7.serving import KINDS as MLLP_KINDS
from services.sandbox.id_tokens import WRONGS
from services.sandbox.misbehaviour import KINDS
from services.sandbox.notes import control as notes
from services.sandbox.refusals import Refused
from services.sandbox.seeding import seeded_world
from services.sandbox.shapes import answer, body_of
from services.sandbox.world import world_of

DEFAULT_PER_HOUR = 40.0
FORM = "QuestionnaireResponse"
Endpoint = Callable[[Request], Awaitable[Response]]


def refusal(status: int, text: str) -> Refused:
    """A control call that cannot be done, and why."""
    return Refused(answer({"error": text}, status))


def loopback_only(endpoint: Endpoint) -> Endpoint:
    """Refuse the call unless its peer is this machine."""

    async def guarded(request: Request) -> Response:
        if request.client is None or not ip_address(request.client.host).is_loopback:
            raise refusal(403, "Control is for this machine only.")
        return await endpoint(request)

    return guarded


async def ledger(request: Request) -> Response:
    """Every accepted write, oldest first."""
    return answer(world_of(request).ledger.lines(request.query_params.get("practice", "")))


async def calls(request: Request) -> Response:
    """The latest calls, oldest first: what was asked, when, and how it ended (0: no answer)."""
    return answer(list(world_of(request).meter.calls))


async def list_faults(request: Request) -> Response:
    """The faults in force, with how often each has struck."""
    return answer([asdict(f) for f in world_of(request).faults.known])


async def add_fault(request: Request) -> Response:
    """Put a fault in force."""
    asked = await body_of(request)
    kinds = MLLP_KINDS if str(asked.get("match", "")).startswith("hl7") else KINDS
    if asked.get("kind") not in kinds or "match" not in asked:
        raise refusal(400, f"A fault has a match and one of these kinds: {', '.join(kinds)}.")
    return answer({"id": world_of(request).faults.add(asked).id}, 201)


async def clear_faults(request: Request) -> Response:
    """Lift one fault or all."""
    world_of(request).faults.clear(request.path_params.get("fault", ""))
    return answer({})


async def register_client(request: Request) -> Response:
    """Register an app: ``client_id``, ``practice`` or ``practices``, ``jwks``, ``secret``, ``redirect_uris``, ``clearinghouse_key``."""
    try:
        client = Client.from_json(await body_of(request))
    except KeyError as error:
        raise refusal(400, f"{error.args[0]} is missing.") from error
    world_of(request).access.register(client)
    return answer({"client_id": client.client_id}, 201)


async def configure(request: Request) -> Response:
    """Set a practice's switches; answers what they now are."""
    asked, world = await body_of(request), world_of(request)
    code = asked.pop("practice", world.config.practices[0])
    try:
        return answer(asdict(world.tenants[code].switch(asked)))
    except (KeyError, ValueError) as error:
        raise refusal(400, str(error)) from error


async def clock(request: Request) -> Response:
    """Set the sandbox's clock ``offset_seconds`` ahead of the machine's (negative: behind)."""
    asked, world = await body_of(request), world_of(request)
    world.clock.offset = timedelta(seconds=asked.get("offset_seconds", 0))
    return answer({"now": world.clock.now().isoformat()})


async def arrivals(request: Request) -> Response:
    """Start, stop or change the random clock: ``running``, ``per_hour``, ``seed``."""
    asked, pace = await body_of(request), world_of(request).pace
    per_hour = asked.get("per_hour", pace.per_hour or DEFAULT_PER_HOUR)
    pace.per_hour = per_hour if asked.get("running", True) else 0
    if "seed" in asked:
        pace.draws.seed(asked["seed"])
    pace.changed.set()
    return answer({"per_hour": pace.per_hour})


async def oidc(request: Request) -> Response:
    """Issue wrong id tokens from now on: ``id_token`` names the way, empty is right again."""
    wrong = (await body_of(request)).get("id_token", "")
    if wrong not in ("", *WRONGS):
        raise refusal(400, f"An id token can be wrong in these ways: {', '.join(WRONGS)}.")
    world_of(request).wrong_id_token = wrong
    return answer({"id_token": wrong})


async def hook(request: Request) -> Response:
    """Set where webhooks go (``url``, ``secret``); answers what was sent so far."""
    asked, sender = await body_of(request), world_of(request).hook
    try:
        sender.point(asked.get("url", sender.url), asked.get("secret", sender.secret))
    except ValueError as error:
        raise refusal(400, str(error)) from error
    return answer({"url": sender.url, "sent": sender.sent})


async def state(request: Request) -> Response:
    """Counts, and nothing that names a patient."""
    world = world_of(request)
    practices = {
        code: {
            "patients": len(list(tenant.chart.all("Patient"))),
            "threads": len(tenant.mailbox.threads),
            "messages": len(tenant.mailbox.messages),
        }
        for code, tenant in world.tenants.items()
    }
    running = world.meter.this_minute(world.clock.now())
    counts = {
        "writes": len(world.ledger.writes),
        "tokens_issued": world.access.issued,
        "forms": sum(len(t.chart.by_type.get(FORM, {})) for t in world.tenants.values()),
    }
    return answer({"practices": practices, "calls_this_minute": running, **counts})


async def reset(request: Request) -> Response:
    """Back to the seeded start; registered apps and their tokens stay."""
    old = world_of(request)
    request.app.state.world = seeded_world(old.config, old.access)
    old.pace.changed.set()
    return answer({})


def _route(path: str, endpoint: Endpoint, method: str) -> Route:
    return Route(f"/control/{path}", loopback_only(endpoint), methods=[method])


ROUTES = [
    _route("ledger", ledger, "GET"),
    _route("calls", calls, "GET"),
    _route("faults", list_faults, "GET"),
    _route("faults", add_fault, "POST"),
    _route("faults", clear_faults, "DELETE"),
    _route("faults/{fault}", clear_faults, "DELETE"),
    _route("clients", register_client, "POST"),
    _route("config", configure, "POST"),
    _route("messages", arrive, "POST"),
    _route("messages/{message}/{change}", change, "POST"),
    _route("bulk", bulk, "POST"),
    _route("portal", portal, "GET"),
    _route("portal", set_account, "POST"),
    _route("forms", control_forms.arrive, "POST"),
    _route("forms/{form}/amend", control_forms.amend, "POST"),
    _route("forms/{form}/withdraw", control_forms.withdraw, "POST"),
    _route("newcomers", control_forms.newcomers, "POST"),
    _route("intake/bulk", control_forms.bulk, "POST"),
    _route("intake/truth", control_forms.truth, "GET"),
    _route("claims", clearing.claims, "POST"),
    _route("claims/truth", clearing.truth, "GET"),
    _route("clearinghouse/advance", clearing.advance, "POST"),
    _route("clearinghouse/files", clearing.mail, "POST"),
    _route("clearinghouse/pace", clearing.pace, "POST"),
    _route("hl7", hl7.interface, "GET"),
    _route("hl7/templates", hl7.template, "POST"),
    _route("hl7/notes", hl7.notes, "GET"),
    _route("hl7/journal", hl7.journal, "GET"),
    _route("encounters", notes.visit, "POST"),
    _route("encounters/{encounter}/sign", notes.sign, "POST"),
    _route("encounters/{encounter}/amend", notes.amend, "POST"),
    _route("encounters/{encounter}/charges", charges.listed, "GET"),
    _route("encounters/{encounter}/charges", charges.enter, "POST"),
    _route("encounters/{encounter}/filed", notes.filed, "GET"),
    _route("encounters/{encounter}/{deed}", notes.change, "POST"),
    _route("arrivals", arrivals, "POST"),
    _route("oidc", oidc, "POST"),
    _route("hook", hook, "POST"),
    _route("resources", put_resource, "POST"),
    _route("merge", merge, "POST"),
    _route("clock", clock, "POST"),
    _route("state", state, "GET"),
    _route("reset", reset, "POST"),
]
