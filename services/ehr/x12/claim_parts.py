"""Parts of an 837 while they are being read: somebody, a coverage, a line."""

from datetime import date
from decimal import Decimal

from services.ehr.x12.claim import BilledLine, Coverage, Drug, Party
from services.ehr.x12.rows import Address, Amount, Dated, Reference, named
from services.ehr.x12.values import cents, quantity


class OpenParty:
    """An NM1 and what may follow it."""

    def __init__(self, elements: list[str]) -> None:
        self.name = named(elements)
        self.taxonomy = self.sex = ""
        self.street: list[str] = []
        self.place: list[str] = []
        self.birth_date: date | None = None
        self.references: list[Reference] = []

    def row(self) -> Party:
        """It as a row."""
        address = None
        if self.street or self.place:
            _, street, second, *_ = [*self.street, "", "", ""]
            _, city, state, postal_code, country, *_ = [*self.place, "", "", "", "", ""]
            address = Address(street, city, state, postal_code, second, country)
        return Party(
            self.name, self.taxonomy, address, self.birth_date, self.sex, tuple(self.references)
        )


class OpenCoverage:
    """An SBR, its subscriber and its payer."""

    def __init__(self, elements: list[str]) -> None:
        padded = elements + [""] * 10
        self.head = padded[1], padded[2], padded[3], padded[4], padded[9]
        self.subscriber: OpenParty | None = None
        self.payer: OpenParty | None = None
        self.amounts: list[Amount] = []
        self.terms = "", ""

    def row(self) -> Coverage:
        """It as a row."""
        subscriber, payer = self.subscriber, self.payer
        return Coverage(
            *self.head, subscriber.row() if subscriber else None, payer.row() if payer else None,
            tuple(self.amounts), self.terms,
        )  # fmt: skip


class OpenLine:
    """An LX, its SV1 or SV2, and what may follow."""

    def __init__(self) -> None:
        self.service: tuple[str, str, tuple[str, ...], int, str, Decimal | None, str,
                            tuple[int, ...], str] | None = None  # fmt: skip
        self.dates: list[Dated] = []
        self.references: list[Reference] = []
        self.ndc = ""
        self.drug: tuple[Decimal | None, str] = (None, "")
        self.drug_references: list[Reference] = []
        self.parties: list[OpenParty] = []

    def serve(
        self, procedure: tuple[str, str], modifiers: list[str], charge: str, unit: str,
        units: str, place: str, pointers: list[str], revenue: str,
    ) -> None:  # fmt: skip
        """What SV1 or SV2 says. Raises ``ValueError`` for an amount or a count that is none."""
        self.service = (
            *procedure, tuple(m for m in modifiers if m), cents(charge), unit,
            quantity(units) if units else None, place,
            tuple(_pointer(p) for p in pointers if p), revenue,
        )  # fmt: skip

    def refer(self, reference: Reference) -> None:
        """A REF belongs to the drug, once there is one."""
        (self.drug_references if self.ndc else self.references).append(reference)

    def row(self) -> BilledLine:
        """It as a row. Raises ``IndexError`` where it has no service."""
        if self.service is None:
            raise IndexError
        drug = Drug(self.ndc, *self.drug, tuple(self.drug_references)) if self.ndc else None
        parties = tuple(party.row() for party in self.parties)
        return BilledLine(*self.service, tuple(self.dates), tuple(self.references), drug, parties)


def _pointer(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise ValueError("no number of a diagnosis")
    return int(text)
