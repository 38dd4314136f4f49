"""What a click or key does; a decision names the version of what the person saw."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from pages.parts import worklist
from pages.parts.claims import snapshot
from pages.parts.claims.deeds import open_item, perform
from pages.parts.claims.sitting import Sitting
from pages.parts.worklist import Event
from services.actions import Target
from services.container import Container
from services.desk import Actor
from services.workflows.claims import files, filing, matching, releasing

Handler = Callable[[Container, Actor, Sitting, Event], None]
PARTS = ("claims_queue", "claims_item")  # keys of the page's own controls


def take(container: Container, actor: Actor, sitting: Sitting) -> bool:
    """Do what the page's controls asked for. Returns whether there was something to say."""
    before = list(sitting.deeds)
    for part in PARTS:
        if event := worklist.pending(part, sitting.handled):
            handle(container, actor, sitting, part, event)
    return before != sitting.deeds


def handle(container: Container, actor: Actor, sitting: Sitting, part: str, event: Event) -> None:
    """Do what *event* asks, once."""
    sitting.handled[part] = int(event["n"])
    if part == "claims_item" and not _is_open(sitting, event):
        return
    HANDLERS[event["kind"]](container, actor, sitting, event)


def _is_open(sitting: Sitting, event: Event) -> bool:
    return sitting.open is not None and str(sitting.open.target.id) == event["target"]["id"]


def _target(event: Event) -> Target:
    """What was on the screen when the person clicked, not what is there now."""
    seen = event["target"]
    return Target(UUID(seen["id"]), int(seen["version"]), seen["shown"])


def _open(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    open_item(container, actor, sitting, UUID(event["id"]))


def _lane(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    st.query_params["lane"] = event["lane"]
    sitting.wanted_pages, sitting.lane = 1, ""
    sitting.show(None)


def _fresh(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    snapshot.read(container, actor, sitting, sitting.lane)


def _more(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.wanted_pages += 1
    snapshot.read(container, actor, sitting, sitting.lane)


def _overrule(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    finding = UUID(event["finding"])
    perform(container, actor, sitting, releasing.overrule, _target(event), finding, event["why"])


def _match(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, matching.match, _target(event), UUID(event["claim"]))


def _unmatch(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    payment = Target(UUID(event["payment"]), int(event["version"]))
    perform(container, actor, sitting, matching.unmatch, payment)


def _find(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.found = filing.claims_numbered(container, actor, event["words"])


def _plain(act: Any) -> Handler:
    def do(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
        perform(container, actor, sitting, act, _target(event))

    return do


HANDLERS: Mapping[str, Handler] = {
    "open": _open,
    "lane": _lane,
    "fresh": _fresh,
    "more": _more,
    "find": _find,
    "overrule": _overrule,
    "match": _match,
    "unmatch": _unmatch,
    "release": _plain(releasing.release),
    "take_back": _plain(releasing.take_back),
    "fixed": _plain(releasing.fixed_in_ecw),
    "enquire": _plain(releasing.enquire),
    "accept_file": _plain(files.accept_file),
    "remove_file": _plain(files.remove_file),
}
