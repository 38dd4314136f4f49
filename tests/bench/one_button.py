"""The floor: a Streamlit page that has one button and shows how often it was pressed."""

import streamlit as st

st.session_state["pressed"] = st.session_state.get("pressed", 0) + st.button("Press", shortcut="p")
st.text(f"Pressed {st.session_state['pressed']}")
