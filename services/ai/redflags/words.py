"""Reads a plain text as words, each written as one character, so that phrases can be searched."""

import re
from collections.abc import Iterable, Iterator, Mapping

from services.ai.redflags.plain_text import PlainText
from services.ai.redflags.spelling import Speller

OTHER, LETTER, NUMBER, YEAR = "\x01", "\x02", "#", "\x03"
SENTENCE, COMMA, LINE = ".", ",", "\n"
TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*(?:\s?/\s?\d+)?(?:\s?%)?|[a-z@$][a-z0-9'@$]*|\.{2,}|[.!?;]+|\n\s*\n\s*|[\n<>\[\]{}|]|,"
)
_SPELLED_OUT = re.compile(r"(?<![a-z0-9])(?:[a-z][ .\-_*]+){3,}[a-z](?![a-z0-9])")
_LEET = str.maketrans("013457@$", "oieastas")
_REPEATS = re.compile(r"(.)\1{2,}")
_LONGEST = 40  # letters; what is longer is no word
_MEMO = 50_000  # words, not messages; when it is full it starts afresh


class Reader(dict[str, str]):
    """Word to its characters, one for each known word it stands for, found once and kept.

    An unlisted word is tried without apostrophes, as a known stem, with digits read as the
    letters they imitate, with one or two slips corrected, and cut into two known words.
    """

    def __init__(
        self,
        codes: Mapping[str, str],
        stems: Mapping[str, str],
        reads_as: Mapping[str, str],
        skipped: Iterable[str],
        speller: Speller,
    ) -> None:
        super().__init__()
        self._codes, self._stems, self._speller = codes, stems, speller
        self._reads_as = reads_as
        self._skipped = frozenset(skipped)

    def __missing__(self, word: str) -> str:
        if len(self) > _MEMO:
            self.clear()
        self[word] = found = self._find(word)
        return found

    def codes(self, plain: str) -> str:
        """*plain* as one character per word, with sentence ends, commas and line ends kept."""
        return "".join(map(self.__getitem__, TOKEN.findall(plain)))

    def spans(self, plain: str) -> list[tuple[int, int]]:
        """For each character of ``codes(plain)``, where its word starts and ends in *plain*."""
        return [token.span() for token in TOKEN.finditer(plain) for _ in range(len(self[token[0]]))]

    def _find(self, word: str) -> str:
        if not word[0].isalpha() and word[0] not in "@$":
            return _sign(word)
        if len(word) > _LONGEST:
            return OTHER
        if word in self._skipped:
            return ""
        if word in self._reads_as:
            return "".join(self[part] for part in self._reads_as[word].split())
        return next((found for found in self._attempts(word) if found), OTHER)

    def _attempts(self, word: str) -> Iterator[str | None]:
        bare = word.removesuffix("'s").replace("'", "")
        yield self._listed(bare)
        if len(bare) == 1:
            yield LETTER
        yield self._listed(_REPEATS.sub(r"\1\1", bare)) or self._listed(_REPEATS.sub(r"\1", bare))
        if not bare.isalpha():
            yield self._listed(bare.translate(_LEET)) or self._corrected(bare.translate(_LEET))
        yield self._corrected(bare)
        yield self._two_words(bare)

    def _listed(self, word: str) -> str | None:
        if word in self._codes:
            return self._codes[word]
        return next((self._stems[s] for s in _beginnings(word) if s in self._stems), None)

    def _corrected(self, word: str) -> str | None:
        meant = self._speller.correct(word)
        return self._listed(meant) if meant else None

    def _two_words(self, word: str) -> str | None:
        pairs = ((word[:cut], word[cut:]) for cut in range(4, len(word) - 3))
        known = ((a, b) for a, b in pairs if a in self._speller.words and b in self._codes)
        return next((self._codes[a] + self._codes[b] for a, b in known if a in self._codes), None)


def joined_letters(plain: PlainText) -> PlainText | None:
    """*plain* with words that are spelled out letter by letter ("c h e s t") put together."""
    runs = [run.span() for run in _SPELLED_OUT.finditer(plain.plain)]
    if not runs:
        return None
    dropped = {at for a, b in runs for at in range(a, b) if not plain.plain[at].isalpha()}
    kept = [at for at in range(len(plain.plain)) if at not in dropped]
    origins = [*map(plain.origin, kept), plain.origin(len(plain.plain))]
    return PlainText("".join(plain.plain[at] for at in kept), origins)


def _sign(written: str) -> str:
    """The code of a number or a mark.

    Dots in a row, brackets and a line end let a symptom go on ("chest... pain") but end the
    reach of a denial, so that markup wrapped around a message cannot deny it.
    """
    if written[0].isdigit():
        year = len(written) == 4 and written[:2] in {"19", "20"} and written.isdigit()
        return YEAR if year else NUMBER
    if written == ",":
        return COMMA
    soft = written.startswith("..") or written in "\n<>[]{}|"
    return LINE if soft else SENTENCE


def _beginnings(word: str) -> Iterator[str]:
    return (word[:length] for length in range(len(word), 2, -1))
