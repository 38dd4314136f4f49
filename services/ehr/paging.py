"""Follows pages to their end: all of them or none, and never in circles."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from services.ehr.fhir_datatypes import B, Bundle
from services.ehr.line import Document, Line, Reading, typed
from services.ehr.ports import Mailbox, MessagePage
from services.ehr.strict_json import Unreadable, cleaned
from services.ehr.transport import Params
from services.errors import Unreachable

MOST_PAGES = 500
T = TypeVar("T")
CIRCLE = (
    "The pages of an answer lead in a circle, so none of them is used. Please tell eCW support."
)


def entries(line: Line, kind: type[B], params: Params) -> list[B]:
    """Every resource of this *kind* that a FHIR search finds, over all pages, each once.

    Raises ``Unreachable`` for a circle, more than 500 pages, or a page elsewhere.
    """
    shape = cast("type[Bundle[B]]", Bundle[kind])  # type: ignore[valid-type]
    pages = _pages(line, kind.__name__, params, typed(shape), lambda page: page.next_link())
    # A page that shifts while we turn it shows its last entry again.
    return list({one.id: one for page in pages for one in page.of_kind(kind)}.values())


def trees(line: Line, kind: str, params: Params) -> list[dict[str, Any]]:
    """The same as JSON trees, for what is sent back whole or judged one by one.

    Raises as :func:`entries` does.
    """
    pages = _pages(line, kind, params, _tree_of_page, _next_of)
    found = (member.get("resource") for page in pages for member in _listed(page, "entry"))
    ours = (one for one in found if isinstance(one, dict) and one.get("resourceType") == kind)
    return list({_id_or_place(one, place): one for place, one in enumerate(ours)}.values())


def _id_or_place(one: dict[str, Any], place: int) -> str | int:
    """Damaged ones may lack an id; they stay apart by where they came."""
    own = one.get("id")
    return own if isinstance(own, str) else place


def _pages(
    line: Line,
    kind: str,
    params: Params,
    reading: Reading[T],
    following_of: Callable[[T], str | None],
) -> Iterator[T]:
    target, seen = kind, set[str]()
    for _ in range(MOST_PAGES):
        page = line.read(target, params, reading)
        yield page
        following = following_of(page)
        if following is None:
            return
        target, params = without_count(line.address(following)), ()
        if target in seen:
            raise Unreachable(CIRCLE)
        seen.add(target)
    raise Unreachable(f"An answer has more than {MOST_PAGES} pages, so none of them is used.")


def _tree_of_page(found: Document) -> dict[str, Any]:
    match found.tree:
        case {"resourceType": "Bundle"} as page:
            return cast("dict[str, Any]", cleaned(page))
        case _:
            raise Unreadable("The answer is not a page of a search.")


def _next_of(page: dict[str, Any]) -> str | None:
    links = [one for one in _listed(page, "link") if one.get("relation") == "next"]
    return next((url for one in links if isinstance(url := one.get("url"), str)), None)


def _listed(page: dict[str, Any], name: str) -> list[dict[str, Any]]:
    values = page.get(name)
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def without_count(link: str) -> str:
    """*link* without ``_count``: eCW puts it into its links and answers it with 400."""
    parts = urlsplit(link)
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "_count"]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def changes(mailbox: Mailbox, cursor: str | None) -> Iterator[MessagePage]:
    """The mailbox's pages from *cursor* on, each whole, so that each may be kept at once.

    Raises ``Unreachable`` when cursors lead in a circle or do not end.
    """
    seen = {cursor}
    for _ in range(MOST_PAGES):
        page = mailbox.changed_since(cursor)
        if page.more and page.cursor in seen:
            raise Unreachable(CIRCLE)
        yield page
        if not page.more:
            return
        cursor = page.cursor
        seen.add(cursor)
    raise Unreachable(f"The mailbox has more than {MOST_PAGES} pages; the rest comes next time.")
