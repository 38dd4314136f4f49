"""Fields from a C-CDA record: its coded entries, never more than they say."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from services.errors import Invalid
from services.workflows.intake.extract import ccda_entries
from services.workflows.intake.extract.assembling import assembled
from services.workflows.intake.extract.ccda_header import header
from services.workflows.intake.extract.ccda_payers import payers
from services.workflows.intake.extract.ccda_xml import Element, Record, all_of, attribute, opened
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.making import unread
from services.workflows.intake.fields import Field, Source

# Sections by their LOINC codes: HL7 C-CDA R2.1, volume 2.
Reader = Callable[[Record, Element], Iterator[Finding]]
SECTIONS: dict[str, Reader] = {
    "48765-2": ccda_entries.allergies,
    "10160-0": ccda_entries.medications,
    "11450-4": ccda_entries.problems,
    "11369-6": ccda_entries.immunizations,
    "10157-6": ccda_entries.family,
    "29762-2": ccda_entries.social,
    "48768-6": payers,
    "29299-5": ccda_entries.reason,
    "10154-3": ccda_entries.reason,
    "10164-2": ccda_entries.reason,
}
# What stays open when a section says that it has no information (nullFlavor).
OPEN = {"48765-2": "allergies.no_known", "10160-0": "medications.none"}
NO_INFORMATION = "The record says that it has no information on this."


def from_ccda(xml: str, today: date) -> tuple[Field, ...]:
    """The fields of a C-CDA. Raises ``Invalid`` for XML that is damaged or has a DTD."""
    record = opened(xml)
    if record is None:
        raise Invalid("This record is damaged. Please ask for it again, or enter it by hand.")
    findings = list(header(record))
    empty: list[Field] = []
    for section in all_of(record.root, ".//section"):
        code = attribute(section, "code", "code")
        read = SECTIONS.get(code)
        if read and section.get("nullFlavor"):
            empty += _without(code)
        elif read:
            here = Source(link_id=code, label=record.title(section))
            findings += [replace(finding, source=here) for finding in read(record, section)]
    fields = assembled(findings, today)
    known = {field.path for field in fields}
    return fields + tuple(field for field in empty if field.path not in known)


def _without(code: str) -> list[Field]:
    if code not in OPEN:
        return []
    finding = Finding(OPEN[code], "", Source(link_id=code))
    return [unread(OPEN[code], finding, NO_INFORMATION)]
