"""Templates: each section in its place, what belongs elsewhere joined to it, nothing lost on the way."""

import pytest

from services.ehr.notebook import LayoutSection
from services.errors import Invalid
from services.notes.lines import Line
from services.notes.sections import SectionKey
from services.workflows.notes.profiles import Layout, differences, placed
from services.workflows.notes.standing import NotePart, NoteText
from services.workflows.notes.templates import read_profile

SECTIONS = (
    LayoutSection("chief_complaint", "CC", "Chief complaint"),
    LayoutSection("hpi", "HPI", "History"),
    LayoutSection("plan", "PL", "Plan"),
)
LAYOUT = Layout("Office visit", 1, SECTIONS, "note_hl7", "Open.")
TOML = """
name = "Office visit"
location = "Location/l.1"

[[section]]
key = "hpi"
code = "HPI"
text = "History"

[[section]]
key = "plan"
code = "PL"
text = "Plan"
"""


def _note(*parts: tuple[SectionKey, str]) -> NoteText:
    return NoteText(tuple(NotePart(key, (Line(text, ("T1",)),)) for key, text in parts))


def test_sections_leave_in_the_order_of_the_template_not_of_the_draft() -> None:
    note = _note((SectionKey.PLAN, "Rest."), (SectionKey.HPI, "Cough."))
    assert [(s.code, s.text) for s in placed(note, LAYOUT).sections] == [
        ("HPI", "Cough."),
        ("PL", "Rest."),
    ]


def test_what_the_template_has_no_place_for_joins_its_own_and_says_what_it_is() -> None:
    note = _note((SectionKey.HPI, "Cough."), (SectionKey.ALLERGIES, "Penicillin."))
    (only,) = placed(note, LAYOUT).sections
    assert only.text == "Cough.\nAllergies:\nPenicillin."


def test_what_belongs_nowhere_is_named_and_not_dropped_in_silence() -> None:
    found = placed(_note((SectionKey.EXAM, "Lungs clear.")), LAYOUT)
    assert (found.sections, found.homeless) == ((), ("Physical examination",))


def test_a_template_as_ecw_tells_it_has_no_difference() -> None:
    assert differences(SECTIONS, SECTIONS) == ()


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        ((SECTIONS[1], SECTIONS[0], SECTIONS[2]), "another order"),
        ((SECTIONS[0], SECTIONS[2]), "no section “History”"),
        ((SECTIONS[0], LayoutSection("hpi", "X1", "History"), SECTIONS[2]), "under X1"),
    ],
    ids=["order", "missing", "code"],
)
def test_each_kind_of_difference_is_told(theirs: tuple[LayoutSection, ...], says: str) -> None:
    assert says in " ".join(differences(SECTIONS, theirs))


def test_sections_that_ecw_has_beside_ours_are_no_difference() -> None:
    more = (*SECTIONS[:2], LayoutSection("exam", "PE", "Examination"), SECTIONS[2])
    assert differences(SECTIONS, more) == ()


def test_a_profile_is_read_from_toml() -> None:
    profile = read_profile(TOML)
    assert [(s.key, s.code) for s in profile.section] == [("hpi", "HPI"), ("plan", "PL")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[[section]]", "[[section"), "not TOML"),
        (('code = "PL"', 'code = "HPI"'), "same code"),
        (('key = "plan"', 'key = "hpi"'), "stands twice"),
        (('key = "plan"', 'key = "horoscope"'), "section.1.key"),
        (('code = "PL"', 'code = ""'), "section.1.code"),
        (('name = "Office visit"', 'nome = "Office visit"'), "name"),
        (("location =", 'road = "pigeon"\nlocation ='), "road: one of"),
    ],
    ids=["toml", "code twice", "key twice", "unknown key", "empty code", "no name", "no road"],
)
def test_a_faulty_profile_gets_one_clear_sentence(change: tuple[str, str], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        read_profile(TOML.replace(*change))
