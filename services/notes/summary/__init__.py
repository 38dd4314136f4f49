"""What the patient takes home: the signed note in plain words, its reading level measured."""

from services.notes.summary.reading_level import Readability, readability
from services.notes.summary.writing import Part, SignedNote, Summary, material_of, summarise

__all__ = [
    "Part",
    "Readability",
    "SignedNote",
    "Summary",
    "material_of",
    "readability",
    "summarise",
]
