"""The red-flag floor: rules that raise a message's urgency at poll, before and without any model.

Read ``assessment.py`` for how a message is judged, ``rules/*.toml`` for what counts, and
``cues.toml`` for what makes a mention denied, past or supposed. It can only raise.
``additions.py`` adds a practice's own phrases.
"""

from services.ai.redflags.additions import assess_for
from services.ai.redflags.assessment import assess
from services.ai.redflags.flags import Flag, floor

__all__ = ["Flag", "assess", "assess_for", "floor"]
