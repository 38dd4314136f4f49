"""Codes that a biller may choose: found by number or words in the lists that we may show."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.codes.billing import drug_description, is_modifier
from services.codes.diagnoses import is_icd10_shaped, is_valid_icd10, search_diagnoses
from services.codes.ncci import unit_limit
from services.errors import Invalid
from services.notes.coding.diagnoses import tables
from services.notes.coding.levels import ESTABLISHED, NEW, PROLONGED
from services.workflows.charges.coding import Kind
from services.workflows.charges.suggesting import visit_words

MOST = 8
NO_WORDS = "In CMS's lists; we have no words of our own for it."
NEWER = "Not in our list of January 2021: check that it is a newer code."
_PROCEDURE = re.compile(r"[0-9A-Z]\d{3}[0-9A-Z]")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")


@dataclass(frozen=True)
class Known:
    """A code that may be chosen, in words, with what to look at."""

    kind: Kind
    code: str
    words: str
    check: str = ""


def search(asked: str) -> tuple[Known, ...]:
    """What *asked* may mean, by number or words; nothing for less than three letters."""
    said = asked.strip()
    if len(said) < 3:
        return ()
    return tuple([*_procedures(said), *_diagnoses(said)][:MOST])


def known(kind: Kind, code: str) -> Known:
    """The code as typed. Raises ``Invalid`` for what is in none of our lists."""
    if kind is Kind.DIAGNOSIS:
        return _diagnosis(code)
    found = _procedure(code.strip().upper())
    if found is None:
        raise Invalid(f"{code.strip()} is in none of our lists. Check it, or enter it in eCW.")
    return found


def modifiers_in(typed: str) -> tuple[str, ...]:
    """The modifiers in *typed*, parted by spaces or commas. Raises ``Invalid``."""
    found = tuple(dict.fromkeys(re.findall(r"[^\s,]+", typed.upper())))
    wrong = [m for m in found if not (_MODIFIER.fullmatch(m) and is_modifier(m))]
    if wrong:
        raise Invalid(f"There is no modifier {', '.join(wrong)}.")
    if len(found) > 4:
        raise Invalid("A charge holds at most four modifiers.")
    return found


def _procedures(said: str) -> Iterator[Known]:
    exact = _procedure(said.upper())
    if exact:
        yield exact
        return
    words = said.casefold().split()
    for one in _ours():
        if all(word in one.words.casefold() for word in words):
            yield one


def _ours() -> Iterator[Known]:
    for codes in (NEW, ESTABLISHED):
        for code, _ in codes.values():
            yield Known(Kind.VISIT, code, visit_words(code))
    for row in tables()["procedure"]:
        yield Known(Kind.PROCEDURE, row["code"], row["words"], row["check"])


def _procedure(code: str) -> Known | None:
    if not _PROCEDURE.fullmatch(code):
        return None
    if code == PROLONGED:
        return Known(Kind.VISIT, code, visit_words(code))
    ours = next((one for one in _ours() if one.code == code), None)
    if ours:
        return ours
    if words := drug_description(code):
        return Known(Kind.PROCEDURE, code, words)
    return Known(Kind.PROCEDURE, code, NO_WORDS) if unit_limit(code) else None


def _diagnoses(said: str) -> Iterator[Known]:
    for one in search_diagnoses(said, MOST):
        yield Known(Kind.DIAGNOSIS, one.code, one.name)


def _diagnosis(code: str) -> Known:
    typed = code.strip().upper()
    if not is_icd10_shaped(typed):
        raise Invalid(f"{code.strip()} is not built like a code of ICD-10-CM.")
    listed = next(iter(search_diagnoses(typed, 1)), None)
    if listed and listed.code.replace(".", "") == typed.replace(".", ""):
        if not is_valid_icd10(typed):
            raise Invalid(f"{listed.code} is divided further and is not billed itself.")
        return Known(Kind.DIAGNOSIS, listed.code, listed.name)
    return Known(Kind.DIAGNOSIS, _pointed(typed), "", NEWER)


def _pointed(code: str) -> str:
    bare = code.replace(".", "")
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 else bare
