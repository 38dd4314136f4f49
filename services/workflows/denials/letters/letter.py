"""A letter of appeal as data: its sentences with their sources, what is missing, what goes with it."""

import hashlib
from collections.abc import Iterator
from datetime import date

import msgspec


class Source(msgspec.Struct, frozen=True):
    """What a sentence rests on: in words for staff, and the row of the books."""

    label: str
    ref: str


class Fact(msgspec.Struct, frozen=True):
    """A value as a letter says it, and what it rests on."""

    text: str
    sources: tuple[Source, ...]

    def __repr__(self) -> str:
        return f"<Fact of {len(self.sources)} sources>"


Facts = dict[str, Fact]
Named = Iterator[tuple[str, Fact]]


class Sentence(msgspec.Struct, frozen=True):
    """One sentence. ``by`` names who wrote it, where it is not drawn from the record."""

    text: str
    sources: tuple[Source, ...] = ()
    by: str = ""


class Needed(msgspec.Struct, frozen=True):
    """What no source supports yet. Without what is ``required`` the letter must not leave."""

    text: str
    required: bool = False


class Head(msgspec.Struct, frozen=True):
    """The letterhead, to whom it goes, and what it is about."""

    practice: str
    address: tuple[str, ...]
    phone: str
    to: str
    about: tuple[tuple[str, str], ...]
    signed: str


class Letter(msgspec.Struct, frozen=True):
    """One letter, complete; the same letter gives the same bytes on paper."""

    template: str
    on: date
    head: Head
    sentences: tuple[Sentence, ...]
    needed: tuple[Needed, ...] = ()
    enclosures: tuple[str, ...] = ()
    engine: str = "local"

    def __repr__(self) -> str:
        return f"<Letter {self.template} of {len(self.sentences)} sentences>"

    @property
    def digest(self) -> str:
        """A digest of everything that is printed, by which a person approves exactly this."""
        printed = (self.on, self.head, [s.text for s in self.sentences], self.enclosures)
        return hashlib.sha256(msgspec.json.encode(printed)).hexdigest()

    @property
    def text(self) -> str:
        """Its sentences, one a line."""
        return "\n".join(sentence.text for sentence in self.sentences)


def encoded(letter: Letter) -> str:
    """*letter* as it is kept."""
    return msgspec.json.encode(letter).decode()


def decoded(text: str) -> Letter:
    """A letter that was kept."""
    return msgspec.json.decode(text, type=Letter)
