"""What a click or key does; a decision names the version of the denial that the person saw."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

import streamlit as st

from pages.parts import worklist
from pages.parts.denials import snapshot
from pages.parts.denials.deeds import decide_group, open_denial, perform
from pages.parts.denials.sitting import Sitting
from pages.parts.worklist import Event
from services.claims.paths import Path
from services.container import Container
from services.desk import Actor
from services.workflows.denials import accepting, deciding, letters, routing

Handler = Callable[[Container, Actor, Sitting, Event], None]
PARTS = ("denial_queue", "denial_review")  # keys of the page's own controls
SNOOZES = (1, 3, 7, 14)  # days


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
    if part == "denial_review" and not _is_of_the_open_denial(sitting, event):
        return
    HANDLERS[event["kind"]](container, actor, sitting, event)


def _is_of_the_open_denial(sitting: Sitting, event: Event) -> bool:
    """Whether the person saw the denial that is open, as it is; a newer one is read first."""
    denial, target = sitting.denial, event["target"]
    if denial is None or str(denial.row.id) != target["id"]:
        return False
    if denial.row.version != int(target["version"]):
        sitting.refuse("It changed since you read it. Please look again.")
        return False
    return True


def _open(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.group = None
    open_denial(container, actor, sitting, UUID(event["id"]))


def _ask_group(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    id = UUID(event["id"])
    open_denial(container, actor, sitting, id)
    row = sitting.row_with(id) if sitting.denial else None
    sitting.group = row if row and accepting.groups(actor, row.path) else None


def _leave_group(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.group = None


def _group(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    decide_group(container, actor, sitting)


def _lane(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    st.query_params["lane"] = event["lane"]
    st.query_params.pop("fate", None)
    sitting.wanted_pages, sitting.lane = 1, ""


def _fresh(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    snapshot.read(container, actor, sitting, sitting.lane, sitting.narrowed)


def _more(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    sitting.wanted_pages += 1
    snapshot.read(container, actor, sitting, sitting.lane, sitting.narrowed)


def _accept(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    """The suggested path, or another that was chosen, as it was confirmed."""
    path = Path(event["path"])
    to = accepting.TO.get(path, ())
    if path is Path.CORRECT:
        perform(
            container, actor, sitting, deciding.correct, dict(event["changes"]),
            claim_shown=event["claim"], let_pass=tuple(event.get("passed", ())),
            why=str(event.get("why", "")),
        )  # fmt: skip
    elif path is Path.APPEAL:
        perform(container, actor, sitting, deciding.appeal, event["letter"])
    else:
        perform(container, actor, sitting, accepting.ACTIONS[path], *to)


def _fixed(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, deciding.fixed_in_ecw)


def _letter(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, letters.edit_letter, event["text"], event["letter"])


def _snooze(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    days = timedelta(days=int(event["days"]))
    perform(container, actor, sitting, routing.snooze, container.clock() + days)


def _assign(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    to = UUID(event["staff"]) if event.get("staff") else None
    perform(container, actor, sitting, routing.assign, to)


def _take(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    mine = sitting.denial is not None and sitting.denial.row.assigned_to == actor.staff_id
    perform(container, actor, sitting, routing.assign, None if mine else actor.staff_id)


def _reopen(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, routing.reopen)


def _back(container: Container, actor: Actor, sitting: Sitting, event: Event) -> None:
    perform(container, actor, sitting, routing.take_back)


HANDLERS: Mapping[str, Handler] = {
    "open": _open,
    "ask_group": _ask_group,
    "leave_group": _leave_group,
    "group": _group,
    "lane": _lane,
    "fresh": _fresh,
    "more": _more,
    "accept": _accept,
    "fixed": _fixed,
    "letter": _letter,
    "snooze": _snooze,
    "assign": _assign,
    "take": _take,
    "reopen": _reopen,
    "back": _back,
}
