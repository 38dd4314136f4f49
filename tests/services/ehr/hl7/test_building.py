"""A note leaves whole, in the template's order, in the form that eCW and two other readers understand."""

import os
from dataclasses import replace

import hl7 as python_hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import given, settings

from services.ehr.hl7 import (
    Hl7Fault,
    Interface,
    Note,
    Profile,
    Section,
    build,
    control_id,
    load_profile,
    observations,
    parse,
    read,
)
from services.errors import Invalid, Refused
from tests.services.ehr.hl7.notes import (
    AT,
    AWKWARD,
    CODES,
    NOTES,
    PATIENT,
    PROFILE,
    PROVIDER,
    TEMPLATE,
    note,
)

GENERATED = int(os.environ.get("FOYER_TEST_NOTES", "500"))  # 10,000 before a release
CONTROL = control_id("delivery-1")


def message(of: Note, profile: Profile = PROFILE) -> bytes:
    return build(of, profile, CONTROL, AT)


@pytest.mark.timeout(1800)
@given(NOTES)
@settings(max_examples=GENERATED, deadline=None)
def test_what_is_read_is_what_was_written(any_note: Note) -> None:
    sent = message(any_note)
    assert parse(sent, PROFILE) == any_note
    assert sent.count(b"\rOBX|") == len(any_note.sections) + 1
    assert not set(sent) & {0x00, 0x0A, 0x0B, 0x0C, 0x1C}


@given(NOTES)
@settings(max_examples=100, deadline=None)
def test_python_hl7_reads_the_same(any_note: Note) -> None:
    """It reads a line break as CR."""
    read_by_it = python_hl7.parse(message(any_note))
    texts = {
        str(obx[3][0][0]): read_by_it.unescape(str(obx[5])).replace("\r", "\n")
        for obx in read_by_it.segments("OBX")
    }
    ours = {
        s.code: any_note.sections[s.key] for s in PROFILE.sections if s.key in any_note.sections
    }
    assert {code: text for code, text in texts.items() if code != "DOC"} == ours
    assert read_by_it["PID.F3.R1.C1"] == any_note.patient.mrn
    assert read_by_it["PV1.F19.R1.C1"] == any_note.encounter_id


@given(NOTES)
@settings(max_examples=10, deadline=None)
def test_hl7apy_finds_nothing_wrong_in_strict_mode(any_note: Note) -> None:
    strict = parse_message(
        message(any_note).decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True
    )
    assert strict.name == "ORU_R01"
    assert strict.validate()


def test_hl7apy_would_find_a_missing_field() -> None:
    """The negative control."""
    broken = message(note()).decode().replace("||||||P|||", "|||||||||")
    with pytest.raises(Exception, match="OBX_11"):
        parse_message(broken, validation_level=VALIDATION_LEVEL.STRICT).validate()


def test_sections_follow_the_template_whatever_order_they_came_in() -> None:
    mixed = note(plan="Rest.", cc="Cough.", exam="Clear.", ros="   ")
    found = observations(read(message(mixed)))
    assert [(o.set_id, o.code, o.value) for o in found] == [
        ("1", "CC", "Cough."), ("2", "PE", "Clear."), ("3", "PLAN", "Rest."),
    ]  # fmt: skip
    assert {o.status for o in found} == {"P"}, "a draft for signature"


def test_a_section_the_template_lacks_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"no section allergies, vitals; eCW would drop it") as no:
        message(note(plan="Rest.", vitals="BP 120/80", allergies="None"))
    assert no.value.code == "section"


def test_the_same_delivery_is_the_same_bytes_and_another_is_not() -> None:
    assert message(note()) == message(note())
    assert control_id("d-1") == control_id("d-1") != control_id("d-2")
    assert len(CONTROL) == 20
    assert CONTROL.isalnum()


@pytest.mark.parametrize("key", ["cc", "plan"])
def test_half_a_character_is_refused_with_its_place(key: str) -> None:
    with pytest.raises(Refused, match=f"section {key} holds half a character at position 5") as no:
        message(note(**{key: "Rest\ud83e"}))
    assert no.value.code == "108"


def test_half_a_character_in_a_name() -> None:
    bad = replace(note(), patient=replace(PATIENT, given="\udc00"))
    with pytest.raises(Refused, match="name or id holds half a character"):
        message(bad)


