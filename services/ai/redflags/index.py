"""Finds many coded phrases in a coded message in one pass (Aho-Corasick)."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

import ahocorasick

Value = TypeVar("Value")
_FAN = 64


class Index(Generic[Value]):
    """Phrases, written as codes of one character a word, and what each stands for.

    pyahocorasick searches the children of a node one by one, and a root with a child for
    every word of the vocabulary would make each step slow. So a word is split into two
    characters of two alphabets, which leaves at most a hundred or so children to a node.
    """

    def __init__(self, phrases: Mapping[str, Value]) -> None:
        self._automaton: Any = ahocorasick.Automaton()
        for phrase, value in phrases.items():
            self._automaton.add_word(phrase.translate(_HALVES), value)
        self._automaton.make_automaton()

    def find(self, codes: str) -> Iterator[tuple[int, Value]]:
        """Each phrase in *codes*: the position of its last word, and its value."""
        return (
            (last // 2, value) for last, value in self._automaton.iter(codes.translate(_HALVES))
        )


class _Halves(dict[int, str]):
    """Code point of a word to its two characters, made when first asked for."""

    def __missing__(self, code: int) -> str:
        self[code] = halves = chr(0x1000 + code // _FAN) + chr(0x2000 + code % _FAN)
        return halves


_HALVES = _Halves()
