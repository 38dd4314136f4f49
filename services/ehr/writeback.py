"""What every write to eCW has in common: one transaction, our business identifier, one code back."""

from collections.abc import Mapping
from typing import Any

from services.ehr.answer_values import listed
from services.ehr.fhir_datatypes import plain_reference
from services.ehr.line import Document
from services.ehr.strict_json import Unreadable

DELIVERY_SYSTEM = "urn:foyer:delivery"
Json = dict[str, Any]


def transaction(resource: Json, target: str = "", version: str = "") -> Json:
    """The Bundle that creates *resource*, or changes *target* if it still has this *version*."""
    request = {"method": "PUT" if target else "POST", "url": target or resource["resourceType"]}
    if version:
        request["ifMatch"] = f'W/"{version}"'
    entry = {"resource": resource, "request": request}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


def our_identifier(delivery_id: str) -> Json:
    """By which we find again what we wrote."""
    return {"system": DELIVERY_SYSTEM, "value": delivery_id}


def is_marked(resource: Mapping[str, Any], delivery_id: str) -> bool:
    """Whether this resource carries our identifier of that delivery."""
    ours = (DELIVERY_SYSTEM, delivery_id)
    return any((i.get("system"), i.get("value")) == ours for i in listed(resource, "identifier"))


def is_ours(resource: Mapping[str, Any]) -> bool:
    """Whether any delivery of ours wrote it."""
    return any(i.get("system") == DELIVERY_SYSTEM for i in listed(resource, "identifier"))


def code_and_place(found: Document) -> tuple[str, str]:
    """eCW's code inside HTTP 200, and where the entry is, such as ``Encounter/e.1``.

    Raises ``Unreadable`` if the answer has no code, which leaves the write in doubt.
    """
    match found.tree:
        case {"entry": [{"response": {"status": str(code), **response}}, *_]} if code.isdigit():
            return code, plain_reference(str(response.get("location", "")))
        case _:
            raise Unreadable("The answer does not say whether it was saved.")
