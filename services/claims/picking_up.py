"""Picking up files from the clearinghouse's folder: each finished one once, whatever becomes of the others."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from db.connections import Connections
from db.practices import Practice
from db.vault import blind_index
from services.claims.collecting import refused
from services.claims.keeping import Arrival, keep, require_size
from services.container import Container
from services.desk import Actor, working
from services.ehr.billing import FileDrop, FolderFile, OpenFolder
from services.ehr.ports import Road
from services.errors import Invalid, Refused, Stale
from services.roads import on_road

SETTLED = timedelta(seconds=10)  # of the same size and age for so long: nobody is writing it
UNFINISHED = (".tmp", ".part", ".partial", ".filepart")  # how senders name what is on its way
SAVE_EVERY = 20  # files; what is remembered of a full folder takes a while to write


class Fate(StrEnum):
    """What became of a file at the other side."""

    TAKEN = "t"
    REFUSED = "r"  # we do not keep such a file: never asked for again
    DENIED = "d"  # the server did not give it: asked for again, after all others
    CUT = "c"  # the line failed while it came: asked for again, after all others


Fates = dict[str, Fate | float]  # by mark; a number is when it was first seen, epoch seconds


def pick_up(container: Container, practice: Practice, drop: FileDrop) -> Counter[str]:
    """Keep every finished file that was not picked up before. Nothing is deleted at the other side.

    Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``: then the next run goes on.
    """
    actor = Actor.job(practice.id, "claims.pick_up")
    with on_road(container, actor, Road.SFTP_FILES), drop.visit() as folder:
        ours = [file for file in folder.listed() if _is_ours(file.name)]
        files = {_mark(container, practice.id, file): file for file in ours}
        fates = _met(container, actor, files)
        try:
            counts = _take_all(container, actor, folder, files, fates)
            _put_away(folder, files, fates)
        finally:
            _remember(container, actor, fates)
    return counts


def _is_ours(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith(UNFINISHED)


def _mark(container: Container, practice_id: UUID, file: FolderFile) -> str:
    """A file by its name, size and age: one that is changed is another. Keyed, as names are PHI."""
    told = json.dumps([file.name, file.size, file.changed])
    return blind_index(container.keyring, practice_id, "folder_file", told)[:8].hex()


def _met(container: Container, actor: Actor, files: Iterable[str]) -> Fates:
    """What we know of the files that are there now; what is gone from the folder is forgotten."""
    with working(container, actor) as desk:
        known = json.loads(desk.open(Connections).of(Road.SFTP_FILES).cursor or "{}")
    now = container.clock().timestamp()
    return {mark: _fate(known.get(mark, now)) for mark in files}


def _fate(kept: str | float) -> Fate | float:
    return Fate(kept) if isinstance(kept, str) else kept


def _remember(container: Container, actor: Actor, fates: Fates) -> None:
    with working(container, actor) as desk:
        desk.open(Connections).of(Road.SFTP_FILES).cursor = json.dumps(fates, separators=(",", ":"))


def _take_all(
    container: Container, actor: Actor, folder: OpenFolder, files: Mapping[str, FolderFile],
    fates: Fates,
) -> Counter[str]:  # fmt: skip
    counts: Counter[str] = Counter()
    for place, mark in enumerate(_due(container, files, fates), start=1):
        counts[_take(container, actor, folder, files[mark], mark, fates)] += 1
        if place % SAVE_EVERY == 0:
            _remember(container, actor, fates)
    return counts


def _due(container: Container, files: Mapping[str, FolderFile], fates: Fates) -> list[str]:
    """Those to ask for, oldest first; what made trouble before waits for all others."""
    settled = container.clock().timestamp() - SETTLED.total_seconds()
    again = [mark for mark, fate in fates.items() if fate in (Fate.DENIED, Fate.CUT)]
    fresh = [mark for mark, fate in fates.items() if isinstance(fate, float) and fate <= settled]

    def age(mark: str) -> tuple[int, str]:
        return files[mark].changed, files[mark].name

    return sorted(fresh, key=age) + sorted(again, key=age)


def _take(
    container: Container, actor: Actor, folder: OpenFolder, file: FolderFile, mark: str,
    fates: Fates,
) -> str:  # fmt: skip
    """Take one; what this one does wrong is on the trail once, and holds up no other."""
    before, fates[mark] = fates[mark], Fate.CUT  # unless we hear more of it
    try:
        require_size(file.size)
        is_new = _keep(container, actor, folder.read(file), file.name, mark)
    except Stale:
        fates[mark] = container.clock().timestamp()
        return "unfinished"
    except (Invalid, Refused) as why:
        fates[mark] = fate = Fate.REFUSED if isinstance(why, Invalid) else Fate.DENIED
        if before != fate:
            refused(container, actor, why)
        return fate.name.lower()
    fates[mark] = Fate.TAKEN
    return "kept" if is_new else "known"


def _keep(container: Container, actor: Actor, data: bytes, name: str, mark: str) -> bool:
    shown = name.encode(errors="replace").decode()
    with working(container, actor) as desk:
        return keep(desk, Arrival("sftp", data, shown, mark)) is not None


def _put_away(folder: OpenFolder, files: Mapping[str, FolderFile], fates: Fates) -> None:
    """Move what is kept, if the practice wants that; one that was left before is moved now."""
    if not folder.moves_done:
        return
    trouble: Refused | None = None
    for mark in [mark for mark, fate in fates.items() if fate is Fate.TAKEN]:
        try:
            folder.put_away(files[mark])
            del fates[mark]
        except Refused as why:
            trouble = why
    if trouble:
        raise trouble
