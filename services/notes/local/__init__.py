"""The local engine: a draft by rules from chart and transcript, every sentence with its sources."""

from services.notes.local.engine import ENGINE, SAYS, VERSION, draft

__all__ = ["ENGINE", "SAYS", "VERSION", "draft"]
