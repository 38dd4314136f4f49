"""How long is left to correct, to appeal or to go on, by the practice's table of payers."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from db.payer_rules import PayerRule, PayerRules, Purpose
from services.claims.paths import Path
from services.desk import Desk

Limits = Mapping[Purpose, tuple[int, str, str]]  # days, source, confidence
# What a new practice starts from. Sources disagree about some; the practice's contract decides.
OTHERS: Limits = {
    Purpose.FILE: (90, "the shortest limit that is common", "uncertain"),
    Purpose.CORRECT: (90, "the shortest limit that is common", "uncertain"),
    Purpose.APPEAL: (60, "the shortest limit that is common", "uncertain"),
}
# Medicare's limits are law; a payer is known to be Medicare by its filing indicator (CLP06).
MEDICARE_FILES = ("MA", "MB")
MEDICARE: Limits = {
    Purpose.FILE: (365, "42 CFR 424.44: one calendar year from the date of service", "standard"),
    Purpose.CORRECT: (365, "clerical error reopening: one year", "standard"),
    Purpose.APPEAL: (
        125,
        "redetermination: 120 days from receipt, presumed 5 days after",
        "standard",
    ),
    Purpose.RECONSIDER: (
        185,
        "42 CFR 405.962: 180 days from receipt of the redetermination, presumed 5 days after",
        "standard",
    ),
}
Find = Callable[[str, Purpose], PayerRule | None]  # the rule of a payer, else of all others


def seed(desk: Desk) -> None:
    """The rules every practice starts from; what it has changed since stays."""
    _add_missing(desk, "", "All other payers", OTHERS)


def meet(desk: Desk, payer_id: str, payer_name: str, filing_indicator: str) -> None:
    """A payer that was billed or answered: where it is Medicare, nothing is counted beyond the law.

    What the practice wrote itself stays, as far as the law goes.
    """
    if filing_indicator not in MEDICARE_FILES or not payer_id:
        return
    for rule in desk.open(PayerRules).of(payer_id):
        rule.lawful_days = MEDICARE[rule.purpose][0]
        rule.days = min(rule.days, rule.lawful_days)
    _add_missing(desk, payer_id, payer_name, MEDICARE)


def _add_missing(desk: Desk, payer_id: str, payer_name: str, limits: Limits) -> None:
    rules = desk.open(PayerRules)
    have = {rule.purpose for rule in rules.of(payer_id)}
    for purpose in limits.keys() - have:
        days, source, confidence = limits[purpose]
        rules.add(
            PayerRule(
                practice_id=desk.practice_id, payer_id=payer_id, payer_name=payer_name,
                purpose=purpose, days=days, source=source, confidence=confidence,
                lawful_days=days if confidence == "standard" else None,
            )
        )  # fmt: skip


def due(
    find: Find, payer_id: str, path: Path, from_day: date, *, upheld: bool = False
) -> tuple[date | None, str]:
    """Until when *path* is open, and the rule that says so; the clock starts with the remittance.

    Once a payer has *upheld* a denial against a letter, the next letter asks it to reconsider.
    """
    purpose = Purpose.APPEAL if path is Path.APPEAL else Purpose.CORRECT
    again = find(payer_id, Purpose.RECONSIDER) if upheld and path is Path.APPEAL else None
    rule = again or find(payer_id, purpose)
    if rule is None:
        return None, ""
    told = f"{rule.days} days to {rule.purpose}: {rule.source} ({rule.confidence})"
    return from_day + timedelta(days=rule.days), told
