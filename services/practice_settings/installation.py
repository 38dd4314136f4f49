"""What the installation decides for a practice, shown beside its own settings; never a secret."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.ai_spend import AiSpends
from db.practices import Practices
from services.allowances import dollars_a_day
from services.container import Container
from services.desk import Actor, looking
from services.purse import ENGINE, MICRODOLLARS

READ = "settings.read"


@dataclass(frozen=True)
class Fixed:
    """One decision of the installation, and the name of its setting."""

    what: str
    value: str
    setting: str


@dataclass(frozen=True)
class Spending:
    """What Claude cost this practice today, in dollars, of how much it may.

    ``on`` is asked at all; ``most`` is what the installation allows, whatever the practice says.
    """

    on: bool
    model: str
    dollars: float
    cap: float
    most: float
    calls: int


def fixed(container: Container, actor: Actor) -> Sequence[Fixed]:
    """What only the settings file or the environment changes. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(READ, "see the practice's settings")
        zone = Practices(desk.session).get(desk.practice_id).timezone
    settings = container.settings
    years = settings.claims_retention_days / 365
    return (  # what a practice may decide otherwise says so on its own tab
        Fixed("Time zone", zone, "timezone"),
        Fixed(
            "Text of messages, forms and notes is destroyed",
            f"{settings.retention_days} days after closing", "retention_days",
        ),
        Fixed("Claims are destroyed", f"{years:.0f} years after closing", "claims_retention_days"),
        Fixed("A reply can be taken back", f"{settings.undo_seconds} s", "undo_seconds"),
        Fixed("New messages are fetched every", f"{settings.poll_seconds} s", "poll_seconds"),
        Fixed("The screen locks after", f"{settings.idle_minutes} min idle", "idle_minutes"),
        Fixed("A sign-in lasts", f"{settings.session_hours} h", "session_hours"),
        Fixed("Who sorts and drafts", settings.ai_engine, "ai_engine"),
        Fixed("Claude's model", settings.claude_model, "claude_model"),
        Fixed(
            "Claude may cost a day", f"${settings.claude_dollars_per_day:,.2f}",
            "claude_dollars_per_day",
        ),
    )  # fmt: skip


def spending(container: Container, actor: Actor) -> Spending:
    """Today's use of Claude. Raises ``NotAllowed``."""
    settings = container.settings
    with looking(container, actor) as desk:
        desk.require(READ, "see the practice's settings")
        used = desk.open(AiSpends).of(desk.today, ENGINE)
        cap = dollars_a_day(settings, desk.options)
    return Spending(
        on=settings.ai_engine == ENGINE,
        model=settings.claude_model,
        dollars=used.microdollars / MICRODOLLARS if used else 0.0,
        cap=cap,
        most=settings.claude_dollars_per_day,
        calls=used.calls if used else 0,
    )
