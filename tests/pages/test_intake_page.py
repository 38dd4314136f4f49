"""The intake page at work on the practice's own database: decide, refuse, take back, find, drop."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from db import writing
from db.connections import Connection
from db.intake import FormState, Match
from db.practices import Practice
from db.rollout import Rollout
from db.vocabulary import Role, Stage
from pages.parts.intake import deeds, events, snapshot, top
from pages.parts.intake.review import review_data
from pages.parts.intake.rows import list_data
from pages.parts.intake.sitting import Sitting
from services.container import Container
from services.desk import Actor
from services.errors import NotAllowed
from services.workflows.intake import belonging, searching, watching
from services.workflows.intake.fields import Difference, Step, Verdict
from services.workflows.intake.listing import worklist
from tests.pages.intake_forms import MEMBER, PHONE, TWO_SAME_TWO_NOT, arrive, difference

PAGE = "front_desk/intake.py"


@pytest.fixture
def switched_on(container: Container, practice: Practice) -> None:
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="intake", stage=Stage.ON))


@pytest.fixture
def contract(container: Container, practice: Practice) -> None:
    """The practice's contract lets patients and insurances be written."""
    with writing(container.engine) as session:
        for road in ("write_patient", "write_coverage"):
            session.add(Connection(practice_id=practice.id, road=road, able=True, reason="Open."))


class Seat:
    """One person at the page: what they see, and what they press."""

    def __init__(self, container: Container, actor: Actor) -> None:
        self.container, self.actor = container, actor
        self.sitting = Sitting(actor.staff_id)
        self.number = 0
        snapshot.read(container, actor, self.sitting, "team")

    def open(self, id: UUID) -> None:
        deeds.open_form(self.container, self.actor, self.sitting, id)

    def press(self, kind: str, **more: Any) -> None:
        """One key of the review, as the page sends it."""
        self.number += 1
        target = {"id": str(self.sitting.form.row.id)} if self.sitting.form else {}
        event = {"kind": kind, "n": self.number, "target": target, **more}
        events.handle(self.container, self.actor, self.sitting, "intake_review", event)

    def accept(self, path: str, value: str | None = None) -> None:
        self.press("accept", paths=[path], value=value)

    @property
    def shown(self) -> dict[str, Any]:
        assert self.sitting.form is not None
        return review_data(self.sitting, self.actor, self.sitting.form, self.container.clock())

    @property
    def chips(self) -> list[str]:
        return [chip[0] for chip in self.shown["head"]["chips"]]

    def row(self, path: str) -> dict[str, Any]:
        rows = (row for group in self.shown["groups"] for row in group["rows"])
        return next(row for row in rows if row["path"] == path)


@pytest.fixture
def maria(container: Container, front_desk: Actor, switched_on: None) -> Seat:
    return Seat(container, front_desk)


@pytest.fixture
def form(container: Container, front_desk: Actor, switched_on: None) -> Callable[..., UUID]:
    return lambda family, *rows, **more: arrive(container, front_desk, family, *rows, **more)


def test_the_last_decision_writes_the_form_and_opens_the_next(contract, maria, form) -> None:
    first, second = sorted([form("Alpha"), form("Beta")], key=lambda id: _place(maria, id))
    maria.open(first)
    assert maria.shown["match"]["text"] == "2 fields match"
    maria.press("matching")
    maria.accept(PHONE)
    assert maria.sitting.form.row.id == first
    maria.accept(MEMBER)

    assert maria.sitting.form.row.id == second
    assert maria.sitting.deeds[0].text.startswith("Goes to the chart")
    assert maria.sitting.deeds[0].target.id == first
    found = watching.progress(maria.container, maria.actor, [first, second])
    assert found == {first: watching.Progress("held", "leaving in a few seconds")}
    assert first not in [row.id for row in maria.sitting.rows]


def _place(seat: Seat, id: UUID) -> int:
    snapshot.read(seat.container, seat.actor, seat.sitting, "team")
    return [row.id for row in seat.sitting.rows].index(id)


def test_what_was_written_is_taken_back_and_asks_again(contract, maria, form) -> None:
    id = form("Alpha")
    maria.open(id)
    maria.press("matching")
    maria.accept(PHONE)
    maria.accept(MEMBER)
    deeds.take_back(maria.container, maria.actor, maria.sitting, id)
    assert maria.sitting.form.row.state is FormState.READY
    assert maria.row(PHONE)["open"]
    assert "Taken back" in maria.sitting.deeds[0].text


