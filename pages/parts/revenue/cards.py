"""The cards: denied, to decide, in work, appealed, recovered, written off, and that they add up."""

from collections.abc import Callable

import streamlit as st

from pages.parts.revenue.words import CARDS, OTHERS
from services.money import dollars
from services.workflows.denials.totals import Amount, Counted, Fate, Narrow, Revenue, by_fate

Choose = Callable[[Fate | None], None]


def cards(found: Revenue | Counted, narrow: Narrow, choose: Choose | None = None) -> None:
    """One card for each fate; with *choose* each has a button that narrows the page to it."""
    fates = by_fate(found.cells, narrow)
    whole = sum(fates.values(), Amount())
    with st.container(horizontal=True, key="revenue-cards"):
        _card("Denied", whole, whole.denied_cents, "All of them, whatever became of them.", None,
              narrow, choose)  # fmt: skip
        for fate, (title, help) in CARDS.items():
            amount = fates.get(fate, Amount())
            cents = amount.recovered_cents if fate is Fate.RECOVERED else amount.denied_cents
            _card(title, amount, cents, help, fate, narrow, choose)
    others = [
        f"{dollars(fates[f].denied_cents)} {said}" for f, said in OTHERS.items() if f in fates
    ]
    st.caption(_adds_up(fates, whole, others))


def _card(
    title: str, amount: Amount, cents: int, help: str, fate: Fate | None, narrow: Narrow,
    choose: Choose | None,
) -> None:  # fmt: skip
    with st.container(border=True, width=190):
        # Whole dollars, so that nothing is cut off; the sum below has the cents.
        st.metric(title, rf"\${round(cents / 100):,}", help=help)
        st.caption(f"{amount.count:,} denials")
        if choose:
            chosen = narrow.fate is fate
            label = "Shown below" if chosen else "Show these"
            if st.button(label, key=f"card/{fate or 'all'}", disabled=chosen, type="tertiary"):
                choose(fate)


def _adds_up(fates: dict[Fate, Amount], whole: Amount, others: list[str]) -> str:
    """Denied is the sum of the cards, in words; what a payer still withheld of a recovered one too."""
    recovered = fates.get(Fate.RECOVERED, Amount())
    parts = [
        f"{dollars(fates.get(fate, Amount()).denied_cents)} {title.lower()}"
        for fate, (title, _) in CARDS.items()
        if fate is not Fate.RECOVERED
    ]
    kept = recovered.denied_cents - recovered.recovered_cents
    parts += [f"{dollars(recovered.recovered_cents)} recovered"]
    parts += [f"{dollars(kept)} not paid of recovered ones"] if kept else []
    told = " + ".join([*parts, *others])
    return f"{dollars(whole.denied_cents)} denied = {told}".replace("$", r"\$")
