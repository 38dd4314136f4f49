"""Documents that staff drop on the page or that arrive in a watched folder: kept first, read later."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from db.intake import FormState, IntakeForm, IntakeForms
from services import rollout
from services.container import Container
from services.desk import Actor, Desk, working
from services.documents.limits import LARGEST
from services.documents.refusals import Refusal
from services.errors import Invalid
from services.workflows.intake.arrivals import keep_file

LONGEST_NAME = 120  # characters of a file name that are kept
ON_THE_LIST = "This very file is on the list already."
KNOWN = {
    FormState.REMOVED: "This very file was removed from the list. Restore it among the removed.",
    FormState.DONE: "This very file was dealt with already. It is among those done.",
}


@dataclass(frozen=True)
class Dropped:
    """What became of a dropped file: the form it is, and a sentence for the person."""

    form_id: UUID
    sentence: str
    is_new: bool


def drop(container: Container, actor: Actor, data: bytes, name: str) -> Dropped:
    """Keep a document somebody dropped; it is read in the background.

    The same file twice is one form. Raises ``Invalid`` for a file that is empty or too large,
    ``NotAllowed`` or ``NotRolledOut``.
    """
    _check_size(data)
    with working(container, actor) as desk:
        desk.require("intake.drop", "add documents")
        rollout.require(desk, "intake", (), "Intake")
        return _keep(desk, data, name)


def take_file(container: Container, actor: Actor, file: Path) -> Dropped:
    """Keep a document from the watched folder. Raises ``Invalid`` as ``drop`` does."""
    if file.stat().st_size > LARGEST:
        raise Invalid(Refusal.TOO_LARGE)
    data = file.read_bytes()
    _check_size(data)
    with working(container, actor) as desk:
        return _keep(desk, data, file.name)


def _keep(desk: Desk, data: bytes, name: str) -> Dropped:
    digest = hashlib.sha256(data).hexdigest()
    known = _known(desk, digest)
    form = None if known else keep_file(desk, data, digest, _title(name))
    if form:
        return Dropped(form.id, "The file is kept and will be read in a moment.", is_new=True)
    held = known or _known(desk, digest)
    assert held is not None  # noqa: S101  (it was kept by us, or by whoever kept us from it)
    return Dropped(held.id, KNOWN.get(held.state, ON_THE_LIST), is_new=False)


def _known(desk: Desk, digest: str) -> IntakeForm | None:
    ref = f"document/{digest}"
    return desk.open(IntakeForms).by_sources([ref]).get(ref)


def _title(name: str) -> str:
    """The last part of a file name; names from a file system may hold what is no character."""
    return Path(name).name[:LONGEST_NAME].encode(errors="replace").decode()


def _check_size(data: bytes) -> None:
    if not data:
        raise Invalid(Refusal.EMPTY)
    if len(data) > LARGEST:
        raise Invalid(Refusal.TOO_LARGE)
