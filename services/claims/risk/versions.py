"""Versions of a practice's risk model: one is learned every day, and sooner when history grows."""

from collections import Counter
from datetime import timedelta

from db.claims import Claims
from db.practices import Practice
from db.risk_models import RiskModel, RiskModels
from services.claims.risk import history, judging
from services.claims.risk.learning import Learned, learn
from services.container import Container
from services.desk import Actor, Desk, working

DAILY = timedelta(hours=23)  # a little less than a day, so that it does not creep later
GROWN = 1.1
BATCH = 500


def keep_fresh(container: Container, practice: Practice) -> Counter[str]:
    """Learn a version where one is due, and score every open claim by the version in use."""
    counts: Counter[str] = Counter()
    with working(container, _learner(practice)) as desk:
        due = _is_due(desk)
        known = history.cases(desk) if due else []
    if due:
        learned = learn(known)  # takes seconds: no transaction is open
        with working(container, _learner(practice)) as desk:
            counts["in use" if _keep(desk, learned).in_use else "not in use"] += 1
    while scored := _score(container, practice):
        counts["scored"] += scored
    return counts


def _is_due(desk: Desk) -> bool:
    newest = desk.open(RiskModels).newest()
    answered = desk.open(Claims).count_answered(history.NEWEST)
    if newest is None:
        return answered > 0
    if answered == newest.claims:
        return False  # nothing new to learn from
    return desk.now - newest.trained_at >= DAILY or answered >= newest.claims * GROWN


def _keep(desk: Desk, learned: Learned) -> RiskModel:
    models = desk.open(RiskModels)
    models.retire()
    row = RiskModel(
        practice_id=desk.practice_id, name=f"risk-{desk.now:%Y%m%d-%H%M}", trained_at=desk.now,
        claims=learned.claims, denied=learned.denied, tested=learned.tested,
        artefact=learned.model.written() if learned.model else "{}", brier=learned.brier,
        base_brier=learned.base_brier, auc=learned.auc, reliability=list(learned.reliability),
        in_use=not learned.why_not, why_not=learned.why_not,
    )  # fmt: skip
    desk.record("claims.risk_learned", row.ref, reason=learned.why_not or f"{row.claims} claims")
    return models.add(row)


def _score(container: Container, practice: Practice) -> int:
    """Score some open claims that another version scored, or none; says how many."""
    with working(container, _learner(practice)) as desk:
        version = judging.in_use(desk)
        name = version.name if version else ""
        stale = desk.open(Claims).scored_otherwise(name, desk.today, BATCH)
        desk.vault.preload([claim.key_id for claim in stale])
        for claim in stale:
            judging.judge(claim, judging.words_now(desk, claim), version, desk.today)
        return len(stale)


def _learner(practice: Practice) -> Actor:
    return Actor.job(practice.id, "claims.risk")
