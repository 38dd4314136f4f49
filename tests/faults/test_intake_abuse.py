"""Hostile words, engines that break, charts that do not answer, and two workers at once on forms."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from db import reading
from db.intake import FormState, IntakeForm, IntakeForms
from db.intake_fields import IntakeFields
from db.patients import Patients
from services import sweep
from services.desk import Actor
from services.errors import Invalid, NotAllowed, Unreachable
from services.workflows.intake import propose
from services.workflows.intake.belonging import remove, restore
from services.workflows.intake.deciding import accept, reject
from services.workflows.intake.dropping import drop
from services.workflows.intake.poll import poll
from services.workflows.intake.propose import UNREADABLE, read_batch
from tests.services.documents import files
from tests.services.workflows.intake.conftest import NO_ENGINE, Desk, desk, ehr, seen
from tests.services.workflows.intake.test_intake_arrivals import written
from tests.services.workflows.intake.test_intake_story import accept_all

__all__ = ["desk", "ehr"]

PATIENT = "Patient/p.107"
HOSTILE = {
    "script": "<script>alert(document.cookie)</script>",
    "formula": '=HYPERLINK("http://x.invalid","pay")',
    "markdown": "![x](http://x.invalid/a.png) [pay](javascript:alert(1))",
    "right to left": "abc\u202ednim\u202c",
    "control": "bell\x07 and escape\x1b[31m",
    "long": "x" * 2_000,
    "template": "{{7*7}} ${7*7} %s %(name)s",
}
TEXTS = ("about.first", "about.last", "reach.street", "reach.city", "insurance1.payer",
         "insurance1.member", "pharmacy.name", "visit.reason", "emergency.name")  # fmt: skip


def arrived(desk: Desk, answers: dict[str, Any], patient: str = PATIENT) -> IntakeForm:
    came = desk.sandbox.control.form(patient, answers)["id"]
    desk.poll()
    desk.read()
    return desk.form(came)


def everything(desk: Desk) -> list[IntakeForm]:
    with reading(desk.container.engine) as session:
        forms = IntakeForms(session, desk.practice.id)
        return list(forms.all(forms.rows()))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_words_in_every_answer_are_read_and_shown_letter_by_letter(
    desk: Desk, nurse: Actor, kind: str
) -> None:
    words = HOSTILE[kind]
    form = arrived(desk, dict.fromkeys(TEXTS, words) | {"history.conditions": [words]})
    opened = desk.open(nurse, form)
    assert form.state is FormState.READY
    answers = getattr(opened.content, "answers", ())
    assert [a.value for a in answers if a.link_id in TEXTS] == [words] * len(TEXTS)
    shown = [r.difference.found.original for r in opened.fields if r.difference.found]
    assert any(words in text for text in shown)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_words_are_written_as_they_are_or_refused_with_a_sentence(
    desk: Desk, nurse: Actor, kind: str
) -> None:
    form = arrived(desk, {"reach.street": HOSTILE[kind]})
    accept_all(desk, nurse, form.id)
    desk.deliver()
    done = desk.form(form.id)
    if done.state is FormState.DONE:
        [accepted] = [
            r.accepted for r in desk.open(nurse, form).fields if r.path == "demographics.address"
        ]
        [line] = desk.sandbox.control.ledger()
        assert line["values"]["address"][0]["line"] == [accepted]
    else:
        assert done.state is FormState.READY
        assert done.trouble
        assert written(desk) == []


@pytest.mark.parametrize("damage", ["\x00", "\ud800"], ids=["nul", "half a character"])
def test_words_no_database_can_hold_keep_no_other_form_waiting(
    desk: Desk, front_desk: Actor, damage: str
) -> None:
    desk.sandbox.control.form(PATIENT, {"reach.street": f"Elm{damage} Street"})
    other = desk.sandbox.control.form("Patient/p.103", {"reach.phone": "6175550188"})["id"]
    desk.poll()
    desk.read()
    assert desk.form(other).state is FormState.READY
    for form in everything(desk):
        assert form.state in (FormState.READY, FormState.FAILED)
        desk.open(front_desk, form)


@pytest.mark.parametrize("damage", ["\x00", "\ud800", "\x1b"])
def test_a_typed_word_no_computer_can_hold_is_refused_with_a_sentence(
    desk: Desk, front_desk: Actor, damage: str
) -> None:
    form = arrived(desk, {"reach.street": "1 Elm Street"})
    path = "demographics.address"
    with pytest.raises(Invalid, match="character"):
        accept(desk.container, front_desk, seen(form), path, f"1{damage} Elm Street")
    with pytest.raises(Invalid, match="character"):
        reject(desk.container, front_desk, seen(form), path, f"No{damage}")
    accept(desk.container, front_desk, seen(form), path, "1 Elm Street")


def test_an_engine_that_breaks_on_one_form_leaves_the_others_read(
    desk: Desk, front_desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = propose.extract

    def breaks(content: Any, today: Any) -> Any:
        if any(answer.value == "BREAK" for answer in content.answers):
            raise RecursionError("BREAK")
        return real(content, today)

    monkeypatch.setattr(propose, "extract", breaks)
    _broken_beside_good(desk, front_desk, "BREAK")


def test_a_comparison_that_breaks_on_one_form_leaves_the_others_read(
    desk: Desk, front_desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = propose.reconcile

    def breaks(found: Any, chart: Any, today: Any) -> Any:
        if any(field.original == "BREAK" for field in found):
            raise ValueError("BREAK")
        return real(found, chart, today)

    monkeypatch.setattr(propose, "reconcile", breaks)
    _broken_beside_good(desk, front_desk, "BREAK")


def _broken_beside_good(desk: Desk, actor: Actor, word: str) -> None:
    bad = desk.sandbox.control.form("Patient/p.103", {"reach.city": word})["id"]
    good = desk.sandbox.control.form(PATIENT, {"reach.phone": "6175550188"})["id"]
    desk.poll()
    desk.read()
    assert desk.form(good).state is FormState.READY
    failed = desk.form(bad)
    assert (failed.state, failed.trouble) == (FormState.FAILED, UNREADABLE)
    remove(desk.container, actor, seen(failed))


def test_one_chart_that_does_not_answer_keeps_no_other_form_waiting(desk: Desk) -> None:
    first = desk.sandbox.control.form(PATIENT, {"reach.phone": "6175550188"})["id"]
    second = desk.sandbox.control.form("Patient/p.103", {"reach.phone": "6175550188"})["id"]
    desk.poll()
    soonest = min((desk.form(id) for id in (first, second)), key=lambda f: (f.visit_at, f.id))  # type: ignore[arg-type, return-value]
    [other] = [id for id in (first, second) if desk.form(id).id != soonest.id]
    away = _Away(desk, patient_ref(desk, soonest))
    with pytest.raises(Unreachable):
        read_batch(desk.container, desk.practice, away, NO_ENGINE)  # type: ignore[arg-type]
    read_batch(desk.container, desk.practice, away, NO_ENGINE)  # type: ignore[arg-type]
    assert desk.form(other).state is FormState.READY
    assert desk.form(soonest.id).state is FormState.WAITING
    desk.clock.wait(timedelta(seconds=40))
    desk.read()
    assert desk.form(soonest.id).state is FormState.READY


class _Away:
    """A chart that answers about everybody but one patient."""

    def __init__(self, desk: Desk, ref: str) -> None:
        self.desk, self.ref = desk, ref

    def registration(self, ref: str) -> object:
        if ref == self.ref:
            raise Unreachable("eCW is not answering.")
        return self.desk.ehr.registrar.registration(ref)


def patient_ref(desk: Desk, form: IntakeForm) -> str:
    assert form.patient_id is not None
    with reading(desk.container.engine) as session:
        return Patients(session, desk.practice.id).get(form.patient_id).ehr_ref


class _Silent:
    """Forms that come for everybody but the first patient asked."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.asked = desk, list[str]()

    def visits(self, *asked: Any) -> Any:
        return self.desk.ehr.forms.visits(*asked)

    def forms_of(self, ref: str, since: Any) -> Any:
        self.asked.append(ref)
        if ref == self.asked[0]:
            raise Unreachable("eCW is not answering.")
        return self.desk.ehr.forms.forms_of(ref, since)


