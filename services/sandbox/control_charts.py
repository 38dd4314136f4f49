"""Control over the charts: any resource put in place, and two patients merged into one."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.charts import PATIENT_PATH
from services.sandbox.control_messages import tenant_in
from services.sandbox.refusals import Refused
from services.sandbox.shapes import answer, body_of
from services.sandbox.tenants import Tenant


async def put_resource(request: Request) -> Response:
    """Put ``resource`` into a practice's chart as it is, good or bad."""
    asked = await body_of(request)
    resource = asked.get("resource", {})
    if not {"resourceType", "id"} <= resource.keys():
        raise Refused(answer({"error": "resource needs a resourceType and an id."}, 400))
    return answer(tenant_in(request, asked).write(resource), 201)


async def merge(request: Request) -> Response:
    """Merge ``patient`` into ``into``: the retired chart points to the survivor, threads, forms and coverage move over."""
    asked = await body_of(request)
    tenant = tenant_in(request, asked)
    retired = tenant.chart.at(asked.get("patient", ""))
    survivor = tenant.chart.at(asked.get("into", ""))
    if retired is None or survivor is None:
        raise Refused(answer({"error": "Both patients must be known."}, 400))
    replaced_by = {"other": {"reference": asked["into"]}, "type": "replaced-by"}
    replaces = {"other": {"reference": asked["patient"]}, "type": "replaces"}
    tenant.write({**survivor, "link": [*survivor.get("link", []), replaces]})
    move_threads(tenant, asked["patient"], asked["into"])
    move_entries(tenant, asked["patient"], asked["into"])
    return answer(tenant.write({**retired, "active": False, "link": [replaced_by]}))


def move_threads(tenant: Tenant, patient: str, into: str) -> None:
    """Threads of the retired patient become the survivor's; their messages do not come again."""
    for thread in list(tenant.mailbox.threads.values()):
        if thread.patient == patient:
            tenant.mailbox.threads[thread.id] = replace(thread, patient=into)


def move_entries(tenant: Tenant, patient: str, into: str) -> None:
    """Forms, those still to come too, and coverage of the retired patient become the survivor's."""
    tenant.tray.hand_over(patient, into)
    for kind in ("QuestionnaireResponse", "Coverage"):
        for entry in tenant.chart.of_patient(kind, patient):
            tenant.write({**entry, PATIENT_PATH.get(kind, "subject"): {"reference": into}})
