"""One-click actions on a form: like those on a conversation, on another shelf."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from db.intake import CERTAIN, FormState, IntakeForm, IntakeForms
from db.intake_fields import IntakeField, IntakeFields
from services.actions import Action
from services.desk import Desk
from services.errors import Invalid, NotAllowed
from services.policy import may
from services.workflows.intake.fields import is_clinical

P = ParamSpec("P")
JUDGE = "intake.judge_clinical"


def form_action(
    verb: str, label: str, *, needs_shown: bool = True
) -> Callable[[Callable[Concatenate[Desk, IntakeForm, P], None]], Action[P]]:
    """Make a function of a desk and a form into a one-click action; see ``services.actions``."""

    def wrap(run: Callable[Concatenate[Desk, IntakeForm, P], None]) -> Action[P]:
        return Action(verb=verb, label=label, run=run, shelf=IntakeForms, needs_shown=needs_shown)

    return wrap


def require_ready(desk: Desk, form: IntakeForm) -> None:
    """Raises ``Invalid`` unless the form lies open beside the chart of a patient we are sure of."""
    if form.state is not FormState.READY:
        raise Invalid("This form is not open for review.")
    if form.match not in CERTAIN or form.patient_id is None:
        raise Invalid("Please confirm whose form this is first.")


def require_judge(desk: Desk, path: str) -> None:
    """Raises ``NotAllowed`` where *path* is clinical and this person is no clinician."""
    if is_clinical(path) and (desk.actor.role is None or not may(desk.actor.role, JUDGE)):
        raise NotAllowed("decide on clinical fields; please pass them to a nurse")


def row_of(desk: Desk, form: IntakeForm, path: str) -> IntakeField:
    """The row of *path*. Raises ``Invalid`` when the form has none."""
    for row in desk.open(IntakeFields).of(form.id):
        if row.path == path:
            return row
    raise Invalid("This field is not on the form any more. Please look again.")