def test_one_patient_whose_forms_do_not_come_keeps_no_other_waiting(desk: Desk) -> None:
    forms = _Silent(desk)
    with pytest.raises(Unreachable):
        poll(desk.container, desk.practice, forms)
    poll(desk.container, desk.practice, forms)
    assert len(set(forms.asked)) == len(forms.asked) > 2


def test_two_workers_read_each_form_once(desk: Desk) -> None:
    for number in range(4):
        desk.sandbox.control.form(f"Patient/p.10{number + 3}", {"reach.phone": "6175550188"})
    desk.poll()
    start = threading.Barrier(2)

    def work() -> int:
        start.wait()
        counts = read_batch(desk.container, desk.practice, desk.ehr.registrar, NO_ENGINE)
        return counts["read"]

    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(work) for _ in range(2)]
        assert sum(worker.result() for worker in workers) == len(everything(desk)) > 1
    with reading(desk.container.engine) as session:
        fields = IntakeFields(session, desk.practice.id)
        assert all(len(fields.history(f.id)) == f.fields for f in everything(desk))


def test_retention_destroys_what_a_form_said_and_it_still_opens(desk: Desk, nurse: Actor) -> None:
    form, _ = desk.newcomer()
    accept_all(desk, nurse, form.id)
    desk.deliver()
    desk.clock.wait(timedelta(days=desk.container.settings.retention_days, hours=1))
    assert sweep.purge(desk.container, desk.practice)["forms"] == 1
    gone = desk.open(nurse, form)
    assert gone.content is None
    with pytest.raises(Invalid, match="not open"):
        accept(desk.container, nurse, seen(desk.form(form.id)), "demographics.phone")


