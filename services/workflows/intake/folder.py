"""The watched folder: files that a scanner or a fax server leaves there become forms."""

from collections import Counter
from pathlib import Path

from db.practices import Practice
from services import watched_folder
from services.container import Container
from services.desk import Actor, working
from services.errors import Invalid
from services.workflows.intake.dropping import take_file


def collect(container: Container, practice: Practice, folder: Path) -> Counter[str]:
    """Take in every finished file of *folder*; it moves to ``taken`` or to ``refused``, never away.

    A refused file has its reason beside it as text. Links and hidden files are left alone.
    """
    actor = Actor.job(practice.id, "intake.folder")
    return watched_folder.collect(folder, lambda file: _take(container, actor, file))


def _take(container: Container, actor: Actor, file: Path) -> bool:
    try:
        return take_file(container, actor, file).is_new
    except Invalid:
        with working(container, actor) as desk:
            desk.record("intake.refused", f"practice/{desk.practice_id}", reason="folder")
        raise
