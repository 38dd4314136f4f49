"""What may be pressed on an open denial: the paths, what else there is, and the whole group."""

from collections.abc import Iterator
from typing import Any

from db.denials import DenialState
from pages.parts.denials import words
from pages.parts.denials.deeds import is_decidable
from pages.parts.denials.sitting import Sitting
from services.claims.paths import Path
from services.desk import Actor
from services.money import dollars
from services.workflows.denials.accepting import ACTIONS, groups
from services.workflows.denials.deciding import NOT_THE_PATIENTS
from services.workflows.denials.reading import OpenDenial

Shown = dict[str, Any]
KEYS = {
    Path.CORRECT: "c", Path.APPEAL: "a", Path.ENQUIRE: "q", Path.OTHER_PAYER: "o",
    Path.PATIENT: "p", Path.INTAKE: "i", Path.CODING: "d", Path.WRITE_OFF: "w",
}  # fmt: skip
TOGETHER = (
    "The same is done for each, with its own claim and letter and by the same rules; "
    "what one of them refuses holds up no other."
)
ONE_BY_ONE = "They are decided one by one."


def moves(denial: OpenDenial) -> Iterator[Shown]:
    """Every path that may be taken now; what leaves or is given up asks once more."""
    if not is_decidable(denial):
        return
    for path, key in KEYS.items():
        if ACTIONS[path].verb not in denial.verbs:
            continue
        if path is Path.PATIENT and denial.row.group_code in NOT_THE_PATIENTS:
            continue
        yield {
            "path": path, "label": words.PATH[path], "key": key, "help": ACTIONS[path].help,
            "leaves": words.LEAVES[path], "first": path == denial.path,
        }  # fmt: skip


def more(actor: Actor, denial: OpenDenial) -> Iterator[Shown]:
    """What else may be done: take it back, say it is fixed, take it, reopen it."""
    row = denial.row
    if row.state is DenialState.SENDING:
        yield {"kind": "back", "label": "Take back", "key": ""}
        return
    if is_decidable(denial):
        yield {"kind": "fixed", "label": "Fixed in eCW", "key": "f"}
        mine = row.assigned_to == actor.staff_id
        yield {"kind": "take", "label": "Release" if mine else "Take", "key": "t"}
    if row.state not in (DenialState.OPEN, DenialState.RECOVERED):
        yield {"kind": "reopen", "label": "Reopen", "key": "r"}


def may_snooze(denial: OpenDenial) -> bool:
    """Whether it can be put aside."""
    return denial.row.state in (DenialState.OPEN, DenialState.SNOOZED)


def in_days(days: int) -> str:
    """How long it is put aside, in words."""
    return "until tomorrow" if days == 1 else f"for {days} days"


def group(sitting: Sitting, actor: Actor) -> Shown | None:
    """The group that the open denial is part of, and whether it waits for a confirmation."""
    denial = sitting.denial
    row = sitting.row_with(denial.row.id) if denial else None
    if row is None or len(row.targets) < 2 or row.state is not DenialState.OPEN:
        return None
    path, together = words.PATH[row.path], groups(actor, row.path)
    return {
        "id": str(row.id),
        "may": together,
        "asked": sitting.group is not None and sitting.group.id == row.id,
        "members": [
            {"id": str(target.id), "text": f"{patient or 'no name'}, {dollars(cents)}"}
            for target, (patient, cents) in zip(row.targets, row.members, strict=True)
        ],
        "label": f"Decide all {len(row.targets)}: {path.lower()}",
        "sentence": (
            f"{len(row.targets)} denials of {row.payer} with {row.group_code}-{row.carc}, "
            f"{dollars(row.group_cents)} together. " + (TOGETHER if together else ONE_BY_ONE)
        ),
    }
