"""The telephone encounter: eCW's way to put a message into the practice's own work queue."""

from services.sandbox.directory import LOCATIONS, ORGANIZATION, PROVIDERS
from services.sandbox.healow import writable
from services.sandbox.intervals import span_of
from services.sandbox.ledger import Write
from services.sandbox.shapes import Json, stamp
from services.sandbox.tenants import Tenant
from services.sandbox.world import World

EXTENSION = "http://eclinicalworks.com/supportingInfo/telephoneEncounter/"
DELIVERY = "urn:foyer:delivery"
TELEPHONIC = "185317003"
STATUSES = ("planned", "arrived", "in-progress", "finished")
LONGEST_TEXT, LONGEST_REASON = 2_000, 50


class RefusedEntry(Exception):
    """One entry of a transaction is refused with an eCW code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def store_encounter(world: World, tenant: Tenant, encounter: Json, target: str) -> str:
    """Store or, with a *target* id, replace a telephone encounter; its location. Raises RefusedEntry."""
    known = known_encounter(tenant, encounter, target) if target else None
    check_people(tenant, encounter)
    check_kind(encounter)
    check_texts(encounter)
    encounter_id = target or tenant.next_id("te")
    now = world.clock.now()
    tenant.write({**encounter, "id": encounter_id}, None if known else now)
    world.ledger.accept(
        Write(
            kind="telephone_encounter_update" if known else "telephone_encounter",
            practice=tenant.code,
            id=encounter_id,
            patient=encounter["subject"]["reference"],
            text=extension(encounter, "messages"),
            at=stamp(now),
            client_ref=delivery_of(encounter),
            notes=extension(encounter, "notes"),
            reason=reason_of(encounter),
        )
    )
    return f"Encounter/{encounter_id}"


def known_encounter(tenant: Tenant, encounter: Json, target: str) -> Json:
    """The encounter to replace: 2 if there is none, 123 if it is another patient's, 139 if it is locked."""
    known = tenant.chart.get("Encounter", target)
    if known is None:
        raise RefusedEntry("2", "The encounter is not known.")
    if known["subject"] != encounter.get("subject"):
        raise RefusedEntry("123", "The encounter is not this patient's.")
    if known["status"] == "finished":
        raise RefusedEntry("139", "The encounter is locked.")
    return known


def check_people(tenant: Tenant, encounter: Json) -> None:
    """100 patient, 107 location; 101 unless provider, location and organization belong together."""
    patient = tenant.chart.at(_reference(encounter.get("subject")))
    if patient is None or patient["resourceType"] != "Patient" or not patient.get("active", True):
        raise RefusedEntry("100", "The patient is not known or not active.")
    location = _first(encounter.get("location"), "location").partition("/")[2]
    if location not in LOCATIONS:
        raise RefusedEntry("107", "The facility is not known.")
    provider = PROVIDERS.get(_first(encounter.get("participant"), "individual"))
    organization = _reference(encounter.get("serviceProvider"))
    if provider is None or provider.location != location or organization not in ("", ORGANIZATION):
        raise RefusedEntry("101", "Provider, location and organization do not agree.")
    if (assigned := extension(encounter, "assignedTo")) and assigned not in PROVIDERS:
        raise RefusedEntry("101", "The person it is assigned to is not known.")


def check_kind(encounter: Json) -> None:
    """138 unless virtual and telephonic, 110 status, 116 period."""
    codings = [c.get("code") for t in encounter.get("type", []) for c in t.get("coding", [])]
    if encounter.get("class", {}).get("code") != "VR" or TELEPHONIC not in codings:
        raise RefusedEntry("138", "The encounter type cannot be written.")
    if encounter.get("status") not in STATUSES:
        raise RefusedEntry("110", "The status is not supported.")
    try:
        span_of(encounter["period"]["start"])
    except (KeyError, TypeError, ValueError) as error:
        raise RefusedEntry("116", "The period is not valid.") from error


def check_texts(encounter: Json) -> None:
    """600 reason text, 109 over the maximum size, 108 unsupported characters."""
    if not 0 < len(reason_of(encounter)) <= LONGEST_REASON:
        raise RefusedEntry("600", f"The reason must have 1 to {LONGEST_REASON} characters.")
    texts = [extension(encounter, "messages"), extension(encounter, "notes")]
    if any(len(text) > LONGEST_TEXT for text in texts):
        raise RefusedEntry("109", "A text is over the maximum size.")
    if not all(writable(text) for text in (*texts, reason_of(encounter))):
        raise RefusedEntry("108", "A text has unsupported characters.")


def extension(encounter: Json, name: str) -> str:
    """One of the eCW extensions' value: a text, or a reference's target; empty if absent."""
    for each in encounter.get("extension", []):
        if each.get("url") == f"{EXTENSION}{name}":
            return str(each.get("valueString") or _reference(each.get("valueReference")))
    return ""


def reason_of(encounter: Json) -> str:
    """``reasonCode.text``, or empty."""
    return str(next((r.get("text", "") for r in encounter.get("reasonCode", [])), ""))


def delivery_of(encounter: Json) -> str:
    """The sender's own identifier, or empty. It is stored; nothing is refused for repeating it."""
    given = encounter.get("identifier", [])
    # FHIR R4 gives a QuestionnaireResponse one identifier and everything else a list of them.
    for identifier in [given] if isinstance(given, dict) else given:
        if identifier.get("system") == DELIVERY:
            return str(identifier.get("value", ""))
    return ""


def _reference(element: Json | None) -> str:
    return str((element or {}).get("reference", ""))


def _first(elements: list[Json] | None, name: str) -> str:
    return next((_reference(e.get(name)) for e in elements or []), "")
