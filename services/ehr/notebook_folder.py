"""Notes as C-CDA files in a folder that eCW's import watches. What eCW does with a file nobody can see.

A file is complete before it has its name, which is the delivery's: a resend finds it and adds none.
What was put there is remembered in a folder beside, since an import may take the file away.
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from services.ehr import note_ccda
from services.ehr.note_compare import require_same
from services.ehr.notebook import NoteWrite
from services.ehr.ports import Receipt
from services.errors import Refused, Unreachable

KEPT = ".foyer"
LIES_THERE = "The file lies in the folder. Whether eCW has imported it, a person has to look."
TAKEN_AWAY = (
    "The file was put into the folder and has been taken away. "
    "Whether eCW has imported it, a person has to look."
)


@dataclass(frozen=True)
class CcdaFolder:
    """One practice's folder; it must exist."""

    folder: Path

    def write(self, note: NoteWrite) -> Receipt:
        """Put the file there, once. Raises ``Unreachable`` if the folder cannot be written."""
        body, name = note_ccda.ccda(note), name_of(note)
        try:
            known = self._receipt(name)
            if known is None:
                self._put(name, body)
        except OSError as error:
            raise Unreachable(
                f"The folder for C-CDA files cannot be written ({error.strerror})."
            ) from error
        return known or Receipt(name, LIES_THERE)

    def find(self, note: NoteWrite) -> Receipt | None:
        """The file itself, section by section; its trace once it was taken away."""
        name = name_of(note)
        try:
            body = (self.folder / name).read_bytes()
        except FileNotFoundError:
            return self._receipt(name)
        except OSError as error:
            raise Unreachable(
                f"The folder for C-CDA files cannot be read ({error.strerror})."
            ) from error
        require_same(note, {one.code: one.text for one in note_ccda.sections_in(body)})
        return Receipt(name, LIES_THERE)

    def _receipt(self, name: str) -> Receipt | None:
        if (self.folder / name).exists():
            return Receipt(name, LIES_THERE)
        return Receipt(name, TAKEN_AWAY) if (self.folder / KEPT / name).exists() else None

    def _put(self, name: str, body: bytes) -> None:
        kept = self.folder / KEPT
        kept.mkdir(mode=0o700, exist_ok=True)
        fresh = kept / f"{name}.{os.getpid()}.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self.folder / name)
        _sync(self.folder)
        (kept / name).write_text(sha256(body).hexdigest())


def name_of(note: NoteWrite) -> str:
    """The file's name: the delivery's id, which says nothing about the patient."""
    name = note.delivery_id
    if not name or not all(c.isascii() and (c.isalnum() or c in "-_") for c in name):
        raise Refused("The note has no usable number, so no file was written.")
    return f"{name}.xml"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
