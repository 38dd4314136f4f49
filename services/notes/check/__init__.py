"""The checker: whether each sentence of a draft says only what its cited sources say, whoever drafted it."""

from services.notes.check.checking import Checked, check
from services.notes.check.claims import Claim, Finding, Rule

__all__ = ["Checked", "Claim", "Finding", "Rule", "check"]
