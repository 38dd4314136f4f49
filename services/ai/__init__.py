"""Asking a model, and getting back something we can check.

An answer is always a pydantic model of our own, always a suggestion, and always carries
what produced it: engine, model, prompt version, tokens and money. Adapters (``claude``,
``local``, ``fallback``) are chosen in ``services.wiring`` and nowhere else.
"""

from services.ai.port import Answer, Assistant, Facts, Prompt, Purse, Usage

__all__ = ["Answer", "Assistant", "Facts", "Prompt", "Purse", "Usage"]
