"""Why a claim is likely or unlikely to be denied, in words; neither code nor diagnosis is named.

These sentences lie in the clear beside the claim, so they say no more than its payer and the
kind of service.
"""

from collections.abc import Callable, Sequence

from services.claims.risk.traits import CHARGES, DAYS, JOIN, family_of
from services.money import dollars

SERVICES = {
    "visit": "a visit", "procedure": "a procedure", "imaging": "imaging", "laboratory": "a lab test",
    "drug": "a drug", "vaccine": "a vaccine", "medicine": "a diagnostic service",
    "program": "a program service", "anesthesia": "anesthesia", "supply": "a supply",
    "equipment": "equipment", "other": "another service",
}  # fmt: skip
WHOLE = {
    "authorized": "a prior authorization is on the claim",
    "unauthorized": "no prior authorization is on the claim",
    "unmarked": "a visit beside a procedure without modifier 25",
    "new": "a new patient's visit",
}
LACKING = {
    "unauthorized": "without prior authorization",
    "unreferred": "without a referring provider",
}


def sentence(word: str, logits: float, payer: str) -> str:
    """``raises: imaging at Harbor Health without prior authorization``."""
    return f"{'raises' if logits > 0 else 'lowers'}: {_told(word, payer)}"


def _told(word: str, payer: str) -> str:
    first, *more = word.split(JOIN)
    return " ".join([_first(first, payer), *(_further(part, payer) for part in more)])


def _first(part: str, payer: str) -> str:
    kind, _, value = part.partition(":")
    match kind:
        case "payer":
            return f"claims to {payer}"
        case "filed":
            return f"filed {_between(value, DAYS, str)} days after the service"
        case "charge":
            return f"charges of {_between(value, CHARGES, dollars)}"
        case "lines":
            return "one service" if value == "1" else f"{value} services"
        case "place":
            return f"place of service {value}"
        case "diagnosis":
            return "its first diagnosis"
        case "provider":
            return "its rendering provider"
        case "modifier":
            return f"modifier {value}"
        case "family":
            return SERVICES[value]
        case "code":
            return f"{SERVICES[family_of(value)]} of this kind"
    return WHOLE[kind]


def _further(part: str, payer: str) -> str:
    kind = part.partition(":")[0]
    if kind == "payer":
        return f"at {payer}"
    return "for this diagnosis" if kind == "diagnosis" else LACKING[kind]


def _between(value: str, borders: Sequence[int], told: Callable[[int], str]) -> str:
    if value == "over":
        return f"more than {told(borders[-1])}"
    place = borders.index(int(value))
    return (
        f"{told(borders[place - 1])} to {told(borders[place])}"
        if place
        else f"up to {told(borders[0])}"
    )
