"""What people are allergic to: drugs, classes of drugs, and everything else."""

import re
from dataclasses import dataclass
from functools import cache

from services.codes.drugs import find_drug, ingredients_in
from services.codes.lists import folded, table

_AROUND = re.compile(
    r"\b(allerg(?:y|ies|ic) to|allerg(?:y|ies)|allergic|intolerance|drug|medication|products?|"
    r"substance|antibiotics?|containing|class of antibiotic|agent|extract|disorder|finding)\b"
)


@dataclass(frozen=True)
class Allergen:
    """One allergen. ``kind`` is ``drug``, ``class`` or ``substance``; ``members`` are ingredients."""

    name: str
    kind: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Clash:
    """Why a drug and an allergy do not go together: the same drug, or the *group* they share."""

    ingredient: str
    group: str = ""


def allergen(text: str) -> Allergen | None:
    """The allergen that *text* names, or ``None``; "sulfa" and "penicillin" name classes."""
    for words in dict.fromkeys((folded(text), _bare(text))):
        if found := _classes().get(words) or _substances().get(words):
            return found
        if drug := find_drug(words):
            return Allergen(drug.ingredient, "drug", frozenset(drug.ingredients))
    return None


def clash(allergy: str, drug: str) -> Clash | None:
    """Whether somebody with this *allergy* should not take this *drug*, both as written.

    A drug of the same class clashes where the class is known for it (penicillins, NSAIDs …).
    """
    taken = ingredients_in(drug)
    for banned in _named(allergy):
        if common := sorted(taken & banned.members):
            return Clash(common[0], banned.name if banned.kind == "class" else "")
    return _within_a_class(allergy, taken)


def _named(text: str) -> list[Allergen]:
    whole = allergen(text)
    mentioned = ingredients_in(text)
    drugs = Allergen(" / ".join(sorted(mentioned)), "drug", mentioned)
    return [found for found in (drugs if mentioned else None, whole) if found]


def _within_a_class(allergy: str, taken: frozenset[str]) -> Clash | None:
    meant = ingredients_in(allergy)
    for group, members in _crossing():
        if meant & members and (common := sorted(taken & members)):
            return Clash(common[0], group)
    return None


def _bare(text: str) -> str:
    return " ".join(_AROUND.sub(" ", folded(text)).split())


@cache
def _classes() -> dict[str, Allergen]:
    return {
        folded(word): Allergen(name, "class", frozenset(group["members"]))
        for name, group in table("allergens")["class"].items()
        for word in (name, *group["names"])
    }


@cache
def _substances() -> dict[str, Allergen]:
    return {
        folded(word): Allergen(name, "substance")
        for name, words in table("allergens")["substances"].items()
        for word in (name, *words)
    }


@cache
def _crossing() -> tuple[tuple[str, frozenset[str]], ...]:
    groups = table("allergens")["class"].items()
    return tuple((name, frozenset(group["members"])) for name, group in groups if group["cross"])
