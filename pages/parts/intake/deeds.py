"""Doing things from the intake page: one action, shown at once, then on to the next form."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Concatenate, ParamSpec
from uuid import UUID

from db.base import NotFound
from db.intake import CERTAIN, FormState
from db.vault import Unreadable
from pages.parts.intake.rows import kind_name
from pages.parts.intake.sitting import Deed, Problem, Sitting
from pages.parts.intake.undoing import way_back
from services.actions import Action, Done
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.workflows.intake import committing, reading, searching
from services.workflows.intake.reading import OpenForm

P = ParamSpec("P")

PAST = {
    "intake.escalate": "Clinical fields passed to a nurse",
    "intake.ask_patient": "Question to the patient approved",
    "intake.confirm_patient": "Patient confirmed, being compared",
    "intake.none_of_these": "None of the likely patients",
    "intake.wrong_patient": "Taken away from this patient",
    "intake.remove": "Removed",
    "intake.restore": "Put back on the list",
    "intake.read_again": "Being read again",
    "intake.assign": "Given on",
    "intake.file_as": "Filed as another kind of document",
    "intake.note": "Note kept",
    "intake.copy_done": "Marked as done in eCW; looking for it there",
    "intake.take_back": "Taken back: please decide again",
}
LEAVES = ("intake.remove", "intake.restore")  # the next form opens
IN_HOUSE = timedelta(minutes=1)  # to take back what sends nothing: nobody waits for it
LEFT = (FormState.WRITING, FormState.DONE)
UNNAMED = "no patient yet"
PUT_BACK = "Taken back: it is as it was"


def open_form(container: Container, actor: Actor, sitting: Sitting, id: UUID | None) -> None:
    """Open a form, or none; what goes wrong is said on the line above."""
    if id is None:
        sitting.show(None)
        return
    try:
        form = reading.open_form(container, actor, id)
        sitting.show(form)
        sitting.rows = [form.row if row.id == id else row for row in sitting.rows]
        sitting.people = searching.likely(container, actor, id) if _asks_whose(sitting) else ()
    except (FoyerError, NotFound, Unreadable) as error:
        sitting.show(None)
        sitting.say(Deed(f"open/{id}", "bad", str(error)))


def perform(
    container: Container, actor: Actor, sitting: Sitting, act: Action[P], path: str = "",
    *args: P.args, **kwargs: P.kwargs,
) -> bool:  # fmt: skip
    """Do it to the open form as it was shown, and go on. Returns whether it was done.

    What was refused is said at the field named *path*, or on the line above without one.
    """
    form = sitting.form
    if form is None:
        return False
    try:
        done = act(container, actor, form.target, *args, **kwargs)
    except (FoyerError, NotFound) as error:
        _refused(container, actor, sitting, form, act.verb, path, str(error))
        return False
    sitting.problem = None
    _go_on(container, actor, sitting, form, done)
    return True


def decide(
    container: Container, actor: Actor, sitting: Sitting, act: Action[Concatenate[str, P]],
    paths: Sequence[str], *args: P.args, **kwargs: P.kwargs,
) -> bool:  # fmt: skip
    """The same decision on each of *paths* of the open form: the fields of one entry.

    Stops at the first that is refused; those before it stand.
    """
    form, done, path = sitting.form, None, ""
    if form is None:
        return False
    target = form.target
    try:
        for path in paths:
            done = act(container, actor, target, path, *args, **kwargs)
            target = replace(target, version=done.version)
    except (FoyerError, NotFound) as error:
        _refused(container, actor, sitting, form, act.verb, path, str(error))
        return False
    sitting.problem = None
    if done:
        _go_on(container, actor, sitting, form, done)
    return True


def take_back(container: Container, actor: Actor, sitting: Sitting, id: UUID) -> None:
    """Take back what was just written of a form, and open it again."""
    deed = next((d for d in sitting.deeds if d.target and d.target.id == id), None)
    if deed is None or deed.target is None:
        return
    sitting.deeds = [d for d in sitting.deeds if d is not deed]
    try:
        (deed.way_back or committing.take_back)(container, actor, deed.target)
        told = PUT_BACK if deed.way_back else PAST["intake.take_back"]
        sitting.say(Deed(f"back/{id}", "plain", told))
    except (FoyerError, NotFound) as error:
        sitting.say(Deed(f"back/{id}", "bad", f"Not taken back: {error}"))
    open_form(container, actor, sitting, id)


def _go_on(
    container: Container, actor: Actor, sitting: Sitting, before: OpenForm, done: Done
) -> None:
    open_form(container, actor, sitting, done.id)
    sitting.settle(done.id)
    after = sitting.form
    if after is None:
        return
    told = _told(container, before, after, done)
    if told:
        sitting.say(told)
    if _is_finished(before, after, done):
        _next(container, actor, sitting, done.id)


def _told(container: Container, before: OpenForm, after: OpenForm, done: Done) -> Deed | None:
    whom = after.row.patient or before.row.patient or UNNAMED
    if done.verb in ("intake.copy_done", "intake.ask_patient"):
        return Deed(f"{done.verb}/{done.id}", "good", f"{PAST[done.verb]} ({whom})")
    if len(after.sent) > len(before.sent):
        until = container.clock() + timedelta(seconds=container.settings.undo_seconds)
        return Deed(f"left/{done.id}", "good", f"Goes to the chart ({whom})", after.target, until)
    if after.row.state in LEFT and before.row.state not in LEFT:
        rest = "please type it into eCW" if after.to_copy else "nothing to write"
        return Deed(f"left/{done.id}", "good", f"Decided, {rest} ({whom})")
    if done.verb not in PAST:
        return None
    known = whom != UNNAMED or done.verb != "intake.confirm_patient"  # the name is being fetched
    text = f"{_past(after, done)} ({whom})" if known else PAST[done.verb]
    back = way_back(before, done)
    if back is None:
        return Deed(f"{done.verb}/{done.id}", "good", text)
    until = container.clock() + IN_HOUSE
    return Deed(f"{done.verb}/{done.id}", "good", text, after.target, until, back)


def _past(after: OpenForm, done: Done) -> str:
    """What was done, and where the form lies now if that is what was done."""
    if done.verb == "intake.file_as":
        return f"Filed as {kind_name(after.row.kind).lower()}"
    if done.verb == "intake.assign" and after.row.owner:
        return f"Given to {after.row.owner}"
    return PAST[done.verb]


def _is_finished(before: OpenForm, after: OpenForm, done: Done) -> bool:
    """Whether this person is through with the form, so that the next one opens."""
    if after.to_copy and after.may_commit:
        return False
    left = after.row.state in LEFT and before.row.state not in LEFT
    passed_on = done.verb == "intake.escalate" and not after.row.open_fields
    return left or passed_on or done.verb in (*LEAVES, "intake.copy_done")


def _next(container: Container, actor: Actor, sitting: Sitting, id: UUID) -> None:
    following = sitting.after(id)
    sitting.rows = [row for row in sitting.rows if row.id != id]
    open_form(container, actor, sitting, following if following != id else None)


def _refused(
    container: Container, actor: Actor, sitting: Sitting, form: OpenForm, verb: str, path: str,
    why: str,
) -> None:  # fmt: skip
    # What a colleague did meanwhile is shown beside the reason, not after a reload.
    open_form(container, actor, sitting, form.row.id)
    number = sitting.problem.number + 1 if sitting.problem else 1
    sitting.problem = Problem(path, f"Not done: {why}", number)
    if not path:
        sitting.say(Deed(f"{verb}/{form.row.id}", "bad", f"Not done: {why}"))


def _asks_whose(sitting: Sitting) -> bool:
    return sitting.form is not None and sitting.form.match not in CERTAIN
