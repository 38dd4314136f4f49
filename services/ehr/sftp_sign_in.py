"""Opening a line to an SFTP server: only to one whose key we know, and only as ourselves."""

import hmac
import socket
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
            _greet(transport, account, patience)
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


def _greet(transport: Any, account: SftpAccount, patience: timedelta) -> None:
    seconds = patience.total_seconds()
    transport.banner_timeout = transport.handshake_timeout = seconds
    transport.auth_timeout = transport.channel_timeout = seconds
    try:
        transport.start_client(timeout=seconds)
        shown = transport.get_remote_server_key().fingerprint
    except paramiko.ssh_exception.IncompatiblePeer:
        raise Refused(f"{SYSTEM} offers no encryption that is strong enough.") from None
    except (paramiko.SSHException, EOFError, OSError, ValueError) as error:
        raise broken_off() from error
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
    except paramiko.AuthenticationException:
        raise _not_let_in() from None
    except (paramiko.SSHException, EOFError, OSError, ValueError) as error:
        raise broken_off() from error
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


def broken_off() -> Unreachable:
    """The line failed before the answer was complete; nothing of the answer is repeated."""
    return Unreachable(f"{SYSTEM} broke off before the answer was complete.")
