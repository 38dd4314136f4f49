"""A clearinghouse's folder over SFTP: what lies there, and one whole file at a time."""

import errno
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import paramiko

from services.ehr.billing import FolderFile
from services.ehr.sftp_account import SftpAccount
from services.ehr.sftp_sign_in import SYSTEM, in_time, sign_in
from services.errors import NeedsAuthorization, Refused, Stale

LISTING = timedelta(minutes=1)
READING = timedelta(minutes=5)  # a file of 50 MB in pieces of 32 kB, 190 ms each
PIECE = 32_768  # bytes; what every server gives at once
MOST = 10_000  # files in the folder
DONE = "done"
TOO_MANY = (
    f"The folder at {SYSTEM} holds more than {MOST:,} files. Have old ones moved away, or set "
    "sftp_move_done."
)


@dataclass(frozen=True)
class SftpDrop:
    """A ``FileDrop``. *patience* is how long signing in, and each answer after it, may take."""

    account: SftpAccount
    patience: timedelta

    @contextmanager
    def visit(self) -> Iterator["SftpVisit"]:
        """See ``FileDrop``."""
        with sign_in(self.account, self.patience) as transport:
            with in_time(transport, self.patience):
                client = paramiko.SFTPClient.from_transport(transport)
            client.get_channel().settimeout(self.patience.total_seconds())
            yield SftpVisit(self.account, transport, client)


@dataclass(frozen=True)
class SftpVisit:
    """An ``OpenFolder`` on a line that is open."""

    account: SftpAccount
    transport: Any
    client: Any

    @property
    def moves_done(self) -> bool:
        """See ``OpenFolder``."""
        return self.account.moves_done

    def listed(self) -> list[FolderFile]:
        """See ``OpenFolder``."""
        with in_time(self.transport, LISTING), self._of_the_folder():
            return [file for name, attr in self._entries() if (file := _plain(name, attr))]

    def read(self, file: FolderFile) -> bytes:
        """See ``OpenFolder``."""
        with in_time(self.transport, READING), self._of_one_file():
            data, now = self._whole(file)
        if (len(data), now.st_size, int(now.st_mtime or 0)) != (file.size, file.size, file.changed):
            raise Stale("The file is still being written.")
        return data

    def put_away(self, file: FolderFile) -> None:
        """See ``OpenFolder``."""
        with in_time(self.transport, LISTING), self._of_one_file():
            self._move(file)

    def _whole(self, file: FolderFile) -> tuple[bytes, Any]:
        """Its bytes, never many more than it was said to have, and what it is afterwards."""
        data = bytearray()
        with self.client.open(self._path(file.name), "rb") as opened:
            while len(data) <= file.size and (piece := opened.read(PIECE)):
                data += piece
            return bytes(data), opened.stat()

    def _move(self, file: FolderFile) -> None:
        old = self._path(file.name)
        try:
            self.client.rename(old, self._path(f"{DONE}/{file.name}"))
        except OSError as error:
            if not self._was_answered(error):
                raise
            self._make_done()
            # Or one of this name was put there before.
            self.client.rename(old, self._path(f"{DONE}/{file.changed}-{file.name}"))

    def _make_done(self) -> None:
        try:
            self.client.stat(self._path(DONE))
        except FileNotFoundError:
            self.client.mkdir(self._path(DONE))

    def _entries(self) -> Iterator[tuple[bytes, Any]]:
        """Names and attributes. Read here, since paramiko gives up on a name that is not UTF-8."""
        kind, told = self.client._request(paramiko.sftp.CMD_OPENDIR, self._path(""))
        if kind != paramiko.sftp.CMD_HANDLE:
            raise paramiko.SFTPError("no folder")
        handle, count = told.get_binary(), 0
        while page := self._page(handle):
            count += len(page)
            if count > MOST:
                raise Refused(TOO_MANY)
            yield from page
        self.client._request(paramiko.sftp.CMD_CLOSE, handle)

    def _page(self, handle: bytes) -> list[tuple[bytes, Any]]:
        try:
            kind, told = self.client._request(paramiko.sftp.CMD_READDIR, handle)
        except EOFError:
            if self._is_open():
                return []  # the end of the folder, not of the line
            raise
        if kind != paramiko.sftp.CMD_NAME:
            raise paramiko.SFTPError("no names")
        count = told.get_int()
        if count > MOST:
            raise Refused(TOO_MANY)
        return [_entry(told) for _ in range(count)]

    def _path(self, name: str) -> bytes:
        within = f"{self.account.place.folder}/{name}" if name else self.account.place.folder
        return within.encode(errors="surrogateescape")

    def _is_open(self) -> bool:
        return self.transport.is_active() and not self.client.get_channel().closed

    @contextmanager
    def _of_the_folder(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._was_answered(error):
                raise
            raise _no_folder(error) from None

    @contextmanager
    def _of_one_file(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._was_answered(error):
                raise
            raise Refused(f"{SYSTEM} does not {_denied(error)}.") from None

    def _was_answered(self, error: OSError) -> bool:
        """A clear no, on a line that still stands; else the line itself has failed."""
        return self._is_open() and not isinstance(error, TimeoutError)


def _entry(told: Any) -> tuple[bytes, Any]:
    name, longname = told.get_binary(), told.get_binary()
    attr = paramiko.SFTPAttributes._from_msg(told, None, longname.decode(errors="replace"))
    return name, attr


def _plain(name: bytes, attr: Any) -> FolderFile | None:
    """A plain file with all that tells whether it is finished; links and folders are left alone."""
    mode, size, changed = attr.st_mode, attr.st_size, attr.st_mtime
    is_file = stat.S_ISREG(mode) if mode is not None else str(attr.longname).startswith("-")
    if not is_file or size is None or changed is None or b"/" in name:
        return None
    return FolderFile(name.decode(errors="surrogateescape"), int(size), int(changed))


def _no_folder(error: OSError) -> Refused:
    if error.errno == errno.EACCES:
        return NeedsAuthorization(f"{SYSTEM} does not let us look into the folder of sftp_address.")
    return Refused(f"{SYSTEM} has no folder as sftp_address names it.")


def _denied(error: OSError) -> str:
    match error.errno:
        case errno.EACCES:
            return "let us read or move this file"
        case errno.ENOENT:
            return "have this file any more"
        case _:
            return "give or move this file"
