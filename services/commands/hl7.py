"""Notes by HL7 v2: built, checked, and sent to an interface."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from services.errors import FoyerError, InDoubt, Invalid, Refused, Unreachable

if TYPE_CHECKING:
    from services.ehr.hl7.mllp import Mllp

REFUSED = 2
A_FILE = click.Path(path_type=Path)


def or_refused(command: Callable[..., Any]) -> Callable[..., Any]:
    """Say in a sentence why not, and exit 2, as every command does that judges files."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except FoyerError as error:
            click.echo(f"foyer: {error}", err=True)
            sys.exit(REFUSED)

    return run


@click.group()
def hl7() -> None:
    """Notes as HL7 v2.5.1 ORU^R01."""


@hl7.command(name="build")
@click.option("--profile", required=True, type=A_FILE, help="the location's template, TOML")
@click.option("--note", required=True, type=A_FILE, help="the note, JSON")
@click.option("--delivery", default="", help="id from which MSH-10 follows")
@click.option("--at", type=click.DateTime(), help="moment of the note, UTC")
@or_refused
def build_message(profile: Path, note: Path, delivery: str, at: datetime | None) -> None:
    """Write the message of a note to standard output, byte for byte as it is sent."""
    from services.note_files import message_of

    moment = at.replace(tzinfo=UTC) if at else None
    click.echo(message_of(profile, note, delivery, moment), nl=False)


@hl7.command(name="check")
@click.option("--profile", type=A_FILE, help="also by this location's template")
@click.argument("files", nargs=-1, required=True, type=A_FILE)
@or_refused
def check_messages(profile: Path | None, files: tuple[Path, ...]) -> None:
    """Say what eCW would refuse or drop of each message; exit 2 if there is anything."""
    from services.note_files import checked

    faulty = False
    for file in files:
        shown, faults = checked(file, profile)
        if shown:
            click.echo(json.dumps({"file": str(file), **shown, "ok": not faults}))
        for fault in faults:
            click.echo(f"foyer: {file}: {fault}", err=True)
        faulty = faulty or bool(faults)
    sys.exit(REFUSED if faulty else 0)


@hl7.command(name="send")
@click.option("--to", "target", required=True, metavar="HOST:PORT")
@click.option("--tls", is_flag=True, help="over TLS, certificate and name verified")
@click.option("--ca", type=A_FILE, help="the interface's own authority, PEM; means --tls")
@click.option("--seconds", default=30.0, type=click.FloatRange(0.1, 600), show_default=True)
@click.argument("file", type=A_FILE)
@or_refused
def send_message(target: str, tls: bool, ca: Path | None, seconds: float, file: Path) -> None:
    """Send the message in FILE once by MLLP, and say what the answer means; exit 0 if it was taken."""
    from services.ehr.hl7.mllp import Mllp, verified_tls
    from services.note_files import message_in

    host, port = _address(target)
    secure = verified_tls(str(ca) if ca else None) if tls or ca else None
    message = message_in(file)
    to = Mllp(host, port, secure, timedelta(seconds=seconds), system=target)
    sys.exit(_said(to, message))


def _said(to: "Mllp", message: bytes) -> int:
    """The meaning on standard output, since that is what was asked for; the exit status."""
    try:
        receipt = to.send(message)
    except Refused as no:
        click.echo(f"REFUSED   {no} Correct it before it is sent again.")
    except Unreachable as none:
        click.echo(f"NOT TAKEN {none} It may be sent again as it is.")
    except InDoubt as doubt:
        click.echo(f"IN DOUBT  {doubt} If it is not there, it may be sent again as it is.")
    else:
        detail = f" ({receipt.detail})" if receipt.detail else ""
        click.echo(f"TAKEN     {to.system} took message {receipt.remote_id}{detail}.")
        return 0
    return REFUSED


def _address(target: str) -> tuple[str, int]:
    """Loopback, or an interface that the settings name. Raises ``Invalid``."""
    host, _, port = target.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise Invalid("--to is a host and a port, such as 127.0.0.1:2575.")
    if not _is_loopback(host) and target not in _configured():
        raise Invalid(
            f"{target} is neither on this machine nor among hl7_interfaces in the settings; a note "
            "goes only where an administrator has said."
        )
    return host, int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _configured() -> tuple[str, ...]:
    from services.settings import load

    return load().hl7_interfaces
