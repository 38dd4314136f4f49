"""Amounts, quantities and dates as X12 writes them, exactly: cents as integers, never a float."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

# X12's type R: an optional minus, digits, an optional point; 18 digits are more than it allows.
NUMBER = re.compile(r"(-?)([0-9]{0,15})(?:\.([0-9]{0,9}))?")
DAY = re.compile(r"[0-9]{8}")
REMEMBERED = 8_192  # the same fees, dates and units come again and again


def cents(text: str) -> int:
    """``"-12.5"`` is -1250, nothing is 0. Raises ``ValueError`` for what is not whole cents."""
    if text[-3:-2] == "." and len(text) < 19:  # the usual way to write it, read by a short one
        digits = text[:-3] + text[-2:]
        if digits.isdigit() and digits.isascii():
            return int(digits)
    if not text:
        return 0
    if len(text) < 16 and text.isdigit() and text.isascii():
        return int(text) * 100
    sign, whole, part = _parts(text)
    if part[2:].strip("0"):
        raise ValueError("a fraction of a cent")
    value = int(whole or "0") * 100 + int(part[:2].ljust(2, "0"))
    return -value if sign else value


@lru_cache(REMEMBERED)
def quantity(text: str) -> Decimal:
    """Units, minutes or miles. Raises ``ValueError`` for what is not a plain number."""
    sign, whole, part = _parts(text)
    return Decimal(f"{sign}{whole or '0'}.{part}") if part else Decimal(f"{sign}{whole}")


@lru_cache(REMEMBERED)
def day(text: str) -> date:
    """Format D8. Raises ``ValueError`` for what is no day of the calendar."""
    if not DAY.fullmatch(text):
        raise ValueError("not a date")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def days(text: str) -> tuple[date, date | None]:
    """Format D8 or RD8. Raises ``ValueError``."""
    first, _, last = text.partition("-")
    return day(first), day(last) if last else None


def dollars(amount: int) -> str:
    """Cents with two decimals, as people and JSON show them: -1250 is ``"-12.50"``."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def plain(number: Decimal) -> str:
    """A quantity as X12 writes it: no exponent, no zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _parts(text: str) -> tuple[str, str, str]:
    match = NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        raise ValueError("not a number")
    return match[1], match[2], match[3] or ""
