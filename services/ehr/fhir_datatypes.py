"""FHIR R4's building blocks as msgspec shapes: data types, references, and the pages of a search.

Fields are optional wherever R4 or eCW leaves them out. Dates stay text: FHIR dates
have a precision that a datetime would lose.
"""

from decimal import Decimal
from typing import Generic, TypeVar

from msgspec import Struct


class Shape(Struct, gc=False, rename="camel"):
    """What all shapes share: FHIR's camel-case names."""


class Coding(Shape):
    """A code in a code system."""

    system: str = ""
    code: str = ""
    display: str = ""


class Concept(Shape):
    """A CodeableConcept."""

    coding: list[Coding] = []
    text: str = ""

    def words(self) -> str:
        """How to show it to a person."""
        return self.text or next((c.display or c.code for c in self.coding), "")

    def code(self) -> str:
        """Its first code."""
        return next((c.code for c in self.coding if c.code), "")

    def has(self, code: str) -> bool:
        """Whether it is coded so in any system."""
        return any(c.code == code for c in self.coding)


class Reference(Shape):
    """A reference to another resource."""

    reference: str = ""
    display: str = ""

    def ref(self) -> str:
        """As ``Patient/p.103``, without server and version."""
        return plain_reference(self.reference)


class Identifier(Shape):
    """A business identifier."""

    system: str = ""
    value: str = ""
    type: Concept | None = None


class HumanName(Shape):
    """A person's name."""

    use: str = ""
    family: str = ""
    given: list[str] = []
    prefix: list[str] = []
    text: str = ""


class Period(Shape):
    """From and to; either may be missing."""

    start: str = ""
    end: str = ""


class Meta(Shape):
    """Tags; the sandbox marks what it made up."""

    tag: list[Coding] = []


class Quantity(Shape):
    """A number as written, so that 7.10 stays 7.10."""

    value: Decimal | None = None
    unit: str = ""


class Resource(Shape):
    """What every resource has."""

    resource_type: str
    id: str = ""
    meta: Meta | None = None

    def ref(self) -> str:
        """How others point here."""
        return f"{self.resource_type}/{self.id}"

    def about(self) -> str | None:
        """The patient it is about; ``None`` if it is about none."""
        return None


class OfPatient(Resource):
    """A resource that names its patient as ``subject`` or as ``patient``."""

    subject: Reference | None = None
    patient: Reference | None = None

    def about(self) -> str | None:
        """See ``Resource``; empty if it fails to say."""
        named = self.subject or self.patient
        return named.ref() if named else ""


B = TypeVar("B", bound=Resource)


class Link(Shape):
    """Where other pages are."""

    relation: str = ""
    url: str = ""


class Entry(Struct, Generic[B], gc=False):
    """One resource of a bundle."""

    resource: B | None = None


class Bundle(Struct, Generic[B], tag_field="resourceType", tag="Bundle"):
    """A page of a search. Anything that does not call itself a Bundle is refused."""

    entry: list[Entry[B]] = []
    link: list[Link] = []

    def of_kind(self, kind: type[B]) -> list[B]:
        """What was found on this page; servers may put remarks (OperationOutcome) beside it."""
        found = (entry.resource for entry in self.entry)
        return [r for r in found if r and r.id and r.resource_type == kind.__name__]

    def next_link(self) -> str | None:
        """The next page, if there is one."""
        return next((link.url for link in self.link if link.relation == "next"), None)


def plain_reference(reference: str) -> str:
    """``Patient/p.103`` from that, from a full address, or from ``Patient/p.103/_history/2``."""
    parts = reference.partition("/_history/")[0].split("/")
    return "/".join(parts[-2:])
