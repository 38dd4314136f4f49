"""A message in plain lower-case ASCII, with the way back to where each character stood."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from services.ai.redflags.sources import read

_LOOKALIKES = {
    odd: plain for plain, odds in read("spelling.toml")["looks_like"].items() for odd in odds
}
_ACCENTED = [*range(0xC0, 0x250), *range(0xFF01, 0xFF5F)]  # Latin letters, and full-width ones


@dataclass(frozen=True, slots=True)
class PlainText:
    """``plain`` is lower-case ASCII; ``origins`` maps positions back, None when they are equal.

    ``origins`` has one entry more than ``plain`` has characters: where the original ends.
    """

    plain: str
    origins: Sequence[int] | None = None

    def origin(self, position: int) -> int:
        """Where the character at *position* stood in the original, in code points."""
        return self.origins[position] if self.origins else position


def plain_text(text: str) -> PlainText:
    """*text* without accents, invisible characters, foreign look-alikes and capitals."""
    if text.isascii():
        return PlainText(text.lower())
    # Spanish "sí" (yes) must not become "si" (if).
    swapped = text.replace("Sí", "Sy").replace("sí", "sy").translate(_TABLE)
    if swapped.isascii():
        return PlainText(swapped.lower())
    return _rebuilt(swapped)


def _rebuilt(text: str) -> PlainText:
    pieces = [_plain(character) for character in text]
    origins = [position for position, piece in enumerate(pieces) for _ in piece]
    return PlainText("".join(pieces), [*origins, len(text)])


def _plain(character: str) -> str:
    """The plain letters behind *character*: "" for an invisible one or a lone accent."""
    if character.isascii():
        return character.lower()
    letters = [c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)]
    if all(unicodedata.category(c) == "Cf" for c in letters):
        return ""
    plain = "".join(_LOOKALIKES.get(c, c) for c in letters).casefold()
    return plain if plain.isascii() else " "


def _one_to_one() -> dict[int, str]:
    """Characters that become exactly one plain character, so that offsets stay as they are."""
    accented = {code: _plain(chr(code)) for code in _ACCENTED}
    single = {code: plain for code, plain in accented.items() if len(plain) == 1}
    return single | {ord(odd): plain for odd, plain in _LOOKALIKES.items()}


_TABLE = _one_to_one()
