"""What a click or key does; a decision names the version of the form that the person saw."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from db.vocabulary import DocumentKind
from pages.parts import worklist
from pages.parts.intake import snapshot
from pages.parts.intake.deeds import decide, open_form, perform
from pages.parts.intake.sitting import Sitting
from pages.parts.worklist import Event
from services.container import Container
from services.desk import Actor
from services.workflows.intake import (
    asking,
    belonging,
    committing,
    deciding,
    routing,
    searching,
)

Handler = Callable[[Container, Actor, Sitting, Event], None]
PARTS = ("intake_queue", "intake_form", "intake_review")  # keys of the page's own controls


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
    if part == "intake_review" and not _is_of_the_open_form(sitting, event):
        return
    HANDLERS[event["kind"]](container, actor, sitting, event)


def _is_of_the_open_form(sitting: Sitting, event: Event) -> bool:
    # A colleague's change since then is caught by the action, which compares the version.
    return sitting.form is not None and str(sitting.form.row.id) == event["target"]["id"]


def _open(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    open_form(container, actor, sitting, UUID(event["id"]))


def _lane(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    st.query_params["lane"] = event["lane"]
    sitting.wanted_pages, sitting.lane = 1, ""


def _fresh(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    snapshot.read(container, actor, sitting, sitting.lane)


def _more(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.wanted_pages += 1
    snapshot.read(container, actor, sitting, sitting.lane)


def _page(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.page = int(event["page"])


def _matching(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, deciding.accept_matching)


def _accept(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    decide(container, actor, sitting, deciding.accept, event["paths"], event.get("value"))


def _reject(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    decide(container, actor, sitting, deciding.reject, event["paths"], event["reason"])


def _ask(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    path = event["path"]
    perform(container, actor, sitting, asking.ask_patient, path, path, event["text"])


def _reconsider(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    decide(container, actor, sitting, deciding.reconsider, event["paths"])


def _confirm(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, belonging.confirm_patient, "", event["ref"])


def _find(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.found = searching.find_patient(container, actor, event["words"])


def _copied(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, committing.copy_done, "", tuple(event["paths"]))


def _assign(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    to = UUID(event["staff"]) if event.get("staff") else None
    perform(container, actor, sitting, routing.assign, "", to, event.get("pool", ""))


def _file_as(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, routing.file_as, "", DocumentKind(event["document"]))


def _note(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, routing.note, "", event["text"])


def _take(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    mine = sitting.form is not None and sitting.form.row.assigned_to == actor.staff_id
    perform(container, actor, sitting, routing.assign, "", None if mine else actor.staff_id)


def _plain(act: Any) -> Handler:
    def do(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
        perform(container, actor, sitting, act)

    return do


HANDLERS: Mapping[str, Handler] = {
    "open": _open,
    "lane": _lane,
    "fresh": _fresh,
    "more": _more,
    "page": _page,
    "matching": _matching,
    "accept": _accept,
    "reject": _reject,
    "ask": _ask,
    "reconsider": _reconsider,
    "confirm": _confirm,
    "find": _find,
    "copied": _copied,
    "assign": _assign,
    "take": _take,
    "file_as": _file_as,
    "note": _note,
    "escalate": _plain(deciding.escalate),
    "take_over": _plain(deciding.take_over),
    "write": _plain(deciding.commit),
    "back": _plain(committing.take_back),
    "none": _plain(belonging.none_of_these),
    "wrong": _plain(belonging.wrong_patient),
    "remove": _plain(belonging.remove),
    "restore": _plain(belonging.restore),
    "again": _plain(belonging.read_again),
}
