"""The content of documents: kept beside their DocumentReference and read as a Binary."""

import base64
from datetime import datetime

from services.sandbox.shapes import Json
from services.sandbox.telephone import RefusedEntry
from services.sandbox.tenants import Tenant

DRAFTS = ("preliminary", "final", "amended")


def keep_binary(tenant: Tenant, name: str, media_type: str, body: bytes, at: datetime) -> Json:
    """Keep *body* as ``Binary/{name}``; the attachment that points to it."""
    data = base64.b64encode(body).decode()
    tenant.write(
        {"resourceType": "Binary", "id": name, "contentType": media_type, "data": data}, at
    )
    return {"contentType": media_type, "url": f"Binary/{name}", "size": len(body)}


def check_encounter(tenant: Tenant, document: Json, patient: str) -> None:
    """2 no such encounter, 123 another patient's, 139 signed already, 110 status of the document."""
    if document.get("docStatus", "final") not in DRAFTS:
        raise RefusedEntry("110", "The status of the document is not supported.")
    for reference in encounters_of(document):
        encounter = tenant.chart.at(reference)
        if encounter is None:
            raise RefusedEntry("2", "The encounter is not known.")
        if encounter["subject"]["reference"] != patient:
            raise RefusedEntry("123", "The encounter is not this patient's.")
        if encounter["id"] in tenant.notes.signed:
            raise RefusedEntry("139", "The encounter is locked.")


def encounters_of(document: Json) -> list[str]:
    """The encounters a document belongs to, as ``Encounter/…``."""
    context = document.get("context", {})
    return [str(one.get("reference", "")) for one in context.get("encounter", [])]
