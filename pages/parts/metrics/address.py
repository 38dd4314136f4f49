"""Which days, places and metric the page shows, kept in its address: dates and references only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import streamlit as st

from services.metrics.definitions import BY_ID, DESKS_IN_ORDER
from services.metrics.loading import BY, Narrow
from services.metrics.report import Span

DEFAULT_DAYS = 30
HEADLINES = "Headlines"
LONGEST = timedelta(days=732)


@dataclass(frozen=True)
class Address:
    """What is shown. ``day`` is the one whose rows were asked for."""

    span: Span
    narrow: Narrow = field(default_factory=Narrow)
    desk: str = HEADLINES
    metric: str = ""
    day: date | None = None

    @property
    def query(self) -> dict[str, str]:
        """As it stands in the address."""
        told = {"from": str(self.span.first), "to": str(self.span.last), "desk": self.desk,
                "metric": self.metric, "day": str(self.day or "")}  # fmt: skip
        return {name: value for name, value in (told | self.narrow.places).items() if value}


def read(asked: Mapping[str, str], today: date) -> Address:
    """The address as it was asked for; what makes no sense is left out."""
    last = min(_day(asked.get("to", "")) or today, today)
    first = _day(asked.get("from", "")) or last - timedelta(days=DEFAULT_DAYS - 1)
    if first > last or last - first > LONGEST:
        first = last - timedelta(days=DEFAULT_DAYS - 1)
    desk, metric = asked.get("desk", HEADLINES), asked.get("metric", "")
    return Address(
        Span(first, last), Narrow(**{name: asked.get(name, "") for name in BY}),
        desk if desk in DESKS_IN_ORDER else HEADLINES, metric if metric in BY_ID else "",
        _day(asked.get("day", "")),
    )  # fmt: skip


def go(address: Address, **changes: object) -> None:
    """Show that instead, with the rest as it is."""
    wanted = replace(address, **changes)  # type: ignore[arg-type]
    st.query_params.from_dict(wanted.query)
    st.rerun()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
