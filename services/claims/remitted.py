"""Claims known only from payers' answers, for a practice whose clearinghouse passes no 837 copies on."""

from collections.abc import Sequence
from datetime import date

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claims import Claim, ClaimState
from db.x12_files import X12File
from services.claims import places
from services.desk import Desk
from services.ehr.x12 import remittance as x12

SERVICE = ("232", "472", "150")  # DTM of the claim or the line: first day of service


def become_known(
    desk: Desk, file: X12File, batch: Sequence[tuple[int, x12.Payment, x12.ClaimPayment]],
    digests: Sequence[bytes], known: dict[bytes, Claim],
) -> dict[bytes, Claim]:  # fmt: skip
    """A claim for each answer to one nobody knows; only right where no 837 was ever posted."""
    made: dict[bytes, Claim] = {}
    for digest, (_, payment, answer) in zip(digests, batch, strict=True):
        if digest not in known and digest not in made:
            made[digest] = _claim(desk, file, digest, payment, answer)
    places.learn_answered(desk, [answer for _, _, answer in batch])
    desk.vault.keep_new_keys()
    desk.session.add_all(made.values())
    return made


def _claim(
    desk: Desk, file: X12File, digest: bytes, payment: x12.Payment, answer: x12.ClaimPayment
) -> Claim:
    rendering = answer.named("82")
    row = Claim(
        practice_id=desk.practice_id, number_digest=digest, key_id=desk.vault.new_key_id(),
        payer_id=payer_id(payment), payer_name=payment.payer.name,
        frequency=answer.frequency or "1", charge_cents=abs(answer.charge),
        provider=f"npi/{rendering.npi}" if rendering and rendering.npi else "",
        state=ClaimState.PENDING,
        service_on=first_day(answer) or payment.paid_on or desk.today,
    )  # fmt: skip
    desk.vault.seal_into(row, number=answer.claim_id, payer_control=answer.payer_claim_id)
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=row.id, at=desk.now, kind=EventKind.REMITTED,
            amount_cents=row.charge_cents, file_id=file.id,
        )
    )  # fmt: skip
    return row


def first_day(answer: x12.ClaimPayment) -> date | None:
    """The earliest day of service that an answer names; ``None`` where it names none."""
    dates = [*answer.dates, *(d for line in answer.lines for d in line.dates)]
    return min((d.day for d in dates if d.qualifier in SERVICE), default=None)


def payer_id(payment: x12.Payment) -> str:
    """The payer's id as claims name it: REF*2U of loop 1000A, else what N104 says."""
    further = [r.value for r in payment.payer.references if r.qualifier == "2U"]
    return further[0] if further else payment.payer.id
