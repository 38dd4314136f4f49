"""Checks a text before it is sent, so that eCW's refusals (codes 108 and 109) are said before the click costs anything."""

import unicodedata

from services.errors import Refused

LINE_SIGNS = "\t\n\r"


def require_sendable(text: str, limit: int, what: str) -> None:
    """Raises ``Refused`` with eCW's code 108 or 109; *what* names the field to staff."""
    if len(text) > limit:
        raise Refused(
            f"{what} is {len(text) - limit} characters too long; {limit} are allowed.", code="109"
        )
    odd = [place for place, sign in enumerate(text, start=1) if not is_supported(sign)]
    if odd:
        raise Refused(
            f"{what} has {len(odd)} characters that eCW does not support, such as an emoji or an "
            f"invisible sign; the first is at position {odd[0]}.",
            code="108",
        )


def is_supported(sign: str) -> bool:
    """Whether eCW stores this character: no control or invisible ones, nothing beyond U+FFFF."""
    if sign in LINE_SIGNS:
        return True
    return ord(sign) < 0x10000 and not unicodedata.category(sign).startswith("C")
