"""Anchors: heads of the trail copied to a file, so that a cut-off tail is seen.

A chain cannot prove that its newest lines are missing. Each practice's file
``<practice id>.jsonl`` in ``settings.anchors`` holds one signed line for every anchor,
and each signature covers the one before.
"""

import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from db import reading, writing
from db.audit import AuditHead, AuditHeads
from services.container import Container

EVERY = timedelta(minutes=15)
LINES = 1_000
FIRST = "0" * 64
TAIL_BYTES = 8_192  # holds any line many times over


@dataclass(frozen=True)
class Anchor:
    """One head as it was written down: line *seq* had this *mac* at *at* (ISO 8601, UTC)."""

    practice: str
    seq: int
    mac: str
    at: str
    signature: str = ""

    def signed(self, key: bytes, before: str) -> "Anchor":
        """This anchor, signed to follow one whose signature is *before*."""
        # "anchor" comes first so that no line of the trail can pass for an anchor.
        plain = json.dumps(["anchor", before, self.practice, self.seq, self.mac, self.at])
        return replace(self, signature=hmac.new(key, plain.encode(), hashlib.sha256).hexdigest())


@dataclass(frozen=True)
class Anchors:
    """What a practice's file holds. ``broken_line`` is the first that is not ours, from 1."""

    kept: tuple[Anchor, ...]
    broken_line: int | None = None

    @property
    def last_signature(self) -> str:
        """What the next anchor must follow."""
        return self.kept[-1].signature if self.kept else FIRST


def anchor(container: Container) -> int:
    """Write down every head that is due: 15 minutes or 1,000 lines after the last time.

    Returns how many. Raises ``OSError`` when the folder cannot be written; nothing is
    then counted as anchored.
    """
    with reading(container.engine) as session:
        due = [head for head in AuditHeads(session).all() if is_due(head, container.clock())]
    for head in due:
        _append(container, head)
        _remember(container, head)
    return len(due)


def is_due(head: AuditHead, now: datetime) -> bool:
    """Whether *head* has moved far or long enough since it was last written down."""
    fresh = head.seq - head.anchored_seq
    if fresh <= 0:
        return False
    return fresh >= LINES or head.anchored_at is None or now - head.anchored_at >= EVERY


def path_of(folder: Path, practice_id: UUID) -> Path:
    """A practice's anchor file."""
    return folder / f"{practice_id}.jsonl"


def read_anchors(folder: Path, practice_id: UUID, key: bytes) -> Anchors:
    """A practice's anchors, up to the first line whose signature is wrong."""
    path = path_of(folder, practice_id)
    stored = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept: list[Anchor] = []
    for number, text in enumerate(stored, start=1):
        before = kept[-1].signature if kept else FIRST
        found = _parsed(text)
        if (
            found is None
            or found.practice != str(practice_id)
            or found != found.signed(key, before)
        ):
            return Anchors(tuple(kept), broken_line=number)
        kept.append(found)
    return Anchors(tuple(kept))


def _parsed(text: str) -> Anchor | None:
    try:
        return Anchor(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _append(container: Container, head: AuditHead) -> None:
    folder, key = container.settings.anchors, container.keyring.audit
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = path_of(folder, head.practice_id)
    before = _last_signature(path)
    now = container.clock().isoformat()
    made = Anchor(str(head.practice_id), head.seq, head.mac, now).signed(key, before)
    _write(path, json.dumps(asdict(made)) + "\n")


def _last_signature(path: Path) -> str:
    if not path.exists():
        return FIRST
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - TAIL_BYTES))
        tail = file.read()
        whole = tail.rfind(b"\n") + 1
        # A power cut can leave half a line. It was never counted, so it may go; anything
        # else in the file is evidence and stays.
        file.truncate(start + whole)
    lines = tail[:whole].splitlines()
    found = _parsed(lines[-1].decode(errors="replace")) if lines else None
    return found.signature if found else FIRST


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _remember(container: Container, head: AuditHead) -> None:
    with writing(container.engine) as session:
        kept = session.get(AuditHead, head.practice_id, with_for_update=True)
        if kept is not None and kept.anchored_seq < head.seq:
            kept.anchored_seq, kept.anchored_at = head.seq, container.clock()
