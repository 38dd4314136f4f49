"""What the books and the chart say about a denied claim, each fact with the place it stands."""

from collections.abc import Sequence
from uuid import UUID

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claim_payments import ClaimPayment, ClaimPayments
from db.claims import Claim
from db.denials import Denial
from db.payer_rules import PayerRules, Purpose
from db.x12_files import X12Files
from services.claims import payments, showing
from services.claims.showing import Billed, LineBeside
from services.codes.diagnoses import find_diagnosis
from services.desk import Desk
from services.money import dollars
from services.workflows.denials.letters import chart_facts
from services.workflows.denials.letters.letter import Fact, Facts, Named, Source


def facts_of(desk: Desk, denial: Denial, claim: Claim) -> Facts:
    """Every fact that the record holds; what it does not hold is left out."""
    payment = desk.open(ClaimPayments).find(denial.payment_id)
    billed = showing.billed_of(desk, claim)
    lines = showing.lines_of(desk, claim, payment)
    found = [
        *_of_claim(claim, billed, lines),
        *(_of_answer(desk, denial, payment, lines) if payment else ()),
        *_of_timeline(desk, claim),
    ]
    chart = chart_facts.of_denial(desk, denial, billed.diagnoses, claim.service_on)
    return {name: fact for name, fact in found if fact.text} | chart


def _of_claim(claim: Claim, billed: Billed, lines: Sequence[LineBeside]) -> Named:
    def told(segment: str) -> tuple[Source, ...]:
        return (Source(f"claim (837), {segment}", claim.ref),)

    yield "patient", Fact(billed.patient, told("NM1*IL or QC"))
    yield "member", Fact(billed.member_id, told("NM1*IL, NM109"))
    yield "number", Fact(billed.number, told("CLM01"))
    yield "charge", Fact(dollars(claim.charge_cents), told("CLM02"))
    yield "service_on", Fact(f"{claim.service_on:%m/%d/%Y}", told("DTP*472"))
    yield "provider", Fact(billed.provider, told("NM1*82"))
    yield "authorization", Fact(billed.authorization, told("REF*G1"))
    codes = [line.procedure for line in lines if line.number]
    yield "procedures", Fact(_listed(codes), told("SV1"))
    yield "diagnoses", Fact(_listed([_diagnosis(c) for c in billed.diagnoses]), told("HI"))
    apart = [f"{x.procedure} with modifier {' '.join(x.modifiers)}" for x in lines if x.modifiers]
    yield "modified", Fact(_listed(apart), told("SV1"))


def _of_answer(
    desk: Desk, denial: Denial, payment: ClaimPayment, lines: Sequence[LineBeside]
) -> Named:
    name = _file_name(desk, payment.file_id)
    of = f"835 of {payment.paid_on:%m/%d/%Y}{name}"

    def told(segment: str) -> tuple[Source, ...]:
        return (Source(f"{of}, {segment}", payment.ref),)

    answer = payments.answer_of(desk, payment)
    yield "payer", Fact(payment.payer_name or denial.payer_name, told("N1*PR"))
    yield "payer_number", Fact(answer.payer_claim_id if answer else "", told("CLP07"))
    yield "denied_on", Fact(f"{payment.paid_on:%m/%d/%Y}", told("BPR16"))
    yield "denied", Fact(dollars(denial.denied_cents), told("CAS"))
    yield "code", Fact(f"{denial.group_code}-{denial.carc}" if denial.carc else "", told("CAS"))
    plain = showing.sentence(denial.carc).rstrip(".")
    yield "reason", Fact(plain if denial.carc else "", told("CAS"))
    remarks = [f"{code} ({showing.remark(code).rstrip('.')})" for code in denial.remarks]
    yield "remarks", Fact(_listed(remarks), told("MOA or LQ"))
    yield "refused", Fact(_listed(_refused(lines)), told("SVC and CAS"))


def _refused(lines: Sequence[LineBeside]) -> list[str]:
    """The procedures that were denied: all of them, where the claim was denied as a whole."""
    denied = [line for line in lines if any(because.is_denial for because in line.because)]
    as_a_whole = any(line.number == 0 for line in denied)
    return [line.procedure for line in (lines if as_a_whole else denied) if line.number]


def _of_timeline(desk: Desk, claim: Claim) -> Named:
    events = desk.open(ClaimEvents).of(claim.id)
    for name, kind, what in (
        ("sent_on", EventKind.SUBMITTED, "837 as it was sent"),
        ("read_on", EventKind.ACKNOWLEDGED, "999"),
        ("received_on", EventKind.ACCEPTED, "277CA"),
    ):
        first = next((event for event in events if event.kind is kind), None)
        if first:
            label = f"{what} of {first.at:%m/%d/%Y}{_file_name(desk, first.file_id)}"
            yield name, Fact(f"{first.at:%m/%d/%Y}", (Source(label, first.ref),))
    yield from _in_time(desk, claim, events)


def _in_time(desk: Desk, claim: Claim, events: Sequence[ClaimEvent]) -> Named:
    """Days from service to receipt, and the limit; only where the one is within the other."""
    proofs = (EventKind.ACCEPTED, EventKind.ACKNOWLEDGED)
    proof = next((event for kind in proofs for event in events if event.kind is kind), None)
    rule = desk.open(PayerRules).for_payer(claim.payer_id, Purpose.FILE)
    if proof is None or rule is None:
        return
    taken = (proof.at.date() - claim.service_on).days
    if taken > rule.days:
        return
    what = "277CA" if proof.kind is EventKind.ACCEPTED else "999"
    label = f"{what} of {proof.at:%m/%d/%Y}{_file_name(desk, proof.file_id)}"
    seen = Source(label, proof.ref)
    yield "proof", Fact(what, (seen,))
    yield "proof_on", Fact(f"{proof.at:%m/%d/%Y}", (seen,))
    yield "days_taken", Fact(_days(taken), (seen, Source("claim (837), DTP*472", claim.ref)))
    yield "limit", Fact(_days(rule.days), (Source(f"payer table: {rule.source}", rule.ref),))


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _file_name(desk: Desk, file_id: UUID | None) -> str:
    file = desk.open(X12Files).find(file_id) if file_id else None
    name = desk.vault.read(file, "name").text if file and file.name else ""
    return f" ({name})" if name else ""


def _diagnosis(code: str) -> str:
    found = find_diagnosis(code)
    return f"{found.code} ({found.name})" if found and found.name else code


def _listed(items: Sequence[str]) -> str:
    unique = list(dict.fromkeys(item for item in items if item))
    if len(unique) < 2:
        return "".join(unique)
    return f"{', '.join(unique[:-1])} and {unique[-1]}"
