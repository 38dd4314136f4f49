"""The conversation as the local engine hears it: sentences by speaker, zone and question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.notes.local.cues import cue
from services.notes.values import Role, Transcript, Turn
from services.notes.words.answers import asks
from services.notes.words.speech import tidy, utterances


class Zone(StrEnum):
    """The part of a visit in which something is said."""

    HISTORY = "history"
    EXAM = "exam"
    RESULTS = "results"
    PLAN = "plan"


@dataclass(frozen=True)
class Heard:
    """One sentence of the conversation. ``question`` is the one it answers, if it answers one."""

    turn: int
    role: Role
    text: str
    zone: Zone
    asks: bool
    question: "Heard | None" = None
    opens: bool = True  # whether it is the first sentence of its turn
    began: int = 0  # the turn in which it began, where an echo cut it in two

    @property
    def sources(self) -> tuple[str, ...]:
        """The turns it rests on: its own, and that of the question."""
        asked = (self.question.began, self.question.turn) if self.question else ()
        turns = filter(None, (*asked, self.began, self.turn))
        return tuple(dict.fromkeys(f"T{turn}" for turn in turns))

    @property
    def is_patient(self) -> bool:
        """Whether it was said by the patient, or for them."""
        return self.role in (Role.PATIENT, Role.GUEST)

    @property
    def says_nothing(self) -> bool:
        """Whether it is a greeting, an echo or a word to the recorder."""
        return len(self.text) < 3 or bool(cue("talk", "empty").search(self.text))


def hear(transcript: Transcript) -> tuple[Heard, ...]:
    """Every sentence of *transcript*, in order, answers beside their questions."""
    return tuple(_answered(list(_in_zones(transcript))))


def _in_zones(transcript: Transcript) -> Iterator[Heard]:
    zone = Zone.HISTORY
    for turn, began, texts in _turns(transcript):
        for place, text in enumerate(texts):
            if turn.role is Role.CLINICIAN:
                zone = _next(zone, text)
            yield Heard(
                turn.number,
                turn.role,
                text,
                zone,
                asks(text),
                None,
                not place,
                0 if place else began,
            )


def _turns(transcript: Transcript) -> Iterator[tuple[Turn, int, list[str]]]:
    """Each turn with its sentences; one that an "mm-hmm" cut in two goes on where it broke off."""
    held, began = "", 0
    for turn in transcript.turns:
        texts = list(utterances(tidy(turn.text)))
        is_clinician = turn.role is Role.CLINICIAN
        if is_clinician and held and texts:
            texts[0] = tidy(f"{held} {texts[0].lstrip(' .,-')}")
        first = began if is_clinician else 0
        if is_clinician:
            held, began = "", 0
            if turn.text.rstrip().endswith("-") and texts and len(texts[-1].split()) > 3:
                held, began = texts.pop(), turn.number
        elif len(turn.text.split()) > 3:
            held, began = "", 0  # the patient said something: the clinician was interrupted
        yield turn, first, texts


def _next(zone: Zone, text: str) -> Zone:
    """Where the visit is after the clinician said *text*. Once at the plan, only an exam leads back."""
    if cue("zones", "exam").search(text) and not cue("zones", "plan").search(text):
        return Zone.EXAM
    if zone is not Zone.PLAN and cue("zones", "results").search(text):
        return Zone.RESULTS
    if zone is not Zone.HISTORY and cue("zones", "plan").search(text):
        return Zone.PLAN
    return Zone.PLAN if "assessment and plan" in text or "my plan" in text else zone


def _answered(heard: Sequence[Heard]) -> Iterator[Heard]:
    """Each answer with the last question of the turn before it."""
    asked: Heard | None = None
    for one in heard:
        if one.role is Role.CLINICIAN:
            asked = one if one.asks else asked if asked and asked.turn == one.turn else None
            yield one
        else:
            near = asked if asked and one.turn - asked.turn <= 1 else None
            yield Heard(
                one.turn, one.role, one.text, one.zone, one.asks, near, one.opens, one.began
            )
