"""National provider identifiers that pass the check and belong to nobody: none has been issued from 2."""

PREFIX = "80840"


def npi_of(number: int) -> str:
    """The NPI of an invented provider, *number* from 0 to 9,999, with its check digit."""
    base = f"29900{number:04}"
    return base + check_digit(base)


def check_digit(base: str) -> str:
    """The tenth digit of nine: Luhn's over the prefix 80840 and *base* (45 CFR 162.406)."""
    digits = [int(d) for d in reversed(PREFIX + base)]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[::2]]
    return str(-(sum(doubled) + sum(digits[1::2])) % 10)


def is_npi(text: str) -> bool:
    """Ten digits, the first 1 or 2, the last the check digit."""
    shaped = len(text) == 10 and text.isascii() and text.isdigit() and text[0] in "12"
    return shaped and check_digit(text[:9]) == text[9]
