"""An 837 read in one pass: each claim, with the provider, subscriber and patient above it, when whole."""

from collections.abc import Callable, Iterator

from services.ehr.x12.claim import INSTITUTIONAL, PROFESSIONAL, Claim, Diagnosis, Note
from services.ehr.x12.claim_parts import OpenCoverage, OpenLine, OpenParty
from services.ehr.x12.envelope import Body
from services.ehr.x12.faults import X12Fault
from services.ehr.x12.rows import Amount, Dated, Reference
from services.ehr.x12.values import cents, days, quantity

INSTITUTIONAL_GUIDES = ("X223", "X096")
NOT_OURS = frozenset(("BHT", "PER", "HL", "LX"))  # they say nothing of a claim that we need


def read_claims(body: Body) -> Iterator[Claim]:
    """A row for each CLM. Raises ``X12Fault``."""
    reading = _Reading(body)
    for elements in body:
        name = elements[0]
        try:
            if name in ("CLM", "HL"):
                yield from reading.finished()
            reading.take(name, elements)
        except ValueError:
            raise body.fault(f"{name} holds an amount or a count that is none.") from None
        except IndexError:
            raise body.fault(f"{name} lacks an element that it must have.") from None
    try:
        yield from reading.finished()
    except IndexError:
        raise body.fault("A line of the claim has no service.") from None


