"""A practice's own phrases only raise: whatever they are, no built-in alarm is lost or lowered."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.vocabulary import Urgency
from services.ai.redflags import assess, assess_for, floor
from services.ai.redflags.additions import FAMILY
from tests.services.ai.test_redflags_only_raise import DEV

TEXTS = [json.loads(line)["text"] for line in DEV.read_text(encoding="utf-8").splitlines()]
RAISING = st.sampled_from([Urgency.EMERGENCY, Urgency.URGENT, Urgency.TODAY])
PHRASES = st.dictionaries(
    st.one_of(st.text(min_size=1, max_size=20), st.sampled_from(["chest pain", "no", "pain (", "[a"])),
    RAISING, max_size=4,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.sampled_from(TEXTS), st.text(max_size=200)), PHRASES)
def test_whatever_a_practice_adds_every_built_in_flag_stays(text, own):
    flags = assess_for(own, text)
    assert set(assess(text)) <= set(flags)
    assert floor(flags).rank <= floor(assess(text)).rank
    assert all(flag.text == text[flag.start : flag.end] for flag in flags if flag.field == "text")


@pytest.mark.parametrize(
    "text",
    ["My shunt is leaking", "MY  SHUNT!", "the tube, my\nshunt", "I deny that my shunt hurts"],
)
def test_a_phrase_is_found_however_it_is_written(text):
    own = {"my shunt": Urgency.URGENT}
    [flag] = [flag for flag in assess_for(own, text) if flag.family == FAMILY]
    assert (flag.level, flag.rule) == (Urgency.URGENT, "practice: my shunt")
    assert flag.says


@pytest.mark.parametrize("text", ["my shunting yard", "tummy shunt", ""])
def test_a_part_of_another_word_is_not_the_phrase(text):
    assert not [f for f in assess_for({"my shunt": Urgency.URGENT}, text) if f.family == FAMILY]


def test_a_phrase_in_letters_that_are_not_read_raises_nothing_by_itself():
    assert not assess_for({"心臓が痛い": Urgency.EMERGENCY, " ": Urgency.TODAY}, "Thank you.")


def test_accents_are_no_hiding_place():
    [flag] = assess_for({"válvula rota": Urgency.TODAY}, "Tengo la VALVULA  rota")
    assert flag.text == "VALVULA  rota"


def test_the_subject_counts_too():
    [flag] = assess_for({"my shunt": Urgency.TODAY}, "Please call me.", "About my shunt")
    assert (flag.field, flag.text) == ("subject", "my shunt")
