"""Finding one's way in a C-CDA: elements without their namespace, codes in words, references followed."""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

__all__ = [
    "Element",
    "Record",
    "all_of",
    "attribute",
    "first",
    "has_template",
    "is_negated",
    "opened",
]

V3 = "{urn:hl7-org:v3}"
TEMPLATES = "2.16.840.1.113883.10.20.22.4."


@dataclass(frozen=True)
class Record:
    """One record, with the places its narrative marks by ID."""

    root: Element = field(repr=False)
    marked: dict[str, Element] = field(repr=False)

    def words(self, holder: Element | None, *steps: str) -> str:
        """What a coded element below *holder* says in words; empty for a nullFlavor without any."""
        coded = first(holder, *steps)
        if coded is None:
            return ""
        said = coded.get("displayName") or self._original(coded)
        translated = (c.get("displayName") for c in coded.iter(f"{V3}translation"))
        return said or next((name for name in translated if name), "")

    def text(self, element: Element | None) -> str:
        """An element's own text, or the narrative it refers to."""
        if element is None:
            return ""
        own = " ".join(" ".join(element.itertext()).split())
        reference = element.find(f".//{V3}reference")
        place = (reference.get("value") or "").lstrip("#") if reference is not None else ""
        marked = self.marked.get(place)
        return own or (" ".join(" ".join(marked.itertext()).split()) if marked is not None else "")

    def title(self, section: Element) -> str:
        """A section's heading."""
        return self.text(first(section, "title"))

    def _original(self, coded: Element) -> str:
        return self.text(first(coded, "originalText"))


def opened(xml: str) -> Record | None:
    """The record in *xml*, or ``None`` if it is damaged, declares a DTD or is no C-CDA."""
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    if root.tag != f"{V3}ClinicalDocument":
        return None
    return Record(root, {e.get("ID", ""): e for e in root.iter() if e.get("ID")})


def first(holder: Element | None, *steps: str) -> Element | None:
    """The first element along *steps* below *holder*."""
    for step in steps:
        holder = holder.find(V3 + step) if holder is not None else None
    return holder


def all_of(holder: Element | None, path: str) -> list[Element]:
    """Every element on *path* (``.//section``, ``entry/act``) below *holder*."""
    if holder is None:
        return []
    return holder.findall(re.sub(r"(^|/)(\w)", rf"\1{V3}\2", path))


def attribute(holder: Element | None, *steps_and_name: str) -> str:
    """An attribute of the element along the steps; empty without either."""
    *steps, name = steps_and_name
    found = first(holder, *steps)
    return (found.get(name) or "") if found is not None else ""


def has_template(element: Element, number: str) -> bool:
    """Whether *element* follows the C-CDA entry template of this last *number*."""
    return any(t.get("root") == TEMPLATES + number for t in element.findall(f"{V3}templateId"))


def is_negated(element: Element) -> bool:
    """Whether the entry says that something is not so."""
    return element.get("negationInd") == "true"