def test_an_accepted_value_shows_who_took_it_over_and_when(maria, form) -> None:
    maria.open(form("Alpha"))
    maria.accept(PHONE)
    row = maria.row(PHONE)
    assert (row["mark"], row["open"]) == ("Accepted", False)
    assert row["by"].startswith("Sample front desk, ")
    maria.press("reconsider", paths=[PHONE])
    assert maria.row(PHONE)["open"]


def test_a_value_that_cannot_be_read_stays_at_its_field_with_the_reason(maria, form) -> None:
    maria.open(form("Alpha"))
    maria.accept(PHONE, "12")
    problem = maria.shown["problem"]
    assert problem["path"] == PHONE
    assert "cannot be read" in problem["text"]
    assert maria.row(PHONE)["open"]
    maria.accept(PHONE, "(555) 010-3333")
    assert maria.shown["problem"] is None
    assert maria.row(PHONE)["accepted"] == "(555) 010-3333"


def test_the_chart_is_kept_with_a_reason_that_is_shown(maria, form) -> None:
    maria.open(form("Alpha"))
    maria.press("reject", paths=[PHONE], reason="The chart is newer")
    assert maria.row(PHONE)["mark"] == "Chart kept"
    assert "Reason: The chart is newer" in maria.row(PHONE)["told"]


def test_without_a_contract_the_form_stays_with_blocks_to_copy(maria, form) -> None:
    maria.open(form("Alpha"))
    maria.press("matching")
    maria.accept(PHONE)
    maria.accept(MEMBER)
    copies = {block["screen"]: block for block in maria.shown["copy"]}
    assert set(copies) == {"Patient Information", "Insurance"}
    [line] = copies["Patient Information"]["lines"]
    assert line == {"label": "Phone", "value": "(555) 010-2222"}
    maria.press("copied", paths=copies["Insurance"]["paths"])
    assert [block["screen"] for block in maria.shown["copy"]] == ["Patient Information"]


ALLERGY = (
    difference("allergies[0].substance", "Latex", None, Verdict.NEW, step=Step.ADD),
    difference("allergies[0].reaction", "Hives", None, Verdict.NEW, step=Step.ADD),
)


def test_the_front_desk_passes_clinical_fields_on_with_one_key(maria, form) -> None:
    maria.open(form("Alpha", ALLERGY))
    assert maria.shown["groups"] == []
    assert maria.shown["clinical"]["text"].startswith("2 clinical fields: a nurse")
    assert "escalate" in {move["kind"] for move in maria.shown["moves"]}
    maria.press("escalate")
    assert maria.sitting.form is None
    assert "passed to a nurse" in maria.sitting.deeds[0].text


def test_a_half_clinical_form_stays_with_the_front_desk_until_its_part_is_decided(
    container, nurse, maria, form
) -> None:
    id = form("Alpha", (*ALLERGY, *TWO_SAME_TWO_NOT))

    def have_it() -> list[bool]:
        seats = (maria.actor, nurse)
        return [id in {row.id for row in worklist(container, who).rows} for who in seats]

    assert have_it() == [True, False]
    maria.open(id)
    maria.press("escalate")
    assert have_it() == [True, True]
    maria.press("matching")
    maria.accept(PHONE)
    maria.accept(MEMBER)
    assert have_it() == [False, True]


def test_a_nurse_takes_a_new_entry_with_one_decision(container, nurse, maria, form) -> None:
    id = form("Alpha", ALLERGY)
    nora = Seat(container, nurse)
    nora.open(id)
    [row] = nora.shown["groups"][0]["rows"]
    assert row["label"] == "Allergy 1"
    assert row["form"] == [("same", "Substance: Latex\nReaction: Hives")]
    nora.press("accept", paths=row["paths"], value=None)
    [entry] = nora.shown["copy"]
    assert [line["value"] for line in entry["lines"]] == ["Latex", "Hives"]


def test_a_drug_that_stopped_can_be_confirmed(container, nurse, maria, form) -> None:
    rows: tuple[Difference, ...] = (
        difference("medications[0].name", None, "Aspirin", Verdict.MISSING, step=Step.STOP),
        *TWO_SAME_TWO_NOT,
    )
    nora = Seat(container, nurse)
    nora.open(form("Alpha", rows))
    row = nora.row("medications[0].name")
    assert (row["acceptLabel"], row["stop"]) == ("It has stopped", "Aspirin")
    nora.accept(row["path"])
    assert nora.row(row["path"])["mark"] == "Accepted"


