"""The claim's own story: what was sent, how it was received, what payers said, and where it stands."""

from dataclasses import dataclass, field

from services.sandbox.clearing.model import Claim, Rejection, Script, Verdict
from services.sandbox.shapes import Json


@dataclass
class Record:
    """Everything the clearinghouse knows of one claim id. ``verdicts`` are in order of payment."""

    claim: Claim
    sent: int = 0
    rejection: Rejection | None = None
    number: str = ""
    verdicts: list[Verdict] = field(default_factory=list)
    script: Script | None = None
    appealed: str = ""
    quarantined: str = ""
    draft: tuple[str, ...] = ()

    def copy(self) -> "Record":
        """Another one that can go its own way."""
        return Record(**{**vars(self), "verdicts": list(self.verdicts)})

    def last(self, order: int = 1) -> Verdict | None:
        """The payer's last word, reversals netted; *order* 2 for the secondary."""
        ours = [v for v in self.verdicts if v.claim.order == order]
        return ours[-1] if ours and not ours[-1].reversal else None

    @property
    def state(self) -> str:
        """draft, rejected, pending, void, denied, partly_denied or paid."""
        last = self.last()
        if last is not None:
            return standing_of(last)
        if any(v.reversal for v in self.verdicts):
            return "void"
        if self.rejection:
            return "rejected"
        return "pending" if self.sent else "draft"


def standing_of(verdict: Verdict) -> str:
    """What one CLP means: denied if nothing was paid and something denied."""
    if not verdict.denied:
        return "paid"
    whole = verdict.status == "4" or (not verdict.paid and verdict.denied == verdict.charge)
    return "denied" if whole else "partly_denied"


def truth_of(record: Record) -> Json:
    """One claim for the oracle; money in cents."""
    claim, last = record.claim, record.last()
    final = [v for v in (last, record.last(2)) if v]
    return {
        "claim_id": claim.id,
        "patient": claim.patient,
        "encounter": claim.encounter,
        "payer": claim.payer,
        "payer_claim_id": record.number,
        "service_date": claim.day.isoformat(),
        "frequency": claim.frequency,
        "submissions": record.sent,
        "billed": claim.charge,
        "state": record.state,
        "rejection": vars(record.rejection) if record.rejection else None,
        "paid": sum(v.paid for v in final),
        "paid_primary": last.paid if last else 0,
        "patient_responsibility": final[-1].owed if final else 0,
        "denied": last.denied if last else 0,
        "reasons": reasons_of(last) if last else [],
        "history": [v.status for v in record.verdicts],
        "appealed": record.appealed,
        "quarantined": record.quarantined,
        "should_fail": list(record.draft),
    }


def reasons_of(verdict: Verdict) -> list[Json]:
    """Each denial of a verdict with its line, counted from 1."""
    return [
        {
            "line": number,
            "group": a.group,
            "carc": a.code,
            "amount": a.amount,
            "remarks": [*verdict.remarks, *line.remarks],
        }
        for number, line in enumerate(verdict.lines, 1)
        for a in line.adjustments
        if a.denies
    ]
