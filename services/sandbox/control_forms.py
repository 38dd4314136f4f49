"""Control over check-in: let forms arrive, be amended, be withdrawn, or exist by the thousand."""

import random
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.answering import REFERENCE, response, said_in, sample
from services.sandbox.check_ins import fill_with_forms, truths, version
from services.sandbox.control_messages import tenant_in
from services.sandbox.filling import as_charted
from services.sandbox.guest_forms import filled_guest
from services.sandbox.newcomers import Newcomer, arrive_new, twelve_fields
from services.sandbox.refusals import Refused
from services.sandbox.shapes import Json, answer, body_of, moment, stamp
from services.sandbox.tenants import Tenant
from services.sandbox.tray import Version, number_of
from services.sandbox.world import world_of

KIND = "QuestionnaireResponse"
SECOND = timedelta(seconds=1)


async def arrive(request: Request) -> Response:
    """A form arrives now, or shows at ``authored``."""
    asked = await body_of(request)
    tenant, now = tenant_in(request, asked), world_of(request).clock.now()
    made = version_in(tenant, asked, now)
    tenant.tray.expect(made)
    tenant.take_in(now)
    return answer(made.form, 201)


async def amend(request: Request) -> Response:
    """Replace ``answers`` of a form; ``null`` takes one away."""
    asked = await body_of(request)
    tenant, form = known_form(request, asked)
    if form.get("questionnaire") != REFERENCE:
        raise Refused(answer({"error": "Only the practice's own form can be amended."}, 400))
    kept = {**said_in(form), **asked.get("answers", {})}
    said = {link: value for link, value in kept.items() if value is not None}
    made = response(form["id"], form["subject"]["reference"], said, moment(form["authored"]))
    now = world_of(request).clock.now()
    return answer(next_version(tenant, {**form, "item": made["item"]}, "amended", now))


async def withdraw(request: Request) -> Response:
    """A form was entered in error: its answers go."""
    tenant, form = known_form(request, await body_of(request))
    bare = {name: value for name, value in form.items() if name != "item"}
    return answer(next_version(tenant, bare, "entered-in-error", world_of(request).clock.now()))


async def newcomers(request: Request) -> Response:
    """A new patient with a visit in two days; with ``fields`` of 12 also a chart and a form of twelve."""
    asked = await body_of(request)
    tenant, now = tenant_in(request, asked), world_of(request).clock.now()
    who = Newcomer(
        asked.get("family", "Newcomer"),
        asked.get("given", "Quinn"),
        asked.get("birth_date", "1988-05-17"),
    )
    patient, visit = arrive_new(tenant, who, now.date())
    told = {"patient": f"Patient/{patient['id']}", "encounter": f"Encounter/{visit['id']}"}
    if asked.get("fields") == 12:
        sheet = twelve_fields(tenant, patient, now)
        told["form"] = tenant.file(version(tenant.next_id("ct"), sheet, visit, now))["id"]
    return answer(told, 201)


async def bulk(request: Request) -> Response:
    """``count`` more forms at once, over all patients with a coming visit: for benches."""
    asked, world = await body_of(request), world_of(request)
    tenant = tenant_in(request, asked)
    fill_with_forms(tenant, asked.get("count", 1_000), world.clock.now(), world.pace.draws)
    return answer({"forms": len(list(tenant.chart.all(KIND)))}, 201)


async def truth(request: Request) -> Response:
    """Per form that shows, what a careful reader would find in it."""
    asked = {k: v for k, v in request.query_params.items() if k == "practice" and v}
    tenant = tenant_in(request, asked)
    tenant.take_in(world_of(request).clock.now())
    return answer(truths(tenant))


def version_in(tenant: Tenant, asked: Json, now: datetime) -> Version:
    """The form in a control call; without ``answers`` it repeats the chart. Raises Refused.

    ``sample`` names a form of another's making, which keeps its items and its questionnaire;
    ``guest`` one that the patient fills in; ``items`` are stored as they are.
    """
    reference = asked.get("patient") or f"Patient/{next(tenant.chart.all('Patient'))['id']}"
    patient = tenant.chart.at(reference)
    if patient is None:
        raise Refused(answer({"error": f"{reference} is not known."}, 400))
    if "guest" in asked:
        return _guest(tenant, asked, reference, now)
    said = {"answers", "sample", "items"} & asked.keys()
    sheet = None if said else as_charted(tenant.chart, patient)
    more: Json = {"questionnaire": REFERENCE, **sampled(asked)}
    more |= {name: asked[name] for name in ("status", "questionnaire") if name in asked}
    encounter = asked.get("encounter") or next_visit(tenant, reference)
    form = response(
        asked.get("id") or tenant.next_id("cc"),
        reference,
        sheet.answers if sheet else asked.get("answers", {}),
        moment(asked["authored"]) if "authored" in asked else now,
        **more,
        encounter={"reference": encounter} if encounter else None,
    )
    return Version(form, sheet.truth() if sheet else {})


def sampled(asked: Json) -> Json:
    """Items and questionnaire of the sample a control call names, if any. Raises Refused."""
    try:
        found = sample(asked["sample"]) if "sample" in asked else {}
    except KeyError as error:
        raise Refused(answer({"error": f"There is no sample {error.args[0]}."}, 400)) from error
    kept = {name: found[name] for name in ("item", "questionnaire") if found}
    return kept | ({"item": asked["items"]} if "items" in asked else {})


def _guest(tenant: Tenant, asked: Json, patient: str, now: datetime) -> Version:
    form_id, visit = tenant.next_id("gc"), next_visit(tenant, patient)
    draws = random.Random(form_id)  # noqa: S311 - a rehearsal must repeat
    try:
        return filled_guest(tenant.chart, asked["guest"], form_id, patient, visit, now, draws)
    except KeyError as error:
        raise Refused(answer({"error": f"There is no form {error.args[0]}."}, 400)) from error


def next_visit(tenant: Tenant, patient: str) -> str:
    """The reference of the patient's planned visit, or empty."""
    visits = tenant.chart.of_patient("Encounter", patient)
    return next((f"Encounter/{v['id']}" for v in visits if v["status"] == "planned"), "")


def known_form(request: Request, asked: Json) -> tuple[Tenant, Json]:
    """The form in the path, as it now shows. Raises Refused."""
    tenant = tenant_in(request, asked)
    tenant.take_in(world_of(request).clock.now())
    form = tenant.chart.get(KIND, request.path_params["form"])
    if form is None:
        raise Refused(answer({"error": "There is no such form."}, 404))
    return tenant, form


def next_version(tenant: Tenant, form: Json, status: str, now: datetime) -> Json:
    """Store the form's next version: authored now, or a second after the last one."""
    meta = {**form.get("meta", {}), "versionId": str(number_of(form) + 1)}
    authored = stamp(later_than(moment(form["authored"]), now))
    fresh = {**form, "meta": meta, "status": status, "authored": authored}
    return tenant.file(Version(fresh, {}))


def later_than(before: datetime, now: datetime) -> datetime:
    """*now*, or the next whole second if the wire could not tell the two apart."""
    return max(now, before.replace(microsecond=0) + SECOND)
