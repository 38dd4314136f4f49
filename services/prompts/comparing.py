"""What a replay found: agreement with what people decided, urgent misses first. Pure functions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from db.prompt_replays import ItemState, ReplayItem
from db.vocabulary import Category, Urgency


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    hits: int
    of: int

    @property
    def percent(self) -> str:
        """``87 %``; ``none`` of nothing."""
        return f"{100 * self.hits / self.of:.0f} %" if self.of else "none"


@dataclass(frozen=True)
class Line:
    """One category as people decided it: how often each version agreed."""

    category: str
    new: Share
    live: Share


@dataclass(frozen=True)
class Verdict:
    """A whole replay in numbers. ``inside`` are messages that no model gets, whatever it is told. ``compared`` are those that the live version had answered itself.

    ``urgent`` are messages that people held for urgent or more; a miss is one that a version held
    for less. ``extra``
    are the new version's misses that the live version is not known to have made as well.
    """

    total: int
    answered: int
    failed: int
    inside: int
    compared: int
    category: Share
    urgency: Share
    live_category: Share
    live_urgency: Share
    by_category: tuple[Line, ...]
    urgent: int
    misses: int
    live_misses: int
    extra: int
    raised: int  # routine or today for people, urgent for the new version
    microdollars: int


def verdict(items: Sequence[ReplayItem]) -> Verdict:
    """What *items* add up to; those still waiting do not count."""
    settled = [item for item in items if item.state in (ItemState.DONE, ItemState.FAILED)]
    known = [item for item in settled if item.live_category]
    return Verdict(
        total=len(items),
        answered=sum(item.state is ItemState.DONE for item in settled),
        failed=sum(item.state is ItemState.FAILED for item in settled),
        inside=sum(item.state is ItemState.INSIDE for item in items),
        compared=len(known),
        category=_share(item.category == item.decided_category for item in settled),
        urgency=_share(item.urgency == item.decided_urgency for item in settled),
        live_category=_share(item.live_category == item.decided_category for item in known),
        live_urgency=_share(item.live_urgency == item.decided_urgency for item in known),
        by_category=tuple(_lines(settled, known)),
        urgent=sum(_is_urgent(item.decided_urgency) for item in settled),
        misses=sum(misses(item) for item in settled),
        live_misses=sum(_live_misses(item) for item in known),
        extra=sum(is_extra(item) for item in settled),
        raised=sum(_raises(item) for item in settled),
        microdollars=sum(item.microdollars for item in items),
    )


def misses(item: ReplayItem) -> bool:
    """Whether people held it for urgent and the new version does not, or has no answer."""
    return _is_urgent(item.decided_urgency) and not _is_urgent(item.urgency)


def is_extra(item: ReplayItem) -> bool:
    """A miss that the live version is not known to have made as well."""
    return misses(item) and not _live_misses(item)


def changed(items: Iterable[ReplayItem]) -> list[ReplayItem]:
    """What would be sorted otherwise than people or the live version did, worst first."""
    settled = (item for item in items if item.state in (ItemState.DONE, ItemState.FAILED))
    differs = [item for item in settled if _differs(item)]
    return sorted(differs, key=lambda item: (not is_extra(item), not misses(item), item.place))


def _differs(item: ReplayItem) -> bool:
    now = (item.category, item.urgency)
    then = (item.live_category, item.live_urgency)
    return now != (item.decided_category, item.decided_urgency) or (bool(then[0]) and now != then)


def _live_misses(item: ReplayItem) -> bool:
    known = bool(item.live_urgency)
    return known and _is_urgent(item.decided_urgency) and not _is_urgent(item.live_urgency)


def _raises(item: ReplayItem) -> bool:
    return _is_urgent(item.urgency) and not _is_urgent(item.decided_urgency)


def _is_urgent(urgency: str) -> bool:
    return bool(urgency) and Urgency(urgency).rank <= Urgency.URGENT.rank


def _lines(settled: Sequence[ReplayItem], known: Sequence[ReplayItem]) -> Iterable[Line]:
    counts = Counter(item.decided_category for item in settled)
    for category in (str(one) for one in Category):
        if counts[category]:
            mine = [item for item in settled if item.decided_category == category]
            theirs = [item for item in known if item.decided_category == category]
            yield Line(
                category,
                _share(item.category == category for item in mine),
                _share(item.live_category == category for item in theirs),
            )


def _share(hits: Iterable[bool]) -> Share:
    every = list(hits)
    return Share(sum(every), len(every))
