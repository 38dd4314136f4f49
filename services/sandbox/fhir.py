"""The FHIR facade: discovery, read and search of one practice's charts, with eCW's ways."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.capability import (
    SEARCH_PARAMETERS,
    capability_statement,
    smart_configuration,
)
from services.sandbox.refusals import fhir_answer, fhir_refusal
from services.sandbox.searching import Condition, matches
from services.sandbox.shapes import Json, answer
from services.sandbox.tenants import Tenant
from services.sandbox.world import world_of

# A known fault of the facade: a dot in the path's id breaks these types; ``?_id=`` works.
UNREADABLE_BY_DOTTED_ID = {"Practitioner", "PractitionerRole"}

# A search of patient data names a patient or an id, except where eCW has another way in.
ONE_PATIENT: tuple[frozenset[str], ...] = (frozenset({"patient"}), frozenset({"_id"}))
ANYTHING: tuple[frozenset[str], ...] = (frozenset(),)
NEEDED = {
    "ChargeItem": (frozenset({"context"}), frozenset({"subject"})),
    "Encounter": (*ONE_PATIENT, frozenset({"practitioner", "date"})),
    "Patient": tuple(
        frozenset({name})
        for name in ("_id", "name", "family", "given", "identifier", "birthdate", "phone")
    ),
    **dict.fromkeys(
        ("Practitioner", "PractitionerRole", "Location", "Organization", "Group", "Questionnaire"),
        ANYTHING,
    ),
}


async def smart(request: Request) -> Response:
    """SMART discovery, under the practice's own path only."""
    tenant = counted(request)
    return answer(smart_configuration(host_of(request), tenant.code, tenant.switches))


async def metadata(request: Request) -> Response:
    """The CapabilityStatement, under the practice's own path only."""
    tenant = counted(request)
    today = world_of(request).clock.now().date().isoformat()
    return fhir_answer(capability_statement(host_of(request), tenant.switches, today))


async def read(request: Request) -> Response:
    """``GET {type}/{id}``."""
    kind, resource_id = request.path_params["kind"], request.path_params["id"]
    tenant = permitted(request, kind, "read")
    if kind in UNREADABLE_BY_DOTTED_ID and "." in resource_id:
        raise fhir_refusal(400, "String index out of range: -1", "exception")
    resource = tenant.chart.get(kind, resource_id)
    if resource is None or not tenant.shows(resource, world_of(request).clock.now()):
        raise fhir_refusal(404, f"{kind} is not known.", "not-found")
    return fhir_answer(resource)


async def search(request: Request) -> Response:
    """``GET {type}?…``: one page as a searchset, with a next link that carries ``_count``."""
    kind = request.path_params["kind"]
    tenant = permitted(request, kind, "read")
    conditions = checked(kind, request.query_params.multi_items())
    now = world_of(request).clock.now()
    try:
        found = [
            resource
            for resource in tenant.chart.all(kind)
            if tenant.shows(resource, now) and all(matches(resource, c) for c in conditions)
        ]
        return fhir_answer(page_of(request, tenant, kind, found))
    except ValueError as error:
        raise fhir_refusal(400, f"Invalid parameter value: {error}", "value") from error


def checked(kind: str, asked: list[Condition]) -> list[Condition]:
    """The conditions of a search. Raises Refused for parameters not declared, or ones left out."""
    names = {name for name, _ in asked}
    if unknown := names - SEARCH_PARAMETERS[kind]:
        text = f"Unsupported query parameter(s): {', '.join(sorted(unknown))}"
        raise fhir_refusal(400, text, "not-supported")
    if kind == "Observation" and not names & {"category", "_id"}:
        raise fhir_refusal(400, "Observation search requires category.", "required")
    if not any(names >= needed for needed in NEEDED.get(kind, ONE_PATIENT)):
        raise fhir_refusal(400, f"{kind} search requires a patient or _id.", "required")
    return [(name, value) for name, value in asked if name != "page"]


def page_of(request: Request, tenant: Tenant, kind: str, found: list[Json]) -> Json:
    """The page that was asked for. Types without a ``page`` parameter come whole."""
    size = tenant.switches.page_size if "page" in SEARCH_PARAMETERS[kind] else max(len(found), 1)
    number = max(int(request.query_params.get("page", "1")), 1)
    base = f"{host_of(request)}/fhir/r4/{tenant.code}/{kind}"
    links = [{"relation": "self", "url": str(request.url)}]
    if number * size < len(found):
        kept = [(n, v) for n, v in request.query_params.multi_items() if n != "page"]
        # The facade's own next link carries the parameter that it refuses.
        query = urlencode([*kept, ("page", str(number + 1)), ("_count", str(size))])
        links.append({"relation": "next", "url": f"{base}?{query}"})
    shown = found[(number - 1) * size : number * size]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": links,
        "entry": [
            {"fullUrl": f"{base}/{r['id']}", "resource": r, "search": {"mode": "match"}}
            for r in shown
        ],
    }


async def elsewhere(request: Request) -> Response:
    """Discovery at the host's root, or any other address: 400, as eCW answers."""
    raise fhir_refusal(400, "Practice code is missing or the request is not supported.", "invalid")


def host_of(request: Request) -> str:
    """Scheme and host, as the caller wrote them."""
    return str(request.base_url).rstrip("/")


def counted(request: Request) -> Tenant:
    """The practice in the path, charged with one call. Raises Refused: 404, or 429 when over."""
    world = world_of(request)
    tenant = world.tenant(request.path_params["practice"])
    world.count(tenant)
    return tenant


def permitted(request: Request, kind: str, interaction: str, charged: bool = True) -> Tenant:
    """The practice, once the token allows *interaction* on *kind*; charged with a call. Raises Refused."""
    world = world_of(request)
    tenant = counted(request) if charged else world.tenant(request.path_params["practice"])
    grant = world.access.holder(request, world.clock.now())
    if grant is None:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise fhir_refusal(401, "Access token is missing or expired.", "login", challenge)
    if tenant.code not in grant.practices:
        raise fhir_refusal(403, "The app is not activated for this practice.", "forbidden")
    if kind not in SEARCH_PARAMETERS:
        raise fhir_refusal(404, f"Resource type {kind} is not supported.", "not-supported")
    if not grant.covers(kind, interaction):
        challenge = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
        raise fhir_refusal(403, f"The token may not {interaction} {kind}.", "forbidden", challenge)
    return tenant


BASE = "/fhir/r4/{practice}"
ROUTES = [
    Route(f"{BASE}/metadata", metadata),
    Route(f"{BASE}/.well-known/smart-configuration", smart),
    Route(f"{BASE}/{{kind}}/{{id}}", read),
    Route(f"{BASE}/{{kind}}", search),
    Route("/fhir/{rest:path}", elsewhere),
    Route("/metadata", elsewhere),
    Route("/.well-known/{rest:path}", elsewhere),
]
