"""What was billed: the rows of an 837 (professional 005010X222 and 004010X098, institutional X223, X096)."""

from datetime import date
from decimal import Decimal

from services.ehr.x12.rows import Address, Amount, Dated, Named, Reference, Row

PROFESSIONAL, INSTITUTIONAL = "P", "I"
ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"  # CLM05-3


class Party(Row, frozen=True):
    """Somebody of a claim with what follows their NM1: PRV, N3 and N4, DMG, REF."""

    name: Named
    taxonomy: str = ""
    address: Address | None = None
    birth_date: date | None = None
    sex: str = ""
    references: tuple[Reference, ...] = ()


class Coverage(Row, frozen=True):
    """Who pays: SBR with its subscriber and payer. ``sequence`` is P, S, T.

    ``amounts`` and ``terms`` (OI03 benefits assigned, OI06 release) are of another payer's loop 2320.
    """

    sequence: str
    relationship: str = ""
    group: str = ""
    group_name: str = ""
    filing_indicator: str = ""
    subscriber: Party | None = None
    payer: Party | None = None
    amounts: tuple[Amount, ...] = ()
    terms: tuple[str, str] = ("", "")

    @property
    def member_id(self) -> str:
        """The subscriber's number at the payer."""
        return self.subscriber.name.id if self.subscriber else ""


class Diagnosis(Row, frozen=True):
    """One code of HI: ABK and ABF are ICD-10-CM, BK and BF ICD-9-CM, other qualifiers as they are.

    ``details`` are the components after it, as they stand: an institution's days, amounts, and
    whether a diagnosis was present on admission.
    """

    qualifier: str
    code: str
    details: tuple[str, ...] = ()


class Drug(Row, frozen=True):
    """LIN, CTP and their REF, such as the prescription's number: what was given, by its NDC."""

    ndc: str
    quantity: Decimal | None = None
    unit: str = ""
    references: tuple[Reference, ...] = ()


class BilledLine(Row, frozen=True):
    """Loop 2400. ``pointers`` count the claim's diagnoses from 1."""

    qualifier: str
    procedure: str
    modifiers: tuple[str, ...]
    charge: int
    unit: str = "UN"
    units: Decimal | None = None
    place: str = ""
    pointers: tuple[int, ...] = ()
    revenue_code: str = ""
    dates: tuple[Dated, ...] = ()
    references: tuple[Reference, ...] = ()
    drug: Drug | None = None
    parties: tuple[Party, ...] = ()


class Note(Row, frozen=True):
    """NTE: words to the payer, such as why the claim is corrected."""

    qualifier: str
    text: str


class Claim(Row, frozen=True):
    """Loop 2300 with the levels above it.

    ``facility`` is CLM05-1: the place of service, or an institution's type of bill. ``terms`` are
    CLM06 to CLM09: signature, assignment, benefits, release. ``related_causes`` is CLM11, such as an
    accident. ``admission`` is CL1 of an institution's claim, ``discharge_hour`` its DTP*096 (HHMM).
    ``not_kept`` names the segments that
    we do not read; a claim that has any must not be written again from this row.
    """

    kind: str
    claim_id: str
    charge: int
    facility: str
    facility_qualifier: str
    frequency: str
    terms: tuple[str, str, str, str]
    billing: Party
    coverage: Coverage
    patient: Party | None = None
    patient_relationship: str = ""
    other_coverages: tuple[Coverage, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    dates: tuple[Dated, ...] = ()
    amounts: tuple[Amount, ...] = ()
    references: tuple[Reference, ...] = ()
    parties: tuple[Party, ...] = ()
    lines: tuple[BilledLine, ...] = ()
    signature_source: str = ""
    pay_to: Party | None = None
    related_causes: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    not_kept: tuple[str, ...] = ()
    segment: int = 0
    admission: tuple[str, ...] = ()
    discharge_hour: str = ""

    @property
    def original_reference(self) -> str:
        """REF*F8: the payer's number of the claim that this one replaces or voids."""
        return self._referred("F8")

    @property
    def prior_authorization(self) -> str:
        """REF*G1."""
        return self._referred("G1")

    @property
    def referral(self) -> str:
        """REF*9F."""
        return self._referred("9F")

    def party(self, role: str) -> Party | None:
        """82 rendering, DN and P3 referring, 77 facility, DQ supervising, 71 attending, 72 operating."""
        return next((party for party in self.parties if party.name.role == role), None)

    def _referred(self, qualifier: str) -> str:
        return next((r.value for r in self.references if r.qualifier == qualifier), "")
