"""The claim scrubber: rules as data that hold or warn before a claim is submitted; pure functions."""

from services.scrub.checking import held, scrub
from services.scrub.context import (
    Authorization,
    Context,
    CoveragePeriod,
    EarlierLine,
    Member,
    Patient,
    PayerRules,
    Visit,
)
from services.scrub.findings import Finding, Rule, Severity
from services.scrub.rules import RULES

__all__ = [
    "RULES",
    "Authorization",
    "Context",
    "CoveragePeriod",
    "EarlierLine",
    "Finding",
    "Member",
    "Patient",
    "PayerRules",
    "Rule",
    "Severity",
    "Visit",
    "held",
    "scrub",
]
