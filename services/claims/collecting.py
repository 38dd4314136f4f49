"""Fetching files: from the clearinghouse by cursor, and from the watched folder."""

from collections import Counter
from pathlib import Path

from db.audit import Ending
from db.connections import Connections
from db.practices import Practice
from services import watched_folder
from services.claims.keeping import LARGEST, Arrival, keep
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.billing import DRAFT, Clearinghouse, RemoteFile
from services.ehr.ports import Road
from services.errors import Invalid
from services.roads import on_road

OURS = ("276",)  # kinds that the clearinghouse lists though we sent them; they tell us nothing


def fetch_new(container: Container, practice: Practice, clearing: Clearinghouse) -> Counter[str]:
    """Keep every file that came since the last time. The cursor moves with what was kept.

    Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``: then the next run goes on.
    """
    counts: Counter[str] = Counter()
    actor, more = _collector(practice), True
    while more:
        after = _cursor(container, actor)
        with on_road(container, actor, Road.CLAIM_FILES):
            page = clearing.files(after)
            fetched = [(f, clearing.fetch(f)) for f in page.files if f.kind not in OURS]
        counts += _keep(container, actor, fetched, page.cursor)
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


def _keep(
    container: Container, actor: Actor, fetched: list[tuple[RemoteFile, bytes]], cursor: str
) -> Counter[str]:
    counts: Counter[str] = Counter()
    with working(container, actor) as desk:
        for file, data in fetched:
            kind = DRAFT if file.kind == DRAFT else ""
            arrival = Arrival("clearinghouse", data, file.name, file.id, kind)
            counts[_kept(desk, arrival)] += 1
        desk.open(Connections).of(Road.CLAIM_FILES).cursor = cursor
    return counts


def _kept(desk: Desk, arrival: Arrival) -> str:
    """One that cannot be kept stays at the clearinghouse; it must not keep others waiting."""
    try:
        return "kept" if keep(desk, arrival) else "known"
    except Invalid as refusal:
        about = f"practice/{desk.practice_id}"
        desk.record("claims.file_refused", about, Ending.FAILED, reason=str(refusal))
        return "refused"


def _take(container: Container, actor: Actor, file: Path, kind: str) -> bool:
    if file.stat().st_size > LARGEST:
        raise Invalid(f"The file is larger than {LARGEST // 1_000_000} MB.")
    name = file.name.encode(errors="replace").decode()
    with working(container, actor) as desk:
        return keep(desk, Arrival("folder", file.read_bytes(), name, kind=kind)) is not None


def _collector(practice: Practice) -> Actor:
    return Actor.job(practice.id, "claims.collect")
