"""Diagnoses by code, by official title or by everyday name; ICD-10-CM of January 2021."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import islice

from services.codes.lists import folded, packed, rows, table
from services.codes.spelling import nearest

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
_SHAPE = re.compile(r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?", re.I)
_VAGUE = ("diabetes",)  # Synthea calls type 2 so; a patient may mean any type
_TAIL = re.compile(r"\s*\((disorder|finding|situation)\)?$")


@dataclass(frozen=True)
class Diagnosis:
    """One diagnosis: ``system`` is FHIR's address of the code system, ``name`` its official title."""

    code: str
    name: str
    system: str = ICD10
    respelled: bool = False

    @property
    def token(self) -> str:
        """``system|code``, as fields carry codes."""
        return f"{self.system}|{self.code}"


def find_diagnosis(text: str) -> Diagnosis | None:
    """The diagnosis that *text* names, or ``None``; never a guess beyond one misspelled word.

    Looked for as a code, an everyday name, an ICD-10-CM title and a SNOMED CT title, in this order.
    """
    if code := re.fullmatch(r"\W*([A-Za-z]\d[0-9A-Za-z](?:\.?[0-9A-Za-z]{1,4})?)\W*", text):
        return _by_code(code[1])
    if not (words := folded(_TAIL.sub("", text))):
        return None
    return _everyday(words) or _titled(words) or _snomed().get(words) or _misspelled(words)


def search_diagnoses(said: str, most: int) -> list[Diagnosis]:
    """Codes of ICD-10-CM that may be billed, by the beginning of their number or words of their title.

    A code typed whole comes first, also one that is divided further; so does an everyday name.
    """
    text = said.strip()
    first = find_diagnosis(text)
    found = [first] if first and first.system == ICD10 else []
    found += _beginning(text, most) if is_icd10_shaped(text) else _holding(text, most)
    return list({one.code: one for one in found}.values())[:most]


def is_valid_icd10(code: str) -> bool:
    """Whether *code* is in the list and may be billed. Codes younger than the list are not."""
    row = _row(code)
    return row is not None and row[1] == "1"


def is_icd10_shaped(code: str) -> bool:
    """Whether *code* is built like ICD-10-CM; one that is, and not listed, may be a newer code."""
    return bool(_SHAPE.fullmatch(code.strip()))


def _by_code(code: str) -> Diagnosis | None:
    row = _row(code)
    return Diagnosis(_dotted(row[0]), row[2]) if row else None


def _beginning(code: str, most: int) -> list[Diagnosis]:
    bare = re.escape(code.replace(".", "").upper())
    return _matching(rf"^({bare}\w*)\t1\t(.*)$", most)


def _holding(words: str, most: int) -> list[Diagnosis]:
    asked = "".join(rf"(?=.*{re.escape(word)})" for word in words.split())
    return _matching(rf"^(\w+)\t1\t{asked}(.*)$", most)


def _matching(pattern: str, most: int) -> list[Diagnosis]:
    found = re.finditer(pattern, _list(), re.M | re.I)
    return [Diagnosis(_dotted(one[1]), one[2]) for one in islice(found, most)]


def _everyday(words: str) -> Diagnosis | None:
    code = _names().get(words)
    return _by_code(code) if code else None


def _titled(words: str) -> Diagnosis | None:
    at = _title_places().get(hash(words))
    if at is None:
        return None
    code, _, title = _line(at)
    return _by_code(code) if folded(title) == words else None


def _misspelled(words: str) -> Diagnosis | None:
    meant = nearest(words, _names())
    found = _everyday(meant) if meant else None
    return Diagnosis(found.code, found.name, found.system, respelled=True) if found else None


def _row(code: str) -> list[str] | None:
    if not is_icd10_shaped(code):
        return None
    at = _list().find(f"\n{code.strip().replace('.', '').upper()}\t")
    return _line(at + 1) if at >= 0 else None


def _line(at: int) -> list[str]:
    return _list()[at : _list().index("\n", at)].split("\t")


def _dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


@cache
def _names() -> dict[str, str]:
    codes = table("conditions")["codes"]
    return {folded(word): code for code, words in codes.items() for word in words}


@cache
def _snomed() -> dict[str, Diagnosis]:
    return {
        folded(_TAIL.sub("", name)): Diagnosis(code, _TAIL.sub("", name), SNOMED)
        for code, name in rows("snomed")
        if folded(name) not in _VAGUE
    }


@cache
def _list() -> str:
    return packed("icd10cm")


@cache
def _title_places() -> dict[int, int]:
    # Numbers instead of 95,000 folded titles: small, and a look-up does not read the whole list.
    plain = re.sub(r"['\u0300-\u036f]", "", unicodedata.normalize("NFD", _list()[1:])).lower()
    bare = re.sub(r" *[^\w\s]+ *| +", " ", plain).splitlines()
    places, at = {}, 1
    for line, short in zip(_list()[1:].splitlines(), bare, strict=True):
        places[hash(short.rpartition("\t")[2].strip())] = at
        at += len(line) + 1
    return places