def test_what_a_colleague_decided_meanwhile_is_said_and_shown(container, hire, maria, form) -> None:
    id = form("Alpha")
    maria.open(id)
    colleague = Seat(container, hire(Role.FRONT_DESK, "Second Sample"))
    colleague.open(id)
    colleague.accept(PHONE)
    maria.accept(PHONE)
    assert "Second Sample got here first" in maria.shown["problem"]["text"]
    assert maria.row(PHONE)["mark"] == "Accepted"


def test_an_event_for_another_form_than_the_open_one_does_nothing(maria, form) -> None:
    first, second = form("Alpha"), form("Beta")
    maria.open(second)
    event = {"kind": "matching", "n": 1, "target": {"id": str(first)}}
    events.handle(maria.container, maria.actor, maria.sitting, "intake_review", event)
    maria.open(first)
    assert maria.shown["match"]["ask"]


def test_a_form_of_nobody_finds_its_patient_by_exact_name(maria, form) -> None:
    form("Known")
    id = form("Stray", match=Match.NONE)
    maria.open(id)
    assert maria.shown["whose"]["title"] == "Whose form is it?"
    assert maria.shown["groups"] == []
    maria.press("find", words="Known")
    [person] = maria.shown["whose"]["found"]
    assert (person["name"], person["detail"]) == ("Synthetic Known", "born 02/28/1980, MRN M-Known")
    maria.press("confirm", ref=person["ref"])
    assert maria.sitting.form.match is Match.CONFIRMED
    assert maria.shown["head"]["patient"] == "Synthetic Known"


def test_a_probable_patient_is_offered_with_reasons_and_written_only_when_confirmed(
    maria, form
) -> None:
    maria.open(form("Alpha", match=Match.PROBABLE))
    [person] = maria.shown["whose"]["people"]
    assert person["name"] == "Synthetic Alpha"
    maria.accept(PHONE)
    assert "confirm whose form" in maria.shown["problem"]["text"]


def test_somebody_whose_role_searches_nobody_finds_nobody(container, admin, maria) -> None:
    with pytest.raises(NotAllowed):
        searching.find_patient(container, admin, "Known")


def test_new_forms_wait_until_asked_for_and_rows_keep_their_place(maria, form) -> None:
    first = form("Alpha")
    snapshot.read(maria.container, maria.actor, maria.sitting, "team")
    second = form("Beta")
    assert snapshot.refresh(maria.container, maria.actor, maria.sitting)
    assert [row.id for row in maria.sitting.rows] == [first]
    assert [row.id for row in maria.sitting.unseen] == [second]
    assert top.line_data(maria.sitting, {}, maria.container.clock())["pulse"]["fresh"] == 1
    event = {"kind": "fresh", "n": 1}
    events.handle(maria.container, maria.actor, maria.sitting, "intake_queue", event)
    assert {row.id for row in maria.sitting.rows} == {first, second}
    assert not snapshot.refresh(maria.container, maria.actor, maria.sitting)


def test_removing_and_restoring_are_one_key_each(maria, form) -> None:
    id = form("Alpha")
    maria.open(id)
    maria.press("remove")
    assert maria.sitting.form is None
    maria.open(id)
    assert [move["kind"] for move in maria.shown["moves"]] == ["restore"]
    maria.press("restore")
    maria.open(id)
    assert maria.shown["notice"]["title"] == "Being read…"


def test_the_page_opens_with_the_list_beside_an_empty_place(
    open_page: Callable[..., AppTest], front_desk, switched_on, form
) -> None:
    form("Alpha")
    app = open_page(front_desk, PAGE, lane="all")
    assert not app.exception
    assert app.subheader[0].value == "No form is open"


def test_where_intake_is_off_the_page_says_so(open_page, front_desk) -> None:
    app = open_page(front_desk, PAGE)
    assert not app.exception
    assert "not switched on here yet" in app.info[0].value


def test_a_role_without_intake_is_told_so(open_page, compliance, switched_on) -> None:
    app = open_page(compliance, PAGE)
    assert "Your role may not" in app.info[0].value


