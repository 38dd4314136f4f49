"""What a replay will cost and how long it will take, before anybody starts it."""

from dataclasses import dataclass
from datetime import timedelta

from db.ai_spend import AiSpends
from db.prompt_replays import PastConversations, PastSuggestions, ReplayItems
from services.allowances import dollars_a_day
from services.container import Container
from services.desk import Actor, Desk, looking
from services.prompts.books import Book, book
from services.purse import ENGINE, MICRODOLLARS
from services.settings import Settings

SIZES = (50, 100, 200, 500)
USUAL = 200
# Where Claude has not answered here yet: what a message with its facts, and an answer, usually take.
TOKENS_IN, TOKENS_OUT, LETTERS_A_TOKEN = 700, 350, 4
SECONDS = 4.0


@dataclass(frozen=True)
class Estimate:
    """``measured`` where it rests on what answers cost and took here."""

    messages: int
    microdollars: int
    took: timedelta
    left_today: int
    measured: bool

    @property
    def waits(self) -> bool:
        """Whether it costs more than is left today, and so goes on tomorrow."""
        return self.microdollars > self.left_today

    @property
    def words(self) -> str:
        """``about $0.84, 4 minutes``."""
        minutes = max(1, round(self.took.total_seconds() / 60))
        length = f"{minutes} minute{'s' if minutes > 1 else ''}"
        return f"about ${self.microdollars / MICRODOLLARS:,.2f}, {length}"


def estimate(container: Container, actor: Actor, key: str, size: int) -> Estimate:
    """What *size* past messages would take. Raises ``NotAllowed`` or ``Invalid``."""
    with looking(container, actor) as desk:
        desk.require("prompts.read", "see the instructions")
        return estimated(desk, book(key), size)


def estimated(desk: Desk, shipped: Book, size: int, share: float = 0.8) -> Estimate:
    """The same at an open desk; *share* of a day's allowance is what replays may use."""
    settings = desk.container.settings
    messages = len(desk.open(PastConversations).decided(size))
    known = desk.open(PastSuggestions).average_of(ENGINE) or desk.open(ReplayItems).average()
    each, seconds = (known[0], known[1] / 1000) if known else (_guess(settings, shipped), SECONDS)
    spent = desk.open(AiSpends).of(desk.today, ENGINE)
    cap = dollars_a_day(settings, desk.options) * MICRODOLLARS * share
    left = max(0, round(cap - (spent.microdollars if spent else 0)))
    took = timedelta(seconds=messages * seconds)
    return Estimate(messages, round(messages * each), took, left, bool(known))


def _guess(settings: Settings, shipped: Book) -> float:
    price_in, price_out, cached = settings.claude_prices[settings.claude_model]
    prompt = len(shipped.prompt.text) / LETTERS_A_TOKEN
    return prompt * cached + TOKENS_IN * price_in + TOKENS_OUT * price_out
