"""Opening a line to an SFTP server: only to one whose key we know, and only as ourselves."""

import hmac
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import paramiko

from services.ehr.sftp_account import SftpAccount
from services.errors import NeedsAuthorization, Refused, Unreachable

SYSTEM = "The clearinghouse's SFTP server"
# Old and weak, though paramiko still knows them.
DISABLED = {
    "ciphers": ["3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1", "hmac-sha1-96"],
}
# Whatever a strange server makes of an answer; what it says is never repeated.
STRANGE = (
    EOFError, OSError, paramiko.SSHException, paramiko.SFTPError, ValueError, struct.error,
    IndexError, TypeError, AssertionError,
)  # fmt: skip
BROKE_OFF = "broke off before the answer was complete"
CUT_OFF = "transport shut down"  # how paramiko says that no answer came, with the same exception
BAD_KEY = "The file of sftp_key_file holds no private key that can be used without a passphrase."


@contextmanager
def sign_in(account: SftpAccount, patience: timedelta) -> Iterator[Any]:
    """A line on which we are known, closed after the block.

    Raises ``Unreachable``, ``Refused``, or ``NeedsAuthorization`` where the server is not the one
    we know or does not let us in; a server we do not know learns nothing of us.
    """
    key = _key_of(account)
    with _reached(account, patience) as line:
        transport = paramiko.Transport(line, disabled_algorithms=DISABLED)
        try:
            with in_time(transport, patience):
                _greet(transport, account)
                _introduce(transport, account, key)
            yield transport
        finally:
            transport.close()


@contextmanager
def _reached(account: SftpAccount, patience: timedelta) -> Iterator[socket.socket]:
    host, port = account.place.host, account.place.port
    try:
        line = socket.create_connection((host, port), timeout=patience.total_seconds())
    except socket.gaierror:
        raise Unreachable(f"{SYSTEM} cannot be reached: the name {host} is not known.") from None
    except ConnectionRefusedError:
        raise Unreachable(f"{SYSTEM} cannot be reached: {host} refuses connections.") from None
    except OSError:
        raise Unreachable(f"{SYSTEM} cannot be reached: {host} does not answer.") from None
    with line:
        yield line


def _greet(transport: Any, account: SftpAccount) -> None:
    try:
        transport.start_client()
        shown = transport.get_remote_server_key().fingerprint
    except paramiko.ssh_exception.IncompatiblePeer:
        raise Refused(f"{SYSTEM} offers no encryption that is strong enough.") from None
    if not any(hmac.compare_digest(shown, known.rstrip("=")) for known in account.host_keys):
        raise NeedsAuthorization(
            f"{SYSTEM} shows a key that is not in sftp_host_keys ({shown}). Nothing was sent. Ask "
            "the clearinghouse whether it has a new key; if it has not, somebody else answers.",
            code="host_key",
        )


def _introduce(transport: Any, account: SftpAccount, key: Any) -> None:
    try:
        user, asked_for = account.place.user, []
        if key:
            asked_for = transport.auth_publickey(user, key)
        if not transport.is_authenticated() and (asked_for or not key):
            transport.auth_password(user, account.password)
    except paramiko.AuthenticationException as error:
        if CUT_OFF in str(error):
            raise
        raise _not_let_in() from None
    if not transport.is_authenticated():
        raise _not_let_in()


def _key_of(account: SftpAccount) -> Any:
    """The key, read anew each time, since it may have been renewed; ``None`` without one."""
    if account.key_file is None:
        return None
    try:
        return paramiko.PKey.from_path(account.key_file)
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        raise NeedsAuthorization(BAD_KEY, code="key_file") from None


def _not_let_in() -> NeedsAuthorization:
    return NeedsAuthorization(
        f"{SYSTEM} does not let us in. An administrator has to compare sftp_address, "
        "sftp_key_file and sftp_password with what the clearinghouse gave the practice.",
        code="sign_in",
    )


@contextmanager
def in_time(transport: Any, limit: timedelta) -> Iterator[None]:
    """Cut the line when *limit* is over: for some answers paramiko would wait for ever.

    Raises ``Unreachable`` for whatever the line or a strange answer makes of it.
    """
    late = threading.Event()

    def cut() -> None:
        late.set()
        transport.close()

    timer = threading.Timer(limit.total_seconds(), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except STRANGE as error:
        is_late = late.is_set() or isinstance(error, TimeoutError)
        trouble = "did not answer in time" if is_late else BROKE_OFF
        raise Unreachable(f"{SYSTEM} {trouble}.") from error
    finally:
        timer.cancel()
