"""One row of an X12 file as the JSON object that `foyer era parse` prints; amounts as text."""

from collections.abc import Callable
from datetime import date
from typing import Any

from services.ehr.x12.acknowledgement import Acknowledgement
from services.ehr.x12.claim import BilledLine, Claim
from services.ehr.x12.eligibility import Benefit, Eligibility
from services.ehr.x12.reading import AnyRow
from services.ehr.x12.remittance import Adjustment, ClaimPayment, ServiceLine
from services.ehr.x12.status import BatchStatus, ClaimStatus
from services.ehr.x12.values import dollars, plain


def printed(row: AnyRow) -> dict[str, Any] | None:
    """*row* as a JSON object; ``None`` for what only the summary tells of."""
    printer = PRINTERS.get(type(row))
    return printer(row) if printer else None


def batch(row: BatchStatus) -> dict[str, Any]:
    """What the summary says of a status that many claims share."""
    verdicts = [verdict for report in row.reports for verdict in report.verdicts]
    return {
        "level": row.level, "category": verdicts[0].category, "status": verdicts[0].status,
        "rejected": row.is_rejected,
    }  # fmt: skip


def _payment(claim: ClaimPayment) -> dict[str, Any]:
    adjustments = [_adjustment("claim", a) for a in claim.adjustments]
    adjustments += [_adjustment("line", a) for line in claim.lines for a in line.adjustments]
    remarks = (*claim.remarks, *(code for line in claim.lines for code in line.remarks))
    return {
        "claim_id": claim.claim_id, "payer_claim_id": claim.payer_claim_id,
        "status": claim.status, "charge": dollars(claim.charge), "paid": dollars(claim.paid),
        "patient_responsibility": dollars(claim.patient_responsibility),
        "adjustments": adjustments, "remarks": list(remarks),
        "lines": [_paid_line(line) for line in claim.lines],
        "denied": claim.is_denied, "reversal": claim.is_reversal,
    }  # fmt: skip


def _adjustment(level: str, adjustment: Adjustment) -> dict[str, Any]:
    return {
        "level": level, "group": adjustment.group, "code": adjustment.reason,
        "amount": dollars(adjustment.amount),
    }  # fmt: skip


def _paid_line(line: ServiceLine) -> dict[str, Any]:
    units = line.units_paid
    return {
        "procedure": line.procedure, "qualifier": line.qualifier,
        "modifiers": list(line.modifiers), "revenue_code": line.revenue_code,
        "charge": dollars(line.charge), "paid": dollars(line.paid),
        "units": None if units is None else plain(units), "control": line.control,
        "dates": [_day(dated.day) for dated in line.dates],
        "adjustments": [_adjustment("line", a) for a in line.adjustments],
        "remarks": list(line.remarks), "denied": line.is_denied,
    }  # fmt: skip


def _status(claim: ClaimStatus) -> dict[str, Any]:
    verdict = claim.verdict
    report = claim.reports[0] if claim.reports else None
    return {
        "claim_id": claim.claim_id, "payer_claim_id": claim.payer_claim_id,
        "category": verdict.category, "status": verdict.status, "entity": verdict.entity,
        "action": report.action if report else "", "date": _day(report.on) if report else None,
        "charge": _cents(report.charge) if report else None,
        "paid": _cents(report.paid) if report else None, "rejected": claim.is_rejected,
        "statuses": [
            {"category": v.category, "status": v.status, "entity": v.entity}
            for each in (*claim.reports, *(r for line in claim.lines for r in line.reports))
            for v in each.verdicts
        ],
    }  # fmt: skip


def _acknowledgement(row: Acknowledgement) -> dict[str, Any]:
    return {
        "level": row.level, "type": row.type, "control": row.control,
        "group_control": row.group_control, "result": row.result, "rejected": row.is_rejected,
        "codes": list(row.codes),
        "errors": [
            {
                "segment": e.segment, "position": e.position, "loop": e.loop, "code": e.code,
                "element": e.element, "element_code": e.element_code,
            }
            for e in row.errors
        ],
    }  # fmt: skip


def _billed(claim: Claim) -> dict[str, Any]:
    payer = claim.coverage.payer
    return {
        "claim_id": claim.claim_id, "kind": claim.kind, "frequency": claim.frequency,
        "original_reference": claim.original_reference, "charge": dollars(claim.charge),
        "facility": claim.facility, "billing_npi": claim.billing.name.npi,
        "payer_id": payer.name.id if payer else "",
        "diagnoses": [diagnosis.code for diagnosis in claim.diagnoses],
        "prior_authorization": claim.prior_authorization, "referral": claim.referral,
        "lines": [_billed_line(line) for line in claim.lines],
    }  # fmt: skip


def _billed_line(line: BilledLine) -> dict[str, Any]:
    return {
        "procedure": line.procedure, "modifiers": list(line.modifiers),
        "revenue_code": line.revenue_code, "charge": dollars(line.charge),
        "units": None if line.units is None else plain(line.units), "unit": line.unit,
        "pointers": list(line.pointers), "dates": [_day(dated.day) for dated in line.dates],
        "ndc": line.drug.ndc if line.drug else "",
    }  # fmt: skip


def _eligibility(row: Eligibility) -> dict[str, Any]:
    return {
        "trace": row.trace, "active": row.is_active, "plan": row.plan,
        "benefits": [_benefit(benefit) for benefit in row.benefits],
        "refusals": list(row.refusals),
    }  # fmt: skip


def _benefit(benefit: Benefit) -> dict[str, Any]:
    return {
        "code": benefit.code, "share": benefit.share, "services": list(benefit.services),
        "plan": benefit.plan, "amount": _cents(benefit.amount), "percent": benefit.percent,
    }  # fmt: skip


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _cents(amount: int | None) -> str | None:
    return None if amount is None else dollars(amount)


PRINTERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    ClaimPayment: _payment,
    ClaimStatus: _status,
    Acknowledgement: _acknowledgement,
    Claim: _billed,
    Eligibility: _eligibility,
}
