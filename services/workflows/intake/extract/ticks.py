"""Boxes to tick: which options are ticked, wherever the box stands beside its option."""

import re
from dataclasses import dataclass, field

ON = "\u2611"
OFF = "\u2610"
_ON = re.compile(
    r"[\u2611\u2612\u2713\u2714\u2717\u2718\u2715\u25a0\u25cf\u25c9]|[\[(]\s*[xX\u2713\u2714vV*]\s*[\])]"
)
_OFF = re.compile(r"[\u2610\u25a1\u25cb\u25ef]|\[\s*_*\s*\]|\(\s{1,3}\)|\(_+\)")


@dataclass(frozen=True)
class Option:
    """One option beside a box."""

    text: str = field(repr=False)
    ticked: bool


def options(text: str) -> list[Option]:
    """The options of *text* with their boxes; none if it has no boxes.

    A line that begins with a word has its boxes behind the options: "Yes [ ] No [x]".
    """
    marked = _ON.sub(f" {ON} ", _OFF.sub(f" {OFF} ", text))
    parts = [part.strip() for part in re.split(f"([{ON}{OFF}])", marked)]
    if len(parts) == 1:
        return []
    if parts[0] and not parts[-1]:
        pairs = list(zip(parts[0::2], parts[1::2], strict=False))
    else:
        pairs = list(zip(parts[2::2], parts[1::2], strict=False))
    return [Option(said.strip(" ,;/"), mark == ON) for said, mark in pairs if said]


def has_boxes(text: str) -> bool:
    """Whether *text* has a box to tick, ticked or not."""
    return bool(_ON.search(text) or _OFF.search(text))


def begins_with_box(text: str) -> bool:
    """Whether *text* is an option behind its box."""
    return bool(_ON.match(text) or _OFF.match(text))
