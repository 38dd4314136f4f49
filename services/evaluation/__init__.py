"""Sorting messages from files and measuring how well: what `foyer triage` and `foyer eval` do."""

from services.evaluation.measure import eval_triage
from services.evaluation.sort import triage_file

__all__ = ["eval_triage", "triage_file"]
