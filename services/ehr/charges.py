"""What charge capture needs from the EHR: each approved code is entered for its visit, and read back."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from services.ehr.ports import Receipt


@dataclass(frozen=True)
class ChargeWrite:
    """One approved code of one visit. ``delivery_id`` is our business identifier.

    ``diagnoses`` are ICD-10-CM codes, the one it is mainly for first. ``line`` names the line of
    the capture it was approved as. ``at`` is when the visit began.
    """

    patient_ref: str
    encounter_ref: str
    provider_ref: str
    at: datetime
    code: str = field(repr=False)
    modifiers: tuple[str, ...] = field(repr=False)
    units: int
    diagnoses: tuple[str, ...] = field(repr=False)
    line: str
    delivery_id: str


class Charges(Protocol):
    """The charges of visits."""

    def write(self, charge: ChargeWrite) -> Receipt:
        """Enter it once. Raises ``Unreachable`` (not sent), ``Refused`` or ``InDoubt``.

        ``Refused`` with code ``there`` where the visit has the same code already, whoever entered it.
        """

    def find(self, charge: ChargeWrite) -> Receipt | None:
        """Read the visit's charges back and look for ours; ``None`` if it is not there.

        Raises ``Refused`` with code ``differs`` where it is there otherwise than approved.
        """

    def seen_before(self, patient_ref: str, day: date) -> date | None:
        """The patient's last visit in the three years before *day*; ``None`` for none."""
