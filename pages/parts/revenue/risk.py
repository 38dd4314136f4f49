"""The risk model in use: how sure it is, beside what happened to claims that it had never seen."""

from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from db.risk_models import RiskModel
from pages.parts.manage import clock_time
from services.workflows.denials.totals import Revenue

WHAT = (
    "Each claim's risk is the share of claims like it that this practice's payers denied. It is "
    "learned from this practice's own answered claims alone, and the rules hold claims whatever it says."
)
NOT_USED = {
    "not enough history": "There is not enough history yet: it takes 400 answered claims with 40 "
    "denied ones, 10 of them among the newest. Until then only the rules speak.",
    "no better than the average": "On the newest claims it was no better than the average, so it "
    "is not used and only the rules speak.",
}


def risk(found: Revenue, zone: ZoneInfo) -> None:
    """The version, its figures and its reliability table."""
    st.subheader("Risk of denial")
    if found.simulated:
        st.badge("Simulated history", icon=":material/science:", color="orange")
    st.caption(WHAT)
    version = found.risk
    if version is None:
        st.info("No version has been learned yet.", icon=":material/info:")
        return
    if not version.in_use:
        st.info(NOT_USED.get(version.why_not, version.why_not), icon=":material/info:")
    st.text(
        f"Version {version.name}, learned {clock_time(version.trained_at, zone)} from "
        f"{version.claims:,} answered claims, {version.denied:,} of them denied."
    )
    if version.tested:
        _figures(version)


def _figures(version: RiskModel) -> None:
    st.text(
        f"On the newest {version.tested:,}, which it had not seen: Brier score {version.brier:.3f} "
        f"(always saying the average: {version.base_brier:.3f}; less is better), AUC {version.auc:.2f}."
    )
    rows = [
        {
            "It said": f"{band['from']:.0%} to {band['to']:.0%}",
            "Claims": int(band["claims"]),
            "Predicted": f"{band['predicted']:.1%}",
            "Denied": f"{band['observed']:.1%}",
        }
        for band in version.reliability
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="reliability", width="content")
