"""An 837P or 837I written from claims: above all the corrected claim that replaces one the payer has."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from services.ehr.x12.claim import (
    INSTITUTIONAL,
    REPLACEMENT,
    BilledLine,
    Claim,
    Coverage,
    Diagnosis,
    Party,
)
from services.ehr.x12.rows import Reference
from services.ehr.x12.values import dollars, plain
from services.ehr.x12.writing import (
    Composite,
    SegmentWriter,
    Submission,
    composite,
    interchange,
    words,
)
from services.errors import Invalid

GUIDE, INSTITUTIONAL_GUIDE = "005010X222A1", "005010X223A2"
MOST_LINES, MOST_DIAGNOSES = 50, 12
MOST_INSTITUTIONAL_LINES, MOST_INSTITUTIONAL_DIAGNOSES = 999, 25  # one principal and 24 others
MOST_CODES = 12  # of one HI
LONGEST_CLAIM_ID = 38
DIAGNOSES = frozenset(("ABK", "ABF", "BK", "BF"))
TAXONOMY_OF = {"82": "PE", "71": "AT"}  # PRV01: performing, attending; all others refer


def corrected(claim: Claim, payers_number: str) -> Claim:
    """*claim* as the replacement (frequency 7) of the one that the payer calls *payers_number*.

    Raises ``Invalid`` where it may not be written again from what we read of it: a replacement
    takes the whole claim's place, and would lose what we do not keep.
    """
    if not payers_number:
        raise Invalid("A corrected claim needs the payer's number of the original claim.")
    if claim.not_kept:
        names = ", ".join(sorted(set(claim.not_kept)))
        raise Invalid(f"This claim carries {names}, which would be lost. Correct it in eCW.")
    others = tuple(r for r in claim.references if r.qualifier != "F8")
    references = (Reference("F8", payers_number), *others)
    return replace(claim, frequency=REPLACEMENT, references=references)


def write_claims(claims: Sequence[Claim], submission: Submission) -> bytes:
    """An interchange with one transaction of *claims*, all of one kind. Raises ``Invalid``."""
    if not claims:
        raise Invalid("There is no claim to write.")
    if len({claim.kind for claim in claims}) > 1:
        raise Invalid("Professional and institutional claims leave in files of their own.")
    writer = SegmentWriter()
    control, at = str(submission.control), submission.at
    writer.add("BHT", "0019", "00", control, f"{at:%Y%m%d}", f"{at:%H%M}", "CH")
    writer.add("NM1", "41", "2", words(submission.sender_name) or submission.sender, "", "", "", "",
               "46", submission.sender)  # fmt: skip
    writer.add("PER", "IC", words(submission.contact), "TE", submission.telephone)
    writer.add("NM1", "40", "2", words(submission.receiver_name) or submission.receiver, "", "", "",
               "", "46", submission.receiver)  # fmt: skip
    level = 0
    for claim in claims:
        for fault in incomplete(claim):
            raise Invalid(fault)
        level = _write(writer, claim, level)
    guide = INSTITUTIONAL_GUIDE if claims[0].kind == INSTITUTIONAL else GUIDE
    return interchange(writer, submission, "837", "HC", guide)


def incomplete(claim: Claim) -> Iterator[str]:
    """Why *claim* cannot be written, one sentence for each reason."""
    if not claim.billing.address or not claim.billing.name.npi:
        yield "The billing provider needs an NPI and an address."
    for coverage in (claim.coverage, *claim.other_coverages):
        if coverage.subscriber is None or coverage.payer is None:
            yield "Each coverage of the claim needs a subscriber and a payer."
    if not 0 < len(claim.claim_id) <= LONGEST_CLAIM_ID:
        yield f"The claim number must have 1 to {LONGEST_CLAIM_ID} characters."
    most_lines, most_diagnoses = _most(claim)
    if not 0 < len(claim.lines) <= most_lines:
        yield f"A claim has 1 to {most_lines} lines."
    if claim.charge != sum(line.charge for line in claim.lines):
        yield "The lines do not add up to the claim's charge."
    count = sum(diagnosis.qualifier in DIAGNOSES for diagnosis in claim.diagnoses)
    if not 0 < count <= most_diagnoses:
        yield f"A claim has 1 to {most_diagnoses} diagnoses."
    if claim.kind == INSTITUTIONAL and not all(line.revenue_code for line in claim.lines):
        yield "A line of an institutional claim needs its revenue code."
    if any(not 0 < pointer <= count for line in claim.lines for pointer in line.pointers):
        yield "A line points to a diagnosis that the claim does not have."


def _most(claim: Claim) -> tuple[int, int]:
    if claim.kind == INSTITUTIONAL:
        return MOST_INSTITUTIONAL_LINES, MOST_INSTITUTIONAL_DIAGNOSES
    return MOST_LINES, MOST_DIAGNOSES


def _write(writer: SegmentWriter, claim: Claim, level: int) -> int:
    """One claim below its own levels; the number of the last level."""
    billing, subscriber = level + 1, level + 2
    writer.add("HL", str(billing), "", "20", "1")
    if claim.billing.taxonomy:
        writer.add("PRV", "BI", "PXC", claim.billing.taxonomy)
    _party(writer, claim.billing, with_taxonomy=False)
    if claim.pay_to:
        _party(writer, claim.pay_to, with_taxonomy=False)
    writer.add("HL", str(subscriber), str(billing), "22", "1" if claim.patient else "0")
    _coverage(writer, claim.coverage)
    if claim.patient:
        writer.add("HL", str(subscriber + 1), str(subscriber), "23", "0")
        writer.add("PAT", claim.patient_relationship)
        _party(writer, claim.patient)
    _claim(writer, claim)
    return subscriber + bool(claim.patient)


def _claim(writer: SegmentWriter, claim: Claim) -> None:
    place = composite(claim.facility, claim.facility_qualifier, claim.frequency)
    writer.add("CLM", claim.claim_id, dollars(claim.charge), "", "", place, *claim.terms,
               claim.signature_source, composite(*claim.related_causes))  # fmt: skip
    if claim.discharge_hour:
        writer.add("DTP", "096", "TM", claim.discharge_hour)
    writer.dates(claim.dates)
    if claim.admission:
        writer.add("CL1", *claim.admission)
    for amount in claim.amounts:
        writer.add("AMT", amount.qualifier, dollars(amount.cents))
    writer.references(claim.references)
    for note in claim.notes:
        writer.add("NTE", note.qualifier, words(note.text))
    for group in _together(claim):
        writer.add("HI", *(composite(d.qualifier, d.code, *d.details) for d in group))
    for party in claim.parties:
        _party(writer, party)
    for other in claim.other_coverages:
        _coverage(writer, other, is_other=True)
    for number, line in enumerate(claim.lines, start=1):
        _line(writer, number, line)


def _together(claim: Claim) -> Iterator[list[Diagnosis]]:
    """The diagnoses in one HI, other codes in HIs of their own kind, in the order they stand.

    An institution's principal diagnosis has an HI of its own as well.
    """
    group: list[Diagnosis] = []
    family = _kind if claim.kind == INSTITUTIONAL else _family
    for diagnosis in claim.diagnoses:
        if group and (family(diagnosis) != family(group[0]) or len(group) == MOST_CODES):
            yield group
            group = []
        group.append(diagnosis)
    if group:
        yield group


def _kind(diagnosis: Diagnosis) -> str:
    return diagnosis.qualifier


def _family(diagnosis: Diagnosis) -> str:
    return "diagnosis" if diagnosis.qualifier in DIAGNOSES else diagnosis.qualifier


def _coverage(writer: SegmentWriter, coverage: Coverage, *, is_other: bool = False) -> None:
    writer.add("SBR", coverage.sequence, coverage.relationship, coverage.group,
               words(coverage.group_name), "", "", "", "", coverage.filing_indicator)  # fmt: skip
    if is_other:
        for amount in coverage.amounts:
            writer.add("AMT", amount.qualifier, dollars(amount.cents))
        benefits, release = coverage.terms
        writer.add("OI", "", "", benefits, "", "", release)
    for party in (coverage.subscriber, coverage.payer):
        if party is not None:
            _party(writer, party)


def _party(writer: SegmentWriter, party: Party, *, with_taxonomy: bool = True) -> None:
    writer.named(party.name)
    if party.taxonomy and with_taxonomy:
        writer.add("PRV", TAXONOMY_OF.get(party.name.role, "RF"), "PXC", party.taxonomy)
    writer.address(party.address)
    if party.birth_date:
        writer.add("DMG", "D8", f"{party.birth_date:%Y%m%d}", party.sex)
    writer.references(party.references)


def _line(writer: SegmentWriter, number: int, line: BilledLine) -> None:
    writer.add("LX", str(number))
    units = plain(line.units) if line.units is not None else ""
    procedure = composite(line.qualifier, line.procedure, *line.modifiers)
    if line.revenue_code:
        writer.add("SV2", line.revenue_code, procedure, dollars(line.charge), line.unit, units)
    else:
        pointers: Composite = composite(*map(str, line.pointers))
        writer.add(
            "SV1", procedure, dollars(line.charge), line.unit, units, line.place, "", pointers
        )
    writer.dates(line.dates)
    writer.references(line.references)
    if line.drug:
        writer.add("LIN", "", "N4", line.drug.ndc)
        if line.drug.quantity is not None:
            writer.add("CTP", "", "", "", plain(line.drug.quantity), line.drug.unit)
        writer.references(line.drug.references)
    for party in line.parties:
        _party(writer, party)