class _Reading:
    """One transaction, segment by segment."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.component = body.separators.component
        is_institutional = any(guide in body.header.version for guide in INSTITUTIONAL_GUIDES)
        self.kind = INSTITUTIONAL if is_institutional else PROFESSIONAL
        self.taxonomy = self.relationship = ""
        self.billing: OpenParty | None = None
        self.patient: OpenParty | None = None
        self.pay_to: OpenParty | None = None
        self.above: list[str] = []  # what is not kept of the levels above the claim
        self.coverage: OpenCoverage | None = None
        self.level = ""
        self._begin(None)
        self.handlers: dict[str, Callable[[list[str]], object]] = {
            "HL": self._hl, "PRV": self._prv, "SBR": self._sbr, "PAT": self._pat,
            "NM1": self._nm1, "N3": self._n3, "N4": self._n4, "DMG": self._dmg, "CLM": self._begin,
            "DTP": self._dtp, "AMT": self._amt, "REF": self._ref, "HI": self._hi, "LX": self._lx,
            "SV1": self._sv1, "SV2": self._sv2, "LIN": self._lin, "CTP": self._ctp, "NTE": self._nte,
            "OI": self._oi, "CL1": self._cl1,
        }  # fmt: skip

    def take(self, name: str, elements: list[str]) -> None:
        """One segment."""
        handler = self.handlers.get(name)
        if handler is not None:
            handler(elements)
        elif name not in NOT_OURS:
            (self.above if self.clm is None else self.not_kept).append(name)

    def finished(self) -> Iterator[Claim]:
        """The claim that is complete, if one is open."""
        clm = self.clm
        if clm is None:
            return
        if self.billing is None or self.coverage is None:
            raise self.body.fault("A claim has no billing provider or no subscriber above it.")
        facility, facility_qualifier, frequency, *_ = [*clm[5].split(self.component), "", "", ""]
        _, claim_id, charge, *_, signature, assignment, benefits, release = clm[:10]
        causes = tuple(clm[11].split(self.component)) if clm[11] else ()
        patient = self.patient.row() if self.patient else None
        yield Claim(
            self.kind, claim_id, cents(charge), facility, facility_qualifier, frequency,
            (signature, assignment, benefits, release), self.billing.row(), self.coverage.row(),
            patient, self.relationship, tuple(c.row() for c in self.others),
            tuple(self.diagnoses), tuple(self.dates), tuple(self.amounts),
            tuple(self.references), tuple(p.row() for p in self.parties),
            tuple(line.row() for line in self.lines), clm[10],
            self.pay_to.row() if self.pay_to else None, causes, tuple(self.notes),
            tuple(self.above + self.not_kept), self.segment, self.admission, self.discharge_hour,
        )  # fmt: skip
        self._begin(None)
        self.body.rested()

    def _begin(self, clm: list[str] | None) -> None:
        self.clm = clm + [""] * 9 if clm else None
        self.segment = self.body.number
        self.party: OpenParty | None = None
        self.line: OpenLine | None = None
        self.others: list[OpenCoverage] = []
        self.diagnoses: list[Diagnosis] = []
        self.dates: list[Dated] = []
        self.amounts: list[Amount] = []
        self.references: list[Reference] = []
        self.parties: list[OpenParty] = []
        self.lines: list[OpenLine] = []
        self.notes: list[Note] = []
        self.not_kept: list[str] = []
        self.admission: tuple[str, ...] = ()
        self.discharge_hour = ""
        if clm is not None:
            cents(clm[2])
            if any(clm[12:]):
                self.not_kept.append("CLM")

    def _hl(self, elements: list[str]) -> None:
        self.level = elements[3]
        self.party = self.patient = None
        self.relationship = ""
        if self.level == "20":
            self.billing = self.pay_to = None
            self.taxonomy, self.above = "", []
        if self.level in ("20", "22"):
            self.coverage = None

    def _prv(self, elements: list[str]) -> None:
        if self.party is not None and self.clm is not None:
            self.party.taxonomy = elements[3]
        elif self.level == "20":  # it stands before the billing provider's NM1
            self.taxonomy = elements[3]

    def _sbr(self, elements: list[str]) -> None:
        if self.clm is None:
            self.coverage = OpenCoverage(elements)
        else:
            self.others.append(OpenCoverage(elements))
        if any(elements[5:9]):
            (self.above if self.clm is None else self.not_kept).append("SBR")
        self.party = None

    def _pat(self, elements: list[str]) -> None:
        self.relationship = elements[1]
        if any(elements[2:]):
            self.above.append("PAT")

    def _nm1(self, elements: list[str]) -> None:
        self.party = party = OpenParty(elements)
        role = party.name.role
        coverage = self.others[-1] if self.others else None if self.clm else self.coverage
        if self.line is not None:
            self.line.parties.append(party)
        elif coverage and role == "IL":
            coverage.subscriber = party
        elif coverage and role == "PR":
            coverage.payer = party
        elif self.others:
            self.not_kept.append("NM1")
        elif self.clm is not None:
            self.parties.append(party)
        elif role == "85":
            self.billing, party.taxonomy = party, self.taxonomy
        elif role == "87":
            self.pay_to = party
        elif role == "QC":
            self.patient = party
        elif self.level:
            self.above.append("NM1")

    def _n3(self, elements: list[str]) -> None:
        if self.party is not None:
            self.party.street = elements

    def _n4(self, elements: list[str]) -> None:
        if self.party is not None:
            self.party.place = elements

    def _dmg(self, elements: list[str]) -> None:
        if self.party is not None:
            self.party.birth_date = self.body.day(elements[2])
            self.party.sex = elements[3] if len(elements) > 3 else ""

    def _dtp(self, elements: list[str]) -> None:
        is_hour, told = elements[2] == "DT", elements[3]
        if elements[1:3] == ["096", "TM"] and self.line is None:
            self.discharge_hour = told
            return
        try:
            first, last = days(told[:8] if is_hour else told)
        except ValueError:
            self.body.find("holds a date that no calendar has; it is left out.")
            self.not_kept.append("DTP")
        else:
            dates = self.line.dates if self.line else self.dates
            dates.append(Dated(elements[1], first, last, told[8:] if is_hour else ""))

    def _amt(self, elements: list[str]) -> None:
        amount = Amount(elements[1], cents(elements[2]))
        if self.line is not None:
            self.not_kept.append("AMT")
        else:
            (self.others[-1].amounts if self.others else self.amounts).append(amount)

    def _ref(self, elements: list[str]) -> None:
        reference = Reference(elements[1], elements[2])
        if self.party is not None:
            self.party.references.append(reference)
        elif self.line is not None:
            self.line.refer(reference)
        elif self.clm is not None:
            self.references.append(reference)

    def _hi(self, elements: list[str]) -> None:
        for composite in elements[1:]:
            qualifier, code, *details = [*composite.split(self.component), ""]
            while details and not details[-1]:
                details.pop()
            if code:
                self.diagnoses.append(Diagnosis(qualifier, code, tuple(details)))

    def _cl1(self, elements: list[str]) -> None:
        if self.clm is not None:
            self.admission = tuple(elements[1:])

    def _lx(self, elements: list[str]) -> None:
        if self.clm is None:
            raise self._misplaced(elements)
        self.line, self.party = OpenLine(), None
        self.lines.append(self.line)

    def _sv1(self, elements: list[str]) -> None:
        _, procedure, charge, unit, units, place, _, pointers, *more = elements + [""] * 8
        self._service(procedure, charge, unit, units, place, pointers, "")
        if any(more):
            self.not_kept.append("SV1")

    def _sv2(self, elements: list[str]) -> None:
        _, revenue, procedure, charge, unit, units, *more = elements + [""] * 6
        self._service(procedure, charge, unit, units, "", "", revenue)
        if any(more):
            self.not_kept.append("SV2")

    def _service(
        self, procedure: str, charge: str, unit: str, units: str, place: str, pointers: str,
        revenue: str,
    ) -> None:  # fmt: skip
        if self.line is None or not charge:
            raise IndexError
        qualifier, code, *more = [*procedure.split(self.component), ""]
        if not (code or revenue):
            raise self.body.fault("A line names no procedure; ISA may name other separators.")
        if any(more[4:]):
            self.not_kept.append("SV1")
        marks = pointers.split(self.component) if pointers else []
        self.line.serve((qualifier, code), more[:4], charge, unit, units, place, marks, revenue)

    def _lin(self, elements: list[str]) -> None:
        if self.line is not None and elements[2] == "N4":
            self.line.ndc = elements[3]

    def _ctp(self, elements: list[str]) -> None:
        padded = elements + [""] * 6
        if self.line is not None:
            unit = padded[5].partition(self.component)[0]
            self.line.drug = (quantity(padded[4]) if padded[4] else None, unit)

    def _nte(self, elements: list[str]) -> None:
        if self.line is not None or self.others:
            self.not_kept.append("NTE")
        elif self.clm is not None:
            self.notes.append(Note(elements[1], elements[2]))

    def _oi(self, elements: list[str]) -> None:
        padded = elements + [""] * 4
        if self.others:
            self.others[-1].terms = padded[3], padded[6]

    def _misplaced(self, elements: list[str]) -> X12Fault:
        return self.body.fault(f"{elements[0]} stands where an 837 does not allow it.")
