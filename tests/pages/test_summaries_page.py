"""The Summaries page: plain words beside the signed ones, changed, ticked and sent with one click."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from db import reading, writing
from db.audit import AuditTrail
from db.connections import Connection, Connections
from db.deliveries import Deliveries
from db.patients import Patient
from db.rollout import Rollout
from db.visit_summaries import SummaryState, VisitSummaries, VisitSummary
from db.vocabulary import Role, Stage
from services.actions import Target
from services.ai.local import LocalAssistant
from services.container import Container
from services.desk import Actor, looking, working
from services.notes.summary.answer import SummaryAnswer
from services.notes.summary.asking import summarise_locally, written
from services.notes.summary.signed import signed_note
from services.workflows.summaries import editing, signed, standing
from services.workflows.summaries.acting import keep
from services.workflows.summaries.poll import SENT_BEFORE

PAGE = "clinical/summaries.py"
NOTE = (
    ("chief_complaint", "Knee pain."),
    ("assessment", "Right knee [sprain](x)."),
    ("plan", "Start meloxicam 15 mg once a day."),
)


@pytest.fixture
def provider(hire: Callable[..., Actor]) -> Actor:
    return hire(Role.PROVIDER)


@pytest.fixture
def open_road(container: Container, practice: Any) -> None:
    """Summaries are on, and healow takes messages."""
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="summaries", stage=Stage.ON))
        session.add(Connection(practice_id=practice.id, road="healow_replies", able=True))


@pytest.fixture
def drafted(container: Container, practice: Any, clock: Any, open_road: None) -> VisitSummary:
    """One synthetic patient whose visit was signed an hour ago; the chart says Vietnamese."""
    actor = Actor.job(practice.id, "summaries.triage")
    note = signed_note(NOTE, clock())
    engine = LocalAssistant({SummaryAnswer: summarise_locally}, "test")
    with working(container, actor) as desk:
        key = desk.vault.new_key()
        desk.session.add(key)
        patient = Patient(practice_id=practice.id, ehr_ref="Patient/p.1", key_id=key.id)
        desk.vault.seal_into(patient, name="Sample [One](x)")
        row = VisitSummary(
            practice_id=practice.id, encounter_ref="Encounter/e.1", note_id=key.id,
            patient_id=patient.id, key_id=key.id, visit_at=clock() - timedelta(hours=2),
            signed_at=clock(), spoken="vi", state=SummaryState.READY, engine="local",
            source_digest=signed.digest(note), newest_digest=signed.digest(note),
            looked_at=clock(),
        )  # fmt: skip
        said = written(engine, note, "en", 6)
        desk.vault.seal_into(row, signed=signed.to_json(note), draft=said.to_json())
        keep(desk, row, standing.of_written(standing.frame(desk, row), said))
        desk.session.add_all([patient, row])
        return row


def words(app: AppTest) -> str:
    shown = (app.text, app.caption, app.markdown, app.error, app.success, app.info, app.warning)
    return "\n".join(element.value for kind in shown for element in kind)


def button(app: AppTest, label: str) -> Any:
    return next(b for b in app.button if b.label.startswith(label))


def opened(open_page: Callable[..., AppTest], actor: Actor) -> AppTest:
    """The page with the first summary open."""
    app = open_page(actor, PAGE)
    return button(app, "Open").click().run()


def now(container: Container, practice: Any) -> VisitSummary:
    with reading(container.engine) as session:
        return VisitSummaries(session, practice.id).by_encounters(["Encounter/e.1"])[
            "Encounter/e.1"
        ]


def test_plain_words_stand_beside_the_signed_ones_and_one_click_sends(
    open_page: Callable[..., AppTest], container: Container, practice: Any, drafted: VisitSummary,
    provider: Actor,
) -> None:  # fmt: skip
    app = opened(open_page, provider)
    assert not app.exception
    shown = words(app)
    assert "Right knee [sprain (a stretched or torn ligament)](x)." in shown
    assert "Right knee [sprain](x)." in shown
    assert "it is for grade 6" in shown
    assert "speaks Vietnamese" in shown
    button(app, "Send to patient").click().run()
    assert not app.exception
    assert "until then you can take it back" in words(app)
    assert now(container, practice).state is SummaryState.SENDING
    button(app, "Take back").click().run()
    assert now(container, practice).state is SummaryState.READY
    with reading(container.engine) as session:
        assert Deliveries(session, practice.id).counts() == {"cancelled": 1}


def test_what_is_written_is_kept_and_a_click_sends_nothing_newer_than_was_shown(
    open_page: Callable[..., AppTest], container: Container, practice: Any, drafted: VisitSummary,
    provider: Actor,
) -> None:  # fmt: skip
    app = opened(open_page, provider)
    app.button(key="edit/plan").click().run()
    app.text_area[0].input("Take one tablet a day.").run()
    button(app, "Keep this part").click().run()
    assert "Take one tablet a day." in words(app)
    row = now(container, practice)
    target = Target(row.id, row.version, row.content_hash)
    editing.edit(container, provider, target, "plan", "Take two tablets a day.")
    button(app, "Send to patient").click().run()
    assert "Not done" in words(app)
    assert now(container, practice).state is SummaryState.READY


def test_a_doubted_sentence_keeps_the_button_shut_until_it_is_ticked(
    open_page: Callable[..., AppTest], container: Container, practice: Any, drafted: VisitSummary,
    provider: Actor,
) -> None:  # fmt: skip
    with working(container, provider) as desk:
        row = desk.open(VisitSummaries).get(drafted.id)
        kept = desk.vault.read(row, "text").text
        doubted = kept.replace('"doubts":[]', '"doubts":["The dose is another."]', 1)
        keep(desk, row, standing.read(doubted))
        row.version += 1
    app = opened(open_page, provider)
    assert "The dose is another." in words(app)
    assert button(app, "Send to patient").disabled
    button(app, "I stand for it").click().run()
    assert not button(app, "Send to patient").disabled


def test_language_and_grade_are_chosen_and_it_is_written_anew(
    open_page: Callable[..., AppTest], container: Container, practice: Any, drafted: VisitSummary,
    provider: Actor,
) -> None:  # fmt: skip
    app = opened(open_page, provider)
    app.selectbox[0].select("es").run()
    app.slider[0].set_value(4).run()
    button(app, "Write it so").click().run()
    assert not app.exception
    row = now(container, practice)
    assert (row.state, row.language, row.grade) == (SummaryState.WAITING, "es", 4)
    assert "being read and told" in words(app)


def test_names_and_notes_are_plain_text_and_looking_on_leaves_one_line(
    open_page: Callable[..., AppTest], container: Container, drafted: VisitSummary, provider: Actor
) -> None:
    app = opened(open_page, provider)
    app.run()
    app.run()
    assert [element.value for element in app.text].count("Sample [One](x)") == 2
    drawn = (*app.markdown, *app.caption, *app.subheader, *app.warning, *app.info)
    assert all("](x)" not in element.value for element in drawn)
    with looking(container, provider) as desk:
        assert len(desk.open(AuditTrail).search(verb="summaries.opened")) == 1


def test_a_nurse_reads_and_has_no_button_to_send(
    open_page: Callable[..., AppTest], drafted: VisitSummary, nurse: Actor
) -> None:
    app = opened(open_page, nurse)
    assert "meloxicam" in words(app)
    assert not [b for b in app.button if b.label.startswith(("Send", "Edit"))]
    assert button(app, "Given to the patient")


def test_set_aside_it_lies_in_its_own_list(
    open_page: Callable[..., AppTest], container: Container, practice: Any, drafted: VisitSummary,
    provider: Actor,
) -> None:  # fmt: skip
    button(opened(open_page, provider), "No summary").click().run()
    assert now(container, practice).state is SummaryState.SET_ASIDE
    app = open_page(provider, PAGE, lane="aside")
    button(app, "Open").click().run()
    button(app, "Reopen").click().run()
    assert now(container, practice).state is SummaryState.WAITING


def test_where_nothing_can_be_sent_the_page_says_why_and_offers_paper(
    open_page: Callable[..., AppTest], container: Container, practice: Any, drafted: VisitSummary,
    provider: Actor,
) -> None:  # fmt: skip
    with working(container, Actor.job(practice.id, "tests")) as desk:
        road = desk.open(Connections).by_road()["healow_replies"]
        road.able, road.reason = False, "The contract does not include messages."
    app = opened(open_page, provider)
    assert "The contract does not include messages." in words(app)
    assert button(app, "Send to patient").disabled
    assert "Start meloxicam 15 mg once a day." in app.code[0].value


def test_where_summaries_are_off_or_nothing_waits_the_page_says_so(
    open_page: Callable[..., AppTest], container: Container, practice: Any, provider: Actor
) -> None:
    assert "not switched on" in words(open_page(provider, PAGE))
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="summaries", stage=Stage.ON))
    shown = words(open_page(provider, PAGE))
    assert "Nothing to check." in shown
    assert "Notes are switched off" in shown
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="notes", stage=Stage.SHADOW))
    assert "Notes are switched off" not in words(open_page(provider, PAGE))


def test_a_note_amended_after_the_patient_was_told_is_pointed_out(
    open_page: Callable[..., AppTest], container: Container, practice: Any, drafted: VisitSummary,
    provider: Actor,
) -> None:  # fmt: skip
    with working(container, Actor.job(practice.id, "tests")) as desk:
        row = desk.open(VisitSummaries).get(drafted.id)
        row.state, row.newest_digest, row.trouble = SummaryState.SENT, "another", SENT_BEFORE
    app = open_page(provider, PAGE, lane="sent")
    assert any("Sent 1, 1 amended" in str(group.options) for group in app.get("button_group"))
    button(app, "Open").click().run()
    assert "amended in eCW after the patient got this" in words(app)
    button(app, "Draft again").click().run()
    assert now(container, practice).state is SummaryState.WAITING
