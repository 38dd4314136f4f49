"""Answers that no field holds: carried to the clinician question by question, none of them dropped."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.ehr.registration import FormAnswer
from services.workflows.intake.extract.dictionary import Meaning
from services.workflows.intake.extract.making import ENGINE
from services.workflows.intake.fields import OTHER_ANSWERS, Field, Source

MOST = 100  # rows of one form; what comes after them stands together in one more
SIGNATURE = "consent.signature"
SPOKEN = {"true": "yes", "false": "no"}
# Slots whose answers are always taken up, alone or as a part of a longer value.
TAKEN = re.compile(
    r"patient\.(?:name|first|middle|last|dob|sex|address|street2?|city|state|zip|city_state_zip|phone"
    r"|email|language)|coverage2?\.(?!other)\w+|subscriber2?\.(?!other)\w+|visit\.\w+"
    r"|surgeries\.list|(?:allergies|medications)\.none|(?:emergency|guardian)\.(?:first|middle|last)"
    r"|responsible\.\w+|consent\.(?!signature)\w+"
)
# Understood, and of no use to a clinician: whose contact that is, where the pharmacy is, a number
# that must not travel into a note. Staff see them on the form itself.
STAYS = re.compile(r"(?:emergency|guardian|pharmacy|coverage2?|subscriber2?)\.\w+")
PRIVATE = re.compile(r"\bssn\b|social security|driver'?s? licen[cs]e|credit card", re.I)


Inside = tuple[tuple[str, int], ...]


@dataclass
class _Told:
    """Whom and what the answers that follow are about: a relative, then an illness of theirs."""

    relative: tuple[str, Inside] = ("", ())
    illness: tuple[str, Inside] = ("", ())

    def hear(self, answer: FormAnswer, slot: str) -> None:
        """Take note of *answer* if it names a relative or an illness."""
        said = (answer.value.strip(" -"), inside(answer))
        match slot:
            case "family.relation":
                self.relative, self.illness = said, ("", ())
            case "family.condition":
                self.illness = said
            case "problems.item":
                self.relative, self.illness = ("", ()), said

    def about(self, answer: FormAnswer, slot: str) -> str:
        """Whom and what *answer* is about; empty if its section says enough.

        Only within the same repetition of the group: who comes next may not be named at all.
        """
        if not slot.startswith(("family.", "problems.")):
            return ""
        around = inside(answer)
        told = (self.relative, self.illness)
        return ", ".join(name for name, at in told if name and around[: len(at)] == at)


def inside(answer: FormAnswer) -> Inside:
    """The groups around *answer*, each with which repetition of it that is."""
    return tuple(zip(answer.trail, answer.rows or [answer.row] * len(answer.trail), strict=True))


def remaining(
    asked: Sequence[tuple[FormAnswer, Meaning | None]], found: Sequence[Field]
) -> Iterator[Field]:
    """A field for each answer that is in none of *found*, in the order of the form."""
    read = {(field.source.link_id, field.original.strip()) for field in found}
    # A signature belongs to the consents above it; where there are none somebody else signed.
    is_signed = any(field.group == "consents" for field in found)
    told, left = _Told(), dict[tuple[object, ...], Field]()
    for answer, meaning in asked:
        slot = meaning.slot if meaning else ""
        about = told.about(answer, slot)
        told.hear(answer, slot)
        if not (is_signed and slot == SIGNATURE) and not _is_held(answer, slot, read):
            _put(left, answer, about or answer.section)
    yield from _numbered(list(left.values()))


def _is_held(answer: FormAnswer, slot: str, read: set[tuple[str, str]]) -> bool:
    if TAKEN.fullmatch(slot) or STAYS.fullmatch(slot) or PRIVATE.search(answer.label):
        return True
    said = {answer.value.strip(), answer.label.strip() if answer.value == "true" else ""} - {""}
    return any((answer.link_id, one) in read for one in said)


def _put(left: dict[tuple[object, ...], Field], answer: FormAnswer, about: str) -> None:
    """Several answers to one question are one field."""
    key = (answer.link_id, answer.row, about, answer.trail)
    value = SPOKEN.get(answer.value, answer.value.strip())
    if key in left:
        told = left[key]
        left[key] = _field(answer, f"{told.value}; {value}", f"{told.original}\n{answer.value}")
    else:
        left[key] = _field(answer, f"{_question(answer, about)}{value}", answer.value)


def _question(answer: FormAnswer, about: str) -> str:
    """ "Mother, diabetes: Living? " before "yes"; an option that repeats its question is said once."""
    asked = (answer.label or answer.link_id).strip().rstrip(":").strip()
    parts = [about.strip().rstrip(":")] if about else []
    if asked != answer.value.strip():
        parts.append(asked)
    whole = ": ".join(parts)
    return f"{whole} " if whole.endswith("?") else f"{whole}: " if whole else ""


def _field(answer: FormAnswer, value: str, original: str) -> Field:
    source = Source(link_id=answer.link_id, label=answer.label)
    return Field("", value, 1.0, source, original, ENGINE, codes=answer.codes)


def _numbered(left: Sequence[Field]) -> Iterator[Field]:
    for place, field in enumerate(left[:MOST]):
        yield _at(place, field, str(field.value), field.original)
    if rest := left[MOST:]:
        whole = "\n".join(str(field.value) for field in rest)
        yield _at(MOST, rest[0], whole, "\n".join(field.original for field in rest))


def _at(place: int, field: Field, value: str, original: str) -> Field:
    path = f"{OTHER_ANSWERS}[{place}]"
    return Field(path, value, 1.0, field.source, original, ENGINE, codes=field.codes)