def undo(seat: Seat, id: UUID) -> None:
    """The key of the line above, while it offers to take the last deed back."""
    deed = seat.sitting.deeds[0]
    assert deed.until
    assert deed.until > seat.container.clock()
    deeds.take_back(seat.container, seat.actor, seat.sitting, id)


def test_what_was_removed_by_mistake_comes_back_with_its_decisions(container, maria, form) -> None:
    id = form("Alpha")
    maria.open(id)
    maria.accept(PHONE)
    maria.press("remove")
    undo(maria, id)
    assert maria.sitting.form.row.state is FormState.WAITING
    assert maria.row(PHONE)["mark"] == "Accepted"


def test_a_form_taken_away_from_the_wrong_patient_is_given_back_with_one_key(maria, form) -> None:
    id = form("Alpha")
    maria.open(id)
    maria.press("wrong")
    assert maria.sitting.form.patient_ref == ""
    undo(maria, id)
    assert maria.sitting.form.patient_ref == "Patient/Alpha"
    assert maria.sitting.form.match is Match.CONFIRMED


def test_whose_form_a_colleague_has_said_meanwhile_is_not_undone(
    container, hire, maria, form
) -> None:
    form("Beta")
    id = form("Alpha")
    maria.open(id)
    maria.press("wrong")
    target = maria.sitting.form.target
    belonging.confirm_patient(container, hire(Role.MANAGER), target, "Patient/Beta")
    undo(maria, id)
    assert "Somebody has said whose form it is" in maria.sitting.deeds[0].text
    assert maria.sitting.form.patient_ref == "Patient/Beta"


def test_a_document_is_filed_and_given_on_with_one_action_each_and_taken_back(maria, form) -> None:
    id = form("Alpha")
    maria.open(id)
    labels = [one["label"] for one in maria.shown["kinds"]]
    assert "Referral → Referrals" in labels
    maria.press("file_as", document="insurance_card")
    assert maria.sitting.form.row.pool == "billing"
    assert {"Insurance card", "→ Billing"} <= set(maria.chips)
    maria.press("assign", pool="nurses")
    assert "→ Nurses" in maria.chips
    undo(maria, id)
    assert "→ Billing" in maria.chips


def test_only_the_newest_deed_on_a_form_is_offered_to_be_taken_back(maria, form) -> None:
    maria.open(form("Alpha"))
    maria.press("file_as", document="referral")
    maria.press("note", text="Ask again")
    assert [bool(deed.until) for deed in maria.sitting.deeds] == [False, False]
    maria.press("file_as", document="result")
    assert maria.sitting.deeds[0].until


def test_a_decided_field_keeps_form_chart_and_accepted_value_side_by_side(maria, form) -> None:
    maria.open(form("Alpha"))
    maria.accept(PHONE, "(555) 010-3333")
    row = maria.row(PHONE)
    assert "".join(text for _, text in row["form"]) == "(555) 010-2222"
    assert "".join(text for _, text in row["chart"]) == "(555) 010-1111"
    assert row["accepted"] == "(555) 010-3333"
    assert row["sure"] == "90 %"
    assert row["read"] == "How sure the reading is; read by Foyer's own rules"
    assert row["by"]


def test_none_of_the_likely_patients_is_said_with_one_key(maria, form) -> None:
    maria.open(form("Alpha", match=Match.PROBABLE))
    assert maria.shown["head"]["patient"] == "Synthetic Alpha?"
    assert maria.shown["whose"]["likely"]
    maria.press("none")
    told = maria.shown["whose"]
    assert (told["likely"], told["people"], told["title"]) == (False, [], "Whose form is it?")
    assert told["reasons"] == [belonging.NONE_OF_THEM]


def test_a_note_for_colleagues_stands_on_the_form_and_in_the_list(maria, form) -> None:
    id = form("Alpha")
    maria.open(id)
    snapshot.read(maria.container, maria.actor, maria.sitting, "team")
    maria.press("note", text="Call <b>back</b> at noon")
    assert maria.shown["note"] == {
        "text": "Call <b>back</b> at noon",
        "by": maria.shown["note"]["by"],
        "may": True,
    }
    assert maria.shown["note"]["by"]
    [row] = list_data(maria.sitting, maria.actor, maria.container.clock())["rows"]
    assert row["note"] == "Call <b>back</b> at noon"
