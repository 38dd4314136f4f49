"""Sealing and opening one body, beside Fernet and beside leaving it as it is."""

from collections.abc import Iterator
from uuid import uuid4

from cryptography.fernet import Fernet

from db.base import new_id
from db.vault import Vault
from services.desk import looking
from tests.bench.building import sqlite_building
from tests.bench.figures import MICROSECONDS, Figure, Scale, cpu
from tests.bench.letters import texts


def measure(scale: Scale) -> Iterator[Figure]:
    """AES-256-GCM under an item's own data key, bound to table, column and row."""
    with (
        sqlite_building(scale.folder) as building,
        looking(building.container, building.job) as desk,
    ):
        yield from _beside_fernet(desk.vault, scale)


def _beside_fernet(vault: Vault, scale: Scale) -> Iterator[Figure]:
    bodies, key, row = texts(scale.messages), vault.new_key_id(), uuid4()
    fernet = Fernet(Fernet.generate_key())
    tokens = [fernet.encrypt(body.encode()) for body in bodies]
    seal = cpu(lambda: [vault.seal("message", "body", row, key, b) for b in bodies], scale.rounds)
    theirs = cpu(lambda: [fernet.encrypt(body.encode()) for body in bodies], scale.rounds)
    encode = cpu(lambda: [body.encode() for body in bodies], scale.rounds)
    yield _figure("sealing: one body", seal, "Fernet", theirs, scale, "<= 0.17x")
    yield _figure("sealing: one body", seal, "plain UTF-8", encode, scale)
    sealed = [_Sealed(row, key, vault.seal("message", "body", row, key, b)) for b in bodies]
    opened = cpu(lambda: [vault.read(one, "body") for one in sealed], scale.rounds)
    theirs = cpu(lambda: [fernet.decrypt(token).decode() for token in tokens], scale.rounds)
    yield _figure("sealing: opening one body", opened, "Fernet", theirs, scale, "<= 0.17x")
    keys = cpu(lambda: [vault.new_key_id() for _ in bodies], scale.rounds)
    ids = cpu(lambda: [new_id() for _ in bodies], scale.rounds)
    yield _figure("sealing: a new data key, wrapped", keys, "a new id", ids, scale)


class _Sealed:
    """A message as far as the vault looks at it."""

    __tablename__ = "message"

    def __init__(self, id: object, key_id: object, body: bytes) -> None:
        self.id, self.key_id, self.body = id, key_id, body


def _figure(
    what: str, ours: float, beside: str, other: float, scale: Scale, target: str = ""
) -> Figure:
    each = 1e6 / scale.messages
    return Figure(what, ours * each, MICROSECONDS, beside, other * each, target)
