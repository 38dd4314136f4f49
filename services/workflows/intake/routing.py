"""Whose work a form is: its kind's own route, a person or a team it is given to, and a note."""

from uuid import UUID

from db.intake import OPEN, IntakeForm
from db.staff import StaffList
from db.vocabulary import DocumentKind
from services.desk import Desk
from services.errors import Invalid
from services.options import FRONT_DESK
from services.workflows.intake.acting import form_action

LONGEST_NOTE = 500  # characters


@form_action("intake.assign", "Assign")
def assign(desk: Desk, form: IntakeForm, staff_id: UUID | None = None, pool: str = "") -> None:
    """Give the form to a person, to a team, or to nobody in particular."""
    if staff_id is not None and staff_id not in desk.open(StaffList).names():
        raise Invalid("This person is not on the staff list.")
    if pool and pool not in desk.options.pools:
        raise Invalid("This practice has no such team.")
    form.assigned_to, form.pool = staff_id, pool or form.pool


@form_action("intake.file_as", "File as")
def file_as(desk: Desk, form: IntakeForm, kind: DocumentKind) -> None:
    """Say what kind of document this is; it goes to the team that deals with that kind."""
    _require_open(form)
    form.kind, form.pool, form.assigned_to = kind, desk.options.route_of(kind), None


@form_action("intake.note", "Note")
def note(desk: Desk, form: IntakeForm, text: str) -> None:
    """Leave a note for colleagues on the form, in place of the one before; empty takes it away."""
    _require_open(form)
    said = " ".join(text.split())
    if len(said) > LONGEST_NOTE:
        raise Invalid(f"Please keep the note under {LONGEST_NOTE} characters.")
    form.note, form.noted_by = None, desk.actor.staff_id if said else None
    if said:
        desk.vault.seal_into(form, note=said)


def set_route(desk: Desk, form: IntakeForm, kind: DocumentKind) -> None:
    """Send a form of this *kind* on its default way, unless it has a kind or somebody gave it on."""
    if form.kind is not None:
        return
    form.kind = kind
    if form.assigned_to is None and form.pool == FRONT_DESK:
        form.pool = desk.options.route_of(kind)


def _require_open(form: IntakeForm) -> None:
    if form.state not in OPEN:
        raise Invalid("This form is closed.")
