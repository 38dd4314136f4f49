"""The suggested path in one click, for one denial or for a whole group of the same kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.actions import Action, BulkResult, Done, Target, bulk
from services.claims.paths import Path
from services.container import Container
from services.desk import Actor
from services.errors import Invalid
from services.policy import may
from services.workflows.denials import deciding, routing

ACTIONS: Mapping[str, Action[Any]] = {
    Path.CORRECT: deciding.correct,
    Path.APPEAL: deciding.appeal,
    Path.OTHER_PAYER: deciding.other_payer,
    Path.PATIENT: deciding.to_patient,
    Path.INTAKE: routing.send_back,
    Path.CODING: routing.send_back,
    Path.ENQUIRE: deciding.enquire,
    Path.WRITE_OFF: deciding.write_off,
}
TO: Mapping[str, tuple[str, ...]] = {Path.INTAKE: ("intake",), Path.CODING: ("coding",)}


def groups(actor: Actor, path: str) -> bool:
    """Whether this person may take *path* for a whole group at once."""
    verb = ACTIONS[path].verb if path in ACTIONS else ""
    return path != Path.CORRECT and actor.role is not None and may(actor.role, verb)


def accept_path(
    container: Container, actor: Actor, target: Target, path: str, *inputs: Any, **named: Any
) -> Done:
    """Do what *path* suggests, by the same action that its own button runs, with its permission.

    *inputs* are what that action asks beside: the changes of a correction, or a letter's digest.
    """
    return ACTIONS[path](container, actor, target, *TO.get(path, ()), *inputs, **named)


def decide_group(
    container: Container, actor: Actor, targets: Sequence[Target], path: str, *inputs: Any
) -> BulkResult:
    """*path* for each of *targets*, in a transaction of its own and by the same rules.

    What one item refuses is counted with its reason, and holds up no other. Raises ``Invalid``
    for corrections without their changes: each claim lacks something else.
    """
    if path == Path.CORRECT and not inputs:
        raise Invalid("Corrections are made one by one: each claim lacks something else.")
    return bulk(ACTIONS[path], container, actor, targets, *TO.get(path, ()), *inputs)
