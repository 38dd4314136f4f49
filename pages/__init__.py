"""What staff see. Streamlit lives here and only here.

No page lies beside ``front_door.py``: Streamlit would list it in the sidebar for everyone,
past the roles that ``front_door`` asks.
"""
