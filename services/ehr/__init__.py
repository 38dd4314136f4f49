"""The practice's EHR: ports named for needs, adapters behind them, failures in plain words.

Workflows import from here; ``connect`` is for wiring alone.
"""

from services.ehr.paging import changes
from services.ehr.ports import (
    Capability,
    ChartSummary,
    Ehr,
    IncomingMessage,
    MessagePage,
    Outbound,
    PortalReply,
    Receipt,
    Road,
    TelephoneEncounter,
)

__all__ = [
    "Capability",
    "ChartSummary",
    "Ehr",
    "IncomingMessage",
    "MessagePage",
    "Outbound",
    "PortalReply",
    "Receipt",
    "Road",
    "TelephoneEncounter",
    "changes",
]
