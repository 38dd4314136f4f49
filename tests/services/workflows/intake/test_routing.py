"""Each kind of document goes its own way; a practice may choose another, and a person always may."""

from collections.abc import Callable

import pytest

from db import writing
from db.intake import IntakeForm
from db.practices import Practices
from db.vocabulary import DocumentKind, Role
from services.desk import Actor
from services.documents.reading import read
from services.errors import Invalid
from services.options import DOCUMENT_ROUTES, PracticeOptions
from services.workflows.intake.belonging import read_again
from services.workflows.intake.extract import extract
from services.workflows.intake.kinds import kind_of
from services.workflows.intake.listing import worklist
from services.workflows.intake.routing import LONGEST_NOTE, assign, file_as, note
from tests.services.documents import files
from tests.services.workflows.intake.conftest import Desk, seen
from tests.services.workflows.intake.test_intake_documents import dropped

CARD = (["Sample Health Plan"], ["Member Name: Ada Sample"], ["Member ID: XYZ123456789"],
        ["Group Number: 10042"], ["Plan: Choice PPO"])  # fmt: skip
REFERRAL = (["Maple Street Clinic"], ["Referral Request"], ["Patient Name: Ada Sample"],
            ["Date of Birth: 02/28/1980"])  # fmt: skip
RESULT = (["Sample Laboratories"], ["Laboratory Report"], ["Patient Name: Ada Sample"],
          ["Glucose 92 mg/dL"])  # fmt: skip
LETTER = (["Dear Dr. Sample,"], ["thank you for the referral of this pleasant patient."])
FORM = (["Last Name:", "Sample"], ["First Name:", "Ada"], ["Referral source:", "A friend"],
        ["Date of Birth:", "02/28/1980"], ["Phone:", "(617) 555-0188"])  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (CARD, DocumentKind.INSURANCE_CARD),
        (REFERRAL, DocumentKind.REFERRAL),
        (RESULT, DocumentKind.RESULT),
        (FORM, DocumentKind.PATIENT_FORM),
        (LETTER, DocumentKind.OTHER),  # what stands in a sentence is no title
    ],
)
def test_a_document_is_what_its_title_or_its_fields_say(rows, kind: DocumentKind, desk) -> None:
    document = read(files.typed(*rows))
    assert kind_of(document, extract(document, desk.clock().date())) is kind


def test_a_record_from_elsewhere_is_known_by_its_format(desk: Desk) -> None:
    document = read(files.CDA.format("<title>Anything</title>").encode())
    assert kind_of(document, ()) is DocumentKind.OUTSIDE_RECORD


@pytest.fixture
def biller(hire: Callable[..., Actor]) -> Actor:
    return hire(Role.BILLER)


def card(desk: Desk, actor: Actor) -> IntakeForm:
    return dropped(desk, actor, files.typed(*CARD), "card.pdf")


def choose(desk: Desk, **options: object) -> None:
    with writing(desk.container.engine) as session:
        practice = Practices(session).get(desk.practice.id)
        practice.options = practice.options | options


def test_every_kind_has_a_route_that_every_practice_has() -> None:
    assert set(DOCUMENT_ROUTES) == set(DocumentKind)
    assert set(DOCUMENT_ROUTES.values()) <= set(PracticeOptions().pools)


def test_a_card_goes_to_billing_and_stands_in_billings_list(
    desk: Desk, front_desk: Actor, biller: Actor
) -> None:
    form = card(desk, front_desk)
    assert (form.kind, form.pool) == (DocumentKind.INSURANCE_CARD, "billing")
    assert listed(desk, biller, "team", form)
    assert not listed(desk, front_desk, "team", form)
    assert listed(desk, front_desk, "unassigned", form)


def listed(desk: Desk, actor: Actor, lane: str, form: IntakeForm) -> bool:
    return form.id in {row.id for row in worklist(desk.container, actor, lane).rows}


def test_a_practice_chooses_another_way_for_one_kind(desk: Desk, front_desk: Actor) -> None:
    choose(desk, document_routes={"insurance_card": "records"})
    assert card(desk, front_desk).pool == "records"


def test_a_route_to_a_team_that_is_gone_leads_to_the_front_desk() -> None:
    chosen = PracticeOptions.model_validate({"document_routes": {"referral": "closed last year"}})
    assert chosen.route_of(DocumentKind.REFERRAL) == "front_desk"
    assert chosen.route_of(DocumentKind.RESULT) == "nurses"


def test_a_role_without_a_team_of_its_own_works_through_all() -> None:
    options = PracticeOptions()
    assert set(options.pools_of(Role.MANAGER)) == set(options.pools)
    assert options.pools_of(Role.BILLER) == ("billing",)


def test_one_action_files_a_document_as_what_it_is_and_sends_it_there(
    desk: Desk, front_desk: Actor, nurse: Actor
) -> None:
    form = card(desk, front_desk)
    file_as(desk.container, front_desk, seen(form), DocumentKind.RESULT)
    filed = desk.form(form.id)
    assert (filed.kind, filed.pool, filed.assigned_to) == (DocumentKind.RESULT, "nurses", None)
    assert listed(desk, nurse, "team", form)


def test_who_gave_a_document_on_is_not_overruled_by_the_reader(
    desk: Desk, front_desk: Actor, nurse: Actor
) -> None:
    form = card(desk, front_desk)
    file_as(desk.container, front_desk, seen(form), DocumentKind.RESULT)
    again(desk, front_desk, form)
    assert (desk.form(form.id).kind, desk.form(form.id).pool) == (DocumentKind.RESULT, "nurses")


def again(desk: Desk, actor: Actor, form: IntakeForm) -> None:
    read_again(desk.container, actor, seen(desk.form(form.id)))
    desk.read()


def test_a_form_goes_to_no_team_that_is_not_there(desk: Desk, front_desk: Actor) -> None:
    form = card(desk, front_desk)
    with pytest.raises(Invalid, match="no such team"):
        assign(desk.container, front_desk, seen(form), None, "nowhere")


def test_a_note_is_read_by_the_next_person_and_can_be_taken_away(
    desk: Desk, front_desk: Actor, biller: Actor
) -> None:
    form = card(desk, front_desk)
    note(desk.container, front_desk, seen(form), "Back of the card\n is missing ")
    [row] = [r for r in worklist(desk.container, biller).rows if r.id == form.id]
    assert row.note == "Back of the card is missing"
    assert row.noted_by
    note(desk.container, front_desk, row.target, "")
    assert desk.form(form.id).note is None


def test_a_note_that_is_too_long_is_refused_whole(desk: Desk, front_desk: Actor) -> None:
    form = card(desk, front_desk)
    with pytest.raises(Invalid, match="under 500"):
        note(desk.container, front_desk, seen(form), "x" * (LONGEST_NOTE + 1))
    assert desk.form(form.id).note is None
