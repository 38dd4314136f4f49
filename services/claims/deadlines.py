"""How long is left to correct or to appeal, by the practice's table of payers."""

from collections.abc import Mapping
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
}


def seed(desk: Desk) -> None:
    """The rules every practice starts from; what it has changed since stays."""
    _add_missing(desk, "", "All other payers", OTHERS)


def meet(desk: Desk, payer_id: str, payer_name: str, filing_indicator: str) -> None:
    """A payer that answered: Medicare gets its lawful limits, unless the practice has its own."""
    if filing_indicator in MEDICARE_FILES and payer_id:
        _add_missing(desk, payer_id, payer_name, MEDICARE)


def _add_missing(desk: Desk, payer_id: str, payer_name: str, limits: Limits) -> None:
    rules = desk.open(PayerRules)
    have = {rule.purpose for rule in rules.listed() if rule.payer_id == payer_id}
    for purpose in limits.keys() - have:
        days, source, confidence = limits[purpose]
        rules.add(
            PayerRule(
                practice_id=desk.practice_id, payer_id=payer_id, payer_name=payer_name,
                purpose=purpose, days=days, source=source, confidence=confidence,
            )
        )  # fmt: skip


def due(desk: Desk, payer_id: str, path: Path, from_day: date) -> tuple[date | None, str]:
    """Until when *path* is open, and the rule that says so; the clock starts with the remittance."""
    purpose = Purpose.APPEAL if path is Path.APPEAL else Purpose.CORRECT
    rule = desk.open(PayerRules).for_payer(payer_id, purpose)
    if rule is None:
        return None, ""
    told = f"{rule.days} days to {purpose}: {rule.source} ({rule.confidence})"
    return from_day + timedelta(days=rule.days), told
