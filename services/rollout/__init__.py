"""How far a workflow is switched on, for whom and why; asked by jobs, pages and actions.

Here is what is asked. What changes it: ``services.switches`` for a person or a job at once,
``services.rollout.plans`` for a moment to come, ``services.rollout.guardrails`` by itself.
"""

from services.rollout.gate import AI, DELIVERIES, Gate, gate, require
from services.rollout.sight import seen, sight
from services.rollout.where import Where

__all__ = ["AI", "DELIVERIES", "Gate", "Where", "gate", "require", "seen", "sight"]
