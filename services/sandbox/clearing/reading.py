"""Claims and enquiries as they are sent to the clearinghouse, read from their segments."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from services.sandbox.clearing.model import Adjustment, Claim, Line, OtherPayer, Person
from services.sandbox.clearing.x12 import Segment, Transaction, cents

DIAGNOSES = ("ABK", "ABF")  # an institution's HI tell days, amounts and conditions as well
NOBODY = Person("", "", date(1900, 1, 1), "U", ("", "", "", ""))


@dataclass
class Found:
    """The claim that is being read, and the loops it stands in."""

    billing: str = ""
    payer: str = ""
    member: str = ""
    group: str = ""
    order: int = 1
    relationship: str = "18"
    holder: Person = NOBODY
    patient: Person = NOBODY
    claim: Claim | None = None
    other: OtherPayer | None = None
    loop: str = ""
    done: list[Claim] = field(default_factory=list)


def claims_in(transaction: Transaction) -> list[Claim]:
    """The claims of an 837P or 837I. What cannot be read is left empty: it is rejected later, not here."""
    found = Found()
    for segment in transaction.segments:
        _take(found, [*segment, *[""] * 12])
    _close(found)
    return found.done


def _take(found: Found, s: Segment) -> None:
    match s[0]:
        case "HL":
            _close(found)
            found.loop = s[3]
        case "SBR" if found.claim is None:
            found.order, found.group = "PST".find(s[1] or "P") + 1, s[3]
            found.relationship = s[2] or "19"
        case "PAT":
            found.relationship = s[1]
        case "NM1":
            _take_name(found, s)
        case "DMG" if found.claim is None:
            _take_person(found, s)
        case "CLM":
            _close(found)
            found.claim = _begun(found, s)
        case _ if found.claim is not None:
            _take_detail(found, found.claim, s)


def _take_name(found: Found, s: Segment) -> None:
    kind, claim = s[1], found.claim
    if claim is None:
        person = replace(NOBODY, family=s[3], given=s[4])
        match kind:
            case "85":
                found.billing = s[9]
            case "IL":
                found.member, found.holder = s[9], person
                found.patient = person
            case "QC":
                found.patient = person
            case "PR":
                found.payer = s[9]
    elif kind == "82" or (kind == "71" and claim.institutional):
        found.claim = replace(claim, rendering=s[9])
    elif kind == "DN":
        found.claim = replace(claim, referring=s[9])
    elif found.other and kind == "IL":
        found.other = replace(found.other, member=s[9])
    elif found.other and kind == "PR":
        found.other = replace(found.other, payer=s[9])


def _take_person(found: Found, s: Segment) -> None:
    found.patient = replace(found.patient, born=_day(s[2]), sex=s[3])
    if found.loop == "22":
        found.holder = found.patient


def _begun(found: Found, s: Segment) -> Claim:
    place = [*s[5].split(":"), "", "", ""]
    return Claim(
        id=s[1],
        payer=found.payer,
        member=found.member,
        subject=found.patient,
        day=NOBODY.born,
        lines=(),
        diagnoses=(),
        rendering="",
        facility="l.1",
        relationship=found.relationship,
        holder=None if found.relationship == "18" else found.holder,
        group=found.group,
        frequency=place[2] or "1",
        order=max(found.order, 1),
        billing=found.billing,
        institutional=place[1] == "A",
    )


def _take_detail(found: Found, claim: Claim, s: Segment) -> None:
    match s[0], s[1]:
        case "REF", "F8":
            found.claim = replace(claim, original=s[2])
        case "REF", "G1":
            found.claim = replace(claim, authorization=s[2])
        case "HI", _:
            codes = (e.split(":") for e in s[1:] if ":" in e)
            mine = (c[1] for c in codes if c[0] in DIAGNOSES or not claim.institutional)
            found.claim = replace(claim, diagnoses=(*claim.diagnoses, *mine))
        case "SBR", _:
            found.other = OtherPayer("", "", (), (), claim.day)
        case "SV1", _:
            found.claim = replace(claim, lines=(*claim.lines, _line(s)))
        case "SV2", _:
            line = _line([s[0], *s[2:]])  # the revenue code stands before the service
            found.claim = replace(claim, lines=(*claim.lines, replace(line, pointers=())))
        case "DTP", "472":
            found.claim = replace(claim, day=_day(s[3][:8]))
        case "DTP", "573" if found.other:
            found.other = replace(found.other, day=_day(s[3]))
        case "SVD", _ if found.other:
            found.other = _paid_by_other(found.other, s)
        case "CAS", _ if found.other and found.other.adjustments:
            found.other = _adjusted_by_other(found.other, s)


def _line(s: Segment) -> Line:
    service = s[1].split(":")
    pointers = tuple(int(p) for p in s[7].split(":") if p.isdecimal())
    units = int(s[4]) if s[4].isdecimal() else 1
    return Line("".join(service[1:2]), _cents(s[2]), pointers, tuple(service[2:6]), units)


def _paid_by_other(other: OtherPayer, s: Segment) -> OtherPayer:
    return replace(other, paid=(*other.paid, _cents(s[2])), adjustments=(*other.adjustments, ()))


def _adjusted_by_other(other: OtherPayer, s: Segment) -> OtherPayer:
    triplets = zip(s[2::3], s[3::3], strict=False)
    taken = tuple(Adjustment(s[1], code, _cents(amount)) for code, amount in triplets if code)
    return replace(other, adjustments=(*other.adjustments[:-1], other.adjustments[-1] + taken))


def _close(found: Found) -> None:
    if found.claim is not None:
        whole = found.other and len(found.other.paid) == len(found.claim.lines)
        found.done.append(replace(found.claim, other=found.other if whole else None))
    found.claim, found.other = None, None


def _cents(text: str) -> int:
    try:
        return cents(text)
    except ValueError:
        return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return NOBODY.born


@dataclass(frozen=True)
class Enquiry:
    """One patient or claim asked about in a 270 or a 276."""

    trace: str
    payer: str
    member: str
    family: str
    given: str
    claim_id: str = ""
    number: str = ""


def enquiries_in(transaction: Transaction) -> Iterator[Enquiry]:
    """What a 276 or a 270 asks: one for each subscriber (or dependent) level with a trace or a name."""
    payer, now = "", Enquiry("", "", "", "", "")
    for segment in transaction.segments:
        s = [*segment, *[""] * 12]
        match s[0], s[1]:
            case "HL", _ if s[3] in ("20", "22"):
                if now.member or now.trace or now.family:
                    yield now
                now = Enquiry("", payer, "", "", "")
            case "NM1", "PR":
                payer = s[9]
                now = replace(now, payer=payer)
            case "NM1", "IL" | "QC":
                now = replace(now, family=s[3], given=s[4], member=s[9] or now.member)
            case "TRN", _:
                now = replace(now, trace=s[2])
            case "REF", "EJ":
                now = replace(now, claim_id=s[2])
            case "REF", "1K":
                now = replace(now, number=s[2])
    if now.member or now.trace or now.family:
        yield now
