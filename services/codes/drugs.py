"""Drugs by ingredient, brand, RxNorm name or National Drug Code."""

import re
from dataclasses import dataclass
from functools import cache

from services.codes.drug_names import Parts, known, left_over, names_in, parts_of
from services.codes.lists import folded, rows
from services.codes.spelling import nearest

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_NDC = re.compile(r"(?:NDC\W*)?(\d{4,5}-\d{3,4}-\d{1,2}|\d{11})")
_STRENGTH = re.compile(r"(\d*\.?\d+)\s*(mg|mcg|g)\b(/ml|/actuat|/hr|/mg)?", re.I)
# Only a plain generic is found by ingredient and strength; other entries by their whole name.
_PLAIN = re.compile(
    r"(?<!Release )(?<!Disintegrating )(?<!Effervescent )Oral (Tablet|Capsule)$", re.I
)
_SPECIAL = re.compile(
    r"\b(er|xr|sr|xl|cr|la|dr|ec|cd|odt|release|chew\w*|liquid|syrup|suspension|solution|drops|"
    r"injection|cream|patch|inhaler|spray|nasal|eye)\b", re.I
)  # fmt: skip
_FORM = re.compile(r"\b(tab|cap)(?:let|sule)?s?\b", re.I)


@dataclass(frozen=True)
class Drug:
    """What a drug is made of, in alphabetical order, and the name of that.

    ``rxnorm`` is set only where ingredients and strengths name one entry of our list, or an NDC
    does; the list is a small part of RxNorm. ``respelled`` says that a misspelling was put right.
    """

    ingredients: Parts
    name: str
    rxnorm: str = ""
    respelled: bool = False

    @property
    def ingredient(self) -> str:
        """The ingredients as one text, such as ``hydrochlorothiazide / lisinopril``."""
        return " / ".join(self.ingredients)

    @property
    def token(self) -> str:
        """``system|code``, as fields carry codes; empty without a code."""
        return f"{RXNORM}|{self.rxnorm}" if self.rxnorm else ""


def find_drug(text: str) -> Drug | None:
    """The one drug that *text* names, or ``None`` where any word of it could mean another.

    Salts, forms, strengths and "once daily" beside the name do not matter; one misspelling in the
    whole name is put right if only one drug is that near. A list of drugs is not one drug.
    """
    if ndc := _NDC.fullmatch(text.strip()):
        return _by_ndc(ndc[1])
    words = folded(text)
    names = names_in(words)
    rest = left_over(words, names)
    if not names:
        return _misspelled(rest, text) if rest else None
    return None if rest or (len(names) > 1 and re.search(r"[,;\n]", text)) else _drug(names, text)


def ingredients_in(text: str) -> frozenset[str]:
    """Every ingredient *text* mentions in any way, for safety checks that must not miss one."""
    names = names_in(folded(text))
    found = find_drug(text) if not names else None
    return frozenset(parts_of(names) or (found.ingredients if found else ()))


def _drug(names: list[str], text: str, respelled: bool = False) -> Drug:
    parts = parts_of(names)
    return Drug(parts, " / ".join(parts), _code(parts, text), respelled)


def _misspelled(words: str, text: str) -> Drug | None:
    meant = nearest(words, known())
    return _drug([meant], text, respelled=True) if meant else None


def _by_ndc(ndc: str) -> Drug | None:
    code = _ndcs().get(_eleven(ndc))
    name = _rxnorm().get(code or "")
    if code is None or name is None:
        return None
    return Drug(parts_of(names_in(folded(name))) or (folded(name),), name, code)


def _eleven(ndc: str) -> str:
    # Ten digits with dashes become eleven by a zero before the short part (HIPAA's 5-4-2).
    if "-" not in ndc:
        return ndc
    labeler, product, package = ndc.split("-")
    return f"{labeler:0>5}{product:0>4}{package:0>2}"


def _code(parts: Parts, text: str) -> str:
    if exact := _by_name().get(folded(text)):
        return exact
    codes = () if _SPECIAL.search(text) else _by_strength().get((parts, _strengths(text)), ())
    fitting = [code for code in codes if _form(text) in ("", _form(_rxnorm()[code]))]
    return fitting[0] if len(fitting) == 1 else ""


def _form(text: str) -> str:
    found = _FORM.search(text)
    return found[1].lower() if found else ""


def _strengths(text: str) -> tuple[str, ...]:
    return tuple(sorted(_amount(m) for m in _STRENGTH.finditer(text.replace(",", ""))))


def _amount(found: re.Match[str]) -> str:
    size = float(found[1]) * {"mg": 1, "mcg": 0.001, "g": 1000}[found[2].lower()]
    return f"{size:.6g}{(found[3] or '').lower()}"


@cache
def _by_strength() -> dict[tuple[Parts, tuple[str, ...]], tuple[str, ...]]:
    codes: dict[tuple[Parts, tuple[str, ...]], tuple[str, ...]] = {}
    for code, name in _rxnorm().items():
        key = (parts_of(names_in(folded(name))), _strengths(name))
        if all(key) and _PLAIN.search(name):
            codes[key] = (*codes.get(key, ()), code)
    return codes


@cache
def _by_name() -> dict[str, str]:
    return {folded(name): code for code, name in _rxnorm().items()}


@cache
def _rxnorm() -> dict[str, str]:
    return {row[0]: row[1] for row in rows("rxnorm")}


@cache
def _ndcs() -> dict[str, str]:
    return {row[0]: row[1] for row in rows("ndc")}
