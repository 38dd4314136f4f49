"""What the facade can do: its resource types and search parameters, scopes, and capability documents.

Types and parameters are those of eCW's CapabilityStatement (eCW FHIR Facade 1.6), cut to what the
sandbox has data for. There is no ``_count`` and no ``_lastUpdated`` on any of them.
"""

from services.sandbox.shapes import Json
from services.sandbox.tenants import Switches

SEARCH_PARAMETERS: dict[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "Patient": "_id birthdate family gender given identifier name page phone",
        "Encounter": "_id date location page patient practitioner",
        "Condition": "_id category encounter onset-date page patient",
        "AllergyIntolerance": "_id clinical-status encounter patient",
        "MedicationRequest": "_id authoredon encounter intent page patient status",
        "MedicationDispense": "_id page patient status",
        "MedicationStatement": "_id patient status",
        "Observation": "_id _since category code date encounter identifier page patient status",
        "DiagnosticReport": "_id category code date encounter page patient status",
        "DocumentReference": "_id category contenttype date encounter page patient type",
        "Binary": "",
        "Immunization": "_id date encounter page patient status",
        "Coverage": "_id patient",
        "Practitioner": "_id identifier name page",
        "PractitionerRole": "_id location name page practitioner role specialty",
        "Location": "_id address name page",
        "Organization": "_id address name page type",
        "Group": "_id identifier",
        "Questionnaire": "_id code",
        "QuestionnaireResponse": "_id authored patient status",
        "ChargeItem": "context subject",
    }.items()
}
ALWAYS_WRITTEN = ("Encounter", "DocumentReference")
# eCW declares no reading of these; a practice that may write them may read them back.
READ_IF_WRITTEN = {"MedicationStatement"}


def writable_types(switches: Switches) -> tuple[str, ...]:
    """The resource types the practice's contract lets an app write."""
    charges = ("ChargeItem",) if switches.charge_writes else ()
    written = (*ALWAYS_WRITTEN, *switches.intake_writes, *charges)
    return written if switches.write_contract else ()


def readable_types(switches: Switches) -> list[str]:
    """The resource types an app may read here."""
    closed = READ_IF_WRITTEN - set(writable_types(switches))
    return [kind for kind in SEARCH_PARAMETERS if kind not in closed]


def scopes_of(switches: Switches) -> tuple[str, ...]:
    """Every scope the practice's contract gives; asking for one more fails the token."""
    if switches.scopes is not None:
        return switches.scopes
    read = [
        f"{who}/{kind}.{how}"
        for who in ("system", "user", "patient")
        for kind in readable_types(switches)
        for how in ("read", "rs", "r")
    ]
    writable = writable_types(switches)
    read += [f"{who}/{kind}.create" for who in ("system", "user") for kind in writable]
    if switches.healow_channel:
        read += ["system/Communication.read", "system/Communication.create"]
    return (*read, "openid", "fhirUser", "launch", "launch/patient", "offline_access")


def smart_configuration(base: str, practice: str, switches: Switches) -> Json:
    """The SMART discovery document; *base* is the scheme and host."""
    oauth = f"{base}/oauth/oauth2"
    return {
        "issuer": f"{base}/fhir/r4/{practice}",
        "authorization_endpoint": f"{oauth}/authorize",
        "token_endpoint": f"{oauth}/token",
        "jwks_uri": f"{oauth}/jwks",
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS384"],
        "scopes_supported": list(scopes_of(switches)),
        "response_types_supported": ["code"],
        "capabilities": [
            *("launch-ehr", "launch-standalone", "client-public", "client-confidential-symmetric"),
            *("client-confidential-asymmetric", "context-standalone-patient", "permission-offline"),
            *("permission-patient", "permission-user", "permission-v1", "permission-v2"),
            "sso-openid-connect",
        ],
    }


def capability_statement(base: str, switches: Switches, today: str) -> Json:
    """The CapabilityStatement. With a write contract it also declares create and transaction."""
    oauth = f"{base}/oauth/oauth2"
    uris = [
        {"url": "token", "valueUri": f"{oauth}/token"},
        {"url": "authorize", "valueUri": f"{oauth}/authorize"},
    ]
    smart = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    rest = {
        "mode": "server",
        "security": {"cors": True, "extension": [{"url": smart, "extension": uris}]},
        "resource": [_resource(kind, switches) for kind in readable_types(switches)],
        "interaction": [{"code": "transaction"}] if switches.write_contract else [],
    }
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": today,
        "kind": "instance",
        "software": {"name": "eCW FHIR Facade (sandbox)", "version": "1.6"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [rest],
    }


def _resource(kind: str, switches: Switches) -> Json:
    interactions = ["read", "search-type"] if SEARCH_PARAMETERS[kind] else ["read"]
    if kind in writable_types(switches):
        interactions.append("create")
    parameters = [{"name": n, "type": "string"} for n in sorted(SEARCH_PARAMETERS[kind])]
    return {
        "type": kind,
        "interaction": [{"code": code} for code in interactions],
        "searchParam": parameters,
    }
