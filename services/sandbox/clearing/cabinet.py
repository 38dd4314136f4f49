"""The files of one practice at the clearinghouse: in order, immutable, found by id or read on from a cursor."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from services.sandbox.shapes import Json, stamp

PAGE = 50
# Our control numbers keep clear of those a sender would begin with.
FIRST_CONTROL = 100_000_000
KINDS = ("837-draft", "837", "276", "999", "ta1", "277ca", "277", "835")
Builder = Callable[[int], bytes]


@dataclass(frozen=True)
class File:
    """One file. ``control`` is its interchange control number as we count them, 0 for bytes of a sender."""

    id: str
    name: str
    kind: str
    created: datetime
    raw: bytes = field(repr=False)
    control: int = 0

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the bytes."""
        return hashlib.sha256(self.raw).hexdigest()

    def as_json(self) -> Json:
        """The entry in a listing."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "size": len(self.raw),
            "sha256": self.sha256,
            "created": stamp(self.created),
        }


class StrangeCursor(ValueError):
    """The cursor is no place in this cabinet; ``gone`` if it was one before a reset."""

    def __init__(self, gone: bool) -> None:
        super().__init__("The cursor is not one of ours.")
        self.gone = gone


class Cabinet:
    """The files and the numbers they get."""

    def __init__(self, code: str, files: tuple[File, ...] = ()) -> None:
        self.code = code
        self.files = list(files)
        self.by_id = {f.id: f for f in files}
        self.control = max((f.control for f in files), default=FIRST_CONTROL)

    def file(self, kind: str, created: datetime, build: Builder) -> File:
        """File what *build* makes of the next interchange control number."""
        self.control += 1
        name = f"{kind}_{created:%Y%m%d}_{self.control:06}.x12"
        return self._add(name, kind, created, build(self.control), self.control)

    def keep(self, name: str, kind: str, created: datetime, raw: bytes) -> File:
        """File bytes that somebody else made."""
        return self._add(name, kind, created, raw, 0)

    def page(self, cursor: str, kind: str = "") -> tuple[list[File], str]:
        """At most fifty files after *cursor*, and the next cursor. Raises StrangeCursor."""
        start, found = self._place(cursor), []
        upto = len(self.files)
        for index in range(start, len(self.files)):
            if kind in ("", self.files[index].kind):
                found.append(self.files[index])
            if len(found) == PAGE:
                upto = index + 1
                break
        return found, base64.urlsafe_b64encode(f"{self.code}:{upto}".encode()).decode()

    def _add(self, name: str, kind: str, created: datetime, raw: bytes, control: int) -> File:
        new = File(f"x.{len(self.files) + 1}", name, kind, created, raw, control)
        self.files.append(new)
        self.by_id[new.id] = new
        return new

    def _place(self, cursor: str) -> int:
        if not cursor:
            return 0
        try:
            code, _, index = base64.urlsafe_b64decode(cursor).decode().partition(":")
            place = int(index)
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise StrangeCursor(gone=False) from error
        if code != self.code or place < 0 or place > len(self.files):
            raise StrangeCursor(gone=code == self.code and place > len(self.files))
        return place
