"""That the totals are the files': the sum to the cent, and what could not be counted."""

import streamlit as st

from db.x12_files import FileState
from services.money import dollars
from services.workflows.denials.totals import Reconciled, Revenue

OUTSIDE = {
    FileState.RECEIVED: "kept and not posted yet",
    FileState.QUARANTINED: "set aside because they do not balance",
    FileState.REFUSED: "that cannot be read",
}


def warnings(found: Revenue) -> None:
    """What the totals could not see, said before the totals."""
    outside = found.reconciled.outside
    if outside:
        told = "; ".join(f"{n:,} {OUTSIDE[state]}" for state, n in sorted(outside.items()))
        st.warning(
            f"These totals do not see every file: {told}. The Claims page shows them.",
            icon=":material/visibility_off:",
        )
    if found.hidden:
        st.warning(
            f"{found.hidden:,} denials of places where Denials is not switched on for you are "
            "not counted in the cards and charts.",
            icon=":material/visibility_off:",
        )


def proof(sums: Reconciled) -> None:
    """The sum, with what each part is."""
    st.subheader("Beside the payers' files")
    parts = [f"{dollars(sums.claims)} on claims"]
    parts += [f"{dollars(sums.unmatched)} of {sums.unmatched_count:,} answers to nobody's claim"]
    if sums.unpaired:
        parts += [f"{dollars(sums.unpaired)} taken back of payments from before these files"]
    told = f"{dollars(sums.files)} in posted files = {' + '.join(parts)}"
    st.text(told)
    if sums.difference:
        st.error(
            f"The books and the files differ by {dollars(sums.difference)}. This is a fault of "
            "Foyer: please tell your administrator.",
            icon=":material/error:",
        )
    else:
        st.success("The books agree with the files to the cent.", icon=":material/check:")
    if sums.withheld:
        kept = "withheld" if sums.withheld > 0 else "added"
        st.caption(
            f"Payers {kept} {dollars(abs(sums.withheld))} beside claims (PLB), so "
            f"{dollars(sums.files - sums.withheld)} reached the bank.".replace("$", r"\$")
        )
