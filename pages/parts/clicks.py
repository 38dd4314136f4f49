"""What a person clicked on a page: kept as it was shown, done once at the next run, and answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from db.base import NotFound
from db.vault import Unreadable
from pages.parts.plain import harmless
from services.actions import Action, Target, bulk
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.management import Managed


@dataclass(frozen=True)
class Wish:
    """One click: which action, on what exactly as it was on the screen, and with which words.

    What is managed has no targets: it is about the practice, or about oneself.
    """

    act: Action[Any] | Managed[Any, Any]
    targets: tuple[Target, ...]
    arguments: tuple[Any, ...] = field(default=(), repr=False)


def _nothing(done: Any) -> None:
    """What most pages do after a click."""


@dataclass(frozen=True)
class Clicks:
    """The clicks of one page. ``done`` says in words what each verb came to.

    ``after`` is told what an action came to, where the page does something about it.
    """

    page: str
    done: Mapping[str, str]
    after: Callable[[Any], None] = _nothing

    def wish(
        self,
        act: Action[Any] | Managed[Any, Any],
        targets: Target | Sequence[Target] = (),
        *arguments: Any,
    ) -> None:
        """A button's callback. Its arguments are those of the run that drew the button."""
        aimed = (targets,) if isinstance(targets, Target) else tuple(targets)
        st.session_state[self._wished] = Wish(act, aimed, arguments)

    def wish_typed(self, act: Action[Any], target: Target, *arguments: Any) -> None:
        """The same; the last argument names a field, and what stands there now is what is meant."""
        *before, field = arguments
        self.wish(act, target, *before, st.session_state.get(field, ""))

    def carry_out(self, container: Container, actor: Actor) -> bool:
        """Do what was wished, once, and remember what to say; whether it was done."""
        asked: Wish | None = st.session_state.pop(self._wished, None)
        if asked is None:
            return False
        if isinstance(asked.act, Action) and len(asked.targets) > 1:
            return self._many(container, actor, asked.act, asked)
        try:
            came_of = asked.act(container, actor, *asked.targets, *asked.arguments)
        except (FoyerError, NotFound, Unreadable) as error:
            # What was typed stays in its field.
            return self._tell("bad", f"Not done: {error}")
        self.after(came_of)
        return self._tell("good", self.done[asked.act.verb])

    @property
    def are_waiting(self) -> bool:
        """Whether something was wished that is not done yet."""
        return self._wished in st.session_state

    @property
    def said(self) -> str:
        """What is said of the last click; empty for nothing."""
        return str(st.session_state.get(self._said, ("", ""))[1])

    def say(self) -> None:
        """Say what became of the last click, until the next one."""
        tone, words = st.session_state.get(self._said, ("", ""))
        if tone == "good":
            st.success(words, icon=":material/check:")
        elif tone:
            st.error(harmless(words), icon=":material/error:")

    def forget(self) -> None:
        """Say nothing of it any more: the person looks at something else."""
        st.session_state.pop(self._said, None)

    def _many(self, container: Container, actor: Actor, act: Action[Any], asked: Wish) -> bool:
        result = bulk(act, container, actor, asked.targets, *asked.arguments)
        skipped = [f"{count} not: {why}" for why, count in result.skipped.items()]
        self._tell(
            "bad" if skipped else "good", " ".join([f"{len(result.done)} approved.", *skipped])
        )
        return True

    def _tell(self, tone: str, words: str) -> bool:
        st.session_state[self._said] = (tone, words)
        return tone == "good"

    @property
    def _wished(self) -> str:
        return f"{self.page}.wish"

    @property
    def _said(self) -> str:
        return f"{self.page}.said"
