"""Carrying threads, replies and the ledger over to the next start, in one JSON file."""

import asyncio
import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette

from services.sandbox.access import Client
from services.sandbox.clearing.keeping import as_kept, restored
from services.sandbox.ledger import Write
from services.sandbox.mailbox import Message, Thread
from services.sandbox.shapes import Json
from services.sandbox.tenants import Tenant
from services.sandbox.world import World

BETWEEN_SAVES = 1.0


def save(world: World, path: Path) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(snapshot(world), default=_plain), "utf-8")
    os.replace(fresh, path)


def load(world: World, path: Path) -> None:
    """Take up where the file left off. Raises ValueError or KeyError if it is not one of ours."""
    kept = json.loads(path.read_text("utf-8"))
    world.ledger.writes = [Write(**line) for line in kept["ledger"]]
    for entry in kept["clients"]:
        world.access.register(Client.from_json(entry))
    for code, practice in kept["practices"].items():
        if code in world.tenants:
            _restore(world.tenants[code], practice)
    for number, code in enumerate(world.tenants):
        if account := kept.get("clearing", {}).get(code):
            world.houses[code] = restored(code, number, world.config.seed, account)


def snapshot(world: World) -> Json:
    """All that is kept, as JSON values but for the moments."""
    return {
        "ledger": world.ledger.lines(),
        "clients": [asdict(c) for c in world.access.clients.values()],
        "clearing": {code: as_kept(house) for code, house in world.houses.items()},
        "practices": {code: _kept(tenant) for code, tenant in world.tenants.items()},
    }


def fingerprint(world: World) -> tuple[int, ...]:
    """Differs whenever there is something new to keep."""
    changes = [
        len(t.mailbox.changes) + len(t.written) + t.tray.filed + t.notes.changes
        for t in world.tenants.values()
    ]
    accounts = [1 + len(house.log) for house in world.houses.values()]
    return (len(world.ledger.writes), len(world.access.clients), sum(accounts), *changes)


async def keep_saving(app: Starlette, path: Path) -> None:
    """Save whenever something changed, until cancelled."""
    saved = fingerprint(app.state.world)
    while True:
        await asyncio.sleep(BETWEEN_SAVES)
        world: World = app.state.world
        if fingerprint(world) != saved:
            saved = fingerprint(world)
            save(world, path)


def _kept(tenant: Tenant) -> Json:
    box = tenant.mailbox
    return {
        "threads": [asdict(t) for t in box.threads.values()],
        "messages": [asdict(m) for m in box.messages.values()],
        "older": {i: [asdict(m) for m in ms] for i, ms in box.older.items()},
        "changes": box.changes,
        "replies_by_key": tenant.replies_by_key,
        "issued": tenant.issued,
        "truths": tenant.tray.truths,
        "notes": tenant.notes.kept(),
        "written": [tenant.chart.at(ref) for ref in tenant.written],
    }


def _restore(tenant: Tenant, kept: Json) -> None:
    box = tenant.mailbox
    for thread in kept["threads"]:
        box.open(Thread(**thread))
    for entry in kept["messages"]:
        message = _message(entry)
        box.messages[message.id] = message
        box.members[message.thread].append(message.id)
    box.older = {i: [_message(m) for m in ms] for i, ms in kept["older"].items()}
    box.changes = kept["changes"]
    box.latest = {message_id: index for index, message_id in enumerate(box.changes)}
    tenant.replies_by_key, tenant.issued = kept["replies_by_key"], kept["issued"]
    tenant.tray.truths |= kept.get("truths", {})
    tenant.notes.restore(kept.get("notes", {}))
    for resource in kept["written"]:
        tenant.write(resource)
    tenant.tray.drop_known(tenant.chart)


def _message(entry: Json) -> Message:
    moments = {name: datetime.fromisoformat(entry[name]) for name in ("sent", "received")}
    return Message(**{**entry, **moments, "attachments": tuple(entry["attachments"])})


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
