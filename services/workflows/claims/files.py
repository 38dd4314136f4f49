"""What staff may do with a file that was set aside: let it count as it is, or not at all."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from db.x12_files import WAITING, FileState, X12File, X12Files
from services.actions import Action
from services.desk import Desk
from services.errors import Invalid

P = ParamSpec("P")


def file_action(
    verb: str, label: str
) -> Callable[[Callable[Concatenate[Desk, X12File, P], None]], Action[P]]:
    """Make a function of a desk and a file into a one-click action; see ``services.actions``."""

    def wrap(run: Callable[Concatenate[Desk, X12File, P], None]) -> Action[P]:
        return Action(verb=verb, label=label, run=run, shelf=X12Files)

    return wrap


@file_action("claims.accept_file", "Post as it is")
def accept_file(desk: Desk, file: X12File) -> None:
    """Post this file although it does not balance; the difference stays on record."""
    if file.state not in (FileState.QUARANTINED, FileState.DUPLICATE):
        raise Invalid("Only a file that was set aside can be let in.")
    file.state, file.lease_until, file.closed_at = FileState.RECEIVED, None, None


@file_action("claims.remove_file", "Do not post")
def remove_file(desk: Desk, file: X12File) -> None:
    """Leave this file out of the books for good; its bytes are kept."""
    if file.state not in WAITING:
        raise Invalid("This file does not wait for a decision.")
    file.state, file.closed_at = FileState.REMOVED, desk.now
