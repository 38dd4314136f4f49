"""FHIR search: what each parameter looks at in a resource, and whether a value matches it."""

from collections.abc import Callable, Iterator

from services.sandbox.charts import patient_of
from services.sandbox.intervals import Span, period_of, satisfies, span_of
from services.sandbox.shapes import Json

Condition = tuple[str, str]

# Date parameters, and the element each of them means for the type that has it.
DATE_ELEMENTS = {
    ("Encounter", "date"): "period",
    ("Observation", "date"): "effectiveDateTime",
    ("Observation", "_since"): "issued",
    ("DiagnosticReport", "date"): "effectiveDateTime",
    ("DocumentReference", "date"): "date",
    ("Immunization", "date"): "occurrenceDateTime",
    ("MedicationRequest", "authoredon"): "authoredOn",
    ("Condition", "onset-date"): "onsetDateTime",
    ("QuestionnaireResponse", "authored"): "authored",
    ("Patient", "birthdate"): "birthDate",
}
REFERENCES: dict[str, Callable[[Json], list[Json]]] = {
    "encounter": lambda r: [r.get("encounter", {}), *_context(r)],
    "practitioner": lambda r: [
        *(p.get("individual", {}) for p in r.get("participant", [])),
        r.get("practitioner", {}),
    ],
    "context": lambda r: [r.get("context", {})],
    "subject": lambda r: [r.get("subject", {})],
    "location": lambda r: [p.get("location", p) for p in r.get("location", [])],
}
CODES: dict[str, str] = {
    "category": "category",
    "clinical-status": "clinicalStatus",
    "code": "code",
    "type": "type",
    "specialty": "specialty",
    "role": "code",
}
PLAIN = ("status", "intent", "gender")


def matches(resource: Json, condition: Condition) -> bool:
    """Does *resource* meet one parameter; a comma in the value means or. Raises ValueError."""
    name, value = condition
    return any(_meets(resource, name, one) for one in value.split(","))


def _meets(resource: Json, name: str, value: str) -> bool:
    if element := DATE_ELEMENTS.get((resource["resourceType"], name)):
        span = _span(resource.get(element))
        value = f"ge{value}" if name == "_since" else value
        return span is not None and satisfies(span, value)
    if name == "_id":
        return bool(resource["id"] == value)
    if name == "patient":
        return _same_reference(patient_of(resource), value)
    if name in REFERENCES:
        referred = [str(r.get("reference", "")) for r in REFERENCES[name](resource)]
        return any(_same_reference(reference, value) for reference in referred)
    if name in PLAIN:
        return bool(resource.get(name) == value)
    if name in CODES:
        return _has_code(resource.get(CODES[name]), value)
    return _has_text(resource, name, value)


def _span(element: Json | str | None) -> Span | None:
    if isinstance(element, str):
        return span_of(element)
    if element:
        return period_of(element["start"], element.get("end", ""))
    return None


def _context(resource: Json) -> list[Json]:
    # A document belongs to encounters by its context; DiagnosticReport and others have one alone.
    context = resource.get("context", {})
    return list(context.get("encounter", [])) if isinstance(context, dict) else []


def _same_reference(reference: str, value: str) -> bool:
    return value in (reference, reference.partition("/")[2])


def _has_code(element: Json | list[Json] | None, value: str) -> bool:
    concepts = element if isinstance(element, list) else [element or {}]
    system, bar, code = value.rpartition("|")
    codings = [coding for concept in concepts for coding in concept.get("coding", [])]
    return any(
        coding.get("code") == code and (not bar or coding.get("system") == system)
        for coding in codings
    )


def _has_text(resource: Json, name: str, value: str) -> bool:
    if name == "identifier":
        value = value.rpartition("|")[2]
        return any(i.get("value") == value for i in resource.get("identifier", []))
    return any(text.lower().startswith(value.lower()) for text in _texts(resource, name))


def _texts(resource: Json, name: str) -> Iterator[str]:
    named = resource.get("name", [])
    for part in named if isinstance(named, list) else []:
        if name in ("name", "family"):
            yield part.get("family", "")
        if name in ("name", "given"):
            yield from part.get("given", [])
    if name == "name" and isinstance(named, str):
        yield named
    if name == "phone":
        yield from (t.get("value", "") for t in resource.get("telecom", []))
    if name == "address":
        yield from (a.get("city", "") for a in resource.get("address", []))
    if name == "contenttype":
        yield from (c["attachment"].get("contentType", "") for c in resource.get("content", []))
