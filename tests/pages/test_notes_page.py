"""The Notes and Templates pages: a draft is read, ticked, changed and sent; a template tried and kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from db import reading, writing
from db.connections import Connection
from db.deliveries import Deliveries
from db.note_profiles import NoteProfile
from db.patients import Patient
from db.places import Place
from db.rollout import Rollout
from db.visit_notes import NoteState, VisitNote, VisitNotes
from db.vocabulary import Role, Stage
from services.container import Container
from services.desk import Actor, working
from services.ehr.notebook import VisitContext
from services.ehr.ports import PatientRecord
from services.ehr.registration import PlannedVisit
from services.notes.draft import Draft, Section, Sentence
from services.notes.sections import SectionKey
from services.notes.transcripts import read_transcript
from services.workflows.notes import gathered, standing
from services.workflows.notes.acting import keep
from services.workflows.notes.preferences import choices

NOTES, TEMPLATES = "clinical/notes.py", "clinical/templates.py"
SAID = "Doctor: What brings you in?\nPatient: I have had a cough for three days."
UNSUPPORTED = "The patient has never smoked."
SECTIONS = [
    {"key": "hpi", "code": "HPI", "text": "History", "system": "L"},
    {"key": "social_history", "code": "SH", "text": "Social history", "system": "L"},
    {"key": "plan", "code": "PL", "text": "Plan", "system": "L"},
]


@pytest.fixture
def provider(hire: Callable[..., Actor]) -> Actor:
    return hire(Role.PROVIDER)


@pytest.fixture
def note(container: Container, practice: Any, clock: Any) -> VisitNote:
    """One drafted visit at a place with a template, with one sentence that rests on nothing."""
    actor = Actor.job(practice.id, "notes.triage")
    with writing(container.engine) as session:
        session.add(Rollout(practice_id=practice.id, workflow="notes", stage=Stage.ON))
        for road in ("note_sections", "note_document"):
            session.add(Connection(practice_id=practice.id, road=road, able=True, reason="Open."))
    with working(container, actor) as desk:
        desk.session.add_all(
            [
                Place(practice_id=practice.id, ehr_ref="Practitioner/pr.1", kind="provider",
                      name="Sample Provider", npi="1234567893"),
                NoteProfile(practice_id=practice.id, name="Office visit", location="Location/l.1",
                            sections=SECTIONS, edited_at=clock()),
            ]
        )  # fmt: skip
        return _drafted(desk, clock())


def _drafted(desk: Any, now: Any) -> VisitNote:
    key = desk.vault.new_key()
    desk.session.add(key)
    patient = Patient(practice_id=desk.practice_id, ehr_ref="Patient/p.1", key_id=key.id)
    desk.vault.seal_into(patient, name="Sample [One](x)")
    note = VisitNote(
        practice_id=desk.practice_id, encounter_ref="Encounter/en.1", patient_id=patient.id,
        key_id=key.id, visit_at=now - timedelta(hours=1), visit_status="finished",
        location="Location/l.1", provider="Practitioner/pr.1", state=NoteState.READY,
        engine="local", has_transcript=True,
    )  # fmt: skip
    draft = Draft(
        (
            Section(SectionKey.HPI, (Sentence("The patient has had a cough.", ("T2",)),)),
            Section(SectionKey.SOCIAL_HISTORY, (Sentence(UNSUPPORTED),)),
        ),
        "local",
    )
    found = gathered.gather(_context(now), read_transcript(SAID), ())
    desk.vault.seal_into(note, reason="Cough", draft=draft.to_json(), gathered=found.to_json())
    desk.session.add_all([patient, note])
    keep(desk, note, standing.of_draft(draft, {}))
    return note


def _context(now: Any) -> VisitContext:
    record = PatientRecord("Patient/p.1", "One", "Sample", "1980-01-01", "female", "M1")
    visit = PlannedVisit(
        "Encounter/en.1", "Patient/p.1", now, "finished", "Cough", "Practitioner/pr.1",
        "Location/l.1",
    )  # fmt: skip
    return VisitContext(record, visit)


def words(app: AppTest) -> str:
    shown = (app.text, app.caption, app.markdown, app.error, app.success, app.info, app.warning)
    return "\n".join(element.value for kind in shown for element in kind)


def button(app: AppTest, label: str) -> Any:
    return next(b for b in app.button if b.label.startswith(label))


def opened(open_page: Callable[..., AppTest], actor: Actor) -> AppTest:
    app = open_page(actor, NOTES)
    assert not app.exception
    button(app, "Open").click().run()
    assert not app.exception
    return app


def now(container: Container, practice: Any, note: VisitNote) -> VisitNote:
    with reading(container.engine) as session:
        return VisitNotes(session, practice.id).get(note.id)


def test_a_draft_is_shown_beside_its_sources_and_one_sentence_is_marked(
    open_page: Callable[..., AppTest], note: VisitNote, provider: Actor
) -> None:
    told = words(opened(open_page, provider))
    assert "The patient has had a cough.  [T2]" in told
    assert "I have had a cough for three days." in told
    assert "1 sentence to check" in told
    assert "into the sections of the visit (Open API)" in told


def test_a_sentence_is_ticked_and_the_note_sent_with_one_click(
    open_page: Callable[..., AppTest], container: Container, practice: Any, note: VisitNote,
    provider: Actor,
) -> None:  # fmt: skip
    app = opened(open_page, provider)
    assert button(app, "Send as draft").disabled
    button(app, "I stand for it").click().run()
    assert "Ticked under your name." in words(app)
    button(app, "Send as draft").click().run()
    assert not app.exception
    assert "Approved." in words(app)
    assert now(container, practice, note).state is NoteState.SENDING
    with reading(container.engine) as session:
        assert Deliveries(session, practice.id).counts() == {"held": 1}


def test_a_section_is_rewritten_and_the_change_can_be_read_word_by_word(
    open_page: Callable[..., AppTest], note: VisitNote, provider: Actor
) -> None:
    app = opened(open_page, provider)
    button(app, "Take it out").click().run()
    app.button(key="edit/hpi").click().run()
    app.text_area(key=f"section/{note.id}/hpi").input("The patient has had a dry cough.").run()
    button(app, "Keep this section").click().run()
    assert "The patient has had a dry cough.  (yours)" in words(app)
    assert UNSUPPORTED not in words(app)
    app.toggle(key=f"changes/{note.id}").set_value(True).run()
    assert not app.exception
    compared = app.selectbox(key=f"change/{note.id}").options
    assert [one.rpartition(": ")[2] for one in compared[1:]] == [
        "Social history", "History of present illness",
    ]  # fmt: skip
    assert all(provider.name in one for one in compared[1:])


def test_a_provider_sets_how_their_visits_are_drafted(
    open_page: Callable[..., AppTest], container: Container, note: VisitNote, provider: Actor
) -> None:
    app = open_page(provider, NOTES)
    app.selectbox(key="prefer_provider").set_value("Practitioner/pr.1")
    app.multiselect(key="prefer_sections").set_value([SectionKey.HPI, SectionKey.PLAN])
    app.text_area(key="prefer_words").input("Short sentences.")
    button(app, "Keep my preferences").click().run()
    assert not app.exception
    assert "The next draft of your visits follows it." in words(app)
    mine = choices(container, provider).mine
    assert mine.provider == "Practitioner/pr.1"
    assert mine.style.wanted == (SectionKey.HPI, SectionKey.PLAN)
    assert mine.style.words == "Short sentences."


def test_a_nurse_reads_the_note_and_has_neither_send_nor_preferences(
    open_page: Callable[..., AppTest], note: VisitNote, nurse: Actor
) -> None:
    app = opened(open_page, nurse)
    assert "The patient has had a cough.  [T2]" in words(app)
    labels = {b.label for b in app.button}
    assert not labels & {"Send as draft for signature", "Edit", "Keep my preferences"}


def test_a_patients_name_is_shown_as_it_is_and_never_as_a_link(
    open_page: Callable[..., AppTest], note: VisitNote, provider: Actor
) -> None:
    app = opened(open_page, provider)
    assert "Sample [One](x)" in [element.value for element in app.text]
    assert all("[One](x)" not in element.value for element in (*app.markdown, *app.caption))


def test_each_list_has_an_address_and_an_empty_one_says_so(
    open_page: Callable[..., AppTest], note: VisitNote, provider: Actor
) -> None:
    assert "Nothing waits for a signature." in words(open_page(provider, NOTES, lane="filed"))


def test_where_notes_are_off_the_page_says_so(
    open_page: Callable[..., AppTest], practice: Any, provider: Actor
) -> None:
    app = open_page(provider, NOTES)
    assert not app.exception
    assert "not switched on" in words(app)


def test_a_template_is_tried_on_past_notes_and_kept_as_the_next_version(
    open_page: Callable[..., AppTest], note: VisitNote, admin: Actor
) -> None:
    app = open_page(admin, TEMPLATES)
    assert not app.exception
    text = str(app.text_area[0].value)
    by_document = text.replace('key = "plan"', 'key = "plan"\nroad = "note_document"')
    app.text_area[0].input(by_document.replace('key = "hpi"', 'key = "exam"')).run()
    button(app, "Try on past notes").click().run()
    assert "0 of 1 past notes would fit" in words(app)
    assert "No place for “History of present illness”: 1 notes" in words(app)
    app.text_area[0].input(by_document).run()
    button(app, "Keep this template").click().run()
    assert not app.exception
    assert "Version 2" in words(app)
    assert 'road = "note_document"' in str(app.text_area[0].value)


def test_a_faulty_template_gets_one_sentence_and_changes_nothing(
    open_page: Callable[..., AppTest], note: VisitNote, admin: Actor
) -> None:
    app = open_page(admin, TEMPLATES)
    app.text_area[0].input(str(app.text_area[0].value).replace('code = "PL"', 'code = "HPI"')).run()
    button(app, "Keep this template").click().run()
    assert "Two sections have the same code" in words(app)
    assert "Version 1" in words(app)


def test_a_provider_reads_templates_and_does_not_keep_them(
    open_page: Callable[..., AppTest], note: VisitNote, provider: Actor
) -> None:
    app = open_page(provider, TEMPLATES)
    assert app.text_area[0].disabled
    assert not [b for b in app.button if b.label == "Keep this template"]


def test_a_front_desk_is_turned_away_from_templates(
    open_page: Callable[..., AppTest], note: VisitNote, front_desk: Actor
) -> None:
    assert "may not" in words(open_page(front_desk, TEMPLATES))
