"""Scoring claims by the version in use; without one a claim has no risk, and only rules speak."""

from collections.abc import Sequence
from datetime import date

import msgspec

from db.claims import BEFORE, Claim
from db.risk_models import RiskModel, RiskModels
from db.vault import Unreadable
from services.claims.risk import wording
from services.claims.risk.history import words_of
from services.claims.risk.model import model_of
from services.claims.risk.traits import traits_of
from services.desk import Desk
from services.ehr.x12 import claim as x12


def in_use(desk: Desk) -> RiskModel | None:
    """The version that this practice's claims are scored by now."""
    return desk.open(RiskModels).in_use()


def judge(claim: Claim, words: Sequence[str], version: RiskModel | None, day: date) -> None:
    """Score *claim* by *version*: the chance of a denial in thousandths, and up to three reasons."""
    claim.risk, claim.risk_reasons, claim.risk_on = None, [], day
    claim.risk_model = version.name if version else ""
    if version is None or not words:
        return
    model, payer = model_of(version.artefact), claim.payer_name or "this payer"
    claim.risk = round(1000 * model.chance(words))
    told = [wording.sentence(word, logits, payer) for word, logits in model.reasons(words)]
    claim.risk_reasons = list(dict.fromkeys(told))


def words_now(desk: Desk, claim: Claim) -> tuple[str, ...]:
    """The words of *claim*; those of a draft as if it left today, for time passes while it waits."""
    if claim.state not in BEFORE:
        return words_of(desk, claim)
    try:
        content = desk.vault.read(claim, "content").text
    except Unreadable:
        return ()
    if not content:
        return words_of(desk, claim)
    billed = msgspec.json.decode(content, type=x12.Claim)
    return traits_of(billed, desk.today, claim.service_on)
