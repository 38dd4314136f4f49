"""Names of people, taken apart and compared; nothing is made up for a part that is not there."""

import re
from dataclasses import dataclass, field

from nameparser import HumanName

from services.workflows.intake.normal.text import blank, folded, plain, titled
from services.workflows.intake.normal.value import Normal, known, unknown


@dataclass(frozen=True)
class Name:
    """The parts of one name; a part the text does not have is empty."""

    first: str = field(default="", repr=False)
    middle: str = field(default="", repr=False)
    last: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)


def split(text: str) -> Name | None:
    """The parts of a whole name, "Last, First M." or "First Middle Last Jr."; ``None`` if none."""
    if blank(text) or not _is_name(plain(text)):
        return None
    parsed = HumanName(re.sub(r"\s*,\s*", ", ", plain(text)).strip(" ,"))
    parts = (parsed.first, parsed.middle, parsed.last, parsed.suffix)
    return Name(*(titled(part.strip(" ,")) for part in parts)) if any(parts) else None


def name_part(text: str) -> Normal:
    """One part of a name, such as a family name, with its capitals."""
    if empty := blank(text):
        return empty
    tidy = plain(text).strip(" ,;")
    return known(titled(tidy)) if _is_name(tidy) else unknown("This does not look like a name.")


def middle_part(text: str) -> Normal:
    """A middle name; an initial stands without its dot."""
    found = name_part(text)
    if found.value and re.fullmatch(r"[^\W\d_]\.", found.value):
        return known(found.value[0])
    return found


def whole_name(text: str) -> Normal:
    """A whole name in reading order: "First Middle Last Suffix"."""
    if empty := blank(text):
        return empty
    said = _joined(text)
    # What reads differently a second time, such as "MG St", was no name.
    stands = _is_name(said) and _joined(said) == said
    return known(said) if stands else unknown("This does not look like a name.")


def alike(one: str, other: str) -> bool:
    """Whether two names differ only in case, accents, punctuation and order around a comma."""
    return folded(one) == folded(other) or _bag(one) == _bag(other)


def _joined(text: str) -> str:
    name = split(text)
    return " ".join(part for part in _in_order(name) if part) if name else ""


def _in_order(name: Name) -> tuple[str, ...]:
    return (name.first, name.middle, name.last, name.suffix)


def _bag(text: str) -> tuple[str, ...]:
    name = split(text) if "," in text else None
    words = folded(" ".join(_in_order(name)) if name else text)
    return tuple(words.replace(" ", ""))


def _is_name(text: str) -> bool:
    # Digits, addresses and sentences are never names; the longest real ones stay below ten words.
    letters = sum(c.isalpha() for c in text)
    return letters >= 1 and not re.search(r"[\d@:/\\<>=_#]", text) and len(text.split()) < 10
