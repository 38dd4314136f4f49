"""Whatever an interface sends, it is a message, an answer or one fault in a sentence; never a crash."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.hl7 import corpus, dictionary, target

SAMPLES = corpus()


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_damaged_messages(number: int) -> None:
    """Two hundred small damages to each sample, the same at each run."""
    draws = random.Random(number)
    words = [word.encode() for word in dictionary()]
    target(SAMPLES[number])
    for _ in range(200):
        data = bytearray(SAMPLES[number])
        for _ in range(draws.randint(1, 4)):
            place = draws.randrange(len(data) + 1)
            match draws.randrange(3):
                case 0:
                    data[place:place] = draws.choice(words)
                case 1:
                    del data[place : place + draws.randint(1, 20)]
                case 2:
                    data[place : place + 1] = bytes([draws.randrange(256)])
        target(bytes(data))


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from(dictionary())).map("".join).map(str.encode)
)
@settings(max_examples=300, deadline=None)
def test_anything_at_all(data: bytes) -> None:
    target(data)
    target(b"MSH|^~\\&|" + data)