def test_a_file_whose_form_was_destroyed_can_come_again(desk: Desk, front_desk: Actor) -> None:
    data = files.typed(["Last Name:", "Nobody"])
    first = drop(desk.container, front_desk, data, "form.pdf")
    remove(desk.container, front_desk, seen(desk.form(first.form_id)))
    desk.clock.wait(timedelta(days=desk.container.settings.retention_days, hours=1))
    sweep.purge(desk.container, desk.practice)
    again = drop(desk.container, front_desk, data, "form.pdf")
    assert again.is_new
    assert again.form_id != first.form_id


def test_a_removed_form_that_was_destroyed_cannot_be_restored(
    desk: Desk, front_desk: Actor
) -> None:
    form, _ = desk.newcomer()
    remove(desk.container, front_desk, seen(form))
    kept = timedelta(days=desk.container.settings.retention_days)
    desk.clock.wait(kept - timedelta(hours=1))
    assert sweep.purge(desk.container, desk.practice)["forms"] == 0
    desk.clock.wait(timedelta(hours=2))
    sweep.purge(desk.container, desk.practice)
    with pytest.raises(Invalid, match="destroyed"):
        restore(desk.container, front_desk, seen(desk.form(form.id)))


def test_an_open_form_is_never_destroyed(desk: Desk, front_desk: Actor) -> None:
    form, _ = desk.newcomer()
    desk.clock.wait(timedelta(days=desk.container.settings.retention_days * 2))
    assert sweep.purge(desk.container, desk.practice)["forms"] == 0
    assert desk.open(front_desk, form).fields


def test_compliance_reads_the_trail_and_no_form(desk: Desk, compliance: Actor) -> None:
    form, _ = desk.newcomer()
    with pytest.raises(NotAllowed):
        desk.open(compliance, form)
