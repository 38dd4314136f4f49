"""The few shapes that an open item is drawn in; the component shows every text as plain text."""

from collections.abc import Sequence
from typing import Any

from pages.parts.manage import may_do
from services.actions import Action
from services.desk import Actor

Block = dict[str, Any]


def notice(text: str, more: str = "", tone: str = "plain") -> Block:
    """A sentence set apart; *tone* is plain, good or bad."""
    return {"kind": "notice", "text": text, "more": more, "tone": tone}


def facts(title: str, rows: Sequence[tuple[str, str]]) -> Block:
    """Labels with what they say; empty ones are left out."""
    return {"kind": "facts", "title": title, "rows": [row for row in rows if row[1]]}


def table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()
) -> Block:
    """A table to read; the columns *right* hold amounts."""
    return {"kind": "table", "title": title, "head": head, "rows": rows, "right": right}


def cards(title: str, items: Sequence[Block]) -> Block:
    """Things one below the other, each with what can be done about it."""
    return {"kind": "cards", "title": title, "items": items}


def card(
    title: str, lines: Sequence[tuple[str, str]], *, tone: str = "", chips: Sequence[Any] = (),
    moves: Sequence[Block] = (),
) -> Block:  # fmt: skip
    """One thing: its title, lines with their style (told, soft, warned or empty), and its buttons."""
    shown = [line for line in lines if line[0]]
    return {"title": title, "lines": shown, "tone": tone, "chips": chips, "moves": moves}


def find(label: str) -> Block:
    """A field to search in."""
    return {"kind": "find", "label": label}


def move(
    actor: Actor, act: Action[Any], kind: str, key: str = "", *, label: str = "", ask: str = "",
    first: bool = False, more: dict[str, str] | None = None, choices: Sequence[str] = (),
) -> list[Block]:  # fmt: skip
    """A button for *act*, or none where this person's role may not; *ask* is asked before.

    With *choices* one of them has to be chosen as the reason, instead of a click.
    """
    if not may_do(actor, act.verb):
        return []
    return [
        {
            "kind": kind, "label": label or act.label, "help": act.help, "key": key, "ask": ask,
            "first": first, "more": more or {}, "choices": [str(one) for one in choices],
        }
    ]  # fmt: skip
