"""A practice's own answered claims as cases to learn from; what payers still hold is left out."""

from collections.abc import Sequence

from db.claim_payments import ClaimPayments
from db.claims import Claim, Claims
from db.vault import Unreadable
from services.claims.risk.learning import Case
from services.desk import Desk

NEWEST = 20_000  # claims: years of a small group; what is older tells of other rules
CHUNK = 500


def cases(desk: Desk) -> list[Case]:
    """Answered claims of this practice with what was first billed. Reads sealed words: record it."""
    answered = desk.open(Claims).answered(NEWEST)
    found: list[Case] = []
    for start in range(0, len(answered), CHUNK):
        found += _cases(desk, answered[start : start + CHUNK])
    return found


def _cases(desk: Desk, claims: Sequence[Claim]) -> list[Case]:
    first = desk.open(ClaimPayments).first_answers([claim.id for claim in claims])
    desk.vault.preload([claim.key_id for claim in claims])
    told = ((claim, first.get(claim.id), words_of(desk, claim)) for claim in claims)
    return [Case(*answer, words) for _, answer, words in told if answer and words]


def words_of(desk: Desk, claim: Claim) -> tuple[str, ...]:
    """What was first billed, as the model reads it; nothing where it was never seen or is destroyed."""
    try:
        text = desk.vault.read(claim, "traits").text
    except Unreadable:
        return ()
    return tuple(text.split("\n")) if text else ()
