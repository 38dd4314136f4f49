"""Telephone numbers of the United States as ten digits."""

import re

import phonenumbers as numbers

from services.workflows.intake.normal.text import blank, plain
from services.workflows.intake.normal.value import Normal, known, unknown

_ABROAD = "This is a telephone number outside the United States."


def phone(text: str) -> Normal:
    """The number in *text* as ten digits, without country code and extension.

    A number of the right length that nobody can have is kept with less confidence, since the form
    does say it; two numbers are offered as choices.
    """
    if empty := blank(text):
        return empty
    found = [match.number for match in _matches(plain(text))]
    if not found:
        return unknown("This is not a complete telephone number.")
    if len(digits := tuple(dict.fromkeys(map(_ten, found)))) > 1:
        return unknown("The form gives more than one number.", digits)
    return _single(found[0], digits[0])


def _matches(text: str) -> list[numbers.PhoneNumberMatch]:
    lenient = numbers.Leniency.POSSIBLE
    found = list(numbers.PhoneNumberMatcher(text, "US", leniency=lenient))
    bare = re.sub(r"[^\d+]", "", text)
    if found or not re.fullmatch(r"(\+?1)?\d{10}", bare) or re.search(r"[A-Za-z]{2}", text):
        return found
    return list(numbers.PhoneNumberMatcher(bare, "US", leniency=lenient))


def _ten(number: numbers.PhoneNumber) -> str:
    return numbers.national_significant_number(number)


def _single(number: numbers.PhoneNumber, digits: str) -> Normal:
    if number.country_code != 1:
        return unknown(_ABROAD)
    if len(digits) != 10:
        return unknown("This telephone number has no area code.")
    if not numbers.is_valid_number(number):
        return known(digits, 0.85, "This telephone number is not in use anywhere.")
    return known(digits, 1.0 if not number.extension else 0.9)
