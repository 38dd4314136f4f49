"""The sections of a note: our keys with their LOINC codes, C-CDA R2.1 templates and plain titles."""

from dataclasses import dataclass

LOINC = "2.16.840.1.113883.6.1"
PROGRESS_NOTE = "11506-3"  # LOINC
ANNOTATION = "48767-8"  # LOINC, Annotation comment: for a section that C-CDA has no template of


@dataclass(frozen=True)
class Kind:
    """What a section holds: its LOINC code, C-CDA's template (root, extension), and its title."""

    loinc: str
    template: tuple[str, str]
    title: str


CDA, IHE = "2.16.840.1.113883.10.20.22.2", "1.3.6.1.4.1.19376.1.5.3.1"
KINDS: dict[str, Kind] = {
    "chief_complaint": Kind("10154-3", (f"{IHE}.1.13.2.1", ""), "Chief complaint"),
    "hpi": Kind("10164-2", (f"{IHE}.3.4", ""), "History of present illness"),
    "medical_history": Kind("11348-0", (f"{CDA}.20", "2015-08-01"), "Medical history"),
    "surgical_history": Kind("47519-4", (f"{CDA}.7", "2014-06-09"), "Surgical history"),
    "family_history": Kind("10157-6", (f"{CDA}.15", "2015-08-01"), "Family history"),
    "social_history": Kind("29762-2", (f"{CDA}.17", "2015-08-01"), "Social history"),
    "medications": Kind("10160-0", (f"{CDA}.1", "2014-06-09"), "Current medications"),
    "allergies": Kind("48765-2", (f"{CDA}.6", "2015-08-01"), "Allergies"),
    "ros": Kind("10187-3", (f"{IHE}.3.18", ""), "Review of systems"),
    "vitals": Kind("8716-3", (f"{CDA}.4", "2015-08-01"), "Vitals"),
    "exam": Kind("29545-1", ("2.16.840.1.113883.10.20.2.10", "2015-08-01"), "Examination"),
    "results": Kind("30954-2", (f"{CDA}.3", "2015-08-01"), "Results"),
    "assessment": Kind("51848-0", (f"{CDA}.8", ""), "Assessment"),
    "plan": Kind("18776-5", (f"{CDA}.10", "2014-06-09"), "Plan"),
    "orders": Kind("46209-3", ("", ""), "Orders"),
    "instructions": Kind("69730-0", (f"{CDA}.45", "2014-06-09"), "Patient instructions"),
}
KEYS = {kind.loinc: key for key, kind in KINDS.items()}


def key_of(loinc: str, title: str) -> str:
    """Our key of a section; made of its *title* where the code says nothing to us."""
    by_title = {kind.title.casefold(): key for key, kind in KINDS.items()}
    plain = " ".join(title.casefold().split())
    return KEYS.get(loinc) or by_title.get(plain) or plain.replace(" ", "_")
