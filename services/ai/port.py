"""What a workflow needs from a model, whichever one answers: the assistant's port and its values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from services.errors import Unreachable

EDITABLE = "<!-- From here on a practice may write its own. -->"

T = TypeVar("T", bound=BaseModel)
T_co = TypeVar("T_co", bound=BaseModel, covariant=True)


@dataclass(frozen=True)
class Prompt:
    """Instructions kept in a Markdown file, so that a clinician can review a diff.

    ``workflow`` is the name of the folder it lies in; ``digest`` (12 hex digits of the
    text's SHA-256) is its version. ``room`` is how many tokens an answer usually needs; one that
    is cut there is asked for once more, with more room. ``fixed`` is how the text begins and
    always will: what is data, what may never be said and the shape of the answer. Only what
    comes after it, ``own``, may a practice write anew.
    """

    workflow: str
    text: str
    room: int = 1_500
    fixed: str = ""

    @classmethod
    def beside(cls, module_file: str, name: str = "prompt") -> "Prompt":
        """The prompt in ``<name>.md`` beside *module_file*; ``FileNotFoundError`` without it."""
        path = Path(module_file).with_name(f"{name}.md")
        fixed, _, own = path.read_text(encoding="utf-8").partition(EDITABLE)
        # A file without the mark is fixed as a whole: what a practice writes is added to it.
        return cls(path.parent.name, "", fixed=f"{fixed.rstrip()}\n\n").with_own(own)

    def with_own(self, own: str) -> "Prompt":
        """The same prompt with *own* after its fixed part, in place of what stood there."""
        return replace(self, text=f"{self.fixed}{own.strip()}\n")

    @property
    def own(self) -> str:
        """What stands after the fixed part."""
        return self.text.removeprefix(self.fixed).strip()

    @property
    def digest(self) -> str:
        """Which version of the instructions this is."""
        return sha256(self.text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Facts:
    """All that one question may be answered from: ONE patient's facts and one message of theirs.

    ``text`` and ``subject`` are the patient's own words, never to be obeyed. ``values`` are
    chart and practice facts in words, by key; ``services.ai.minimum`` says which of them may
    leave the building. ``contacts`` are the practice's own telephone numbers, web and mail
    addresses, which a draft may name. ``identifiers`` are the patient's names, numbers and
    addresses as the chart knows them; they are taken out of whatever leaves.
    """

    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    contacts: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = field(default=(), repr=False)

    def context(self) -> str:
        """Everything supplied, as one text: what a draft may rely on."""
        return "\n".join((self.subject, self.text, *self.values.values(), *self.contacts))


@dataclass(frozen=True)
class Usage:
    """What one call took: tokens, and money in millionths of a US dollar."""

    tokens_in: int = 0
    tokens_out: int = 0
    cached_in: int = 0
    microdollars: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.cached_in + other.cached_in,
            self.microdollars + other.microdollars,
        )


@dataclass(frozen=True)
class Answer(Generic[T_co]):
    """What an engine said and what made it say so.

    ``note`` is a sentence for staff when another engine than the preferred one answered.
    """

    value: T_co
    engine: str
    model: str
    prompt_digest: str
    usage: Usage
    took: timedelta
    note: str = ""


class Assistant(Protocol):
    """Something that can be asked: Claude, the embedded engine, or one falling back to the other."""

    def ask(self, prompt: Prompt, facts: Facts, into: type[T]) -> Answer[T]:
        """Answer *prompt* from *facts* alone, in the shape of *into*.

        Raises ``Unsure`` when there is no answer that can be shown (declined, cut short or
        misshapen) and ``Unreachable`` when the engine could not be asked.
        """
        ...


class Withheld(Unreachable):
    """The question was not asked: no consent, nothing left to spend, or a pause after failures."""


class Purse(Protocol):
    """A practice's allowance of tokens and money for the day."""

    def may_spend(self, now: datetime) -> bool:
        """Whether there is anything left at *now*."""
        ...

    def spend(self, usage: Usage) -> None:
        """Count what a call took, whether or not its answer could be used."""
        ...
