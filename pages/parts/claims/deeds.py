"""Doing things from the claims page: one action, said at once, then on to the next in the list."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ParamSpec
from uuid import UUID

from db.base import NotFound
from db.vault import Unreadable
from pages.parts.claims.rows import clean
from pages.parts.claims.sitting import Deed, Sitting
from services.actions import Action, Done, Target, bulk
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.workflows.claims import filing, reading, releasing

P = ParamSpec("P")
PAST: Mapping[str, str] = {
    "claims.overrule": "Finding let pass",
    "claims.release": "Released",
    "claims.take_back": "Taken back: it has not left",
    "claims.fixed_in_ecw": "Noted as fixed in eCW, checked again",
    "claims.enquire": "Question to the payer approved",
    "claims.accept_file": "Let in as it is; it is posted in a moment",
    "claims.remove_file": "Left out of the books",
    "claims.match": "Matched",
    "claims.unmatch": "Taken off; it is unmatched again",
}
LEAVES = ("claims.release", "claims.accept_file", "claims.remove_file", "claims.match")


def open_item(container: Container, actor: Actor, sitting: Sitting, id: UUID | None) -> None:
    """Open a claim, a file or a payment, whatever the lane lists, or nothing."""
    if id is None:
        sitting.show(None)
        return
    try:
        if sitting.lane == "files":
            sitting.show(filing.open_file(container, actor, id))
        elif sitting.lane == "unmatched":
            sitting.show(filing.open_payment(container, actor, id))
        else:
            sitting.show(reading.open_claim(container, actor, id))
    except (FoyerError, NotFound, Unreadable) as error:
        sitting.show(None)
        sitting.say(Deed(f"open/{id}", "bad", str(error)))


def perform(
    container: Container, actor: Actor, sitting: Sitting, act: Action[P], target: Target,
    *args: P.args, **kwargs: P.kwargs,
) -> bool:  # fmt: skip
    """Do it to what was shown, and go on. Returns whether it was done; a refusal is said above."""
    opened = sitting.open.target.id if sitting.open else target.id
    try:
        done = act(container, actor, target, *args, **kwargs)
    except (FoyerError, NotFound) as error:
        open_item(container, actor, sitting, opened)
        sitting.say(Deed(f"{act.verb}/{target.id}", "bad", f"Not done: {error}"))
        return False
    sitting.say(_told(container, done))
    if done.verb in LEAVES:
        following = sitting.after(opened)
        sitting.rows = [row for row in sitting.rows if row.target.id != opened]
        open_item(container, actor, sitting, following if following != opened else None)
    else:
        open_item(container, actor, sitting, opened)
    return True


def release_clean(container: Container, actor: Actor, sitting: Sitting) -> None:
    """Release every clean claim of the list, each in its own transaction and by the same rules."""
    targets = [row.target for row in clean(sitting)]
    result = bulk(releasing.release, container, actor, targets)
    done = {one.id for one in result.done}
    sitting.rows = [row for row in sitting.rows if row.target.id not in done]
    skipped = [f"{count} not: {why}" for why, count in result.skipped.items()]
    noun = "claim" if len(done) == 1 else "claims"
    text = " ".join([f"{len(done)} {noun} released.", *skipped])
    sitting.say(Deed("release/all", "bad" if skipped else "good", text))
    if sitting.open and sitting.open.target.id in done:
        following = sitting.rows[0].target.id if sitting.rows else None
        open_item(container, actor, sitting, following)


def take_back(container: Container, actor: Actor, sitting: Sitting, id: UUID) -> None:
    """Take back a release that has not left, and open the claim again."""
    deed = next((d for d in sitting.deeds if d.target and d.target.id == id), None)
    if deed is None or deed.target is None:
        return
    sitting.deeds = [d for d in sitting.deeds if d is not deed]
    try:
        releasing.take_back(container, actor, deed.target)
        sitting.say(Deed(f"back/{id}", "plain", PAST["claims.take_back"]))
    except (FoyerError, NotFound) as error:
        sitting.say(Deed(f"back/{id}", "bad", f"Not taken back: {error}"))
    if sitting.lane not in ("files", "unmatched"):
        open_item(container, actor, sitting, id)


def _told(container: Container, done: Done) -> Deed:
    if done.verb != "claims.release":
        return Deed(f"{done.verb}/{done.id}", "good", PAST[done.verb])
    until = container.clock() + timedelta(seconds=container.settings.undo_seconds)
    target = Target(done.id, done.version)
    return Deed(f"release/{done.id}", "good", PAST[done.verb], target, until)
