"""What administrators decide about their practice: read in words, changed on record, taken back.

``fields.py`` says every option in words, ``checks.py`` what cannot be kept and why, and
``changing.py`` holds the managed actions. Words become values in ``reading.py``.
"""

from services.practice_settings.changing import (
    EDIT,
    READ,
    Change,
    Effect,
    Shown,
    effect,
    revert,
    save,
    shown,
)
from services.practice_settings.fields import Difference

__all__ = [
    "EDIT",
    "READ",
    "Change",
    "Difference",
    "Effect",
    "Shown",
    "effect",
    "revert",
    "save",
    "shown",
]
