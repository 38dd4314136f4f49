"""How a pilot goes: each person or place in it beside their own past, in words and with counts."""

from services.rollout.verdicts.judging import Judged, Row, Verdict
from services.rollout.verdicts.telling import PilotVerdict, verdicts

__all__ = ["Judged", "PilotVerdict", "Row", "Verdict", "verdicts"]
