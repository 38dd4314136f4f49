"""Appeal letters: drafted from the record, every sentence with its source, edited, approved, printed."""

from services.workflows.denials.letters.keeping import (
    Shown,
    approved,
    edit_letter,
    printed,
    shown,
)
from services.workflows.denials.letters.letter import Letter, Needed, Sentence, Source

__all__ = [
    "Letter",
    "Needed",
    "Sentence",
    "Shown",
    "Source",
    "approved",
    "edit_letter",
    "printed",
    "shown",
]
