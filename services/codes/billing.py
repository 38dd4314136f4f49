"""What claims name besides drugs and diagnoses: modifiers, places of service, drug procedures, NPIs."""

import re
from functools import cache

from services.codes.lists import packed, pairs, rows

_NPI = re.compile(r"[12][0-9]{9}")
_NPI_PREFIX = 24  # what the digits 80840 of the US health industry add to the Luhn sum
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # Luhn: twice a digit, its own digits added


def is_modifier(code: str) -> bool:
    """Whether the list of mid-2024 has *code*; a payer or a later year may have more."""
    return code in _modifiers()


def is_place(code: str) -> bool:
    """Whether *code* is a place of service of CMS's code set."""
    return code in _places()


def place_name(code: str) -> str:
    """CMS's name of a place of service; empty for an unknown one."""
    return _places().get(code, "")


def drug_description(procedure: str) -> str:
    """CMS's long description of a drug given by a clinician (J codes); empty for anything else."""
    return _drugs().get(procedure, "")


def is_npi(number: str) -> bool:
    """Whether *number* is built like a National Provider Identifier, check digit included.

    Luhn's rule over 80840 and the ten digits (CMS, NPI check digit; 45 CFR 162.406).
    """
    if not _NPI.fullmatch(number):
        return False
    digits = [int(digit) for digit in number]
    total = _NPI_PREFIX + sum(digits[1::2]) + sum(_DOUBLED[digit] for digit in digits[::2])
    return total % 10 == 0


def is_billable_diagnosis(code: str) -> bool | None:
    """Whether ICD-10-CM of January 2021 lets *code* (without its point) be billed; ``None``: unlisted."""
    billable, headers = _diagnoses()
    return True if code in billable else False if code in headers else None


@cache
def _diagnoses() -> tuple[frozenset[str], frozenset[str]]:
    # By code alone, for thousands of claims: the list in services.codes.diagnoses is read through.
    text = packed("icd10cm")
    return tuple(frozenset(re.findall(rf"\n(\w+)\t{flag}", text)) for flag in "10")  # type: ignore[return-value]


@cache
def _modifiers() -> frozenset[str]:
    return frozenset(code for (code,) in rows("modifiers"))


@cache
def _places() -> dict[str, str]:
    return pairs("places")


@cache
def _drugs() -> dict[str, str]:
    return pairs("hcpcs_drugs")
