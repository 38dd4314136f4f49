"""Control over the clearinghouse: scripted claims, the pace of answers, and the truth of every claim."""

from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.charts import patient_of
from services.sandbox.clearing.accounts import house_of, refusal
from services.sandbox.clearing.insured import FOREVER, Insurance, insurances, person_of
from services.sandbox.clearing.keeping import happen, insurance_as_kept
from services.sandbox.clearing.parties import payers
from services.sandbox.clearing.records import truth_of
from services.sandbox.clearing.scripting import insurance_in, script_in
from services.sandbox.control_messages import tenant_in
from services.sandbox.shapes import Json, answer, body_of
from services.sandbox.tenants import Tenant
from services.sandbox.world import world_of

PACES = ("acknowledged", "received", "paid", "appealed")


async def claims(request: Request) -> Response:
    """Make claims with a scripted outcome, answered at once unless ``at_pace`` is set."""
    asked, world = await body_of(request), world_of(request)
    tenant = tenant_in(request, asked)
    house = house_of(world, tenant)
    try:
        script_in(asked)
        one = insurance_as_kept(_insurance(tenant, asked))
        made = happen(house, "script", world.clock.now(), asked=asked, one=one)
    except (ValueError, KeyError, TypeError) as error:
        raise refusal(400, f"The claim cannot be made: {error}") from error
    return answer(made, 201)


async def mail(request: Request) -> Response:
    """Put a file into the account as it is: ``name``, ``kind`` and its bytes in base64 as ``raw``."""
    asked, world = await body_of(request), world_of(request)
    house = house_of(world, tenant_in(request, asked))
    try:
        told = {name: str(asked[name]) for name in ("name", "kind", "raw")}
        made = happen(house, "mail", world.clock.now(), **told)
    except (ValueError, KeyError) as error:
        raise refusal(400, f"The file cannot be put there: {error}") from error
    return answer({"id": made}, 201)


async def advance(request: Request) -> Response:
    """Let everything that waits happen now; with ``past`` also what the history still owes."""
    asked, world = await body_of(request), world_of(request)
    house = house_of(world, tenant_in(request, asked))
    past_too = bool(asked.get("past"))
    done = happen(house, "advance", world.clock.now(), past_too=past_too)
    return answer({"happened": done, "waiting": len(house.queue)})


async def pace(request: Request) -> Response:
    """Set how many seconds after a submission each answer comes; answers what now is."""
    asked, world = await body_of(request), world_of(request)
    house = house_of(world, tenant_in(request, asked))
    wanted = {name: float(asked[name]) for name in PACES if name in asked}
    return answer(vars(happen(house, "pace", world.clock.now(), pace=wanted)))


async def truth(request: Request) -> Response:
    """Per claim what was billed and how it stands, the totals, and what is special about files."""
    asked = {k: v for k, v in request.query_params.items() if k == "practice" and v}
    house = house_of(world_of(request), tenant_in(request, asked))
    rows = [truth_of(record) for record in house.records.values()]
    original, copy = house.past.twice
    return answer(
        {
            "claims": rows,
            "totals": totals(rows),
            "files": {
                "unbalanced": sorted({r["quarantined"] for r in rows if r["quarantined"]}),
                "difference": 7,
                "duplicates": {copy: original} if copy else {},
            },
            "payers": [{"id": p.id, "name": p.name, "timely": p.timely} for p in payers().values()],
        }
    )


def totals(rows: list[Json]) -> Json:
    """Sums over the claims, in cents, and how many stand where."""
    sums: dict[str, Any] = {
        name: sum(row[name] for row in rows)
        for name in ("billed", "paid", "denied", "patient_responsibility")
    }
    return {**sums, "claims": len(rows), "states": dict(Counter(row["state"] for row in rows))}


def _insurance(tenant: Tenant, asked: Json) -> Insurance:
    first = next(tenant.chart.all("Patient"))
    patient = tenant.chart.at(asked.get("patient") or f"Patient/{first['id']}")
    if patient is None:
        raise ValueError("patient is not known.")
    reference = patient_of(patient)
    ones = insurances(tenant.chart).get(reference, [])
    number = "".join(c for c in patient["id"] if c.isdigit()) or "0"
    subject = person_of(patient)
    stranger = Insurance(
        *(reference, subject, next(iter(payers())), f"{number:>06}", "", "18", None, 1),
        start=subject.born,
        end=FOREVER,
    )
    return insurance_in(asked, ones, stranger)
