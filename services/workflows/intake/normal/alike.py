"""Whether the form and the chart say the same, formatting aside; a changed digit never is."""

import re
from collections.abc import Callable

from services.codes import allergen, find_drug, ingredients_in
from services.workflows.intake.fields import leaf_of
from services.workflows.intake.normal import addresses, doses, members, names
from services.workflows.intake.normal.schedules import often
from services.workflows.intake.normal.text import folded

_TOWNS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}


def alike(path: str, one: str, other: str) -> bool:
    """Whether two values of the field *path* differ in nothing but how they are written."""
    compare = _BY_LEAF.get(leaf_of(path)) or _same_text
    return compare(one, other)


def same_drug(one: str, other: str) -> bool:
    """Whether two texts name one drug, as brand, generic or with its strength."""
    if _same_text(one, other):
        return True
    first, second = find_drug(one), find_drug(other)
    return bool(first and second and first.ingredients == second.ingredients)


def same_allergen(one: str, other: str) -> bool:
    """Whether two texts name one allergen; "penicillin" is the class in both."""
    if _same_text(one, other):
        return True
    first, second = allergen(one), allergen(other)
    if first and second and first.name == second.name:
        return True
    return bool(ingredients_in(one)) and ingredients_in(one) == ingredients_in(other)


def _same_text(one: str, other: str) -> bool:
    # A dot or a minus inside a number counts: 1.5 is not 15.
    return folded(one) == folded(other) and _numbers(one) == _numbers(other)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", text)


def _same_phone(one: str, other: str) -> bool:
    first, second = (re.sub(r"\D", "", text)[-10:] for text in (one, other))
    return first == second != ""


def _same_email(one: str, other: str) -> bool:
    return one.strip().lower() == other.strip().lower()


def _same_number(one: str, other: str) -> bool:
    return members.bare(one) == members.bare(other) != ""


def _same_town(one: str, other: str) -> bool:
    first, second = (
        [_TOWNS.get(word, word) for word in folded(text).split()] for text in (one, other)
    )
    return first == second


def _same_language(one: str, other: str) -> bool:
    # "es" on the form is the "es-US" of the chart; "es-MX" is not.
    shorter, longer = sorted((one.lower().split("-"), other.lower().split("-")), key=len)
    return longer[: len(shorter)] == shorter


def _same_frequency(one: str, other: str) -> bool:
    return (often(one) or folded(one)) == (often(other) or folded(other))


_BY_LEAF: dict[str, Callable[[str, str], bool]] = {
    "last_name": names.alike,
    "first_name": names.alike,
    "middle": names.alike,
    "guardian": names.alike,
    "emergency_contact_name": names.alike,
    "subscriber": names.alike,
    "address": addresses.alike,
    "city": _same_town,
    "zip": addresses.same_zip,
    "phone": _same_phone,
    "emergency_contact_phone": _same_phone,
    "email": _same_email,
    "language": _same_language,
    "member_id": _same_number,
    "group": _same_number,
    "dose": doses.same_dose,
    "frequency": _same_frequency,
    "substance": same_allergen,
}
