"""Control over the message channel: let messages arrive, be edited, be recalled, or exist by the thousand."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.arrivals import Arrival, deliver
from services.sandbox.history import fill_in_bulk
from services.sandbox.refusals import Refused
from services.sandbox.shapes import Json, answer, body_of, moment
from services.sandbox.tenants import Tenant
from services.sandbox.world import world_of


async def arrive(request: Request) -> Response:
    """A message arrives now."""
    asked, world = await body_of(request), world_of(request)
    tenant = tenant_in(request, asked)
    try:
        stored = deliver(tenant, arrival_in(asked, world.clock.now()))
    except KeyError as error:
        raise Refused(answer({"error": f"{error.args[0]} is not known."}, 400)) from error
    world.hook.announce(tenant.code, stored, world.clock.now())
    return answer(tenant.mailbox.as_json(stored), 201)


async def bulk(request: Request) -> Response:
    """``count`` more messages at once, one thread each, spread over the last 30 days: for benches."""
    asked, world = await body_of(request), world_of(request)
    tenant = tenant_in(request, asked)
    fill_in_bulk(tenant, asked.get("count", 1_000), world.clock.now(), world.pace.draws)
    return answer({"messages": len(tenant.mailbox.messages)}, 201)


async def change(request: Request) -> Response:
    """Edit or withdraw, by the last word of the path."""
    asked = await body_of(request)
    mailbox = tenant_in(request, asked).mailbox
    message_id = request.path_params["message"]
    if message_id not in mailbox.messages:
        raise Refused(answer({"error": "There is no such message."}, 404))
    if request.path_params["change"] == "edit":
        return answer(mailbox.as_json(mailbox.edit(message_id, asked["body"])))
    return answer(mailbox.as_json(mailbox.withdraw(message_id)))


async def portal(request: Request) -> Response:
    """What ``patient`` sees in the portal: whether there is an account, and every message, oldest first."""
    asked = dict(request.query_params)
    tenant, patient = tenant_in(request, asked), asked.get("patient", "")
    threads = [t for t in tenant.mailbox.threads.values() if t.patient == patient]
    shown = [
        {"subject": thread.subject, **tenant.mailbox.as_json(message)}
        for thread in threads
        for message in tenant.mailbox.of_thread(thread.id)
    ]
    account = patient not in tenant.without_portal
    return answer({"account": account, "messages": sorted(shown, key=lambda m: str(m["sent"]))})


async def set_account(request: Request) -> Response:
    """Give a ``patient`` a portal account (``account`` true), or take it away."""
    asked = await body_of(request)
    tenant, patient = tenant_in(request, asked), str(asked.get("patient", ""))
    if asked.get("account", True):
        tenant.without_portal.discard(patient)
    else:
        tenant.without_portal.add(patient)
    return answer({"patient": patient, "account": patient not in tenant.without_portal})


def tenant_in(request: Request, asked: Json) -> Tenant:
    """The practice a control call names, or the first. Raises Refused."""
    world = world_of(request)
    code = asked.get("practice", world.config.practices[0])
    if code not in world.tenants:
        raise Refused(answer({"error": f"There is no practice {code}."}, 404))
    return world.tenants[code]


def arrival_in(asked: Json, now: datetime) -> Arrival:
    """The message in a control call. ``override`` replaces fields on the wire, ``null`` removes them."""
    return Arrival(
        body=asked["body"],
        at=now,
        patient=asked.get("patient", ""),
        thread=asked.get("thread", ""),
        subject=asked.get("subject", "Message"),
        author=asked.get("from", "patient"),
        id=asked.get("id", ""),
        sent=moment(asked["sent"]) if "sent" in asked else None,
        attachments=tuple(asked.get("attachments", ())),
        overrides=asked.get("override", {}),
    )
