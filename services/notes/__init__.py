"""Notes: what a visit gives becomes a draft whose every sentence has its sources, checked by rules.

Pure functions of values: no database, no page, no EHR. ``asking.drafted`` drafts with any engine,
``local.draft`` by rules alone, ``check.check`` compares a draft with its material.
"""

from services.notes.draft import Draft, Section, Sentence
from services.notes.sections import SectionKey
from services.notes.values import EncounterFacts, Fact, Kind, Material, Role, Transcript, Turn

__all__ = [
    "Draft",
    "EncounterFacts",
    "Fact",
    "Kind",
    "Material",
    "Role",
    "Section",
    "SectionKey",
    "Sentence",
    "Transcript",
    "Turn",
]
