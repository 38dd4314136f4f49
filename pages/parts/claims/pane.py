"""What the open pane shows: a claim, a file or a payment, whichever is open."""

from typing import Any

from pages.parts.claims.claim_pane import claim_data
from pages.parts.claims.file_pane import file_data, payment_data
from pages.parts.claims.sitting import Open, Sitting
from services.desk import Actor
from services.workflows.claims.filing import FileRow
from services.workflows.claims.reading import OpenClaim


def pane_data(sitting: Sitting, opened: Open, actor: Actor) -> dict[str, Any]:
    """Everything that the component draws, with what an event must name: id, version, words."""
    target = opened.target
    return {
        **_drawn(sitting, opened, actor),
        "id": str(target.id),
        "version": target.version,
        "shown": target.shown,
        "handled": sitting.handled.get("claims_item", 0),
    }


def _drawn(sitting: Sitting, opened: Open, actor: Actor) -> dict[str, Any]:
    if isinstance(opened, OpenClaim):
        return claim_data(opened, actor)
    if isinstance(opened, FileRow):
        return file_data(sitting, opened, actor)
    return payment_data(sitting, opened, actor)
