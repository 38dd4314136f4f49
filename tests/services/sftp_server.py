"""A clearinghouse's SFTP server on loopback, with the faults that such servers have."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

USER, PASSWORD = "sample-practice", "a password for tests"


@dataclass
class Faults:
    """What goes wrong from now on; names are bytes, as they travel."""

    denied: set[bytes] = field(default_factory=set)
    cut_in: set[bytes] = field(default_factory=set)  # the line breaks in the middle of these
    growing: set[bytes] = field(default_factory=set)  # somebody is still writing these
    mute: bool = False  # no answer comes when a file is read
    fixed: bool = False  # nothing may be moved
    shut: bool = False  # the line breaks as somebody introduces himself


@dataclass
class Served:
    """A running server: where, what lies there, and who has tried to come in."""

    root: Path
    host_key: Any
    key: Any  # the one private key that opens it
    port: int = 0
    faults: Faults = field(default_factory=Faults)
    tried: list[str] = field(default_factory=list)
    sign_ins: int = 0
    opened: list[bytes] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        return str(self.host_key.get_fingerprint())

    @property
    def address(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}/out"

    @property
    def out(self) -> Path:
        """The folder whose files are for us."""
        return self.root / "out"


def _door(served: Served) -> Any:
    class Door(asyncssh.SSHServer):
        def connection_made(self, conn: Any) -> None:
            self.conn = conn

        def begin_auth(self, username: str) -> bool:
            if served.faults.shut:
                self.conn.abort()
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            served.tried.append("password")
            return self._let_in((username, password) == (USER, PASSWORD))

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: Any) -> bool:
            served.tried.append("key")
            mine = served.key.convert_to_public()
            return self._let_in(username == USER and key == mine)

        def _let_in(self, is_known: bool) -> bool:
            served.sign_ins += is_known
            return is_known

    return Door


def _files(served: Served) -> Any:
    faults = served.faults

    class Files(asyncssh.SFTPServer):
        def __init__(self, chan: Any) -> None:
            super().__init__(chan, chroot=str(served.root).encode())
            self.open_as: dict[int, bytes] = {}

        def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
            name = path.rsplit(b"/", 1)[-1]
            served.opened.append(name)
            if name in faults.denied:
                raise asyncssh.SFTPPermissionDenied("not for you")
            opened: Any = super().open(path, pflags, attrs)
            self.open_as[id(opened)] = name
            return opened

        async def read(self, opened: Any, offset: int, size: int) -> Any:
            name = self.open_as[id(opened)]
            if faults.mute:
                await asyncio.Event().wait()
            if name in faults.cut_in and offset:
                faults.cut_in.discard(name)
                self.channel.get_connection().abort()
            if name in faults.growing:
                with (served.out / name.decode()).open("ab") as file:
                    file.write(b"\n")
            return super().read(opened, offset, size)

        def rename(self, oldpath: bytes, newpath: bytes) -> Any:
            if faults.fixed:
                raise asyncssh.SFTPPermissionDenied("not for you")
            return super().rename(oldpath, newpath)

    return Files


@contextmanager
def serving(root: Path, **options: Any) -> Iterator[Served]:
    """Serve *root* until the block ends; *options* go to asyncssh."""
    served = Served(
        root, asyncssh.generate_private_key("ssh-ed25519"),
        asyncssh.generate_private_key("ssh-ed25519"),
    )  # fmt: skip
    served.out.mkdir()
    loop, ready = asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=_run, args=(loop, served, ready, options), daemon=True)
    thread.start()
    assert ready.wait(30), "the SFTP server did not start"
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _run(
    loop: asyncio.AbstractEventLoop, served: Served, ready: threading.Event, options: Any
) -> None:
    asyncio.set_event_loop(loop)
    given = {"server_host_keys": [served.host_key], "sftp_factory": _files(served), **options}
    server = loop.run_until_complete(
        asyncssh.create_server(_door(served), "127.0.0.1", 0, allow_scp=False, **given)
    )
    served.port = server.get_port()
    ready.set()
    loop.run_forever()
    server.close()
    loop.run_until_complete(server.wait_closed())
    loop.close()
