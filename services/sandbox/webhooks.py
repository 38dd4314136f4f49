"""The webhook sender: tells one loopback address of messages and visits, signed, and without their text."""

import asyncio
import hashlib
import hmac
import http.client
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from services.sandbox.mailbox import Message
from services.sandbox.shapes import Json

PATIENCE = 5.0


@dataclass
class Hook:
    """Where to tell, the signing secret, and what became of each event: status 0 is no answer."""

    url: str = ""
    secret: str = field(default="", repr=False)
    sent: list[Json] = field(default_factory=list)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def point(self, url: str, secret: str) -> None:
        """Set the address. Raises ValueError unless it is on this machine."""
        host = urlsplit(url).hostname or ""
        if url and host != "localhost" and not ip_address(host).is_loopback:
            raise ValueError("A webhook may only go to a loopback address.")
        self.url, self.secret = url, secret

    def announce(self, practice: str, message: Message, at: datetime) -> None:
        """Tell of a message, beside whatever else is going on; says nothing without an address."""
        about = {"thread": message.thread, "message": message.id}
        self._announce("message.created", {"practice": practice, **about}, at)

    def announce_visit(self, practice: str, kind: str, encounter: str, at: datetime) -> None:
        """Tell that an encounter was opened, saved or signed; *kind* is the event's type."""
        self._announce(kind, {"practice": practice, "encounter": encounter}, at)

    def _announce(self, kind: str, about: Json, at: datetime) -> None:
        if self.url:
            event = {"id": f"ev-{secrets.token_hex(8)}", "type": kind, **about}
            task = asyncio.get_running_loop().create_task(self._tell(event, at))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _tell(self, event: Json, at: datetime) -> None:
        body = json.dumps(event).encode()
        status = await asyncio.to_thread(post, self.url, body, headers_for(self.secret, body, at))
        self.sent.append({**event, "status": status})


def headers_for(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """The signature headers: HMAC-SHA256 over the timestamp, a dot and the raw body."""
    timestamp = str(int(at.timestamp()))
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "X-Sandbox-Timestamp": timestamp,
        "X-Sandbox-Signature": f"sha256={signed.hexdigest()}",
    }


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Post once; the status, or 0 if there was no answer."""
    where = urlsplit(url)
    line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
    try:
        line.request("POST", where.path or "/", body, headers)
        return line.getresponse().status
    except OSError:
        return 0
    finally:
        line.close()
