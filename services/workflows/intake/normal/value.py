"""What became of a text: its normal form, or the reason why it has none."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Normal:
    """One normal form. ``value`` is ``None`` with a ``reason`` for staff when there is none.

    ``confidence`` runs from 0 to 1; ``choices`` are the forms an ambiguous text may have,
    likeliest first.
    """

    value: str | None = field(repr=False)
    confidence: float
    choices: tuple[str, ...] = field(default=(), repr=False)
    reason: str = ""


def known(value: str, confidence: float = 1.0, reason: str = "") -> Normal:
    """A text that has one normal form."""
    return Normal(value, confidence, reason=reason)


def unknown(reason: str, choices: tuple[str, ...] = ()) -> Normal:
    """A text that has none, or several; *reason* is a sentence for staff."""
    return Normal(None, 0.0, choices, reason)
