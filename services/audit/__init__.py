"""The audit trail as people use it: searched, told, checked, anchored and exported.

Lines are written elsewhere, by ``services.desk`` at the end of every transaction; here
they are only read, and every reading by a person leaves a line of its own.
"""

from services.audit.anchors import anchor
from services.audit.chain import Verdict, verify, verify_for
from services.audit.exports import Form, export
from services.audit.trail import Line, Story, Wanted, search, story

__all__ = [
    "Form",
    "Line",
    "Story",
    "Verdict",
    "Wanted",
    "anchor",
    "export",
    "search",
    "story",
    "verify",
    "verify_for",
]
