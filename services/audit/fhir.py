"""One line of the trail as a FHIR R4 AuditEvent (hl7.org/fhir/R4/auditevent.html)."""

from typing import Any

from db.audit import Ending
from services.audit.trail import Line

Json = dict[str, Any]

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
# DICOM PS3.16, context group 400 (audit event id), as FHIR's value set audit-event-type.
TYPES = {
    "accounts": ("110114", "User Authentication"),
    "audit": ("110101", "Audit Log Used"),
    "rollout": ("110100", "Application Activity"),
    "staff": ("110137", "User Security Attributes Changed"),
}
PATIENT_RECORD = ("110110", "Patient Record")
EXPORT, QUERY = ("110106", "Export"), ("110112", "Query")
# FHIR's audit-event-action: create, read, update, delete, execute.
ACTIONS = {"read": "R", "add": "C", "note": "C", "purge": "D"}
CHANGES = ("set_stage", "change_role", "disable", "recategorise", "assign", "route", "snooze")
# FHIR's audit-event-outcome: 0 success, 4 minor failure (refused), 8 serious failure.
OUTCOMES = {Ending.DONE: "0", Ending.REFUSED: "4", Ending.FAILED: "8"}
SERVER = {"system": f"{TERMINOLOGY}/security-source-type", "code": "4"}
JOB_TYPE = {"system": DICOM, "code": "110150", "display": "Application"}
PERSON_TYPE = {"system": f"{TERMINOLOGY}/extra-security-role-type", "code": "humanuser"}
RECORD = {"system": f"{TERMINOLOGY}/object-role", "code": "4", "display": "Domain Resource"}


def audit_event(line: Line) -> Json:
    """*line* as an AuditEvent; it names staff, never patients."""
    event: Json = {
        "resourceType": "AuditEvent",
        "id": str(line.id),
        "type": _type(line.verb),
        "subtype": [{"system": "urn:foyer:verb", "code": line.verb}],
        "action": _action(line.verb),
        "recorded": line.at.isoformat(timespec="milliseconds"),
        "outcome": OUTCOMES[line.ending],
        "agent": [_agent(line)],
        "source": {"site": line.site, "observer": {"display": "Foyer"}, "type": [SERVER]},
        "entity": [_entity(line)],
    }
    return event | ({"outcomeDesc": line.reason} if line.reason else {})


def _type(verb: str) -> Json:
    noun, _, deed = verb.partition(".")
    code, display = TYPES.get(noun, PATIENT_RECORD)
    if deed == "export":
        code, display = EXPORT
    elif deed == "search":
        code, display = QUERY
    return {"system": DICOM, "code": code, "display": display}


def _action(verb: str) -> str:
    deed = verb.rpartition(".")[2]
    if deed in ACTIONS:
        return ACTIONS[deed]
    return "U" if deed in CHANGES else "E"


def _agent(line: Line) -> Json:
    by_job = line.actor.startswith("job/")
    return {
        "type": {"coding": [JOB_TYPE if by_job else PERSON_TYPE]},
        "who": {"identifier": {"system": "urn:foyer:ref", "value": line.actor}},
        "name": line.who,
        "requestor": not by_job,
    }


def _entity(line: Line) -> Json:
    chain = {"seq": str(line.seq), "mac": line.mac}
    origin = {"sources": line.sources, "prompt-digest": line.prompt_digest}
    details = [
        {"type": name, "valueString": text} for name, text in (chain | origin).items() if text
    ]
    return {
        "what": {"identifier": {"system": "urn:foyer:ref", "value": line.subject}},
        "role": RECORD,
        "detail": details,
    }
