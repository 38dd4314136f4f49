"""What the practice does: plain Python, no Streamlit, no SQL."""
