"""A claim gone through by every rule before it is submitted."""

from collections.abc import Sequence

from services.ehr.x12.claim import PROFESSIONAL, Claim
from services.scrub.context import Context
from services.scrub.findings import Finding, Found, Rule, Severity
from services.scrub.rules import RULES

NOTHING_KNOWN = Context()


def scrub(
    claim: Claim, context: Context = NOTHING_KNOWN, rules: Sequence[Rule] = RULES
) -> tuple[Finding, ...]:
    """Everything that *rules* find on a claim, in their order; nothing is clean.

    A rule that fails is itself a finding that holds the claim. Rules of professional claims are not
    asked of others, which a rule of its own says.
    """
    asked = (rule for rule in rules if claim.kind == PROFESSIONAL or not rule.professional)
    return tuple(finding for rule in asked for finding in _checked(rule, claim, context))


def _checked(rule: Rule, claim: Claim, context: Context) -> list[Finding]:
    try:
        return [_finding(rule, found) for found in rule.check(claim, context)]
    except (
        Exception
    ) as error:  # whatever it is: a rule that failed must hold, never pass in silence
        return [_unchecked(rule, error)]


def _finding(rule: Rule, found: Found) -> Finding:
    return Finding(
        rule.id, rule.severity, found.field, found.line, found.value, found.sentence, found.fix,
        rule.source,
    )  # fmt: skip


def _unchecked(rule: Rule, error: Exception) -> Finding:
    # The error's text may quote the claim, so only its kind is told.
    sentence = f"This rule could not be checked: {rule.sentence}"
    return Finding(
        rule.id, Severity.HOLD, "rule", None, type(error).__name__, sentence,
        "Check it by hand, and tell whoever looks after Foyer.", rule.source,
    )  # fmt: skip


def held(findings: Sequence[Finding]) -> bool:
    """Whether any of *findings* holds the claim."""
    return any(finding.holds for finding in findings)
