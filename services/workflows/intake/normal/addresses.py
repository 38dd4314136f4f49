"""Postal addresses of the United States, taken apart and compared."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import usaddress

from services.workflows.intake.normal.text import blank, folded, plain, titled
from services.workflows.intake.normal.value import Normal, known, unknown

_TABLES = Path(__file__).with_name("addresses.toml")
_ZIP = re.compile(r"(\d{5})(?:[-\s]?(\d{4}))?")
_ELSEWHERE = ("PlaceName", "StateName", "ZipCode", "ZipPlus4", "CountryName")
_PERSON = ("Recipient", "NotAddress")


@dataclass(frozen=True)
class Address:
    """The parts of one address; a part the text does not have is empty, the state two letters."""

    address: str = field(default="", repr=False)
    city: str = field(default="", repr=False)
    state: str = ""
    zip: str = field(default="", repr=False)


def split(text: str) -> Address | None:
    """One line as street, city, state and ZIP; ``None`` where it cannot be told apart."""
    parts = None if blank(text) else _labelled(plain(text))
    if parts is None or not (parts.get("StateName") or parts.get("ZipCode")):
        return None
    place = titled(parts.get("PlaceName", ""))
    return Address(
        parts[""], place, state(parts.get("StateName", "")).value or "",
        zip_code(parts.get("ZipCode", "")).value or "",
    )  # fmt: skip


def street(text: str) -> Normal:
    """Street and unit; city, state and ZIP are left out where the line has them as well."""
    if empty := blank(text):
        return empty
    tidy = plain(text).strip(" ,;")
    if (whole := split(tidy)) and whole.address and whole.state and whole.zip:
        return known(_cased(whole.address), 0.9)
    return known(_cased(tidy)) if re.search(r"\w", tidy) else unknown("There is no address here.")


def city(text: str) -> Normal:
    """A town with its capitals; digits are never part of one."""
    if empty := blank(text):
        return empty
    tidy = plain(text).strip(" ,;.")
    return unknown("This is not a town.") if re.search(r"\d", tidy) else known(titled(tidy))


def state(text: str) -> Normal:
    """A state or territory as its two letters."""
    words = folded(text)
    if letters := _table("states").get(words) or _table("states").get(words.replace(" ", "")):
        return known(letters.upper())
    return blank(text) or unknown("This is not a state of the United States.")


def zip_code(text: str) -> Normal:
    """A ZIP code, ``12345`` or ``12345-6789``."""
    if found := _ZIP.fullmatch(plain(text).strip(" ,.-")):
        return known(f"{found[1]}-{found[2]}" if found[2] else found[1])
    return blank(text) or unknown("A ZIP code has five digits.")


def alike(one: str, other: str) -> bool:
    """Whether two street lines differ only in how they are written: "St" is "Street"."""
    return _expanded(one) == _expanded(other)


def same_zip(one: str, other: str) -> bool:
    """Whether two ZIP codes agree as far as both go."""
    a, b = re.sub(r"\D", "", one), re.sub(r"\D", "", other)
    return len(a) >= 5 <= len(b) and (a == b or (a[:5] == b[:5] and 5 in (len(a), len(b))))


def _labelled(text: str) -> dict[str, str] | None:
    try:
        tags, _ = usaddress.tag(text)
    except usaddress.RepeatedLabelError:
        return None
    if any(label in tags for label in _PERSON):
        return None
    inside = " ".join(value for label, value in tags.items() if label not in _ELSEWHERE)
    return {**tags, "": _street_part(text, tags, inside)}


def _street_part(text: str, tags: dict[str, str], inside: str) -> str:
    # The street as written, commas and all, ends where the town begins.
    place = tags.get("PlaceName") or tags.get("StateName") or tags.get("ZipCode") or ""
    end = text.rfind(place)
    written = text[:end].strip(" ,;") if end > 0 else ""
    return _cased(written if folded(written) == folded(inside) else inside)


def _cased(text: str) -> str:
    return re.sub(r"\b(Po|Ne|Nw|Se|Sw)\b", lambda word: word[0].upper(), titled(text))


def _expanded(text: str) -> str:
    table = _table("street")
    text = re.sub(r"\bp\.?\s*o\.?\s*(?=box\b)", "po ", text, flags=re.I)
    text = re.sub(r"#\s*(?=\w)", " unit ", text)
    return " ".join(w for word in folded(text).split() if (w := table.get(word, word)) != "unit")


@cache
def _table(name: str) -> dict[str, str]:
    groups = tomllib.loads(_TABLES.read_text(encoding="utf-8"))[name]
    return {folded(word): key for key, words in groups.items() for word in (key, *words)}
