"""Billed claims from an 837: a draft that waits to leave, or a copy of what has left."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from db.claim_events import ClaimEvent, ClaimEvents, EventKind
from db.claims import BEFORE, Claim, Claims, ClaimState
from db.risk_models import RiskModel
from db.x12_files import X12File
from services.claims import deadlines, names, payments, places, scrubbing
from services.claims.risk import judging
from services.claims.risk.traits import traits_of
from services.desk import Desk
from services.ehr.x12 import claim as x12
from services.ehr.x12.envelope import Transaction

Content = x12.Claim  # what was billed, as it is kept
Billed = tuple[int, Transaction, x12.Claim]  # its place in the file, and where it stood


def post(desk: Desk, file: X12File, batch: Sequence[Billed], at: datetime, *, draft: bool) -> int:
    """Keep these claims. One that is known by its number is replaced by its newer version."""
    digests = [names.number_digest(desk, billed.claim_id) for _, _, billed in batch]
    known = desk.open(Claims).by_numbers(digests)
    desk.vault.preload([claim.key_id for claim in known.values()])
    patients = names.known_patients(desk, [billed for _, _, billed in batch])
    made = {
        digest: _new(desk, digest, billed)
        for digest, (_, _, billed) in zip(digests, batch, strict=True)
        if digest not in known
    }
    desk.vault.keep_new_keys()
    version = judging.in_use(desk)
    for payer_id, payer_name, filing in _payers(batch):
        deadlines.meet(desk, payer_id, payer_name, filing)
    places.learn(desk, [billed for _, _, billed in batch])
    desk.session.flush()
    with desk.session.no_autoflush:
        for digest, patient, one in zip(digests, patients, batch, strict=True):
            row = known.get(digest) or made[digest]
            _post(desk, file, row, patient, one, at, version, draft=draft)
    desk.session.flush()
    payments.adopt(desk, made)
    return len(batch)


def _payers(batch: Sequence[Billed]) -> set[tuple[str, str, str]]:
    """Who is billed, and how each of them files (SBR09)."""
    said = [billed.coverage for _, _, billed in batch]
    return {(c.payer.name.id, c.payer.name.last, c.filing_indicator) for c in said if c.payer}


def _post(
    desk: Desk, file: X12File, row: Claim, patient: UUID | None, one: Billed, at: datetime,
    version: RiskModel | None, *, draft: bool,
) -> None:  # fmt: skip
    place, transaction, billed = one
    if draft and _is_on_its_way(desk, row, billed):
        return
    row.patient_id, row.trouble = patient, ""
    _tell(desk, row, billed)
    _note_traits(desk, row, billed, at, version)
    _mark(desk, row, file, place, transaction, at, draft=draft)
    if draft:
        scrubbing.look_at(desk, row, billed)


def _is_on_its_way(desk: Desk, row: Claim, billed: x12.Claim) -> bool:
    """The very draft that somebody has released: it must not be offered for release again."""
    if row.state in (*BEFORE, ClaimState.REJECTED):
        return False
    # Not by the digest on the row: an older version of Foyer kept less of a claim.
    known = content_of(desk, row)
    return known is not None and digest_of(known) == digest_of(billed)


def _new(desk: Desk, digest: bytes, billed: x12.Claim) -> Claim:
    row = Claim(
        practice_id=desk.practice_id, number_digest=digest, key_id=desk.vault.new_key_id(),
        payer_id="", service_on=desk.today, charge_cents=0,
    )  # fmt: skip
    desk.vault.seal_into(row, number=billed.claim_id)
    return desk.open(Claims).add(row)


def _tell(desk: Desk, row: Claim, billed: x12.Claim) -> None:
    payer = billed.coverage.payer
    row.payer_id = payer.name.id if payer else ""
    row.payer_name = payer.name.last if payer else ""
    row.kind, row.frequency, row.charge_cents = billed.kind, billed.frequency, billed.charge
    row.service_on = first_day(billed) or row.service_on
    row.provider, row.location = _provider(billed), _location(billed)
    row.content_hash = digest_of(billed)
    row.name_digest, row.birth_digest = names.whom(desk, billed)
    desk.vault.seal_into(row, content=msgspec.json.encode(billed).decode())
    row.version += 1


def _note_traits(
    desk: Desk, row: Claim, billed: x12.Claim, at: datetime, version: RiskModel | None
) -> None:
    """What was billed before anybody answered: a correction would tell what the answer was."""
    if row.answered_at is None and billed.frequency == x12.ORIGINAL:
        words = traits_of(billed, at.date(), row.service_on)
        desk.vault.seal_into(row, traits="\n".join(words))
        judging.judge(row, words, version, desk.today)


def _mark(
    desk: Desk, row: Claim, file: X12File, place: int, transaction: Transaction, at: datetime,
    *, draft: bool,
) -> None:  # fmt: skip
    code = f"{transaction.group_control}/{transaction.control}"
    is_late = row.answered_at is not None and row.answered_at > at
    if draft:
        row.state, kind = ClaimState.READY, EventKind.BILLED
    elif row.frequency in (x12.REPLACEMENT, x12.VOID):
        kind = EventKind.CORRECTED
        row.state = row.state if is_late else ClaimState.CORRECTED
        row.attempt += 1
    else:
        # A copy that comes after its answer tells what was billed, not where the claim stands.
        kind = EventKind.SUBMITTED
        row.state = row.state if is_late else ClaimState.SUBMITTED
    if not draft:
        row.submitted_at = at
    desk.open(ClaimEvents).add(
        ClaimEvent(
            practice_id=desk.practice_id, claim_id=row.id, at=at, kind=kind, code=code,
            amount_cents=row.charge_cents, file_id=file.id, place=place,
        )
    )  # fmt: skip


def first_day(billed: x12.Claim) -> date | None:
    """The earliest day of service: of a line (DTP*472), else of the claim (DTP*434)."""
    days = [d.day for line in billed.lines for d in line.dates if d.qualifier == "472"]
    days += [d.day for d in billed.dates if d.qualifier in ("472", "434")]
    return min(days, default=None)


def digest_of(billed: x12.Claim) -> str:
    """A digest of what is billed: the same for the same claim, wherever in a file it stands."""
    plain = msgspec.structs.replace(billed, segment=0)
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()


def content_of(desk: Desk, row: Claim) -> x12.Claim | None:
    """What was billed; ``None`` where no 837 was ever seen."""
    sealed = desk.vault.read(row, "content")
    return msgspec.json.decode(sealed.text, type=x12.Claim) if sealed.text else None


def _provider(billed: x12.Claim) -> str:
    rendering = billed.party("82")
    found = rendering.name.npi if rendering else billed.billing.name.npi
    return f"npi/{found}" if found else ""


def _location(billed: x12.Claim) -> str:
    facility = billed.party("77")
    if facility is None or not facility.name.npi:
        return ""
    return f"npi/{facility.name.npi}"
