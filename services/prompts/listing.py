"""Instructions as an operator sees them at the console: every version, one whole text, one price."""

from typing import Any

from db.prompt_versions import PromptState, PromptVersion, PromptVersions
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid
from services.prompts.books import BOOKS, Book, book
from services.prompts.estimating import estimated
from services.prompts.live import live

SHIPPED = "shipped"


def listing(container: Container, actor: Actor) -> list[dict[str, Any]]:
    """Every version of every prompt, the shipped one last; no text and no patient data."""
    with looking(container, actor) as desk:
        return [row for one in BOOKS.values() for row in _rows(desk, one)]


def text_of(container: Container, actor: Actor, key: str, number: int | None) -> str:
    """A whole prompt as it is sent; the one in force without a *number*. Raises ``Invalid``."""
    with looking(container, actor) as desk:
        prompt = book(key).prompt
        if number is None:
            return live(desk, prompt).text
        if number == 0:
            return prompt.text
        version = desk.open(PromptVersions).numbered(key, number)
        if version is None:
            raise Invalid("There is no such version.")
        return prompt.with_own(version.text).text


def priced(container: Container, actor: Actor, key: str, size: int) -> str:
    """What a replay would take, in words."""
    with looking(container, actor) as desk:
        told = estimated(desk, book(key), size)
        return f"{told.messages} messages, {told.words}"


def _rows(desk: Desk, shipped: Book) -> list[dict[str, Any]]:
    versions = desk.open(PromptVersions).of(shipped.key)
    is_live = any(one.state is PromptState.LIVE for one in versions)
    state = PromptState.RETIRED if is_live else PromptState.LIVE
    last = _row(shipped.key, SHIPPED, str(state), shipped.prompt.digest, "as Foyer ships it")
    return [*(_told(one) for one in versions), last]


def _told(one: PromptVersion) -> dict[str, Any]:
    return _row(one.workflow, f"v{one.number}", str(one.state), one.digest, one.note)


def _row(prompt: str, version: str, state: str, digest: str, note: str) -> dict[str, Any]:
    return {"prompt": prompt, "version": version, "state": state, "digest": digest, "note": note}
