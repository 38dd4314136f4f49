"""What all typed rows of X12 files share: they never change, and print without patient data."""

from datetime import date

from msgspec import Struct


class Row(Struct, frozen=True, gc=False):
    """A value read from a file. Money is integer cents."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Dated(Row, frozen=True):
    """A date with X12's qualifier (element 374) for what happened on it; ``time`` is HHMM or empty."""

    qualifier: str
    day: date
    until: date | None = None
    time: str = ""


class Reference(Row, frozen=True):
    """An identifier with X12's qualifier (element 128) for whose it is."""

    qualifier: str
    value: str


class Amount(Row, frozen=True):
    """Cents with X12's qualifier (element 522)."""

    qualifier: str
    cents: int


class Address(Row, frozen=True):
    """Segments N3 and N4."""

    street: str
    city: str
    state: str = ""
    postal_code: str = ""
    second_line: str = ""
    country: str = ""


class Named(Row, frozen=True):
    """Somebody of segment NM1. ``role`` is element 98; ``kind`` is 1 for a person, else 2."""

    role: str
    kind: str = "1"
    last: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    qualifier: str = ""
    id: str = ""

    @property
    def npi(self) -> str:
        """The National Provider Identifier, if that is how it is identified."""
        return self.id if self.qualifier == "XX" else ""


def named(elements: list[str]) -> Named:
    """Segment NM1 as a row."""
    if len(elements) < 10:
        elements = elements + [""] * 9
    _, role, kind, last, first, middle, _, suffix, qualifier, id = elements[:10]
    return Named(role, kind, last, first, middle, suffix, qualifier, id)
