"""Fetching files: from the clearinghouse by cursor, and from the watched folder."""

from collections import Counter
from pathlib import Path

from db.audit import Ending
from db.connections import Connections
from db.practices import Practice
from services import watched_folder
from services.claims.keeping import Arrival, keep, require_size
from services.container import Container
from services.desk import Actor, working
from services.ehr.billing import DRAFT, Clearinghouse, RemoteFile
from services.ehr.ports import Road
from services.errors import FoyerError, Invalid
from services.roads import on_road

OURS = ("276",)  # kinds that the clearinghouse lists though we sent them; they tell us nothing


def fetch_new(container: Container, practice: Practice, clearing: Clearinghouse) -> Counter[str]:
    """Keep every file that came since the last time. The cursor moves once a page is kept;
    what is fetched again, after whatever stopped us, is known by its bytes.

    Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``: then the next run goes on.
    """
    counts: Counter[str] = Counter()
    actor, more = _collector(practice), True
    while more:
        after = _cursor(container, actor)
        with on_road(container, actor, Road.CLAIM_FILES):
            page = clearing.files(after)
            for file in page.files:
                if file.kind not in OURS:
                    counts[_fetch_one(container, actor, clearing, file)] += 1
        _move_on(container, actor, page.cursor)
        more = page.more and page.cursor != after
    return counts


def collect(container: Container, practice: Practice, folder: Path) -> Counter[str]:
    """Keep every finished file of the watched folder. Drafts lie in its subfolder ``drafts``."""
    actor = _collector(practice)
    counts = watched_folder.collect(folder, lambda file: _take(container, actor, file, ""))
    if (drafts := folder / "drafts").is_dir():
        counts += watched_folder.collect(drafts, lambda f: _take(container, actor, f, DRAFT))
    return counts


def _cursor(container: Container, actor: Actor) -> str:
    with working(container, actor) as desk:
        return desk.open(Connections).of(Road.CLAIM_FILES).cursor or ""


def _move_on(container: Container, actor: Actor, cursor: str) -> None:
    with working(container, actor) as desk:
        desk.open(Connections).of(Road.CLAIM_FILES).cursor = cursor


def _fetch_one(
    container: Container, actor: Actor, clearing: Clearinghouse, file: RemoteFile
) -> str:
    """One at a time, since each may be large. One that cannot be kept must not keep others waiting.

    It stays at the clearinghouse; one that is too large is not even asked for.
    """
    try:
        require_size(file.size)
        return _kept(container, actor, file, clearing.fetch(file))
    except Invalid as refusal:
        refused(container, actor, refusal)
        return "refused"


def _kept(container: Container, actor: Actor, file: RemoteFile, data: bytes) -> str:
    kind = DRAFT if file.kind == DRAFT else ""
    with working(container, actor) as desk:
        kept = keep(desk, Arrival("clearinghouse", data, file.name, file.id, kind))
        return "kept" if kept else "known"


def refused(container: Container, actor: Actor, why: FoyerError) -> None:
    """Put on the trail that a file was not taken, and why; its name may hold a patient's."""
    with working(container, actor) as desk:
        about = f"practice/{actor.practice_id}"
        desk.record("claims.file_refused", about, Ending.FAILED, reason=str(why))


def _take(container: Container, actor: Actor, file: Path, kind: str) -> bool:
    require_size(file.stat().st_size)
    name = file.name.encode(errors="replace").decode()
    with working(container, actor) as desk:
        return keep(desk, Arrival("folder", file.read_bytes(), name, kind=kind)) is not None


def _collector(practice: Practice) -> Actor:
    return Actor.job(practice.id, "claims.collect")
