"""Where one named value stands inside a FHIR resource: how it is read, and how it is put there.

Resources are JSON trees here and not typed shapes, so that what is read, changed and sent back
loses nothing that we do not know.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from services.ehr.answer_values import listed, member, text_of
from services.errors import Unreachable

Tree = dict[str, Any]
UNREADABLE = "eCW gave an answer that cannot be read."
PHONE_DIGITS = 10  # a North American number without its country code


def plainly_alike(text: str) -> str:
    """What two texts must share to count as the same: letters in any case, spaces of any number."""
    return " ".join(text.casefold().split()).strip(" .,;")


def alike_numbers(text: str) -> str:
    """Ids and numbers are the same without their punctuation: W123-456 is W123456."""
    return re.sub(r"[\W_]", "", text).casefold()


@dataclass(frozen=True)
class Spot:
    """``get`` gives a value's normal form, empty without one; ``put`` changes a tree in place."""

    get: Callable[[Mapping[str, Any]], str]
    put: Callable[[Tree, str], None]
    alike: Callable[[str], str] = plainly_alike


Spots = Mapping[str, Spot]


def with_values(tree: Mapping[str, Any], spots: Spots, values: Iterable[tuple[str, str]]) -> Tree:
    """A copy of *tree* with these values, and everything else as it was."""
    changed = deepcopy(dict(tree))
    given = dict(values)
    for name, spot in spots.items():  # in the table's order: a first name comes before a middle one
        if name in given:
            spot.put(changed, given[name])
    return changed


def differing(
    tree: Mapping[str, Any], spots: Spots, values: Iterable[tuple[str, str]]
) -> list[str]:
    """The names of those values that *tree* shows otherwise."""
    wanted = with_values(tree, spots, values)
    return [
        name
        for name, _ in values
        if spots[name].alike(spots[name].get(tree)) != spots[name].alike(spots[name].get(wanted))
    ]


def text_at(name: str, alike: Callable[[str], str] = plainly_alike) -> Spot:
    """A plain text element."""

    def put(tree: Tree, value: str) -> None:
        _set(tree, name, value)

    return Spot(lambda tree: text_of(tree.get(name)), put, alike)


def text_in(outer: str, name: str, alike: Callable[[str], str] = plainly_alike) -> Spot:
    """A plain text element of the object *outer*, such as ``period.start``."""

    def put(tree: Tree, value: str) -> None:
        _set(tree.setdefault(outer, {}), name, value)
        if not tree[outer]:
            del tree[outer]

    return Spot(lambda tree: text_of(member(tree, outer).get(name)), put, alike)


def words_at(name: str) -> Spot:
    """A CodeableConcept by its words; new words take the old codes away, which meant something else."""

    def put(tree: Tree, value: str) -> None:
        _set(tree, name, {"text": value} if value else "")

    return Spot(lambda tree: words_of(member(tree, name)), put)


def code_at(name: str, system: str) -> Spot:
    """A CodeableConcept by its first code in *system*."""

    def put(tree: Tree, value: str) -> None:
        _set(tree, name, {"coding": [{"system": system, "code": value}]} if value else "")

    return Spot(lambda tree: code_of(member(tree, name)), put)


def words_of(concept: Mapping[str, Any]) -> str:
    """How a CodeableConcept reads."""
    shown = (text_of(c.get("display")) or text_of(c.get("code")) for c in listed(concept, "coding"))
    return text_of(concept.get("text")) or next((text for text in shown if text), "")


def code_of(concept: Mapping[str, Any]) -> str:
    """The first code of a CodeableConcept."""
    return next((text_of(c.get("code")) for c in listed(concept, "coding") if c.get("code")), "")


def ten_digits(phone: str) -> str:
    """A phone as ten digits; a number of another length keeps all of its digits."""
    digits = re.sub(r"\D", "", phone)
    return digits[1:] if len(digits) == PHONE_DIGITS + 1 and digits[0] == "1" else digits


def spoken_phone(digits: str) -> str:
    """Ten digits as people write them, ``555-010-0141``; anything else as it is."""
    if len(digits) != PHONE_DIGITS:
        return digits
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _set(tree: Tree, name: str, value: Any) -> None:
    if value:
        tree[name] = value
    else:
        tree.pop(name, None)  # FHIR knows no empty values


def member_of(tree: Tree, name: str, where: Callable[[Tree], bool], otherwise: Tree) -> Tree:
    """The first object in the list *name* for which *where* holds; *otherwise* is added if none does.

    Raises ``Unreachable`` where eCW sent something else than a list of objects.
    """
    members = tree.setdefault(name, [])
    if not isinstance(members, list) or not all(isinstance(one, dict) for one in members):
        raise Unreachable(UNREADABLE)
    for one in members:
        if where(one):
            return cast("Tree", one)
    members.append(otherwise)
    return otherwise


class _Elements(msgspec.Struct, rename="camel"):
    """The elements that spots change, in the shape that FHIR gives them."""

    identifier: list[Tree] = []
    extension: list[Tree] = []
    name: list[Tree] = []
    telecom: list[Tree] = []
    address: list[Tree] = []
    contact: list[Tree] = []
    communication: list[Tree] = []
    payor: list[Tree] = []
    klass: list[Tree] = msgspec.field(default_factory=list, name="class")
    reaction: list[Tree] = []
    dosage: list[Tree] = []
    subscriber: Tree = {}
    period: Tree = {}
    code: Tree = {}
    medication_codeable_concept: Tree = {}


def well_formed(tree: Tree) -> Tree:
    """*tree*. Raises ``Unreachable`` if it could not be changed without guessing at its shape."""
    try:
        msgspec.convert(tree, _Elements)
    except msgspec.ValidationError:
        raise Unreachable(UNREADABLE) from None
    return tree
