"""Files that staff drop on the page: kept at once, posted by the next run like any other."""

from dataclasses import dataclass
from uuid import UUID

from services import rollout
from services.claims.keeping import Arrival, keep
from services.container import Container
from services.desk import Actor, working
from services.ehr.billing import DRAFT

NEW = "The file is kept and will be posted in a moment."
KNOWN = "These very bytes are here already; a file counts once."


@dataclass(frozen=True)
class Dropped:
    """What became of a dropped file: its id where it is new, and a sentence for the person."""

    file_id: UUID | None
    sentence: str


def drop(
    container: Container, actor: Actor, data: bytes, name: str, *, drafts: bool = False
) -> Dropped:
    """Keep a file somebody dropped. With *drafts* its claims have not left yet and wait for release.

    Raises ``Invalid`` for a file that is empty or too large, ``NotAllowed`` or ``NotRolledOut``.
    """
    with working(container, actor) as desk:
        desk.require("claims.drop", "add files")
        rollout.require(desk, "claims", (), "Claims")
        plain = name.encode(errors="replace").decode()
        kept = keep(desk, Arrival("page", data, plain, kind=DRAFT if drafts else ""))
    return Dropped(kept.id, NEW) if kept else Dropped(None, KNOWN)
