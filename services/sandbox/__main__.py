"""``python -m services.sandbox``: serve the sandbox until it is told to stop."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from socket import socket

import uvicorn

from services.sandbox.access import Client
from services.sandbox.pace import ClaimsPace
from services.sandbox.server import server_config
from services.sandbox.world import SandboxConfig


class Announcing(uvicorn.Server):
    """uvicorn, saying one line once it can be called."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, then say where."""
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            sys.stdout.write(f"Sandbox (synthetic data) on http://127.0.0.1:{port}\n")
            sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 0 after a clean stop, 1 if the port could not be had."""
    asked = arguments().parse_args(argv)
    config = SandboxConfig(
        seed=asked.seed,
        inbox=asked.inbox,
        per_hour=asked.per_hour,
        forms=asked.forms,
        visits=asked.visits,
        signed=asked.signed,
        yesterday=asked.yesterday,
        practices=(asked.practice, "FEIGDM" if asked.practice == "FEIGD2" else "FEIGD2"),
        clients=registered(asked.clients),
        state=asked.state,
        hook_url=asked.hook_url,
        hook_secret=asked.hook_secret,
        clearinghouse_key=asked.clearinghouse_key,
        claims_pace=ClaimsPace.of(asked.claims_pace),
        mllp_port=asked.mllp_port,
    )
    try:
        server = Announcing(server_config(config, asked.port))
    except (KeyError, ValueError) as error:
        sys.stderr.write(f"The sandbox cannot start: {error}. Is the state file one of ours?\n")
        return 1
    # uvicorn raises the signal again once it has stopped; by then it has done its work.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    server.run()
    return 0 if server.started else 1


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="foyer sandbox", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=8600, help="port on loopback; 0 picks a free one")
    add("--seed", type=int, default=7, help="the same seed gives the same messages")
    add("--practice", default="FEIGDM", help="practice code of the demo practice")
    add("--per-hour", type=float, default=40, help="messages arriving an hour; 0 for none")
    add("--inbox", type=int, default=120, help="messages that are already there")
    add("--forms", type=float, default=0.9, help="share of coming visits with a check-in form")
    add("--yesterday", type=int, default=7, help="visits of yesterday whose notes are signed")
    add("--visits", type=int, default=12, help="visits of today to write notes about")
    add("--signed", type=int, default=0, help="more visits of today, their notes signed already")
    add("--clients", type=Path, help="JSON list of registered apps with their public keys")
    add("--state", type=Path, help="file that carries threads and ledger over to the next start")
    add("--hook-url", default="", help="loopback address to tell of new messages and visits")
    add("--hook-secret", default="", help="key that signs those calls")
    add("--clearinghouse-key", default="sandbox-clearinghouse-key", help="opens the claim files")
    add("--claims-pace", type=float, default=45, help="seconds from a claim to its remittance")
    add("--mllp-port", type=int, help="port on loopback for notes by HL7; 0 picks a free one")
    return parser


def registered(path: Path | None) -> tuple[Client, ...]:
    """The apps in a ``--clients`` file."""
    if path is None:
        return ()
    return tuple(Client.from_json(entry) for entry in json.loads(path.read_text("utf-8")))


if __name__ == "__main__":
    sys.exit(main())
