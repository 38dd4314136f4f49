"""Ask eCW and what we remember whose a form may be, and keep the answer for a person to see."""

from dataclasses import replace

from db.intake import CERTAIN, IntakeForm, Match
from services.container import Container
from services.desk import Actor, Desk, looking
from services.ehr.registration import Registrar
from services.workflows.intake import contents
from services.workflows.intake.belonging import was_taken_away
from services.workflows.intake.fields import Field
from services.workflows.intake.matching import Match as Whose
from services.workflows.intake.matching import match
from services.workflows.intake.searching import known_like

MOST_LIKELY = 5  # charts offered for one form; who is none of them is searched for
TAKEN = "Somebody took this form away from a patient. Please confirm whose it is."


def whose_is(
    container: Container, actor: Actor, registrar: Registrar, found: tuple[Field, ...]
) -> Whose:
    """Whose form this is: eCW finds by last name and birth date, we also by either alone.

    Only eCW's own answer can be exact. Raises ``EhrError`` when it cannot be asked.
    """
    values = {field.path: field.value or "" for field in found}
    family, born = values.get("demographics.last_name", ""), values.get("demographics.dob", "")
    people = list(registrar.find_people(family, born)) if family and born else []
    whose = match(found, people)
    if whose.kind == Match.EXACT:
        return whose
    with looking(container, actor) as desk:
        known = {one.ref: one for one in known_like(desk, family, born)}
    whose = match(found, list((known | {one.ref: one for one in people}).values()))
    # What we remember may be out of date: eCW itself did not say it is that patient.
    return replace(whose, kind=str(Match.PROBABLE)) if whose.kind == Match.EXACT else whose


def keep_whose(desk: Desk, form: IntakeForm, whose: Whose) -> None:
    """Keep how sure we are, the reasons, and where it is not certain the charts that may be meant."""
    doubted = whose.kind == Match.EXACT and was_taken_away(form)
    form.match = Match.PROBABLE if doubted else Match(whose.kind)
    reasons = (*whose.reasons, TAKEN) if doubted else whose.reasons
    desk.vault.seal_into(form, match_reasons="\n".join(reasons))
    form.candidates = None
    if form.match not in CERTAIN and whose.candidates:
        kept = contents.of_candidates(whose.candidates[:MOST_LIKELY])
        desk.vault.seal_into(form, candidates=kept)
