"""Above the list: find a patient, narrow the lane, keep a queue under a name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from db.conversations import Turn
from db.vocabulary import Category, Urgency
from pages.parts.inbox import words
from pages.parts.inbox.address import Address, of_query
from pages.parts.inbox.sitting import Sitting
from pages.parts.plain import harmless
from services import saved_queues
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.policy import may
from services.workflows.inbox import listing

Word = TypeVar("Word", bound=StrEnum)

SEARCH_HELP = (
    "Patient data is stored encrypted, so only the exact name, date of birth (1980-02-28 or "
    "2/28/1980) or MRN finds somebody."
)


def toolbar(container: Container, actor: Actor, sitting: Sitting, address: Address) -> Address:
    """Draw the search, the filters and the saved queues; return the queue to show."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", wrap=False):
        _search(container, actor, sitting)
        with st.popover(
            f"Filters ({address.filters})" if address.filters else "Filters",
            key="inbox_filters",
        ):
            chosen = _filters(sitting, address)
        with st.popover("Queues", key="inbox_queues", help="Saved queues, yours and the team's"):
            chosen = _saved(container, actor, chosen)
    return chosen


def go_to(address: Address) -> None:
    """Put *address* into the browser's address bar."""
    st.query_params.from_dict(dict(pair.split("=", 1) for pair in address.query.split("&") if pair))


def _search(container: Container, actor: Actor, sitting: Sitting) -> None:
    typed = st.text_input(
        "Find a patient by exact name, date of birth or MRN",
        key=f"inbox_search/{sitting.searches}",
        placeholder="Exact name, DOB, MRN  ( / )",
        help=SEARCH_HELP,
        label_visibility="collapsed",
    )
    words_typed = (typed or "").strip()
    if words_typed == sitting.searched:
        return
    sitting.searched = words_typed
    sitting.patients = listing.find(container, actor, words_typed) if words_typed else None
    sitting.query = None


def _filters(sitting: Sitting, address: Address) -> Address:
    choices = sitting.choices
    pools = choices.options.pools if choices else {}
    return replace(
        address,
        category=_choose("Category", address.category, _labels(Category, words.CATEGORY)),
        urgency=_choose("Urgency", address.urgency, _labels(Urgency, words.URGENCY)),
        turn=_choose("Whose turn", address.turn, _labels(Turn, words.TURN)),
        pool=_choose("Pool", address.pool, pools),
        location=_choose("Location", address.location, choices.locations if choices else {}),
        provider=_choose("Provider", address.provider, choices.providers if choices else {}),
    )


def _labels(vocabulary: type[Word], labels: Mapping[Any, str]) -> dict[str, str]:
    return {str(word): labels[word] for word in vocabulary}


def _choose(label: str, current: str, options: Mapping[str, str]) -> str:
    values = ["", *options]
    return st.selectbox(
        label,
        values,
        index=values.index(current) if current in values else 0,
        format_func=lambda value: options.get(value, "Any"),
        key=f"inbox_filter_{label}/{current}",
    )


def _saved(container: Container, actor: Actor, address: Address) -> Address:
    chosen = address
    for queue in saved_queues.mine(container, actor):
        with st.container(horizontal=True, wrap=False):
            name = harmless(queue.name) + ("" if queue.owner else " (team)")
            if st.button(name, key=f"queue/{queue.id}", width="stretch"):
                chosen = of_query(queue.query)
            if st.button("Forget", key=f"forget/{queue.id}", type="tertiary"):
                _said(partial(saved_queues.drop, container, actor, queue.id))
    name = st.text_input("Save this queue as", key="queue_name", max_chars=40)
    team = st.checkbox("For the whole team", key="queue_team", disabled=not _leads(actor))
    if st.button("Save queue", key="queue_save", disabled=not name):
        _said(partial(saved_queues.save, container, actor, name, address.query, team=team))
    return chosen


def _leads(actor: Actor) -> bool:
    return actor.role is not None and may(actor.role, "jobs.retry")


def _said(work: Callable[[], object]) -> None:
    try:
        work()
    except (FoyerError, LookupError) as error:
        st.error(harmless(str(error)))
    else:
        st.rerun(scope="fragment")
