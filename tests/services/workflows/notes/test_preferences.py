"""Providers set how their own visits are drafted; nobody else's change, and no rule does."""

from collections.abc import Callable

import pytest

from db.audit import AuditTrail
from db.places import Places
from db.visit_notes import NoteState
from db.vocabulary import Role
from services.desk import Actor, looking
from services.errors import Invalid, NotAllowed
from services.notes.sections import SectionKey
from services.notes.style import LONGEST, PlanShape, Style
from services.workflows.notes.preferences import Preferences, choices, prefer
from tests.services.workflows.notes.conftest import Clinic

Hire = Callable[..., Actor]
SOAP = (SectionKey.HPI, SectionKey.ASSESSMENT, SectionKey.PLAN)


@pytest.fixture
def provider(hire: Hire) -> Actor:
    return hire(Role.PROVIDER)


def _providers(clinic: Clinic) -> list[str]:
    with looking(clinic.container, Actor.job(clinic.practice.id, "tests")) as desk:
        return [place.ehr_ref for place in desk.open(Places).of_kind("provider")]


def test_a_providers_visits_are_drafted_as_they_prefer_and_a_colleagues_are_not(
    clinic: Clinic, provider: Actor
) -> None:
    plain = clinic.drafted()
    style = Style(PlanShape.POINTS, SOAP, "Short sentences, please.")
    prefer(clinic.container, provider, Preferences(plain.provider, style))
    other = next(ref for ref in _providers(clinic) if ref != plain.provider)
    mine = clinic.drafted(patient="Patient/p.105", provider=plain.provider)
    theirs = clinic.drafted(patient="Patient/p.104", provider=other)
    shown = clinic.open(provider, mine)
    assert {part.key for part in shown.text.parts} <= set(SOAP)
    assert all(line.text.startswith("- ") for line in shown.text.part(SectionKey.PLAN).lines)
    assert shown.first is not None
    assert "Left out as you prefer" in shown.first.note
    assert "what you wrote in your own words" in shown.first.note
    assert {part.key for part in clinic.open(provider, theirs).text.parts} - set(SOAP)


def test_what_is_kept_is_shown_again_and_is_on_the_trail_without_its_words(
    clinic: Clinic, provider: Actor
) -> None:
    ref = _providers(clinic)[0]
    wanted = Preferences(ref, Style(PlanShape.SENTENCES, SOAP, "Plain words"))
    prefer(clinic.container, provider, wanted)
    assert choices(clinic.container, provider).mine == wanted
    with looking(clinic.container, provider) as desk:
        [line] = desk.open(AuditTrail).search(verb="notes.prefer")
        assert "sentences" in line.reason
        assert "Plain words" not in line.reason


@pytest.mark.parametrize(
    ("style", "why"),
    [
        (Style(words="x" * (LONGEST + 1)), "too long"),
        (Style(words="Born 1960-03-02, call 555-010-2233"), "not about a patient"),
        (Style(wanted=()), "at least one section"),
    ],
)
def test_what_is_not_style_is_refused(
    clinic: Clinic, provider: Actor, style: Style, why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        prefer(clinic.container, provider, Preferences("", style))
    assert choices(clinic.container, provider).mine == Preferences()


def test_two_people_cannot_be_the_same_provider(
    clinic: Clinic, provider: Actor, hire: Hire
) -> None:
    ref = _providers(clinic)[0]
    prefer(clinic.container, provider, Preferences(ref))
    with pytest.raises(Invalid, match="is this provider already"):
        prefer(clinic.container, hire(Role.PROVIDER, "Second provider"), Preferences(ref))
    with pytest.raises(Invalid, match="does not name this provider"):
        prefer(clinic.container, provider, Preferences("Practitioner/nobody"))


def test_only_a_provider_has_preferences(clinic: Clinic, hire: Hire) -> None:
    with pytest.raises(NotAllowed):
        prefer(clinic.container, hire(Role.NURSE), Preferences())


def test_a_draft_that_waits_is_made_as_preferred_when_its_turn_comes(
    clinic: Clinic, provider: Actor
) -> None:
    ref = clinic.visit()
    clinic.poll()
    note = clinic.note(ref)
    assert note.state is NoteState.WAITING
    prefer(clinic.container, provider, Preferences(note.provider, Style(wanted=SOAP)))
    clinic.draft()
    parts = clinic.open(provider, clinic.note(ref)).text.parts
    assert parts
    assert {part.key for part in parts} <= set(SOAP)
