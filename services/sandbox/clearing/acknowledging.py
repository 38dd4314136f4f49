"""Was a file taken in? TA1 for the envelope, 999 for what is in it (005010X231A1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.sandbox.clearing.x12 import Envelope, Transaction, seg

NEEDED = {
    "837": ("BHT", "NM1", "HL", "SBR", "CLM", "HI", "LX", "SV1"),  # an institution's has SV2
    "276": ("BHT", "HL", "NM1", "TRN"),
}


@dataclass(frozen=True)
class Finding:
    """What is wrong with one transaction: the missing segment's id, or an IK502 code."""

    segment: str = ""
    code: str = ""


def ta1(envelope: Envelope, at: datetime) -> str:
    """The TA1 segment that answers an interchange: accepted, or rejected with its note."""
    stated = envelope.isa[9:11] if len(envelope.isa) > 10 else [f"{at:%y%m%d}", f"{at:%H%M}"]
    mark = "A" if envelope.fault == "000" else "R"
    return seg("TA1", envelope.control, *stated, mark, envelope.fault)


def finding_of(transaction: Transaction) -> Finding | None:
    """What makes a transaction unusable, or ``None``."""
    if transaction.fault:
        return Finding(code=transaction.fault)
    if transaction.kind not in NEEDED:
        return Finding(code="1")
    there = {segment[0] for segment in transaction.segments}
    there |= {"SV1"} if "SV2" in there else set()
    missing = next((s for s in NEEDED[transaction.kind] if s not in there), "")
    return Finding(missing, "5") if missing else None


def acknowledgment_999(envelope: Envelope) -> list[str]:
    """The segments between ST and SE that answer one group."""
    group = (envelope.group + [""] * 9)[:9]
    lines = [seg("AK1", group[1], group[6], group[8])]
    findings = [finding_of(t) for t in envelope.transactions]
    for transaction, finding in zip(envelope.transactions, findings, strict=True):
        lines += _transaction(transaction, finding)
    good = 0 if envelope.group_fault else findings.count(None)
    count = len(findings)
    verdict = "A" if good == count and count else "R" if not good else "P"
    lines.append(seg("AK9", verdict, count, count, good, envelope.group_fault))
    return lines


def accepted(envelope: Envelope) -> list[Transaction]:
    """The transactions that go on."""
    if envelope.fault != "000" or envelope.group_fault:
        return []
    return [t for t in envelope.transactions if finding_of(t) is None]


def _transaction(transaction: Transaction, finding: Finding | None) -> Iterator[str]:
    yield seg("AK2", transaction.kind, transaction.control, transaction.guide)
    if finding is None:
        yield seg("IK5", "A")
        return
    if finding.segment:
        yield seg("IK3", finding.segment, len(transaction.segments), "", "3")
    yield seg("IK5", "R", finding.code)
