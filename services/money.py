"""Money as staff read it; everywhere else it is integer cents."""


def dollars(cents: int) -> str:
    """``$1,234.50``, or ``-$0.07``."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02}"
