"""Claims that were posted before their patient was known, linked when the patient appears."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from db.claims import Claim, Claims
from db.denials import Denials
from db.patients import Patients
from db.practices import Practice
from services.claims import names
from services.container import Container
from services.desk import Actor, Desk, working

BATCH = 200  # claims a transaction
MOST = 50  # batches a run; the next run goes on


def link(container: Container, practice: Practice) -> Counter[str]:
    """Link every claim whose name and birth date one single patient has by now. Safe to repeat."""
    linked = 0
    for _ in range(MOST):
        with working(container, Actor.job(practice.id, "claims.link")) as desk:
            found = desk.open(Patients).of_claims_of_nobody(BATCH)
            linked += _link(desk, desk.open(Claims).nobodys(found)) if found else 0
        if len(found) < BATCH:
            break
    return Counter(linked=linked) if linked else Counter()


def _link(desk: Desk, claims: Sequence[Claim]) -> int:
    """By the rule by which claims are linked while they are posted, and no other."""
    asked = [[[d] for d in (c.name_digest, c.birth_digest) if d] for c in claims]
    patients = names.the_ones(desk, [facts if len(facts) == 2 else [] for facts in asked])
    mine = [(claim, id) for claim, id in zip(claims, patients, strict=True) if id]
    for claim, id in mine:
        _belongs(desk, claim, id)
    return len(mine)


def _belongs(desk: Desk, claim: Claim, id: UUID) -> None:
    claim.patient_id, claim.version = id, claim.version + 1
    for denial in desk.open(Denials).of_claim(claim.id):
        denial.patient_id, denial.version = id, denial.version + 1
    desk.record("claims.linked", claim.ref, sources=f"patient/{id}")
