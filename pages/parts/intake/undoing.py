"""How each deed on a form is taken back, as long as the line above offers it."""

from collections.abc import Callable, Mapping

from db.intake import Match
from pages.parts.intake.sitting import WayBack
from services.actions import Done, Target
from services.container import Container
from services.desk import Actor
from services.errors import Stale
from services.workflows.intake import belonging, reading, routing
from services.workflows.intake.reading import OpenForm

DECIDED_SINCE = "Somebody has said whose form it is meanwhile."


def way_back(before: OpenForm, done: Done) -> WayBack | None:
    """What undoes *done*, seen from the form as it was *before*; ``None`` for what is no such deed."""
    make = WAYS.get(done.verb)
    return make(before) if make else None


def _restored(before: OpenForm) -> WayBack:
    def back(container: Container, actor: Actor, target: Target) -> Done:
        return belonging.restore(container, actor, target)

    return back


def _given_back(before: OpenForm) -> WayBack:
    row = before.row

    def back(container: Container, actor: Actor, target: Target) -> Done:
        return routing.assign(container, actor, target, row.assigned_to, row.pool)

    return back


def _filed_as_before(before: OpenForm) -> WayBack:
    row = before.row

    def back(container: Container, actor: Actor, target: Target) -> Done:
        if row.kind is None:
            return routing.assign(container, actor, target, row.assigned_to, row.pool)
        done = routing.file_as(container, actor, target, row.kind)
        filed = Target(done.id, done.version, target.shown)
        return routing.assign(container, actor, filed, row.assigned_to, row.pool)

    return back


def _linked_again(before: OpenForm) -> WayBack | None:
    ref = before.patient_ref
    if not ref:
        return None

    def back(container: Container, actor: Actor, target: Target) -> Done:
        return belonging.confirm_patient(container, actor, _now(container, actor, target), ref)

    return back


def _looked_for_again(before: OpenForm) -> WayBack:
    def back(container: Container, actor: Actor, target: Target) -> Done:
        return belonging.read_again(container, actor, target)

    return back


def _now(container: Container, actor: Actor, target: Target) -> Target:
    """The form as it is now: it has been read again since, which is nobody's decision."""
    form = reading.open_form(container, actor, target.id)
    if form.match is Match.CONFIRMED:
        raise Stale(DECIDED_SINCE)
    return form.target


WAYS: Mapping[str, Callable[[OpenForm], WayBack | None]] = {
    "intake.remove": _restored,
    "intake.assign": _given_back,
    "intake.file_as": _filed_as_before,
    "intake.wrong_patient": _linked_again,
    "intake.none_of_these": _looked_for_again,
}
