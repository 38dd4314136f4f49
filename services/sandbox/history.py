"""The inbox as it is found on the first morning: three days of messages, most of them unanswered."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from services.sandbox.arrivals import Arrival, deliver
from services.sandbox.shapes import Json
from services.sandbox.stories import Repertoire, Story, draw
from services.sandbox.tenants import Tenant

PAST = timedelta(days=3)
OPEN_SHARE = 0.79
NUDGE_SHARE = 0.12
NUDGES = (
    "Just checking that you got my message.",
    "Hi, following up on this. Thanks!",
    "Any update?",
    "Forgot to say, mornings are the best time to reach me.",
)
STOCK_REPLIES = (
    "Thank you for your message. We have taken care of this for you.",
    "Thanks for letting us know. We have passed this on and will get back to you.",
    "We have updated your chart. Please call the office if anything changes.",
)


@dataclass(frozen=True)
class Planned:
    """One message that will have come at a moment."""

    at: datetime
    thread: int
    author: str
    text: str
    story: Story
    attachments: tuple[Json, ...] = ()


def fill_inbox(tenant: Tenant, count: int, now: datetime, draws: random.Random) -> None:
    """Let about *count* messages of the last three days have arrived, oldest first."""
    if not count:
        return
    told = tenant.stories(now.date())
    planned: list[Planned] = []
    fresh = _unrepeated(told, draws)
    while len(planned) < count:
        story = next(fresh)
        planned.extend(_conversation(len(planned), story, now, draws))
    threads: dict[int, str] = {}
    for message in sorted(planned, key=lambda p: (p.at, p.thread)):
        threads[message.thread] = _put(tenant, message, threads.get(message.thread, ""))


def fill_in_bulk(tenant: Tenant, count: int, now: datetime, draws: random.Random) -> None:
    """Put *count* more messages in, one thread each, evenly over the last 30 days: for benches."""
    told = tenant.stories(now.date())
    stories = [s for by_patient in told.values() for s in chain(*by_patient.values())]
    gap = timedelta(days=30) / max(count, 1)
    for number in range(count):
        story = draws.choice(stories)
        at = now - gap * (count - number)
        deliver(tenant, first_message(story, at, draws))


def first_message(story: Story, at: datetime, draws: random.Random) -> Arrival:
    """The opening message of a story, arriving at a moment."""
    return Arrival(
        body=story.turns[0].text,
        at=at,
        patient=story.patient,
        subject=story.subject,
        author=story.author,
        attachments=story.attachments(draws),
    )


def _unrepeated(told: Repertoire, draws: random.Random) -> Iterator[Story]:
    # The same words twice in one inbox look like a fault; after a while they must come again.
    used: set[tuple[str, ...]] = set()
    while True:
        for _ in range(20):
            story = draw(told, draws)
            if (story.template.category, story.template.subject) not in used:
                break
        used.add((story.template.category, story.template.subject))
        yield story


def _conversation(
    number: int, story: Story, now: datetime, draws: random.Random
) -> Iterator[Planned]:
    is_open = draws.random() < OPEN_SHARE
    start = _waking_moment(now, timedelta(minutes=3) if is_open else timedelta(hours=10), draws)
    attachments = story.attachments(draws)
    yield Planned(start, number, story.author, story.turns[0].text, story, attachments)
    if not is_open:
        yield from _answered(number, story, start, now, draws)
    elif draws.random() < NUDGE_SHARE:
        at = start + timedelta(hours=draws.uniform(2, 30))
        if at < now:
            yield Planned(at, number, story.author, draws.choice(NUDGES), story)


def _answered(
    number: int, story: Story, start: datetime, now: datetime, draws: random.Random
) -> Iterator[Planned]:
    if len(story.turns) == 1:
        at = start + timedelta(hours=draws.uniform(1, 9))
        yield Planned(at, number, "practice", draws.choice(STOCK_REPLIES), story)
    for turn in story.turns[1:]:
        if start + turn.after < now:
            yield Planned(start + turn.after, number, turn.author, turn.text, story)


def _put(tenant: Tenant, planned: Planned, thread: str) -> str:
    story = planned.story
    arrival = Arrival(
        body=planned.text,
        at=planned.at,
        patient=story.patient,
        thread=thread,
        subject=story.subject,
        author=planned.author,
        attachments=planned.attachments,
    )
    return deliver(tenant, arrival).thread


def _waking_moment(now: datetime, at_least_ago: timedelta, draws: random.Random) -> datetime:
    # People write by day; one in ten messages comes at night.
    while True:
        ago = draws.uniform(at_least_ago.total_seconds(), PAST.total_seconds())
        at = now - timedelta(seconds=ago)
        if at.hour >= 11 or at.hour < 3 or draws.random() < 0.1:
            return at