def test_the_awkward_signs_one_by_one() -> None:
    for sign in AWKWARD:
        one = note(plan=f"a{sign}b")
        assert parse(message(one), PROFILE) == one


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("BP 120|80", rb"BP 120\F\80"), ("A & B", rb"A \T\ B"), ("a^b~c", rb"a\S\b\R\c"),
        ("a\r\nb\rc\nd", rb"a\.br\b\.br\c\.br\d"), ("C:\\x", rb"C:\E\x"),
        ("a\x0b\x1c", b"a\\X0B\\\\X1C\\"), ('""', b"\\X22\\\\X22\\"), ("é", "é".encode()),
    ],
)  # fmt: skip
def test_how_each_is_written(said: str, sent: bytes) -> None:
    assert b"||" + sent + b"||||||P" in message(note(plan=said))


def test_a_text_of_64_k_goes_and_one_sign_more_does_not() -> None:
    longest = note(plan="x" * 65_536)
    assert parse(message(longest), PROFILE) == longest
    for too_long in ("x" * 65_537, "|" * 30_000):
        with pytest.raises(Refused, match="section plan is too long") as no:
            message(note(plan=too_long))
        assert no.value.code == "109"


def test_a_document_travels_as_base64_and_a_large_one_not_at_all() -> None:
    pdf = bytes(range(256)) * 4
    whole = note(document=pdf, plan="See the document.")
    assert b"|ED|DOC^Visit note^L||^application^pdf^Base64^AAECAwQF" in message(whole)
    assert parse(message(whole), PROFILE).document == pdf
    with pytest.raises(Refused, match="has 49,153 bytes; this interface takes 49,152"):
        message(note(document=bytes(49_153)))
    with pytest.raises(Refused, match="takes no document"):
        message(whole, replace(PROFILE, document=None))


def test_a_document_of_a_megabyte_goes_where_the_interface_takes_it() -> None:
    wide = replace(PROFILE, interface=Interface(largest_document=2_000_000))
    large = note(document=b"\xff" * 1_000_000)
    assert parse(message(large, wide), wide) == large


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (Note(replace(PATIENT, mrn=" "), "ap.1", PROVIDER, {"plan": "x"}), "MRN"),
        (Note(PATIENT, "", PROVIDER, {"plan": "x"}), "encounter's id"),
        (Note(PATIENT, "ap.1", replace(PROVIDER, npi="12345"), {"plan": "x"}), "ten digits"),
        (Note(PATIENT, "ap.1", PROVIDER, {"plan": " \n"}), "no text in any section"),
        (Note(replace(PATIENT, family="|" * 90), "ap.1", PROVIDER, {"plan": "x"}), "199"),
    ],
)
def test_what_cannot_be_filed_is_not_sent(broken: Note, words: str) -> None:
    with pytest.raises(Refused, match=words):
        message(broken)


def test_no_refusal_repeats_what_the_note_says() -> None:
    secret = Note(replace(PATIENT, family="Zebra"), "ap.1", PROVIDER, {"plan": "Okapi\ud800"})
    with pytest.raises(Refused) as no:
        message(secret)
    assert "Okapi" not in str(no.value) + repr(secret)
    assert "Zebra" not in str(no.value) + repr(secret)


def test_a_template_is_read_in_its_order() -> None:
    profile = load_profile(TEMPLATE)
    assert tuple(s.code for s in profile.sections) == CODES
    assert build(note(), profile, CONTROL, AT) == message(note())


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("name = ", "not TOML"),
        ('name = "A"', "lacks location"),
        ('name = "A"\nlocation = "L"', r"no \[\[section\]\]"),
        ('name = "A"\nlocation = "L"\nsection = 3', r"not \[\[section\]\] tables"),
        (TEMPLATE + '[[section]]\nkey = "cc"\ncode = "X"', "key cc stands there 2 times"),
        (TEMPLATE + '[[section]]\nkey = "x"\ncode = "CC"', r"code CC \(L\) stands there 2 times"),
        (TEMPLATE + '[interface]\ncolour = "red"', "no setting colour"),
        (TEMPLATE + '[interface]\nprocessing = "X"', "not P, T or D"),
        (TEMPLATE + "[interface]\nprocessing = 1", "wrong type"),
        (TEMPLATE + '[interface]\nsending_facility = "' + "x" * 21 + '"', "over 20 characters"),
        (TEMPLATE + '[[section]]\nkey = "x"\ncode = ""', "empty key or code"),
    ],
)
def test_a_template_that_cannot_be_used_says_why(toml: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        load_profile(toml)


def test_two_sections_may_share_a_code_of_different_systems() -> None:
    both = replace(PROFILE, sections=(Section("a", "1"), Section("b", "1", system="LN")))
    mixed = note(a="one", b="two")
    assert parse(message(mixed, both), both) == mixed


def test_another_templates_message_is_not_taken_for_ours() -> None:
    other = replace(PROFILE, sections=PROFILE.sections[:3])
    with pytest.raises(Hl7Fault, match="OBX 1 has a code that the profile does not know"):
        parse(message(note()), other)
