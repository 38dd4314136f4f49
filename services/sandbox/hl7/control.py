"""Control over the note interface: where it listens, its templates, and what was filed and dropped."""

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.control_messages import tenant_in
from services.sandbox.hl7.filing import filed
from services.sandbox.refusals import Refused
from services.sandbox.shapes import answer, body_of
from services.sandbox.world import world_of


async def interface(request: Request) -> Response:
    """Where it listens, and each location's template."""
    tenant, world = tenant_in(request, dict(request.query_params)), world_of(request)
    secure = world.config.mllp_tls is not None
    port = request.app.state.mllp_port
    return answer({"port": port, "tls": secure, "templates": tenant.note_templates})


async def template(request: Request) -> Response:
    """Set the template of a ``location``: ``codes`` in their order; none takes it away."""
    asked = await body_of(request)
    tenant = tenant_in(request, asked)
    location, codes = asked.get("location"), asked.get("codes")
    if not isinstance(location, str) or not isinstance(codes, list):
        raise Refused(answer({"error": "A template has a location and codes."}, 400))
    if codes:
        tenant.note_templates[location] = tuple(str(code) for code in codes)
    else:
        tenant.note_templates.pop(location, None)
    return answer({"templates": tenant.note_templates})


async def notes(request: Request) -> Response:
    """Per section of an ``encounter`` what stands in the chart now: the read-back."""
    asked = dict(request.query_params)
    tenant = tenant_in(request, asked)
    encounter = asked.get("encounter", "")
    return answer({"sections": filed(world_of(request).ledger, tenant.code, encounter)})


async def journal(request: Request) -> Response:
    """Every message judged, oldest first: its answer, what was filed, what was dropped and why."""
    return answer(world_of(request).note_journal)
