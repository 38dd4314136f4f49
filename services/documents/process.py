"""A process of its own for one file: little memory, little time, nothing of ours in reach."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from services.documents import limits
from services.documents.answer import Answer, decoded
from services.documents.refusals import Refusal

ROOT = Path(__file__).parents[2]
PROGRAMS = "/usr/local/bin:/usr/bin:/bin"
CHILD = "services.documents.child"


def run(data: bytes, *task: object) -> Answer:
    """What the reading process makes of *data*; a reason if it dies or takes too long."""
    with _memory("file") as file, _memory("answer") as answer, TemporaryDirectory() as folder:
        _fill(file, data)
        command = [sys.executable, "-s", "-X", "utf8", "-m", CHILD, *map(str, task)]
        child = subprocess.Popen(  # noqa: S603 - our own module; the file only comes over stdin
            command, stdin=file, stdout=answer, stderr=subprocess.DEVNULL, cwd=ROOT,
            env=_environment(folder), start_new_session=True,
        )  # fmt: skip
        if not _ends_in_time(child):
            return Answer(refused=Refusal.TOO_SLOW)
        return _judged(child.returncode, _content(answer))


@contextmanager
def _memory(name: str) -> Iterator[int]:
    # Files in memory: patient text touches no disk, and a pipe could fill up and block.
    descriptor = os.memfd_create(name)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _fill(descriptor: int, data: bytes) -> None:
    with open(descriptor, "wb", closefd=False) as file:
        file.write(data)
    os.lseek(descriptor, 0, os.SEEK_SET)


def _content(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(limits.WRITTEN_BYTES)


def _environment(folder: str) -> dict[str, str]:
    # One thread each: two people's scans should not slow the building down for everybody.
    alone = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {"PATH": PROGRAMS, "LANG": "C.UTF-8", "TMPDIR": folder, **alone}


def _ends_in_time(child: subprocess.Popen[bytes]) -> bool:
    try:
        return _ended(child.pid, limits.SECONDS)
    finally:
        _end(child)


def _ended(pid: int, seconds: float) -> bool:
    descriptor = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def _end(child: subprocess.Popen[bytes]) -> None:
    # The whole group, so that Tesseract goes with the process that started it.
    with suppress(ProcessLookupError):  # it and all it started have ended
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _judged(code: int, body: bytes) -> Answer:
    if code == -signal.SIGXCPU:
        return Answer(refused=Refusal.TOO_SLOW)
    answer = decoded(body) if code == 0 else None
    return answer or Answer(refused=Refusal.BROKE_OFF)
