"""Insurance numbers: kept as printed on the card, compared without case and punctuation."""

import re

from services.workflows.intake.normal.text import blank, plain
from services.workflows.intake.normal.value import Normal, known, unknown

_LABEL = re.compile(
    r"^(?:(?:member|subscriber|policy|group|grp|insurance|id|no|number|num)(?:[\s.#:]+)|#\s*)+",
    re.I,
)


def member_id(text: str) -> Normal:
    """A member or group number in capitals as printed; without a digit it is none."""
    if empty := blank(text):
        return empty
    number = _LABEL.sub("", plain(text)).upper().strip(" ,;")
    if not re.search(r"\d", number):
        return unknown("There is no number here.")
    if len(bare(number)) > 30 or len(number.split()) > 6:
        return unknown("This is too long for an insurance number.")
    return known(number)


def bare(text: str) -> str:
    """*text* for comparison: letters and digits only, so that ``W123-456`` equals ``w123456``."""
    return re.sub(r"[\W_]", "", text).upper()
