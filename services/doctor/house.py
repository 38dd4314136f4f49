"""What lies on our own machines: keyring, database, anchors, disk, worker, people."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from db import reading
from db.keyring import KeyringFault, load_keyring
from db.migrate import current, pending
from db.practices import Practices
from db.staff import StaffList
from db.vault import ItemKeys, Unreadable, Vault
from db.vocabulary import Role
from services import job_board
from services.container import Container
from services.doctor.finding import Finding, ill, well
from services.settings import Settings

ROOM_BYTES = 1_000_000_000  # below a gigabyte, a day's messages and their log may not fit
OWNER_ONLY = 0o077  # the bits nobody but the owner may have
SQLITE = "sqlite:///"


def keyring(settings: Settings) -> Iterator[Finding]:
    """The keyring file is there, is a keyring, and is nobody else's to read."""
    try:
        load_keyring(settings.keyring)
    except KeyringFault as fault:
        yield ill(f"Keyring: {fault}", "Restore the file; without it no message can be read.")
        return
    yield well("The keyring can be read.")
    if settings.keyring.stat().st_mode & OWNER_ONLY:
        yield ill(
            "Keyring: other people on this machine can read it.",
            "Make it readable for Foyer's own user alone (chmod 600).",
        )


def database(settings: Settings) -> Iterator[Finding]:
    """The database answers and has the present schema."""
    if current(settings.database_url) is None:
        yield ill("The database is empty or not there.", "Run `foyer db migrate`.")
    elif waiting := pending(settings.database_url):
        yield ill(f"The database waits for {len(waiting)} migration(s).", "Run `foyer db migrate`.")
    else:
        yield well("The database answers and has the present schema.")


def keys_fit(container: Container) -> Iterator[Finding]:
    """The keyring opens what is stored, and what it seals can be read again."""
    with reading(container.engine) as session:
        for practice in Practices(session).all():
            vault = Vault(session, practice.id, container.keyring)
            keys = ItemKeys(session, practice.id)
            stored = keys.wrapped_otherwise("", limit=1)
            try:
                vault.preload([key.id for key in stored])
                probe = vault.new_key()
                vault.seal("probe", "text", uuid4(), probe.id, "probe")
            except Unreadable as fault:
                yield ill(
                    f"{practice.code}: {fault}",
                    "This is not the keyring the database was written with. Restore that one.",
                )
            else:
                yield well(f"{practice.code}: the keyring opens what is stored.")


def anchors(settings: Settings) -> Iterator[Finding]:
    """The folder for audit anchors can be written."""
    folder = _nearest(settings.anchors)
    with tempfile.TemporaryFile(dir=folder):
        yield well("The folder for audit anchors can be written.")


def disk(settings: Settings) -> Iterator[Finding]:
    """There is room for the database and the anchors."""
    places = {"audit anchors": settings.anchors}
    if settings.database_url.startswith(SQLITE):
        places["database"] = Path(settings.database_url.removeprefix(SQLITE))
    for what, path in places.items():
        free = shutil.disk_usage(_nearest(path)).free
        words = f"{free / 1e9:.1f} GB free for the {what}."
        yield (
            well(words)
            if free > ROOM_BYTES
            else ill(words, "Make room: nothing can be approved once the disk is full.")
        )


def worker(container: Container) -> Iterator[Finding]:
    """Some worker leads the timetable."""
    with reading(container.engine) as session:
        until = job_board.worker_until(session)
    if until and until > container.clock():
        yield well("A worker is running.")
    else:
        yield ill(
            "No worker is running: nothing is fetched and nothing is sent.",
            "Start `foyer worker`, or look into its log.",
        )


def people(container: Container) -> Iterator[Finding]:
    """Every practice has an administrator who may sign in."""
    with reading(container.engine) as session:
        for practice in Practices(session).all():
            active = StaffList(session, practice.id).active()
            if any(person.role is Role.ADMIN for person in active):
                yield well(f"{practice.code}: {len(active)} people may sign in.")
            else:
                yield ill(
                    f"{practice.code}: nobody is an administrator.",
                    f"Run `foyer staff add --practice {practice.code} --role admin`.",
                )


def _nearest(path: Path) -> Path:
    """*path*, or the closest folder above it that exists."""
    return next(place for place in (path, *path.absolute().parents) if place.is_dir())
