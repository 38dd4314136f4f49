"""Codes that a finished note supports: E/M level with its arithmetic, diagnoses, procedures.

Everything is a suggestion for a biller, with the sentence it rests on. Codes of CPT stand here as
numbers; the words beside them are ours.
"""

from services.notes.coding.diagnoses import DiagnosisSuggestion, diagnoses
from services.notes.coding.evidence import Level
from services.notes.coding.gathering import Gathered, gather
from services.notes.coding.levels import EmSuggestion, suggest
from services.notes.coding.procedures import ProcedureSuggestion, procedures

__all__ = [
    "DiagnosisSuggestion",
    "EmSuggestion",
    "Gathered",
    "Level",
    "ProcedureSuggestion",
    "diagnoses",
    "gather",
    "procedures",
    "suggest",
]
