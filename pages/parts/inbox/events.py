"""What a click or key in the list does; each event names the rows as the person saw them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import streamlit as st

from db.vocabulary import Category
from pages.parts.inbox import address as addresses
from pages.parts.inbox import several
from pages.parts.inbox.deeds import open_item, perform
from pages.parts.inbox.find import go_to
from pages.parts.inbox.sitting import Sitting
from services.container import Container
from services.desk import Actor
from services.workflows.inbox import handling

Event = Mapping[str, Any]
Handler = Callable[[Container, Actor, Sitting, Event], None]


def pending(component: Any, sitting: Sitting) -> Event | None:
    """The event *component* brought, unless it has been dealt with in this sitting."""
    event = getattr(component, "event", None) if component is not None else None
    if not event or int(event["n"]) <= sitting.handled:
        return None
    return dict(event)


def handle(container: Container, actor: Actor, sitting: Sitting, event: Event) -> bool:
    """Do what *event* asks. Returns whether something was done that the line above should say."""
    sitting.handled = int(event["n"])
    HANDLERS[event["kind"]](container, actor, sitting, event)
    return event["kind"] in ("bulk", "close_all", "recategorise")


def _open(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    open_item(container, actor, sitting, UUID(event["target"]["id"]))


def _lane(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    _leave_search(sitting)
    here = addresses.read(st.query_params)
    go_to(addresses.read({"lane": event["lane"]}) if here.lane == event["lane"] else
          replace(here, lane=event["lane"]))  # fmt: skip
    sitting.query = None


def _urgent(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    if event.get("target"):
        _open(container, actor, sitting, event)
        return
    _leave_search(sitting)
    go_to(addresses.Address(lane="urgent"))
    sitting.query = None


def _fresh(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.query = None


def _more(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.wants_more = True


def _recategorise(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    if sitting.item and not sitting.stale:
        category = Category(event["category"])
        perform(container, actor, sitting, handling.recategorise, sitting.item.target, category)


def _leave_search(sitting: Sitting) -> None:
    sitting.patients, sitting.searched = None, ""
    sitting.searches += 1


HANDLERS: Mapping[str, Handler] = {
    "open": _open,
    "lane": _lane,
    "urgent": _urgent,
    "fresh": _fresh,
    "more": _more,
    "recategorise": _recategorise,
    "bulk": several.ordered,
    "close_all": several.close_all,
}
