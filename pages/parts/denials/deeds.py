"""Doing things from the denial desk: one action, shown at once, then on to the next denial."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from db.base import NotFound
from db.denials import Denials, DenialState
from db.vault import Unreadable
from pages.parts.denials import words
from pages.parts.denials.sitting import Deed, Sitting, WayBack
from pages.parts.manage import may_do
from services.actions import Action, Done, Target
from services.claims.passing import Why
from services.container import Container
from services.desk import Actor, looking
from services.errors import FoyerError
from services.money import dollars
from services.workflows.denials import accepting, reading, routing
from services.workflows.denials.deciding import OVERRULES, Held
from services.workflows.denials.reading import OpenDenial

PAST: Mapping[str, str] = {
    "denials.correct": "Corrected claim approved",
    "denials.appeal": "Appeal approved",
    "denials.enquire": "Question to the payer approved",
    "denials.other_payer": "Waits for the other payer's bill in eCW",
    "denials.to_patient": "Made the patient's to pay",
    "denials.write_off": "Written off",
    "denials.fixed_in_ecw": "Waits for the fix to show in the files",
    "denials.send_back": "Sent back",
    "denials.snooze": "Put aside",
    "denials.assign": "Given on",
    "denials.reopen": "Back on the list",
    "denials.take_back": "Taken back: please decide again",
    "denials.edit_letter": "Letter kept",
}
STAYS = ("denials.edit_letter", "denials.assign", "denials.reopen", "denials.take_back")
LEAVING = ("denials.correct", "denials.appeal", "denials.enquire")


def open_denial(container: Container, actor: Actor, sitting: Sitting, id: UUID | None) -> None:
    """Open a denial, or none; what goes wrong is said on the line above."""
    if sitting.denial is None or id != sitting.denial.row.id:
        sitting.problem = sitting.group = None
    if id is None:
        sitting.denial = None
        return
    try:
        sitting.denial = reading.open_denial(container, actor, id)
    except (FoyerError, NotFound, Unreadable) as error:
        sitting.denial = None
        sitting.say(Deed(f"open/{id}", "bad", str(error)))


def perform(
    container: Container, actor: Actor, sitting: Sitting, act: Action[Any], *args: Any,
    **kwargs: Any,
) -> bool:  # fmt: skip
    """Do it to the open denial as it was shown, and go on. Returns whether it was done."""
    denial = sitting.denial
    if denial is None:
        return False
    try:
        done = act(container, actor, denial.target, *args, **kwargs)
    except (FoyerError, NotFound) as error:
        open_denial(container, actor, sitting, denial.row.id)
        rules = error.rules if isinstance(error, Held) and may_do(actor, OVERRULES) else ()
        sitting.refuse(str(error), rules, tuple(Why) if rules else ())
        return False
    sitting.problem = None
    _told(container, sitting, denial, done)
    _go_on(container, actor, sitting, done)
    return True


def decide_group(container: Container, actor: Actor, sitting: Sitting) -> None:
    """The suggested path for the whole group that was asked about, one transaction each."""
    group, sitting.group = sitting.group, None
    if group is None:
        return
    result = accepting.decide_group(container, actor, group.targets, group.path)
    left = sum(result.skipped.values())
    why = "; ".join(f"{count} not done: {reason}" for reason, count in result.skipped.items())
    what = f"{words.PATH[group.path]}: {len(result.done)} of {len(group.targets)} ({group.payer})"
    until = _until(container) if result.done else None
    ids = tuple(done.id for done in result.done)
    back = _back_of(result.done[0].verb) if result.done else None
    kind = "bad" if left else "good"
    sitting.say(Deed(f"group/{group.id}", kind, f"{what}. {why}".strip(), ids, until, back))
    following = sitting.after(group.id)
    sitting.rows = [row for row in sitting.rows if row.id != group.id]
    open_denial(container, actor, sitting, following if following != group.id else None)


def take_back(container: Container, actor: Actor, sitting: Sitting, id: UUID) -> None:
    """Take back the deed that was done to *id*, for each denial it was done to."""
    deed = next((d for d in sitting.deeds if id in d.ids), None)
    if deed is None or deed.way_back is None:
        return
    sitting.deeds = [d for d in sitting.deeds if d is not deed]
    failed = ""
    for one in deed.ids:
        try:
            deed.way_back(container, actor, _now(container, actor, one))
        except (FoyerError, NotFound) as error:
            failed = str(error)
    told = f"Not taken back: {failed}" if failed else PAST["denials.take_back"]
    sitting.say(Deed(f"back/{id}", "bad" if failed else "plain", told))
    open_denial(container, actor, sitting, id)


def _told(container: Container, sitting: Sitting, before: OpenDenial, done: Done) -> None:
    row = before.row
    text = f"{PAST[done.verb]} ({row.payer}, {dollars(row.denied_cents)})"
    sitting.settle(done.id)
    back = _given_back(before) if done.verb == "denials.assign" else _back_of(done.verb)
    until = _until(container) if back else None
    sitting.say(Deed(f"{done.verb}/{done.id}", "good", text, (done.id,), until, back))


def _back_of(verb: str) -> WayBack | None:
    if verb in LEAVING:
        return _called(routing.take_back)
    if verb in STAYS:
        return None
    return _called(routing.reopen)


def _called(act: Action[[]]) -> Callable[[Container, Actor, Target], Done]:
    return lambda container, actor, target: act(container, actor, target)


def _given_back(before: OpenDenial) -> WayBack:
    owner = before.row.assigned_to
    return lambda container, actor, target: routing.assign(container, actor, target, owner)


def _until(container: Container) -> Any:
    return container.clock() + timedelta(seconds=container.settings.undo_seconds)


def _now(container: Container, actor: Actor, id: UUID) -> Target:
    """The denial as it is now; taking back says itself whether it is too late."""
    with looking(container, actor) as desk:
        denial = desk.open(Denials).get(id)
        return Target(denial.id, denial.version, denial.content_hash)


def _go_on(container: Container, actor: Actor, sitting: Sitting, done: Done) -> None:
    """The next denial opens, unless there is more to do on this one."""
    if done.verb in STAYS:
        open_denial(container, actor, sitting, done.id)
        return
    following = sitting.after(done.id)
    sitting.rows = [row for row in sitting.rows if row.id != done.id]
    open_denial(container, actor, sitting, following if following != done.id else None)


def is_decidable(denial: OpenDenial) -> bool:
    """Whether anything can be decided about it now."""
    return denial.row.state in (
        DenialState.OPEN, DenialState.SNOOZED, DenialState.WAITING, DenialState.IN_WORK,
    )  # fmt: skip
