"""Why a person lets a claim pass although a rule speaks against it: one of a few reasons, kept for good."""

from enum import StrEnum

from services.errors import Invalid


class Why(StrEnum):
    """The reasons there are; a closed list, so that no patient's story stands on the timeline."""

    PAYER = "the payer accepts it"
    CHART = "the chart documents it"
    CONTRACT = "our contract says otherwise"
    RULE = "the rule does not fit this claim"


def why_of(told: str) -> Why:
    """The reason that *told* names. Raises ``Invalid`` for none, or one that is not on the list."""
    try:
        return Why(told)
    except ValueError:
        raise Invalid("Please say why it may pass although a rule holds it.") from None


def code_of(rule: str, why: Why) -> str:
    """How the timeline keeps it."""
    return f"{rule}, {why}"
