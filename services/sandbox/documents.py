"""Writing documents, in outline: the codes that refuse them are eCW's."""

import base64
import binascii

from services.sandbox.ledger import Write
from services.sandbox.notes.documents import check_encounter, keep_binary
from services.sandbox.shapes import Json, stamp
from services.sandbox.telephone import RefusedEntry, delivery_of
from services.sandbox.tenants import Tenant
from services.sandbox.world import World

# LOINC: progress note, summary note, consult note, patient document.
DOCUMENT_TYPES = {"11506-3", "34133-9", "11488-4", "51855-5"}
MEDIA_TYPES = {"application/pdf", "text/xml"}
LARGEST_DOCUMENT = 5 * 1024 * 1024


def store_document(world: World, tenant: Tenant, document: Json, target: str) -> str:
    """Store a DocumentReference, its content beside it: 100 patient, 113 type, 114 media type,
    112 content, 109 size, and what is wrong with its encounter.
    """
    patient = _patient(tenant, document)
    check_encounter(tenant, document, patient)
    codes = {c.get("code") for c in document.get("type", {}).get("coding", [])}
    if not codes & DOCUMENT_TYPES:
        raise RefusedEntry("113", "The document type code is not supported.")
    attachment: Json = next((c.get("attachment", {}) for c in document.get("content", [])), {})
    if attachment.get("contentType") not in MEDIA_TYPES:
        raise RefusedEntry("114", "The media type is not supported.")
    try:
        content = base64.b64decode(attachment.get("data", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedEntry("112", "The document could not be uploaded.") from error
    if not 0 < len(content) <= LARGEST_DOCUMENT:
        raise RefusedEntry("109", "The document is empty or over the maximum size.")
    name = target or tenant.next_id("doc")
    kept = keep_binary(tenant, name, attachment["contentType"], content, world.clock.now())
    shown = {k: v for k, v in attachment.items() if k != "data"} | kept
    stored = {**document, "content": [{"attachment": shown}]}
    return _store(world, tenant, stored, patient, name)


def _patient(tenant: Tenant, resource: Json) -> str:
    reference = str(resource.get("subject", {}).get("reference", ""))
    if not reference.startswith("Patient/") or tenant.chart.at(reference) is None:
        raise RefusedEntry("100", "The patient is not known.")
    return reference


def _store(world: World, tenant: Tenant, resource: Json, patient: str, resource_id: str) -> str:
    now, kind = world.clock.now(), str(resource["resourceType"])
    tenant.write({**resource, "id": resource_id}, now)
    about = resource.get("description", "")
    ours = delivery_of(resource)
    world.ledger.accept(
        Write(kind, tenant.code, resource_id, patient, about, stamp(now), client_ref=ours)
    )
    return f"{kind}/{resource_id}"
