"""Runs the red-flag rules over one message: the only road from words to flags."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

from db.vocabulary import Urgency
from services.ai.redflags.flags import Field, Flag
from services.ai.redflags.measurements import measurable, measured
from services.ai.redflags.patterns import Hit, Hits, Part, Pattern, found, positions
from services.ai.redflags.plain_text import PlainText, plain_text
from services.ai.redflags.rulebook import Candidate, Phrase, Rule, Rulebook, rulebook
from services.ai.redflags.search import cues_in, symptoms_at
from services.ai.redflags.standing import Standing, denied, standing
from services.ai.redflags.surroundings import Surroundings
from services.ai.redflags.words import NUMBER, SENTENCE, joined_letters

_BREAK = "\n\n"  # between subject and text: no sentence goes across it
_CONTEXTS = 20  # mentions of one context that are looked at
# In doubt no more than urgent, seen to no more than today.
_CAPS = {Standing.DOUBTFUL: Urgency.URGENT, Standing.SEEN: Urgency.TODAY}


@dataclass(frozen=True, slots=True)
class _Raised:
    rule: Rule
    level: Urgency
    start: int  # code points of subject, break and text together
    end: int


@dataclass(frozen=True, slots=True)
class _Message:
    codes: str
    spans: Sequence[tuple[int, int]]
    hits: Hits
    sentences: Sequence[int]  # the number of the sentence at each position
    around: Surroundings


def assess(text: str, subject: str = "") -> tuple[Flag, ...]:
    """Every red flag in a message, most urgent first, one for each rule.

    Offsets count code points of the field that the flag names, and ``flag.text`` is that
    slice, verbatim. Any text is accepted and none raises an error.
    """
    return assess_with(rulebook(), text, subject)


def assess_with(book: Rulebook, text: str, subject: str = "") -> tuple[Flag, ...]:
    """As ``assess``, by the rules of *book*."""
    whole = f"{subject}{_BREAK}{text}" if subject else text
    plain = plain_text(whole)
    raised = [*_raised(book, plain)]
    if apart := joined_letters(plain):
        raised += _raised(book, apart)
    text_starts = len(subject) + len(_BREAK) if subject else 0
    return _one_per_rule(_flag(one, whole, text_starts) for one in raised)


def _raised(book: Rulebook, plain: PlainText) -> Iterator[_Raised]:
    codes = book.reader.codes(plain.plain)
    phrases = [*book.symptoms.find(codes)]
    candidates = _candidates(book, plain.plain, codes, {phrase for _, phrase in phrases})
    if candidates:
        spans = book.reader.spans(plain.plain)
        hits: Hits = symptoms_at(phrases)
        if NUMBER in codes:
            hits = measured(plain.plain, codes, spans, hits)
        sentences = [*accumulate(code == SENTENCE for code in codes)]
        around = Surroundings(codes, cues_in(book.cues, codes, hits))
        yield from _applied(candidates, _Message(codes, spans, hits, sentences, around), plain)


def _candidates(
    book: Rulebook, plain: str, codes: str, phrases: Iterable[Phrase]
) -> list[Candidate]:
    """The patterns that may occur, told by the concepts alone: none for most messages."""
    present = 0
    for phrase in phrases:
        present |= phrase.bits
    begun = [candidate for phrase in phrases for candidate in phrase.candidates]
    if NUMBER in codes:
        could = measurable(plain, lambda name: bool(book.bits[name] & present))
        present |= sum(book.bits[name] for name in could)
        begun += (c for name in could for c in book.by_concept.get(name, ()))
    return [*dict.fromkeys(c for c in begun if c.possible(present))]


def _applied(
    candidates: Iterable[Candidate], message: _Message, plain: PlainText
) -> Iterator[_Raised]:
    settled: set[str] = set()
    for rule, pattern in ((c.rule, c.pattern) for c in candidates):
        best = None if rule.id in settled else _best(pattern, message)
        if best:
            judged, atoms = best
            if judged is Standing.CURRENT:
                settled.add(rule.id)
            start = message.spans[min(hit[0] for hit in atoms)][0]
            last = message.spans[max(hit[1] for hit in atoms)][1] - 1
            yield _Raised(rule, _level(rule, judged), plain.origin(start), plain.origin(last) + 1)


def _best(pattern: Pattern, message: _Message) -> tuple[Standing, tuple[Hit, ...]] | None:
    """The occurrence that counts most, unless a context is missing."""
    if not all(_holds(context, message) for context in pattern.contexts):
        return None
    best: tuple[Standing, tuple[Hit, ...]] | None = None
    for atoms in found(pattern, message.hits, message.sentences):
        judged = standing(message.around, atoms)
        if judged is not Standing.ABSENT and (best is None or judged > best[0]):
            best = judged, atoms
        if judged is Standing.CURRENT:
            break
    return best


def _holds(context: Part, message: _Message) -> bool:
    """A context counts when it is mentioned and not denied ("not pregnant", "no fever")."""
    places = islice(positions(message.hits, context), _CONTEXTS)
    return any(not denied(message.around, (hit,)) for hit in places)


def _level(rule: Rule, judged: Standing) -> Urgency:
    return max(rule.level, _CAPS.get(judged, rule.level), key=lambda urgency: urgency.rank)


def _flag(raised: _Raised, whole: str, text_starts: int) -> Flag:
    rule, words = raised.rule, whole[raised.start : raised.end]
    in_text = raised.start >= text_starts
    start = raised.start - text_starts if in_text else raised.start
    field: Field = "text" if in_text else "subject"
    return Flag(
        rule.family, raised.level, rule.id, start, start + len(words), words, field, rule.says
    )


def _one_per_rule(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    ordered = sorted(flags, key=lambda flag: (flag.level.rank, flag.field, flag.start, flag.rule))
    first: dict[str, Flag] = {}
    for flag in ordered:
        first.setdefault(flag.rule, flag)
    return tuple(first.values())
