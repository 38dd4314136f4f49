"""What every page with a list beside one open item shares: its run, its tab, and the line above it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Protocol, TypeVar
from uuid import UUID

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.parts.desk import open_building, signed_in
from pages.parts.switched_off import tell_if_off
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed, NotRolledOut
from services.options import PracticeOptions

KEPT_DEEDS = 4
WHOLE = "page.whole"  # set while a whole page is drawn, and not one fragment of it
Event = Mapping[str, Any]


class Told(Protocol):
    """Something a person just did, or failed to do."""

    @property
    def key(self) -> str:
        """What tells it from other deeds."""


D = TypeVar("D", bound=Told)


class Remembers(Protocol):
    """What was last done in a tab, and the last undo it heard."""

    deeds: list[Any]
    undone: int


class Tab(Remembers, Protocol):
    """What one browser tab knows of its list: see the ``Sitting`` of each page."""

    @property
    def lane(self) -> str:
        """The lane in front of the person."""

    @property
    def unseen(self) -> Sequence[Any]:
        """Rows that came since the list was read."""

    @property
    def options(self) -> PracticeOptions:
        """The practice's options, for its time zone."""


@dataclass(frozen=True)
class Page:
    """One such page: what it *begins* with on each run, its style, its work, and its line.

    ``name`` is the workflow as an administrator knows it; keys of widgets begin with ``key``.
    """

    name: str
    key: str
    style: ComponentRenderer
    begin: Callable[[Container, Actor], None]
    work: Callable[[], None]
    line: Callable[[], None]

    def show(self) -> None:
        """One run of the page, or a sentence why this person may not see it."""
        try:
            self._run()
        except (NotAllowed, NotRolledOut) as error:
            st.info(str(error), icon=":material/info:")
            tell_if_off(self.workflow)
            st.text(f"An administrator can switch {self.name} on for you on the Rollout page.")

    @property
    def workflow(self) -> str:
        """The workflow's key: ``the inbox`` is ``inbox``."""
        return self.name.rpartition(" ")[2]

    def _run(self) -> None:
        # Here, because what goes wrong inside a fragment does not reach the sentence above.
        self.begin(open_building(), signed_in())
        st.session_state[WHOLE] = True
        try:
            self._draw()
        finally:
            st.session_state[WHOLE] = False

    def _draw(self) -> None:
        st.set_page_config(initial_sidebar_state="collapsed")  # the work needs the width
        self.style(key=f"{self.key}_page_style")
        above = st.container(key=f"{self.key}_line")
        tell_if_off(self.workflow)
        self.work()
        with above:  # drawn last: it compares the world with what the list has just shown
            self.line()


def while_on(draw: Callable[[], None]) -> Callable[[], None]:
    """The body of a fragment. Where its workflow was switched off meanwhile, the page says so.

    The whole page is drawn anew for that; while it is, there is nothing to begin anew.
    """

    @wraps(draw)
    def body() -> None:
        try:
            draw()
        except (NotAllowed, NotRolledOut) as error:
            if not st.session_state.get(WHOLE):
                st.rerun()
            st.info(str(error), icon=":material/info:")

    return body


def tab_of(actor: Actor, key: str, make: type[Any]) -> Any:
    """This tab's sitting, of the kind *make*; a fresh one for another person."""
    kept = st.session_state.get(key)
    if not isinstance(kept, make) or kept.staff_id != actor.staff_id:
        kept = st.session_state[key] = make(actor.staff_id)
    return kept


def following(ids: Sequence[UUID], id: UUID) -> UUID | None:
    """What follows *id* in a list, or the one before the end; the first where it is not in it."""
    if id not in ids:
        return ids[0] if ids else None
    place = ids.index(id)
    after = ids[place + 1 :] or ids[:place][-1:]
    return after[0] if after else None


def told(deeds: Sequence[D], deed: D) -> list[D]:
    """The deeds to show, *deed* first."""
    return [deed, *(d for d in deeds if d.key != deed.key)][:KEPT_DEEDS]


def pending(part: str, handled: Mapping[str, int]) -> Event | None:
    """The event that the control *part* brought, unless it has been dealt with in this tab."""
    component = st.session_state.get(part)
    event = getattr(component, "event", None) if component is not None else None
    if not event or int(event["n"]) <= handled.get(part, 0):
        return None
    return dict(event)


def line_data(tab: Tab, deeds: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """What the line above a list shows: how fresh it is, how many are new, and the last *deeds*."""
    local = now.astimezone(tab.options.zone)
    return {
        "now": now.isoformat(),
        "handled": tab.undone,
        "fresh": {"stale": False, "sentence": f"List as of {local:%H:%M}"},
        "deeds": list(deeds),
        "pulse": {"queue": tab.lane, "fresh": len(tab.unseen), "watchers": [], "glances": {}},
    }


def hear(shown: Any, tab: Remembers, take_back: Callable[[list[UUID]], None]) -> None:
    """Do what was asked for on the line: take a deed back, or drop it; then draw anew.

    The line sends an undo until it is heard, so each is done once by its number.
    """
    if shown.undo and int(shown.undo["n"]) > tab.undone:
        tab.undone = int(shown.undo["n"])
        take_back([UUID(str(id)) for id in shown.undo["ids"]])
        st.rerun()
    if shown.drop:
        tab.deeds = [deed for deed in tab.deeds if deed.key != shown.drop["key"]]
        st.rerun(scope="fragment")
