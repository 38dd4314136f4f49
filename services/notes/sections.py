"""The sections of a note in the order clinicians write them, under the names that eCW uses."""

from collections.abc import Mapping
from enum import StrEnum


class SectionKey(StrEnum):
    """One section of a note; a practice's template says which of them it has and where they go."""

    CHIEF_COMPLAINT = "chief_complaint"
    HPI = "hpi"
    MEDICAL_HISTORY = "medical_history"
    SURGICAL_HISTORY = "surgical_history"
    FAMILY_HISTORY = "family_history"
    SOCIAL_HISTORY = "social_history"
    MEDICATIONS = "medications"
    ALLERGIES = "allergies"
    ROS = "ros"
    VITALS = "vitals"
    EXAM = "exam"
    RESULTS = "results"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    ORDERS = "orders"
    INSTRUCTIONS = "instructions"


TITLES: Mapping[SectionKey, str] = {
    SectionKey.CHIEF_COMPLAINT: "Chief complaint",
    SectionKey.HPI: "History of present illness",
    SectionKey.MEDICAL_HISTORY: "Medical history",
    SectionKey.SURGICAL_HISTORY: "Surgical history",
    SectionKey.FAMILY_HISTORY: "Family history",
    SectionKey.SOCIAL_HISTORY: "Social history",
    SectionKey.MEDICATIONS: "Current medications",
    SectionKey.ALLERGIES: "Allergies",
    SectionKey.ROS: "Review of systems",
    SectionKey.VITALS: "Vitals",
    SectionKey.EXAM: "Physical examination",
    SectionKey.RESULTS: "Results",
    SectionKey.ASSESSMENT: "Assessment",
    SectionKey.PLAN: "Plan",
    SectionKey.ORDERS: "Orders (suggested)",
    SectionKey.INSTRUCTIONS: "Patient instructions (suggested)",
}

SUGGESTED = frozenset((SectionKey.ORDERS, SectionKey.INSTRUCTIONS))
"""Sections that are only ever suggestions: a clinician places an order, nobody else."""

ADVISING = frozenset((SectionKey.PLAN, SectionKey.ORDERS, SectionKey.INSTRUCTIONS))
"""Sections that say what is to be done; the checker looks hardest at these."""
